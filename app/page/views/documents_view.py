"""Documents: what is in the corpus, where it comes from, its outline, when it was indexed."""

from __future__ import annotations

from alpie.app.page.state.uploads import Uploads
from alpie.app.page.views.link_places import link
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.panel import Panels, editorial_fields
from alpie.app.page.views.upload_view import render_upload
from alpie.app.service.document_report import coverage_text, notice_text
from alpie.index.records import Document

__all__ = ["render_documents"]


def render_documents(panels: Panels, words: Translations, uploads: Uploads | None = None) -> str:
    """The Documents view, with a form where documents are taken in."""
    library = panels.library
    statement = words.html(
        "documents.statement",
        documents=words.number(len(library.documents)),
        passages=words.number(len(library.passages)),
        built=library.built_at.replace("T", " ")[:16],
    )
    parts = [tag("h2", words.html("nav.documents")), tag("p", statement, class_="intro")]
    if uploads is not None:
        parts.append(render_upload(uploads, words))
    parts += [_document(panels, document, words) for document in library.documents.values()]
    if library.unread:
        named = [words("notice.file", file=one.file, notice=one.reason) for one in library.unread]
        items = tag("ul", [tag("li", escape(one)) for one in named])
        kicker = tag("p", words.html("documents.unread"), class_="kicker")
        parts.append(tag("section", tag("div", [kicker, items], class_="notes"), class_="document-card"))
    fingerprint = (
        words.html("documents.fingerprint") + " " + tag("code", library.fingerprint, class_="fingerprint")
    )
    parts.append(tag("p", fingerprint, class_="small"))
    return "".join(parts)


def _document(panels: Panels, document: Document, words: Translations) -> str:
    title = tag("a", escape(document.title), class_="cite", href=f"?d={document.id}")
    facts = [
        (words("field.publisher"), document.publisher),
        (words("field.date"), words.date(document.date)),
        (words("field.kind"), document.kind),
        (words("field.language"), document.language),
        (words("field.passages"), words.number(len(panels.by_document[document.id]))),
        (words("field.url"), document.url),
        (words("field.rights"), document.rights),
        (words("field.id"), document.id),
        (words("field.file"), document.file),
        ("SHA-256", document.sha256),
        (words("field.parser"), document.parser),
        (words("field.coverage"), coverage_text(document.coverage, words)),
    ]
    items = [tag("div", tag("dt", escape(k)) + tag("dd", escape(v))) for k, v in facts if v]
    said = [*document.notes, *(notice_text(notice, words) for notice in document.notices)]
    notes = [tag("li", escape(note)) for note in said]
    if fields := editorial_fields(document, words):
        notes.append(tag("li", words.html("reader.editorial", fields=fields)))
    parts = [
        tag("h3", title, lang=document.language),
        tag("dl", items, class_="facts"),
        tag(
            "div",
            [tag("p", words.html("documents.notes"), class_="kicker"), tag("ul", notes)],
            class_="notes",
        )
        if notes
        else "",
        _outline(panels, document, words),
    ]
    return tag("section", parts, class_="document-card")


def _outline(panels: Panels, document: Document, words: Translations) -> str:
    headings = panels.reader(document.id).outline()
    if not headings:
        return ""
    items = (
        tag(
            "li",
            tag("a", escape(text), class_="cite", href=link(passage)) if passage else escape(text),
            class_=f"level-{min(level, 3)}",
        )
        for level, text, passage in headings
    )
    summary = tag("summary", words.html("documents.outline", headings=words.number(len(headings))))
    return tag("details", [summary, tag("ul", items, class_="outline", lang=document.language)])
