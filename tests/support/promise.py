"""The promise as a check on one document, and texts to try it on."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, Document, Layout, Passage, Span, readable_text


def read_off(source: str, spans: Iterable[Span]) -> str:
    """What stands at the spans, by other means than the program's own."""
    return " ".join("".join(source[span.start : span.end] for span in spans).split())


def assert_promise(document: Document) -> tuple[Passage, ...]:
    """The passages of `document`, which keep the promise."""
    layout = lay_out(document)
    passages = make_passages(document, layout)
    for passage in passages:
        for sentence in passage.sentences:
            assert read_off(document.text, sentence.spans) == sentence.text != ""
        everything = [span for sentence in passage.sentences for span in sentence.spans]
        words = readable_text(document.text, everything).split()
        assert "".join(words) == "".join(passage.text.split())
    assert_nothing_lost(document, layout, passages)
    addresses = [passage.address for passage in passages]
    assert len(set(addresses)) == len(addresses)
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    return passages


def assert_nothing_lost(document: Document, layout: Layout, passages: tuple[Passage, ...]) -> None:
    """Each character is in one sentence, or white space, or of what a layout leaves out."""
    owners = bytearray(len(document.text))

    def own(spans: tuple[Span, ...]) -> None:
        for span in spans:
            for offset in range(span.start, span.end):
                owners[offset] = min(owners[offset] + 1, 2)

    for passage in passages:
        for sentence in passage.sentences:
            own(sentence.spans)
    left_out = (*layout.footers, *layout.note_calls, *layout.marks)  # a mark may stand in a running footer
    own(tuple(Span(at, at + 1) for at in {at for span in left_out for at in range(span.start, span.end)}))
    begins = {sentence.start for passage in passages for sentence in passage.sentences}
    for block in layout.blocks:
        # a heading that is all there is of an article is said
        said = block.kind is BlockKind.HEADING and block.spans[0].start in begins
        if block.kind in (BlockKind.HEADING, BlockKind.CALLOUT, BlockKind.CONTENTS) and not said:
            own(block.spans)
    for offset, count in enumerate(owners):
        character = document.text[offset]
        if not character.isspace():
            marks = document.text[max(0, offset - 6) : offset + 1].lstrip()
            heading_mark = set(marks.split()[-1:][0]) <= {"#"} if marks.split() else False
            around = document.text[offset - 40 : offset + 40]
            assert count == 1 or (count == 0 and heading_mark), (offset, around)


VOCABULARY = (
    "El la casa de los niños España 2018 20183 2019, internet.5 CSAM P2P «dos palabras» (IWF) 1,5 105 047 "
    "millones % 9 %18 fin. ¿Qué? Sí! art. EE. UU. Artículo 3. TÍTULO I Figura 2: INSTA RECORDANDO, niño,12 "
    "• – ✓ 1. 2) a) | # ## - * Más de 84 ñ ü 漢字 🙂 \u200b ﬁ"
)
WORDS = st.sampled_from(VOCABULARY.split(" "))
GAPS = st.sampled_from(
    [*" " * 4, "\n", " \n", "\n\n", "\r\n", "\f", "\u00a0", "\t", "\n ", "\n \n", "\u2028", "\0", "\x85"]
)
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=120).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
