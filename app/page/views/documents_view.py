"""The Documents view: what can be asked, where it comes from, and, if allowed, adding, correcting and removing documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alpie.app.operation.document_report import coverage_text, notice_text
from alpie.app.page.state.document_editor import FIELDS, DocumentEditor
from alpie.app.page.state.named_collections import Collections
from alpie.app.page.state.uploads import Uploads, UploadState
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.panel import OutlineEntry, Panels, editorial_fields
from alpie.app.page.views.templates import Markup, render
from alpie.app.settings import Settings
from alpie.index.formats import SUFFIXES
from alpie.index.notices import NoticeKind
from alpie.index.records import Document

_LANGUAGES = ("es", "en", "ca", "gl", "eu", "fr", "pt", "it", "de")  # offered; any other that is given stays


@dataclass(frozen=True)
class DocumentsViewOptions:
    """What the Documents view says and offers beside the documents: services, names, addresses, limits."""

    uploads: Uploads | None = None  # takes visitors' documents; None: nothing is taken
    editor: DocumentEditor | None = None  # lets visitors correct and take out documents; None: they cannot
    collections: Collections | None = None  # more documents, each with a name; None: there are no others
    collection: str = ""  # name of these documents among them; "": those that come with the program
    first: str = ""  # name of the documents at the address of the site itself
    slug: str = ""  # of this collection, in its address; "": the documents are none of the named ones
    site_path: str = ""  # under which a proxy serves the page: "/alpie"; it takes it off before it asks here
    language: str = Settings.language  # of the page at "/"; the others have a path of their own
    here_only: bool = False  # whether only this machine is served
    max_upload_bytes: int = 1_000_000 * Settings.max_upload_megabytes  # of one document


def render_documents(
    panels: Panels | None,
    translations: PageTranslations,
    options: DocumentsViewOptions,
    evaluated: bool = False,
) -> Markup:
    """The Documents view; `panels`: None where there are none yet; `evaluated`: whether there are results about them."""
    uploads, editor, collections = options.uploads, options.editor, options.collections
    corpus = panels.corpus if panels else None
    documents = list(corpus.documents.values()) if corpus else []
    if editor:
        documents = [document for document in documents if editor.has(document)]
    unread, counts = (corpus.unread, corpus.passages.counts) if corpus else ((), {})
    cards = [
        _document_card(panels, document, counts.get(document.id, 0), translations)
        for document in documents
        if panels
    ]
    removed = collections.removed() if collections else ()
    return render(
        "documents",
        translations,
        documents=cards,
        corpus=corpus,
        evaluated=evaluated,
        built=translations.moment(corpus.built_at) if corpus else "",
        passages=translations.count("count.passages", len(corpus.passages)) if corpus else "",
        counted=translations.count("count.documents", len(documents)),
        unread=[translations("notice.file", file=file.file, notice=file.reason) for file in unread],
        name=options.collection or translations("collections.shipped"),
        first=options.first or translations("collections.shipped"),
        collections=collections.all() if collections else (),
        options=options,
        home="/" if translations.language == options.language else f"/{translations.language}/",
        removed_collections=[(taken.token, taken.collection.name) for taken in removed],
        most=translations.number(options.max_upload_bytes // 1_000_000),
        accepted=",".join(SUFFIXES),
        state=render_state(uploads, translations, corpus.documents if corpus else {}),
        removed_documents=[(document.token, document.title) for document in editor.removed()]
        if editor
        else (),
        languages=[(language, translations.language_name(language)) for language in _LANGUAGES],
    )


class _Fact(NamedTuple):
    name: str
    value: str


class _Field(NamedTuple):
    """What a visitor may change: its name in the form, what it is called, its value."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class _DocumentCard:
    document: Document
    shown: Sequence[_Fact]
    technical: Sequence[_Fact]  # folded away
    url: str  # "" where it is none that a visitor may be sent to
    notes: Sequence[str]
    outline: Sequence[OutlineEntry]
    headings: str  # how many
    fields: Sequence[_Field]


def _document_card(
    panels: Panels, document: Document, passages: int, translations: PageTranslations
) -> _DocumentCard:
    """What the template shows of a document; empty facts are left out."""
    notes = [
        *map(translations.translate, document.notes),
        *(notice_text(notice, translations) for notice in document.notices),
    ]
    if fields := editorial_fields(document, translations):
        notes.append(translations("panel.editorial", fields=fields))
    facts = (
        ("publisher", document.publisher),
        ("date", translations.date(document.date) if document.date else ""),
        ("kind", document.kind),
        ("language", translations.language_name(document.language)),
        ("rights", document.rights),
    )
    technical = (
        ("passages", translations.number(passages)),
        ("coverage", coverage_text(document.coverage, translations)),
        ("file", document.file),
        ("id", document.id),
        ("parser", document.parser),
        ("checksum", document.sha256),
    )
    outline = panels.outline(document.id)
    return _DocumentCard(
        document=document,
        shown=[_Fact(translations(f"field.{name}"), value) for name, value in facts if value],
        technical=[_Fact(translations(f"field.{name}"), value) for name, value in technical if value],
        url=document.url if document.url.startswith(("https://", "http://")) else "",
        notes=notes,
        outline=[entry._replace(level=min(entry.level, 3)) for entry in outline],
        headings=translations.count("count.headings", len(outline)),
        fields=[_Field(name, translations(f"field.{name}"), getattr(document, name)) for name in FIELDS],
    )


def render_state(
    uploads: Uploads | None,
    translations: PageTranslations,
    documents: Mapping[str, Document],
    problem: str = "",
) -> Markup:
    """How the indexing of handed-in files stands. `documents` are the indexed ones; `problem` is what the last change met."""
    state = uploads.state if uploads else UploadState()
    by_file = {document.file: document for document in documents.values()}
    done = [
        (name, _coverage_lines(by_file[name], translations) if name in by_file else []) for name in state.done
    ]
    scanned = state.scans or any(
        notice.kind is NoticeKind.PAGES_WITHOUT_TEXT
        for document in documents.values()
        for notice in document.notices
    )
    recognise = bool(scanned and uploads and uploads.can_recognise)
    scan = translations("upload.scan")
    refused = [
        file._replace(reason=scan if file.name in state.scans else translations.translate(file.reason))
        for file in state.refused
    ]
    return render(
        "upload_state",
        translations,
        state=state,
        done=done,
        refused=refused,
        problem=problem,
        recognise=recognise,
    )


def _coverage_lines(document: Document, translations: PageTranslations) -> list[str]:
    """How much of a document was read, and what was not."""
    coverage = coverage_text(document.coverage, translations)
    return [
        *([coverage] if coverage else []),
        *(notice_text(notice, translations) for notice in document.notices),
    ]
