"""Routes by which visitors change documents, if the operator allows it: each change is sent as a form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from alpie.app.errors import ChangeRefused, NotReady
from alpie.app.operation.addresses import is_loopback
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.document_editor import FIELDS, DocumentEditor
from alpie.app.page.state.named_collections import Collections
from alpie.app.page.state.uploads import Uploads
from alpie.app.page.views.documents_view import render_state
from alpie.app.page.views.page_translations import PageTranslations, requested_translations
from alpie.app.translations import message
from alpie.index.errors import SourceError
from alpie.index.records import Document

_LOG = logging.getLogger(__name__)
_MULTIPART_BYTES = 4_000  # of a form around its file
_UPLOAD = "/al/upload"

Change = Callable[[FormData, PageTranslations], None]


def upload_bodies(options: PageOptions) -> Mapping[str, int]:
    """The route that takes large bodies, with their limit in bytes; empty where no files are taken."""
    taken = [options.uploads.most_bytes] if options.uploads else []
    if options.collections:
        taken.append(options.max_upload_bytes)
    return {_UPLOAD: max(taken) + _MULTIPART_BYTES} if taken else {}


def add_change_routes(router: APIRouter, loader: CorpusLoader, options: PageOptions) -> None:
    """Add the routes to `router`, whose prefix is `/al`."""
    changes = _Changes(loader, options)
    if options.uploads is not None:
        _add_uploads(router, changes, options.uploads)
    if options.editor is not None:
        _add_document_routes(router, changes, options.editor)
    if options.collections is not None:
        _add_collections(router, changes, options.collections, options)


class _Changes:
    """Carries out the change that a form asks for, and answers with how it went."""

    def __init__(self, loader: CorpusLoader, options: PageOptions) -> None:
        self._loader, self._options = loader, options

    @property
    def documents(self) -> Mapping[str, Document]:
        try:
            return self._loader.wait().documents
        except NotReady:
            return {}

    def state(self, translations: PageTranslations, problem: str = "") -> str:
        return render_state(self._options.uploads, translations, self.documents, problem)

    async def carry_out(self, request: Request, change: Change) -> Response:
        translations = requested_translations(request)
        problem, status = "", 200
        try:
            if self._options.here_only and _from_another_machine(request):
                raise ChangeRefused(message("guard.elsewhere"))
            async with request.form(max_files=1, max_fields=12, max_part_size=1_000) as form:
                await run_in_threadpool(change, form, translations)
        except SourceError as error:
            problem, status = translations.translate(error), 422
        except (HTTPException, ClientDisconnect):  # no form, or one cut short
            problem, status = translations("upload.cut"), 400
        except OSError as error:
            _LOG.error("the documents could not be changed: %s", error)
            problem, status = translations("upload.disk"), 500
        return HTMLResponse(self.state(translations, problem), status_code=status)


def _add_uploads(router: APIRouter, changes: _Changes, uploads: Uploads) -> None:
    def take(form: FormData, translations: PageTranslations) -> None:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise ChangeRefused(message("upload.nothing"))
        uploads.add(file.filename, file.file)

    @router.get("/upload-state")
    def upload_state(request: Request) -> Response:
        return HTMLResponse(changes.state(requested_translations(request)))

    @router.post("/upload")
    async def upload(request: Request) -> Response:
        return await changes.carry_out(request, take)

    @router.post("/recognise")
    async def recognise(request: Request) -> Response:
        return await changes.carry_out(request, lambda form, translations: uploads.recognise())


def _add_document_routes(router: APIRouter, changes: _Changes, editor: DocumentEditor) -> None:
    @router.post("/document/{action}")
    async def document(action: str, request: Request) -> Response:
        def change(form: FormData, translations: PageTranslations) -> None:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            _change(editor, action, fields, changes.documents, translations)

        return await changes.carry_out(request, change)


def _add_collections(
    router: APIRouter, changes: _Changes, collections: Collections, options: PageOptions
) -> None:
    """The routes that create, rename, take out, put back and erase named collections."""

    def changed(action: str, form: FormData) -> str | None:
        """Where the visitor goes next; None: nowhere."""
        name, token = (str(form.get(field, "")) for field in ("name", "token"))
        if action == "create":
            return collections.create(name).address
        if action == "restore":
            return collections.restore(token).address
        if action == "erase":
            collections.erase(token)
            return None
        if options.uploads and options.uploads.state.busy:
            raise ChangeRefused(message("refused.collection_busy"))
        if action == "rename":
            return collections.rename(options.slug, name).address
        if action == "remove":
            collections.remove(options.slug)
            return "/"
        raise ChangeRefused(message("refused.collection_gone"))

    @router.post("/collections/{action}")
    async def collection(action: str, request: Request) -> Response:
        went: list[str] = []

        def change(form: FormData, translations: PageTranslations) -> None:
            if (address := changed(action, form)) is not None:
                own = "" if translations.language == options.language else f"{translations.language}/"
                went.extend((options.site_path + address, options.site_path + address + own))

        answer = await changes.carry_out(request, change)
        return JSONResponse(dict(zip(("address", "home"), went, strict=True))) if went else answer


def _change(
    editor: DocumentEditor,
    action: str,
    fields: Mapping[str, str],
    documents: Mapping[str, Document],
    translations: PageTranslations,
) -> None:
    if action in ("restore", "erase"):
        (editor.restore if action == "restore" else editor.erase)(fields.get("token", ""))
        return
    document = documents.get(fields.get("d", ""))
    if document is None or action not in ("edit", "remove"):
        raise ChangeRefused(message("documents.unknown"))
    if action == "edit":
        editor.edit(document, {name: fields[name] for name in FIELDS if name in fields})
    else:
        editor.remove(document, documents.values())


def _from_another_machine(request: Request) -> bool:
    """Whether the request comes from elsewhere: an unknown proxy may pass on what was not meant to leave this machine."""
    origin = request.headers.get("origin")
    try:
        return origin is not None and not is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return True
