"""Routes about the documents themselves: pictures of PDF pages, and taking documents in."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from alpie.app.page.serving.page_options import Choices
from alpie.app.page.state.library import NotReady, Opening
from alpie.app.page.views.page_images import PageImages
from alpie.app.page.views.page_words import words_asked
from alpie.app.page.views.upload_view import render_state
from alpie.index.errors import SourceError

__all__ = ["add_document_routes", "upload_bodies"]

_LOG = logging.getLogger(__name__)
_MULTIPART_BYTES = 4_000  # of a form around its file
_UPLOAD = "/al/upload"


def upload_bodies(choices: Choices) -> Mapping[str, int]:
    """The route that takes large bodies, with their limit in bytes; empty where nothing is taken."""
    return {_UPLOAD: choices.uploads.most_bytes + _MULTIPART_BYTES} if choices.uploads else {}


def add_document_routes(router: APIRouter, opening: Opening, choices: Choices) -> None:
    """Hang the routes on `router`, whose prefix is `/al`."""
    images = PageImages(choices.docs)

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

    uploads = choices.uploads
    if uploads is None:
        return

    @router.get("/upload-state")
    async def upload_state(request: Request) -> Response:
        words = words_asked(request)
        return HTMLResponse(render_state(uploads.state, words))

    @router.post("/upload")
    async def upload(request: Request) -> Response:
        words = words_asked(request)
        problem, status = "", 200
        try:
            async with request.form(max_files=1, max_fields=4, max_part_size=1_000) as form:
                file = form.get("file")
                if not isinstance(file, UploadFile) or not file.filename:
                    raise SourceError(words("upload.nothing"))
                await run_in_threadpool(uploads.take, file.filename, file.file)
        except SourceError as error:
            problem, status = str(error), 422
        except (HTTPException, ClientDisconnect):  # no form, or one cut short
            problem, status = words("upload.cut"), 400
        return HTMLResponse(render_state(uploads.state, words, problem), status_code=status)
