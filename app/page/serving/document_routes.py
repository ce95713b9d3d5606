"""Routes about the documents themselves: their list, pictures of PDF pages, and what readers may change."""

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

from alpie.app.page.guarding.origins import is_loopback
from alpie.app.page.serving.document_shelf import FIELDS, Shelf
from alpie.app.page.serving.library import Library, NotReady, Opening
from alpie.app.page.serving.page_options import Choices
from alpie.app.page.views.documents_view import render_documents
from alpie.app.page.views.page_images import PageImages
from alpie.app.page.views.page_words import Translations, words_asked
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.upload_view import render_state
from alpie.index.errors import SourceError
from alpie.index.records import Document

__all__ = ["add_document_routes", "upload_bodies"]

_LOG = logging.getLogger(__name__)
_MULTIPART_BYTES = 4_000  # of a form around its file
_UPLOAD = "/al/upload"
_OPENING_SECONDS = 20.0


def upload_bodies(choices: Choices) -> Mapping[str, int]:
    """The route that takes large bodies, with their limit in bytes; empty where nothing is taken."""
    taken = [choices.uploads.most_bytes] if choices.uploads else []
    if choices.collections:
        taken.append(choices.most_upload_bytes)
    return {_UPLOAD: max(taken) + _MULTIPART_BYTES} if taken else {}


def add_document_routes(
    router: APIRouter, opening: Opening, choices: Choices, panels_of: Callable[[Library], Panels]
) -> None:
    """Hang the routes on `router`, whose prefix is `/al`."""
    images = PageImages(choices.docs)
    uploads, shelf, collections = choices.uploads, choices.shelf, choices.collections

    def documents() -> Mapping[str, Document]:
        try:
            return opening.wait().documents
        except NotReady:
            return {}

    def state(words: Translations, problem: str = "") -> str:
        return render_state(uploads, words, documents(), problem)

    @router.get("/documents")
    async def document_list(request: Request) -> Response:
        words = words_asked(request)

        def make() -> Response:
            try:
                panels = panels_of(opening.wait(_OPENING_SECONDS))
            except NotReady as error:
                if not error.failed:
                    return Response("Not ready.", 503, media_type="text/plain", headers={"retry-after": "2"})
                panels = None  # a collection without documents yet
            return HTMLResponse(render_documents(panels, words, choices))

        return await run_in_threadpool(make)

    @router.get("/page")
    async def page(request: Request) -> Response:
        query = request.query_params
        number = query.get("n", "")
        if not (number.isascii() and number.isdecimal() and len(number) <= 5):
            return Response("Not a page.", 404, media_type="text/plain")

        def make() -> Response:
            document = opening.wait().documents.get(query.get("d", ""))
            if document is None:
                return Response("No such document.", 404, media_type="text/plain")
            picture = images.png(document, int(number))
            # the address holds the checksum of the file: its picture never changes
            headers = {"cache-control": "private, max-age=86400, immutable"}
            return Response(picture, media_type="image/png", headers=headers)

        try:
            return await run_in_threadpool(make)
        except NotReady:
            return Response("Not ready.", 503, media_type="text/plain", headers={"retry-after": "2"})
        except SourceError as error:
            _LOG.info("a page cannot be shown: %s", error)
            return Response(str(error), 404, media_type="text/plain; charset=utf-8")

    async def changed(request: Request, change: Callable[[FormData], None]) -> Response:
        """Do what a form asks for and say how it went."""
        words = words_asked(request)
        problem, status = "", 200
        try:
            if choices.here_only and _from_another_machine(request):
                raise SourceError(words("guard.elsewhere"))
            async with request.form(max_files=1, max_fields=12, max_part_size=1_000) as form:
                await run_in_threadpool(change, form)
        except SourceError as error:
            problem, status = str(error), 422
        except (HTTPException, ClientDisconnect):  # no form, or one cut short
            problem, status = words("upload.cut"), 400
        except OSError as error:
            _LOG.error("the documents could not be changed: %s", error)
            problem, status = words("upload.disk"), 500
        return HTMLResponse(state(words, problem), status_code=status)

    if uploads is not None:

        @router.get("/upload-state")
        async def upload_state(request: Request) -> Response:
            return HTMLResponse(await run_in_threadpool(state, words_asked(request)))

        @router.post("/upload")
        async def upload(request: Request) -> Response:
            def take(form: FormData) -> None:
                file = form.get("file")
                if not isinstance(file, UploadFile) or not file.filename:
                    raise SourceError(words_asked(request)("upload.nothing"))
                uploads.take(file.filename, file.file)

            return await changed(request, take)

        @router.post("/recognise")
        async def recognise(request: Request) -> Response:
            return await changed(request, lambda form: uploads.recognise())

    if shelf is not None:

        @router.post("/document/{order}")
        async def document(order: str, request: Request) -> Response:
            def change(form: FormData) -> None:
                fields = {name: value for name, value in form.items() if isinstance(value, str)}
                _change(shelf, order, fields, documents(), words_asked(request))

            return await changed(request, change)

    if collections is not None:

        @router.post("/collections")
        async def create(request: Request) -> Response:
            made: list[str] = []

            def change(form: FormData) -> None:
                made.append(collections.create(str(form.get("name", ""))).address)

            answer = await changed(request, change)
            return JSONResponse({"address": choices.site_path + made[0]}) if made else answer


def _change(
    shelf: Shelf,
    order: str,
    fields: Mapping[str, str],
    documents: Mapping[str, Document],
    words: Translations,
) -> None:
    if order in ("restore", "erase"):
        (shelf.restore if order == "restore" else shelf.erase)(fields.get("token", ""))
        return
    document = documents.get(fields.get("d", ""))
    if document is None or order not in ("edit", "remove"):
        raise SourceError(words("documents.unknown"))
    if order == "edit":
        shelf.edit(document, {name: fields[name] for name in FIELDS if name in fields})
    elif len(documents) == 1:
        raise SourceError(words("documents.last"))
    else:
        shelf.remove(document)


def _from_another_machine(request: Request) -> bool:
    """Whether a page elsewhere asks: a proxy nobody told us of may hand on what was not meant to leave this machine."""
    origin = request.headers.get("origin")
    try:
        return origin is not None and not is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return True
