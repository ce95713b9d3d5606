"""A document read and laid out, for tests of single formats."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.sentences import document_sentences
from alpie.index.formats import extract
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.layout import lay_out
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, Document, Passage, Span, collapse, proves, readable_text

# Each property is tried on a hundred documents; ALPIE_PROPERTY_EXAMPLES asks for more.
EXAMPLES = settings(
    max_examples=int(os.environ.get("ALPIE_PROPERTY_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
WORDS = st.text("abño íÁ12.,;:%€«»¿?<&>\"'-–\u00ad\u00a0\u2009", min_size=1, max_size=12)
RUNS = st.lists(WORDS, min_size=1, max_size=5)
_UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFE))


class Reading:
    """What becomes of a file."""

    def __init__(self, name: str, data: bytes, recogniser: Recogniser | None = None) -> None:
        self.extraction = made = extract(data, Path(name), recogniser)
        self.document = Document(
            "d", "-", "", "", "", "es", name, made.text, parser=made.parser, structure=made.structure,
            notices=made.notices, coverage=made.coverage,
        )  # fmt: skip
        self.layout = lay_out(self.document)
        self.passages = make_passages(self.document, self.layout)

    @property
    def blocks(self) -> list[tuple[BlockKind, str | None, str]]:
        """Kind, label and readable text of each block."""
        text = self.document.text
        return [(block.kind, block.label, readable_text(text, block.spans)) for block in self.layout.blocks]

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.blocks]

    def of(self, kind: BlockKind) -> list[str]:
        """The texts of the blocks of a kind."""
        return [text for one, _, text in self.blocks if one is kind]

    @property
    def rows(self) -> list[str]:
        """The rows of the first table, its cells parted by «·»."""
        table = next(block for block in self.layout.blocks if block.kind is BlockKind.TABLE)
        return ["".join(map(self._at, part)).replace("\t", " · ") for part in table.parts]

    @property
    def unread(self) -> dict[NoticeKind, int]:
        """How much of what is named as not read."""
        return {notice.kind: notice.count for notice in self.extraction.notices}

    @property
    def left_out(self) -> list[str]:
        """Running lines and what else of a page is no part of its text."""
        return [self._at(span) for span in self.layout.footers]

    def _at(self, span: Span) -> str:
        return self.document.text[span.start : span.end]

    @property
    def said(self) -> str:
        """The words of all passages."""
        return " ".join(passage.text for passage in self.passages)

    def passage(self, words: str) -> Passage:
        return next(passage for passage in self.passages if words in passage.text)

    @property
    def words(self) -> str:
        """The words of all blocks, a blank between two."""
        return seen(" ".join(self.texts))

    @property
    def quotable(self) -> list[str]:
        """All sentences; each is proved."""
        found = [one for of_block in document_sentences(self.document, self.layout) for one in of_block]
        assert all(proves(self.document.text, one.spans, one.text) for one in found)
        return [one.text for one in found]

    def labelled(self, label: str) -> list[str]:
        """What can be quoted under a label."""
        return [sentence.text for p in self.passages if p.label == label for sentence in p.sentences]


def seen(text: str) -> str:
    """`text` without what nobody sees, single blanks between words."""
    return collapse(text.translate(_UNSEEN))


def joined_words(*parts: str) -> str:
    """The words of `parts` as `Reading.words` has them."""
    return seen(" ".join(parts))
