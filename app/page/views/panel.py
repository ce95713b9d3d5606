"""The source panel: which document, where in it, what can be done with it, and the document itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from alpie.app.answering.citation import cite, locator, short_citation
from alpie.app.checking.verify import QuotationChecker
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link, words_at
from alpie.app.page.views.page_images import has_pages, page_figure, sheet_at
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.source_view import Reader
from alpie.app.page.views.templates import Markup, render
from alpie.app.translations import said
from alpie.index.database.text_database import PassagesByDocument
from alpie.index.errors import AddressError
from alpie.index.records import Document, Layout, Passage, Span

__all__ = ["Panels", "editorial_fields"]


class Panels:
    """Makes panels from a library; keeps each document's reader."""

    def __init__(self, library: Library, root_path: str = "") -> None:
        self.library, self._root_path = library, root_path
        self._readers: dict[str, Reader] = {}

    @cached_property
    def checker(self) -> QuotationChecker:
        """Checks quotations; prepares the documents once."""
        return QuotationChecker(self.library)

    @cached_property
    def by_document(self) -> Mapping[str, tuple[Passage, ...]]:
        return PassagesByDocument(self.library.passages)

    def reader(self, document_id: str) -> Reader:
        """The reader of a document; KeyError for an unknown one."""
        if document_id not in self._readers:
            document = self.library.documents[document_id]
            layout = self.library.layouts.get(document_id) or Layout(document_id, (), (), (), ())
            self._readers[document_id] = Reader(document, layout, self.by_document[document_id])
        return self._readers[document_id]

    def at(self, address: str, spans: str, words: Translations) -> Markup:
        """The panel opened at an address; raises AddressError."""
        passage = self.library.passage(address)
        document = self.library.documents[passage.document_id]
        chosen, text = words_at(spans, passage, document, self.library)
        marks = chosen or tuple(span for sentence in passage.sentences for span in sentence.spans)
        citation = cite(document, passage, chosen)
        those = self.by_document[document.id]
        number = next((i for i, other in enumerate(those) if other.address == passage.address), 0)
        return self._panel(
            document,
            words,
            marks,
            place=link(passage, chosen),
            permanent=link(passage),
            address=passage.address,
            number=number,
            text=text,
            where=locator(citation, words.language),
            source=short_citation(citation, words.language),
            page_view=self._page_view(document, passage, marks, words),
            before=link(those[number - 1]) if number else "",
            after=link(those[number + 1]) if number + 1 < len(those) else "",
        )

    def whole(self, document_id: str, words: Translations) -> Markup:
        """The panel opened at the top of a document; raises AddressError."""
        document = self.library.documents.get(document_id)
        if document is None:
            raise AddressError(said("documents.unknown"), document_id)
        return self._panel(document, words, (), place="", editorial=editorial_fields(document, words))

    def vanished(self, error: AddressError, words: Translations) -> Markup:
        """What a permanent link shows when the text behind it changed or is gone."""
        address = error.address
        document = self.library.documents.get(address.split("/", 1)[0])
        place = address.rpartition("/")[0]
        there = self.by_document[document.id] if document else ()
        same = [(link(one), one.text) for one in there if one.address.rpartition("/")[0] == place]
        return render("vanished", words, address=address, document=document, same=same[:5])

    def _panel(
        self, document: Document, words: Translations, marks: Sequence[Span], **values: object
    ) -> Markup:
        """The text as it is, where the layout of a document is not known."""
        body = self.reader(document.id).render(words, marks)
        return render("panel", words, document=document, body=body.strip(), **values)

    def _page_view(
        self, document: Document, passage: Passage, marks: Sequence[Span], words: Translations
    ) -> Markup:
        """The page of a PDF on which the marked words begin."""
        layout = self.library.layouts.get(document.id)
        if layout is None or not has_pages(document) or not (sheet := sheet_at(layout, marks[0].start)):
            return Markup("")
        return page_figure(document, sheet, passage.pages(marks)[0], self._root_path, words)


def editorial_fields(document: Document, words: Translations) -> str:
    """Which of the facts shown about a document its text does not carry."""
    keys = (f"field.{name}" for name in document.editorial)
    return ", ".join(words(key).lower() for key in keys if key in words.entries)
