"""Routes that show the documents: their list, and pictures of PDF pages."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from alpie.app.page.serving.page_options import Choices
from alpie.app.page.state.library import Library, NotReady, Opening
from alpie.app.page.views.documents_view import Offer, render_documents
from alpie.app.page.views.page_images import PageImages
from alpie.app.page.views.page_words import words_asked
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.quality_view import about
from alpie.index.errors import SourceError

__all__ = ["add_document_routes"]

_LOG = logging.getLogger(__name__)
_OPENING_SECONDS = 20.0


def add_document_routes(
    router: APIRouter, opening: Opening, choices: Choices, panels_of: Callable[[Library], Panels]
) -> None:
    """Hang the routes on `router`, whose prefix is `/al`."""
    images = PageImages(choices.docs)
    offer = Offer(
        choices.uploads,
        choices.shelf,
        choices.collections,
        choices.collection,
        choices.first,
        choices.slug,
        choices.site_path,
        choices.language,
        choices.here_only,
        choices.most_upload_bytes // 1_000_000,
    )

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
            known = panels is not None and about(choices.reports, panels.library.fingerprint)
            return HTMLResponse(render_documents(panels, words, offer, known))

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
