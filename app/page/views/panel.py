"""The source panel: the document, the place in it, and what visitors can do with it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache, partial
from itertools import accumulate, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from alpie.app.answering.quoting.citation import cite, locator, short_citation
from alpie.app.checking.verify import QuotationChecker
from alpie.app.errors import AddressError
from alpie.app.page.views.link_places import passage_link, words_at
from alpie.app.page.views.page_images import has_pages, page_figure, sheet_at
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render
from alpie.app.translations import message
from alpie.index.records import (
    Block,
    BlockKind,
    Document,
    Layout,
    Passage,
    Span,
    readable_map,
    readable_text,
    spans_between,
)
from alpie.index.typography.line_forms import BULLET, NUMBERED

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_STYLED = (
    "lead",
    "key_data",
    "callout",
    "caption",
    "pull_quote",
    "metadata",
)  # kinds of blocks with a look of their own

_KEPT_RENDERERS, _KEPT_OUTLINES = 32, 4_096  # the Documents view shows the outlines of all documents at once


class _TextRun(NamedTuple):
    text: str
    passage: int  # that it belongs to, or -1
    is_highlighted: bool


class OutlineEntry(NamedTuple):
    """A heading of a document, with the link to the first passage after it; "" where none follows."""

    level: int
    text: str
    href: str


class DocumentRenderer:
    """Renders the text of one document, with marks in it."""

    def __init__(self, document: Document, layout: Layout, passages: Sequence[Passage]) -> None:
        self.document, self.layout = document, layout
        self.passages = tuple(passages)  # of this document, in order
        owned = sorted(
            (span.start, span.end, index)
            for index, passage in enumerate(self.passages)
            for sentence in passage.sentences
            for span in sentence.spans
        )
        self._starts = [start for start, _, _ in owned]
        self._owned = owned
        self._plain: dict[str, list[Markup]] = {}

    def render(self, translations: PageTranslations, marks: Sequence[Span] = ()) -> Markup:
        """The document's text as HTML, with `marks` highlighted."""
        plain = self._plain.get(translations.language)
        if plain is None:
            plain = [self._block(block, translations, ()) for block in self.layout.blocks]
            self._plain[translations.language] = plain
        pieces = list(plain)
        if marks:
            first, last = min(m.start for m in marks), max(m.end for m in marks)
            for index, block in enumerate(self.layout.blocks):
                if block.spans and block.spans[-1].end > first and block.spans[0].start < last:
                    pieces[index] = self._block(block, translations, marks)
        return render(
            "source",
            translations,
            pieces=list(zip(self.layout.blocks, pieces, self._page_before, strict=True)),
        )

    def outline(self) -> list[OutlineEntry]:
        """The headings of the document, in order."""
        found: list[OutlineEntry] = []
        for block in self.layout.blocks:
            if block.kind is BlockKind.HEADING and block.spans:
                text = readable_map(self.document.text, block.spans).text
                later = (p for p in self.passages if p.start >= block.spans[0].start)
                passage = next(later, None)
                href = passage_link(passage) if passage else ""
                found.append(OutlineEntry(max(block.level, 1), text, href))
        return found

    @cached_property
    def _levels(self) -> dict[tuple[Span, ...], int]:
        """HTML level of each heading, below the panel's own of level 2; no level is left out on the way down."""
        levels, depth = {}, 0
        for block in self.layout.blocks:
            if block.kind is BlockKind.HEADING:
                depth = min(max(block.level, 1), 3, depth + 1)
                levels[block.spans] = depth + 2
        return levels

    @cached_property
    def _page_before(self) -> list[int | str | None]:
        """For each block: None, or that a page begins before it (its printed number, 0 if unknown)."""
        starts, blocks = sorted(self.layout.page_starts), self.layout.blocks
        sheets = [bisect_right(starts, block.spans[0].start) if block.spans else 0 for block in blocks]
        numbers: dict[int, int | str] = {}
        for block, sheet in zip(blocks, sheets, strict=True):
            if block.page is not None and block.spans:
                numbers.setdefault(sheet, block.page)
        so_far = accumulate(sheets[:1] + sheets, max)
        return [
            numbers.get(here, 0) if here > seen else None for here, seen in zip(sheets, so_far, strict=False)
        ]

    def _block(self, block: Block, translations: PageTranslations, marks: Sequence[Span]) -> Markup:
        """A block of the source as HTML, with the quoted words marked."""
        if not block.spans:
            return Markup("")

        runs = partial(self._runs, marks=marks)
        level, parts = 0, []
        before: list[_TextRun] = []
        after: list[_TextRun] = []
        if block.kind is BlockKind.HEADING:
            level = self._levels[block.spans]
        elif block.parts and block.kind in (BlockKind.LIST, BlockKind.TABLE):
            before = runs(spans_between(block.spans, block.spans[0].start, block.parts[0][0].start))
            after = runs(spans_between(block.spans, block.parts[-1][-1].end, block.spans[-1].end))
            parts = [(self._style(block, number), runs(part)) for number, part in enumerate(block.parts)]
        return render(
            "source_block",
            translations,
            block=block,
            level=level,
            runs=[] if parts else runs(block.spans),
            parts=parts,
            before=before,
            after=after,
            is_table=block.kind is BlockKind.TABLE,
            style=block.kind.replace("_", "-") if block.kind in _STYLED else "paragraph",
        )

    def _style(self, block: Block, number: int) -> str:
        """CSS class of a part of a list or a table. The source keeps no columns: a row is one line."""
        if block.kind is BlockKind.TABLE:
            return "row-header" if number < block.header_parts else "row"
        item = readable_text(self.document.text, block.parts[number])
        return "numbered" if BULLET.match(item) or NUMBERED.match(item) else ""  # it has a sign of its own

    def _runs(self, spans: Sequence[Span], marks: Sequence[Span]) -> list[_TextRun]:
        """The words of a paragraph, list item or table row, cut where the passage or the highlighting changes."""
        text, offsets = readable_map(self.document.text, spans)
        states = [(self._owner(at), any(mark.start <= at < mark.end for mark in marks)) for at in offsets]
        for index in range(1, len(states) - 1):
            if text[index] == " ":  # inside a highlight only between two words of it
                before, after = states[index - 1], states[index + 1]
                states[index] = before if before == after else (before[0], before[1] and after[1])
        signs = zip(states, text, strict=True)
        return [
            _TextRun("".join(sign for _, sign in run), *state) for state, run in groupby(signs, itemgetter(0))
        ]

    def _owner(self, offset: int) -> int:
        """Position among this document's passages of the one that holds `offset`; -1 for none."""
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and self._owned[at][1] > offset:
            return self._owned[at][2]
        return -1


class Panels:
    """Makes panels from a corpus; keeps the renderers of the documents looked at last, and the outlines of more."""

    def __init__(self, corpus: Corpus, root_path: str = "") -> None:
        self.corpus, self._root_path = corpus, root_path
        self.renderer = lru_cache(_KEPT_RENDERERS)(
            self._renderer
        )  # by the id of a document; KeyError for no such id
        self.outline = lru_cache(_KEPT_OUTLINES)(lambda document_id: self.renderer(document_id).outline())

    @cached_property
    def checker(self) -> QuotationChecker:
        """The checker of quotations for this corpus, whose documents it prepares once."""
        return QuotationChecker(self.corpus)

    def _renderer(self, document_id: str) -> DocumentRenderer:
        document = self.corpus.documents[document_id]
        layout = self.corpus.layouts.get(document_id) or Layout(document_id, (), (), (), ())
        return DocumentRenderer(document, layout, self.corpus.passages.of_document(document_id))

    def at(self, address: str, spans: str, translations: PageTranslations) -> Markup:
        """The panel opened at an address; raises AddressError."""
        passage = self.corpus.passage(address)
        document = self.corpus.documents[passage.document_id]
        chosen, text = words_at(spans, passage, document, self.corpus)
        marks = chosen or tuple(span for sentence in passage.sentences for span in sentence.spans)
        citation = cite(document, passage, chosen)
        siblings = self.corpus.passages.of_document(document.id)
        number = next((i for i, other in enumerate(siblings) if other.address == passage.address), 0)
        return self._panel(
            document,
            translations,
            marks,
            place=passage_link(passage, chosen),
            permanent=passage_link(passage),
            address=passage.address,
            number=number,
            text=text,
            where=locator(citation, translations.language),
            source=short_citation(citation, translations.language),
            page_view=self._page_view(document, passage, marks, translations),
            before=passage_link(siblings[number - 1]) if number else "",
            after=passage_link(siblings[number + 1]) if number + 1 < len(siblings) else "",
        )

    def whole(self, document_id: str, translations: PageTranslations) -> Markup:
        """The panel opened at the top of a document; raises AddressError."""
        document = self.corpus.documents.get(document_id)
        if document is None:
            raise AddressError(message("documents.unknown"), address=document_id)
        return self._panel(
            document, translations, (), place="", editorial=editorial_fields(document, translations)
        )

    def vanished(self, error: AddressError, translations: PageTranslations) -> Markup:
        """What a permanent link shows when the text behind it changed or is gone."""
        address = error.address
        document = self.corpus.documents.get(address.split("/", 1)[0])
        place = address.rpartition("/")[0]
        passages = self.corpus.passages.of_document(document.id) if document else ()
        same = [
            (passage_link(other), other.text)
            for other in passages
            if other.address.rpartition("/")[0] == place
        ]
        return render("vanished", translations, address=address, document=document, same=same[:5])

    def _panel(
        self, document: Document, translations: PageTranslations, marks: Sequence[Span], **values: object
    ) -> Markup:
        """The panel of a document, `marks` highlighted in it; `values`: what the template shows beside it."""
        body = self.renderer(document.id).render(translations, marks)
        return render("panel", translations, document=document, body=body.strip(), **values)

    def _page_view(
        self, document: Document, passage: Passage, marks: Sequence[Span], translations: PageTranslations
    ) -> Markup:
        """The page of a PDF on which the marked words begin."""
        layout = self.corpus.layouts.get(document.id)
        if layout is None or not has_pages(document) or not (sheet := sheet_at(layout, marks[0].start)):
            return Markup("")
        return page_figure(document, sheet, passage.pages(marks).first, self._root_path, translations)


def editorial_fields(document: Document, translations: PageTranslations) -> str:
    """Which of the facts shown about a document its text does not carry."""
    keys = (f"field.{name}" for name in document.editorial)
    return ", ".join(translations(key).lower() for key in keys if key in translations.entries)
