"""The source panel: which document, where in it, what can be done with it, and the document itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from alpie.app.answering.citation import cite, locator, short_citation
from alpie.app.checking.verify import QuotationChecker
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link, words_at
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_images import has_pages, page_figure, sheet_at
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.reference_view import quote_tools, reference
from alpie.app.page.views.source_view import Reader
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
        found: dict[str, list[Passage]] = {identifier: [] for identifier in self.library.documents}
        for passage in self.library.passages:
            found[passage.document_id].append(passage)
        return {
            identifier: tuple(sorted(those, key=lambda p: p.ordinal)) for identifier, those in found.items()
        }

    def reader(self, document_id: str) -> Reader:
        """The reader of a document; KeyError for an unknown one."""
        if document_id not in self._readers:
            document = self.library.documents[document_id]
            layout = self.library.layouts.get(document_id) or Layout(document_id, (), (), (), ())
            self._readers[document_id] = Reader(document, layout, self.by_document[document_id])
        return self._readers[document_id]

    def at(self, address: str, spans: str, words: Translations) -> str:
        """The panel opened at an address; raises AddressError."""
        passage = self.library.passage(address)
        document = self.library.documents[passage.document_id]
        chosen, text = words_at(spans, passage, document, self.library)
        marks = chosen or tuple(span for sentence in passage.sentences for span in sentence.spans)
        citation = cite(document, passage, chosen)
        head = tag(
            "header",
            [
                self._title(document, words),
                tag("p", escape(locator(citation, words.language)), class_="where"),
                tag("p", tag("code", escape(passage.address)), class_="address"),
                tag("span", escape(text), class_="words hidden"),
                tag("span", escape(short_citation(citation, words.language)), class_="source hidden"),
                self._actions(passage, words),
                reference(words),
                self._page_view(document, passage, marks, words),
                self._neighbours(passage, words),
            ],
            class_="reading-head",
        )
        body = self.reader(document.id).render(words, marks)
        return self._article(document, head, body, words, passage, chosen)

    def whole(self, document_id: str, words: Translations) -> str:
        """The panel opened at the top of a document; raises AddressError."""
        document = self.library.documents.get(document_id)
        if document is None:
            raise AddressError("no such document", document_id)
        parts = [self._title(document, words)]
        if fields := editorial_fields(document, words):
            parts.append(tag("p", words.html("reader.editorial", fields=fields), class_="editorial"))
        head = tag("header", parts, class_="reading-head")
        return self._article(document, head, self.reader(document_id).render(words), words, None)

    def vanished(self, error: AddressError, words: Translations) -> str:
        """What a permanent link shows when the text behind it changed or is gone."""
        address = error.address
        document = self.library.documents.get(address.split("/", 1)[0])
        parts = [
            tag("h2", words.html("reader.vanished.title"), tabindex="-1"),
            tag("p", words.html("reader.vanished.changed" if document else "reader.vanished.unknown")),
            tag("p", tag("code", escape(address)), class_="address"),
        ]
        if document:
            place = address.rpartition("/")[0]
            same = [p for p in self.by_document[document.id] if p.address.rpartition("/")[0] == place]
            if same:
                parts.append(tag("p", words.html("reader.vanished.now")))
                items = (
                    tag("li", tag("a", escape(p.text[:120] + "…"), class_="cite", href=link(p)))
                    for p in same[:5]
                )
                parts.append(tag("ul", items))
            opening = tag("a", escape(document.title), class_="cite", href=f"?d={document.id}")
            parts.append(tag("p", words.html("reader.vanished.document") + " " + opening))
        return tag("div", parts, class_="reading vanished")

    def _article(
        self,
        document: Document,
        head: str,
        body: str,
        words: Translations,
        passage: Passage | None,
        chosen: Sequence[Span] = (),
    ) -> str:
        text = tag("div", body or _raw(document), class_="document", lang=document.language)
        return tag(
            "article",
            [head, text],
            class_="reading",
            aria_label=words("reader.label", title=document.title),
            data_n=str(self._position(passage)) if passage else None,
            data_place=link(passage, chosen) if passage else None,
        )

    def _title(self, document: Document, words: Translations) -> str:
        kicker = f"{document.publisher} · {document.kind} · {words.date(document.date)}"
        return tag("p", escape(kicker), class_="kicker") + tag("h2", escape(document.title), tabindex="-1")

    def _actions(self, passage: Passage, words: Translations) -> str:
        copy, keep = quote_tools(words)
        permanent = tag("a", words.html("reader.permalink"), class_="act permalink", href=link(passage))
        return tag("p", [copy, permanent, keep], class_="actions")

    def _page_view(
        self, document: Document, passage: Passage, marks: Sequence[Span], words: Translations
    ) -> str:
        """The page of a PDF on which the marked words begin."""
        layout = self.library.layouts.get(document.id)
        if layout is None or not has_pages(document) or not (sheet := sheet_at(layout, marks[0].start)):
            return ""
        return page_figure(document, sheet, passage.pages(marks)[0], self._root_path, words)

    def _neighbours(self, passage: Passage, words: Translations) -> str:
        those = self.by_document[passage.document_id]
        at = self._position(passage)
        links: list[str] = []
        if at > 0:
            links.append(
                tag("a", "‹ " + words.html("reader.before"), class_="cite", href=link(those[at - 1]))
            )
        links.append(tag("button", words.html("reader.back_to_words"), class_="act to-words"))
        if at + 1 < len(those):
            links.append(tag("a", words.html("reader.after") + " ›", class_="cite", href=link(those[at + 1])))
        return tag("nav", links, class_="neighbours", aria_label=words("reader.neighbours"))

    def _position(self, passage: Passage) -> int:
        those: Sequence[Passage] = self.by_document[passage.document_id]
        return next((i for i, other in enumerate(those) if other.address == passage.address), 0)


def editorial_fields(document: Document, words: Translations) -> str:
    """Which of the facts shown about a document its text does not carry."""
    keys = (f"field.{name}" for name in document.editorial)
    return ", ".join(words(key).lower() for key in keys if key in words.entries)


def _raw(document: Document) -> str:
    """The text as it is, for a document whose layout is not known."""
    return tag("pre", escape(document.text))
