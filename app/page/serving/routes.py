"""The page's own addresses under `/al/`: fragments of HTML, downloads, the printable record.

They read the corpus and nothing else, need no session and keep no state, so a fragment can be tested
without a browser and a download is an ordinary link.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from alpie.app.page.guarding.origins import is_loopback
from alpie.app.page.serving.change_routes import add_change_routes
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.library import Library, NotReady, Opening
from alpie.app.page.state.server_metrics import CONTENT_TYPE, Meter
from alpie.app.page.views import basket, lookup, lookup_view, record_view
from alpie.app.page.views import check_view as check
from alpie.app.page.views import quality_view as evaluation
from alpie.app.page.views.documents_view import Offer, render_documents
from alpie.app.page.views.feedback import FeedbackFile
from alpie.app.page.views.help import render_help
from alpie.app.page.views.markup import tag
from alpie.app.page.views.page_images import PageImages
from alpie.app.page.views.page_words import Translations, words_asked
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.quality_view import about
from alpie.app.page.views.templates import Markup, render
from alpie.app.page.views.welcome import Examples, render_welcome
from alpie.index.errors import AddressError, AlpieError, QuestionError, SourceError

_LOG = logging.getLogger(__name__)
_ASSETS = Path(__file__).resolve().parents[1] / "assets"
_OPENING_SECONDS = 20.0  # a fragment waits this long for the corpus; the script then asks again
_LONGEST_VALUE = 4000  # characters of one parameter
_AT_ONCE = 4  # fragments made at the same time: more take turns anyway, and each holds what it works on

Make = Callable[[Library, Translations], Response]


def add_routes(
    app: FastAPI,
    opening: Opening,
    options: PageOptions,
    meter: Meter | None = None,
    scripts: Mapping[str, str] | None = None,
) -> Callable[[Translations], Markup]:
    """Hang the routes on `app`; `scripts`: the page's script in each language. Returns what makes the first screen."""
    router = APIRouter(prefix="/al", include_in_schema=False)
    kept: list[Panels] = []  # of the corpus in use
    tried: dict[str, Examples] = {}  # questions to begin with, by language
    at_once = CapacityLimiter(_AT_ONCE)

    def panels_of(library: Library) -> Panels:
        for panels in kept:
            if panels.library is library:
                return panels
        kept[:] = [Panels(library, options.root_path)]
        return kept[0]

    def welcome(words: Translations) -> Markup:
        try:
            library = opening.wait()
        except NotReady as error:
            return render_welcome(words, complete=error.failed)
        examples = tried.get(words.language)
        if examples is None or examples.library is not library:
            examples = tried[words.language] = Examples(library, words)
        evaluated = evaluation.about(options.reports, library.fingerprint)
        may_add = options.uploads is not None or options.collections is not None
        return render_welcome(
            words, panels_of(library), examples, options.collection, evaluated, may_add=may_add
        )

    async def answer(request: Request, make: Make) -> Response:
        if not opening.settled:  # many may wait, few work
            await run_in_threadpool(_waited, opening)
        work = partial(_answered, opening, words_asked(request), make)
        return await to_thread.run_sync(work, limiter=at_once)

    @router.get("/script")
    async def script(request: Request) -> Response:
        text = (scripts or {}).get(words_asked(request).language, "")
        # `Delivery` says otherwise of an address that names its version
        headers = {"cache-control": "no-cache"}
        return Response(text, media_type="text/javascript; charset=utf-8", headers=headers)

    @router.get("/reader")
    async def reader(request: Request) -> Response:
        query = _query(request)

        def make(library: Library, words: Translations) -> Response:
            own = panels_of(library)
            try:
                if "d" in query:
                    return HTMLResponse(own.whole(query["d"], words))
                return HTMLResponse(own.at(query.get("p", ""), query.get("s", ""), words))
            except AddressError as error:
                return HTMLResponse(own.vanished(error, words), status_code=404)

        return await answer(request, make)

    @router.get("/search-form")
    async def search_form(request: Request) -> Response:
        return await answer(
            request, lambda library, words: HTMLResponse(lookup_view.render_form(library, words))
        )

    @router.get("/search")
    async def search(request: Request) -> Response:
        wanted = lookup.Wanted.from_query(_query(request))
        return await answer(
            request, lambda library, words: HTMLResponse(lookup_view.render_results(library, wanted, words))
        )

    @router.get("/check-form")
    async def check_form(request: Request) -> Response:
        return HTMLResponse(check.render_form(words_asked(request)))

    @router.post("/check")
    async def check_quotation(request: Request) -> Response:
        text = (await _body(request, 4 * check.LONGEST_TEXT + 4)).decode("utf-8", errors="replace")
        return await answer(
            request,
            lambda library, words: HTMLResponse(check.render_check(panels_of(library).checker, text, words)),
        )

    @router.get("/welcome")
    async def first_screen(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(welcome, words_asked(request)))

    @router.get("/scope")
    async def scope(request: Request) -> Response:
        return await answer(
            request,
            lambda library, words: HTMLResponse(
                render("scope_list", words, documents=list(library.documents.values()))
            ),
        )

    @router.get("/evaluation")
    async def evaluation_view(request: Request) -> Response:
        def make(library: Library, words: Translations) -> Response:
            shown = evaluation.render_evaluation(options.reports, words, library.fingerprint)
            if meter and options.metrics != "off":
                shown += evaluation.render_timings(meter, words)
            return HTMLResponse(shown)

        return await answer(request, make)

    @router.get("/help")
    async def help_view(request: Request) -> Response:
        return HTMLResponse(render_help(words_asked(request), options.help_lines, options.finish is not None))

    @router.get("/export/{form}")
    async def export(form: str, request: Request) -> Response:
        places = basket.places(request.query_params.multi_items())
        base = options.public_url or (
            "" if is_loopback(request.url.hostname or "") else str(request.base_url)
        )
        return await answer(request, lambda library, words: basket.export(library, form, places, words, base))

    @router.get("/references/{style}")
    async def references(style: str, request: Request) -> Response:
        places = basket.places(request.query_params.multi_items())
        return await answer(
            request,
            lambda library, words: basket.references(library, style, places, words, options.root_path),
        )

    @router.get("/record")
    async def record(request: Request) -> Response:
        query = _query(request)
        turns = tuple(value[:_LONGEST_VALUE] for value in request.query_params.getlist("t"))[:6]
        documents = tuple(value[:_LONGEST_VALUE] for value in request.query_params.getlist("in"))
        as_json = query.get("format") == "json"
        return await answer(
            request,
            lambda library, words: record_view.record(
                library, query.get("q", ""), turns, words, as_json, documents, "each" in query
            ),
        )

    if options.feedback:
        file = FeedbackFile(options.feedback)

        @router.post("/feedback")
        async def feedback(request: Request) -> Response:
            try:
                told = json.loads(await _body(request, 10_000))
            except ValueError:
                return Response(status_code=400)
            if not isinstance(told, dict):
                return Response(status_code=400)
            arguments = (told.get("verdict"), told.get("question"), told.get("address", ""))
            kept = await run_in_threadpool(file.add, *arguments)
            return Response(status_code=204 if kept else 400)

    if meter and options.metrics != "off":

        @router.get("/metrics")
        async def metrics(request: Request) -> Response:
            # a visitor whose address a trusted proxy told is not on this machine
            near = request.client is not None and is_loopback(request.client.host)
            if options.metrics == "loopback" and not near:
                return Response(status_code=403)
            return Response(meter.exposition(), media_type=CONTENT_TYPE)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> JSONResponse:
        state = "ready" if opening.ready else "failed" if opening.settled else "opening"
        return JSONResponse({"status": state}, status_code=503 if state == "failed" else 200)

    _add_document_routes(router, opening, options, panels_of)
    add_change_routes(router, opening, options)
    app.include_router(router)
    app.mount("/al/assets", StaticFiles(directory=_ASSETS), name="assets")
    return welcome


def _query(request: Request) -> dict[str, str]:
    return {key: value[:_LONGEST_VALUE] for key, value in request.query_params.items()}


async def _body(request: Request, most_bytes: int) -> bytes:
    """The body, cut off after `most_bytes`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            break
    return body[:most_bytes]


def _waited(opening: Opening) -> None:
    with suppress(NotReady):
        opening.wait(_OPENING_SECONDS)


def _answered(opening: Opening, words: Translations, make: Make) -> Response:
    """What `make` says, or a plain sentence with the right status."""
    try:
        return make(opening.wait(), words)
    except NotReady as error:
        return _sentence(words.html(opening.why_not(error)), 500 if error.failed else 503)
    except QuestionError:
        return _sentence(words.html("chat.no_words"), 400)
    except AlpieError as error:
        _LOG.info("refused: %s", error)
        return _sentence(words.html("chat.refused"), 400)
    except Exception:  # noqa: BLE001 - edge of a page event: a plain sentence for people, the rest for the log
        _LOG.exception("a page request failed")
        return _sentence(words.html("chat.failed"), 500)


def _sentence(text: str, status: int) -> Response:
    headers = {"retry-after": "2"} if status == 503 else None
    return HTMLResponse(tag("p", text, class_="problem"), status_code=status, headers=headers)


def _add_document_routes(
    router: APIRouter, opening: Opening, options: PageOptions, panels_of: Callable[[Library], Panels]
) -> None:
    """The list of the documents, and pictures of PDF pages."""
    images = PageImages(options.docs)
    offer = Offer(
        options.uploads,
        options.shelf,
        options.collections,
        options.collection,
        options.first,
        options.slug,
        options.site_path,
        options.language,
        options.here_only,
        options.most_upload_bytes // 1_000_000,
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
            known = panels is not None and about(options.reports, panels.library.fingerprint)
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
