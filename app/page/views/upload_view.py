"""How it stands with what was handed in: what is being indexed, what was taken and how well read, what was refused."""

from __future__ import annotations

from collections.abc import Mapping

from alpie.app.page.state.uploads import State, Uploads
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import Markup, render
from alpie.app.service.document_report import coverage_text, notice_text
from alpie.index.notices import NoticeKind
from alpie.index.records import Document

__all__ = ["render_state"]


def render_state(
    uploads: Uploads | None, words: Translations, documents: Mapping[str, Document], problem: str = ""
) -> Markup:
    """`documents`: those indexed, for how they were read; `problem`: of the order just given."""
    state = uploads.state if uploads else State()
    by_file = {one.file: one for one in documents.values()}
    done = [(name, _read(by_file[name], words) if name in by_file else []) for name in state.done]
    scanned = state.scans or any(
        notice.kind is NoticeKind.PAGES_WITHOUT_TEXT for one in documents.values() for notice in one.notices
    )
    recognise = bool(scanned and uploads and uploads.can_recognise)
    refused = [
        (name, words("upload.scan") if name in state.scans else words.reason(reason))
        for name, reason in state.refused
    ]
    failure = words.reason(state.failure.removeprefix("Error: "))
    return render(
        "upload_state", words, state=state, done=done, refused=refused, failure=failure, problem=problem,
        recognise=recognise,
    )  # fmt: skip


def _read(document: Document, words: Translations) -> list[str]:
    """How much of a document was read, and what of it was not."""
    coverage = coverage_text(document.coverage, words)
    return [*([coverage] if coverage else []), *(notice_text(one, words) for one in document.notices)]
