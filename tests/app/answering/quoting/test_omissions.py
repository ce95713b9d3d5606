"""Links choose words by offsets, and anybody can write a link: what it shows as a quotation must stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import combinations, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.omissions import OMISSION, widen_to_words, with_omissions, without_overlaps
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.page.views import reference_view
from alpie.app.page.views.link_places import spans_parameter, words_at
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.page.views.panel import Panels
from alpie.index.records import Passage, Sentence, SentenceRole, Span, readable_text
from support.fake_encoder import corpus_of, document_of

TEXT = """Los parques abren a las siete. Los perros van atados. Nadie puede hacer fuego de abril a octubre.

Las multas

La multa por hacer fuego es de cien euros. La de soltar un perro es de veinte euros.12 Se paga en el acto.

Horario
Parque | Abre | Cierra
Norte | 7 | 21
Sur | 8 | 22
"""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(TEXT, "Otro texto, de bibliotecas. Se abre a las nueve.")


def at(corpus: Corpus, words: str) -> tuple[Passage, Span]:
    """The passage that begins before `words`, and where they are."""
    start = TEXT.index(words)
    mine = [one for one in corpus.passages if one.document_id == next(iter(corpus.documents))]
    passage = max((one for one in mine if one.start <= start), key=lambda one: one.start)
    return passage, Span(start, start + len(words))


def opened(corpus: Corpus, passage: Passage, spans: Iterable[Span]) -> tuple[tuple[Span, ...], str]:
    source = corpus.documents[passage.document_id]
    return words_at(spans_parameter(passage, spans), passage, source, corpus)


def shown(corpus: Corpus, passage: Passage, spans: list[Span]) -> str:
    return opened(corpus, passage, spans)[1]


def test_every_run_of_sentences_comes_back_as_it_is_quoted(corpus: Corpus) -> None:
    for passage in corpus.passages:
        for first, last in combinations(range(len(passage.sentences) + 1), 2):
            run = passage.sentences[first:last]
            spans = tuple(span for one in run for span in one.spans)
            assert opened(corpus, passage, spans) == (spans, " ".join(one.text for one in run))


def test_what_is_left_out_is_marked(corpus: Corpus) -> None:
    passage, first = at(corpus, "Los parques abren a las siete.")
    _, third = at(corpus, "Nadie puede hacer fuego")
    assert (
        shown(corpus, passage, [first, third]) == "Los parques abren a las siete. […] Nadie puede hacer fuego"
    )


def test_words_keep_their_order_and_are_whole(corpus: Corpus) -> None:
    passage, late = at(corpus, "uede hacer fu")
    _, early = at(corpus, "rques ab")
    assert shown(corpus, passage, [late, early]) == "puede hacer fuego"
    assert shown(corpus, passage, [early, late]) == "parques abren […] puede hacer fuego"
    assert shown(corpus, passage, [early, early, late, early]) == "parques abren […] puede hacer fuego"


def test_the_call_of_a_footnote_is_no_part_of_a_word() -> None:
    source = "Es un abuso19. Y otro20 más."
    sentence = Sentence("Es un abuso.", (Span(0, 11), Span(13, 14)))
    widened = widen_to_words(source, [Span(8, 10), Span(13, 14)], [sentence])
    assert widened == (Span(6, 11), Span(13, 14))
    assert with_omissions(source, widened, [sentence]) == "abuso."


def test_a_row_is_read_under_its_header() -> None:
    source = "Parque Abre / Norte 7 / Sur 8 / Fin."
    spans = [Span(0, 11), Span(14, 21), Span(24, 29), Span(32, 36)]
    roles = (SentenceRole.HEADER, SentenceRole.ROW, SentenceRole.ROW, SentenceRole.SENTENCE)
    groups = (1, 1, 1, None)
    sentences = [
        Sentence(source[span.start : span.end], (span,), role, group)
        for span, role, group in zip(spans, roles, groups, strict=True)
    ]
    header, north, south, end = spans
    assert with_omissions(source, [header, south], sentences) == "Parque Abre Sur 8"
    assert with_omissions(source, [header, Span(28, 29)], sentences) == "Parque Abre […] 8"
    assert with_omissions(source, [Span(0, 6), south], sentences) == "Parque […] Sur 8"
    assert with_omissions(source, [north, end], sentences) == "Norte 7 […] Fin."
    assert with_omissions(source, [header, end], sentences) == "Parque Abre […] Fin."


def test_words_of_another_passage_are_not_cited_as_of_this_one(corpus: Corpus) -> None:
    first, _ = at(corpus, "Los parques")
    fines, _ = at(corpus, "La multa por hacer")
    assert first.address != fines.address
    far = at(corpus, "Norte | 7 | 21")[1]
    assert opened(corpus, first, [far]) == ((), first.text)
    heading = at(corpus, "Las multas")[1]
    assert shown(corpus, fines, [heading]) == "Las multas"


def test_over_the_edge_of_a_passage_nothing_is_lost(corpus: Corpus) -> None:
    first, last_words = at(corpus, "de abril a octubre.")
    _, next_words = at(corpus, "La multa por hacer fuego es de cien euros.")
    both = "de abril a octubre. La multa por hacer fuego es de cien euros."
    assert shown(corpus, first, [last_words, next_words]) == both


def test_the_panel_and_the_download_show_the_same(corpus: Corpus) -> None:
    passage, late = at(corpus, "Nadie puede")
    _, early = at(corpus, "Los parques abren")
    forged = spans_parameter(passage, [early, late])
    wanted = "Los parques abren […] Nadie puede"
    shown_there = Panels(corpus).at(passage.address, forged, page_translations_for("es"))
    assert f'<span class="words hidden">{wanted}</span>' in shown_there
    answer = reference_view.export_response(
        corpus, "markdown", [reference_view.ChosenPlace(passage.address, forged)], page_translations_for("es")
    )
    assert wanted in bytes(answer.body).decode().replace("\\", "")


def test_a_quotation_with_an_omission_is_shown_with_it(corpus: Corpus) -> None:
    checked = QuotationChecker(corpus).check("Los parques abren […] Nadie puede hacer fuego")
    assert checked.verdict is Verdict.EXACT
    assert checked.places[0].shown == "Los parques abren […] Nadie puede hacer fuego"


@given(chosen=st.lists(st.tuples(st.integers(-20, 400), st.integers(-20, 400)), max_size=6))
@example(chosen=[(0, 1), (261, 262)])  # the last is a blank
@example(chosen=[(30, 31)])
def test_whatever_a_link_chooses_each_piece_stands_there(chosen: list[tuple[int, int]]) -> None:
    corpus = _made()
    document = document_of(TEXT)
    for passage in corpus.passages[:4]:
        text = ",".join(f"{start}-{end}" for start, end in chosen)
        spans, words = words_at(text, passage, corpus.documents[passage.document_id], corpus)
        assert all(a.end <= b.start for a, b in pairwise(spans))
        assert without_overlaps(spans) == spans
        if not spans:
            assert words == passage.text
            continue
        runs = words.split(f" {OMISSION} ")
        bare = re.sub(r"\s+", "", document.text)
        for run in runs:
            parts = re.split(r"\s+", run)
            assert all(part in bare for part in parts)
        assert readable_text(document.text, spans).replace(" ", "") == "".join(runs).replace(" ", "")


@cache
def _made() -> Corpus:
    return corpus_of(TEXT)
