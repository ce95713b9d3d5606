"""The page's own addresses under `/al/`: fragments of HTML, downloads, the printable record.

They only read the corpus, need no session and keep no state, so fragments can be tested without a browser and a
download is an ordinary link.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from alpie.app.answering.understanding.conversation import MAX_TURNS
from alpie.app.errors import AddressError, NotReady
from alpie.app.operation.addresses import is_loopback
from alpie.app.page.serving.change_routes import add_change_routes
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.feedback import FeedbackFile
from alpie.app.page.state.server_metrics import CONTENT_TYPE, Meter
from alpie.app.page.views import check_view as check
from alpie.app.page.views import evaluation_view, lookup_view, reference_view
from alpie.app.page.views.answer_view import render_record
from alpie.app.page.views.documents_view import render_documents
from alpie.app.page.views.page_images import page_png
from alpie.app.page.views.page_translations import PageTranslations, requested_translations
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.templates import Markup, render
from alpie.app.page.views.welcome import Examples, render_welcome
from alpie.app.service.people_at_risk import help_lines
from alpie.index.errors import SourceError

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_LOG = logging.getLogger(__name__)
_ASSETS = Path(__file__).resolve().parents[1] / "assets"
_FRAGMENT_WAIT_SECONDS = 20.0  # a fragment waits this long for the corpus; the script then asks again
_MAX_VALUE = 4000  # characters of one parameter
_CONCURRENT_FRAGMENTS = 4  # more take turns anyway, and each holds what it works on

Make = Callable[[Request, "Corpus", PageTranslations], Response | Markup]
"""A function that makes the answer to a request out of the corpus; it runs in a thread."""


class PageRoutes:
    """The handlers of all routes but those that change documents, and the panels and questions they keep."""

    def __init__(
        self,
        loader: CorpusLoader,
        options: PageOptions,
        meter: Meter | None = None,
        scripts: Mapping[str, str] | None = None,
    ) -> None:
        """Routes for the corpus that `loader` opens; `scripts`: the page's script in each language."""
        self._loader, self._options = loader, options
        self._meter = meter if options.metrics != "off" else None
        self._scripts = scripts or {}
        self._feedback_file = FeedbackFile(options.feedback) if options.feedback else None
        self._panels: Panels | None = None  # of the corpus in use
        self._examples: dict[str, Examples] = {}  # questions to begin with, by language
        self._at_once = CapacityLimiter(_CONCURRENT_FRAGMENTS)

    def add_to(self, app: FastAPI) -> None:
        """Add everything under `/al/` to `app`, and `/healthz`."""
        router = APIRouter(prefix="/al", include_in_schema=False)
        of_corpus: Mapping[str, Make] = {
            "/panel": self._panel,
            "/search-form": lambda _, corpus, translations: lookup_view.render_search_form(
                corpus, translations
            ),
            "/search": self._search,
            "/scope": lambda _, corpus, translations: render(
                "scope_list", translations, documents=list(corpus.documents.values())
            ),
            "/evaluation": self._evaluation,
            "/export/{form}": self._export,
            "/references/{style}": self._references,
            "/record": self._record,
        }
        for path, make in of_corpus.items():
            router.add_api_route(path, self._with_corpus(make))
        router.post("/check")(self._check)
        router.get("/check-form")(self._check_form)
        router.get("/welcome")(self._first_screen)
        router.get("/help")(self._help)
        router.get("/script")(self._script)
        router.get("/documents")(self._documents)
        router.get("/page")(self._page_image)
        if self._feedback_file:
            router.post("/feedback")(self._feedback)
        if self._meter:
            router.get("/metrics")(self._metrics)
        app.get("/healthz", include_in_schema=False)(self._health)
        add_change_routes(router, self._loader, self._options)
        app.include_router(router)
        app.mount("/al/assets", StaticFiles(directory=_ASSETS), name="assets")

    def welcome(self, translations: PageTranslations) -> Markup:
        """What the page shows before the first question."""
        try:
            corpus = self._loader.wait()
        except NotReady as error:
            return render_welcome(translations, complete=error.failed)
        examples = self._examples.get(translations.language)
        if examples is None or examples.corpus is not corpus:
            examples = self._examples[translations.language] = Examples(corpus, translations)
        options = self._options
        evaluated = evaluation_view.has_results_about(options.reports, corpus.fingerprint)
        may_add = options.uploads is not None or options.collections is not None
        return render_welcome(
            translations, self._panels_of(corpus), examples, options.collection, evaluated, may_add=may_add
        )

    def _panels_of(self, corpus: Corpus) -> Panels:
        panels = self._panels
        if panels is None or panels.corpus is not corpus:
            panels = self._panels = Panels(corpus, self._options.root_path)
        return panels

    def _with_corpus(self, make: Make) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            if not self._loader.settled:  # many may wait, few work
                await run_in_threadpool(_require_corpus, self._loader)
            return await to_thread.run_sync(self._respond, request, make, limiter=self._at_once)

        return handler

    def _respond(self, request: Request, make: Make) -> Response:
        """What `make` says, or a plain sentence with the right status."""
        translations = requested_translations(request)
        try:
            made = make(request, self._loader.wait(), translations)
            return made if isinstance(made, Response) else HTMLResponse(made)
        except Exception as error:  # noqa: BLE001 - edge of a page event: a plain sentence for people, the rest for the log
            return _sentence(translations, *self._loader.failure_of(error))

    # --- what is read and looked up -------------------------------------------------------------

    def _panel(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Response | Markup:
        query, panels = _query(request), self._panels_of(corpus)
        try:
            if "d" in query:
                return panels.whole(query["d"], translations)
            return panels.at(query.get("p", ""), query.get("s", ""), translations)
        except AddressError as error:
            return HTMLResponse(panels.vanished(error, translations), status_code=404)

    def _search(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Markup:
        return lookup_view.render_results(corpus, lookup_view.read_lookup(_query(request)), translations)

    async def _check_form(self, request: Request) -> Response:
        return HTMLResponse(check.render_check_form(requested_translations(request)))

    async def _check(self, request: Request) -> Response:
        text = (await request.body()).decode("utf-8", errors="replace")

        def make(_: Request, corpus: Corpus, translations: PageTranslations) -> Markup:
            return check.render_check(self._panels_of(corpus).checker, text, translations)

        return await self._with_corpus(make)(request)

    # --- what is taken along --------------------------------------------------------------------

    def _export(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Response:
        places = reference_view.parse_places(request.query_params.multi_items())
        base = self._options.public_url
        if not base and not is_loopback(request.url.hostname or ""):
            base = str(request.base_url)
        return reference_view.export_response(corpus, request.path_params["form"], places, translations, base)

    def _references(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Response:
        places = reference_view.parse_places(request.query_params.multi_items())
        style = request.path_params["style"]
        return reference_view.references_response(
            corpus, style, places, translations, self._options.root_path
        )

    def _record(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Response:
        query = _query(request)
        turns, documents = (
            tuple(value[:_MAX_VALUE] for value in request.query_params.getlist(name)) for name in ("t", "in")
        )
        as_json, each_document = query.get("format") == "json", "each" in query
        question = query.get("q", "")
        return render_record(
            corpus, question, turns[:MAX_TURNS], translations, as_json, documents, each_document
        )

    # --- the documents --------------------------------------------------------------------------

    def _documents(self, request: Request) -> Response:
        translations = requested_translations(request)
        try:
            panels = self._panels_of(self._loader.wait(_FRAGMENT_WAIT_SECONDS))
        except NotReady as error:
            if not error.failed:
                return _sentence(translations, self._loader.waiting_key(error), 503)
            panels = None  # a collection without documents yet
        options = self._options
        known = panels is not None and evaluation_view.has_results_about(
            options.reports, panels.corpus.fingerprint
        )
        return HTMLResponse(render_documents(panels, translations, options, known))

    def _page_image(self, request: Request) -> Response:
        return self._respond(request, self._picture)

    def _picture(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Response:
        query = request.query_params
        number = query.get("n", "")
        document = corpus.documents.get(query.get("d", ""))
        if document is None or not (number.isascii() and number.isdecimal() and len(number) <= 5):
            return Response(translations("panel.no_page"), 404, media_type="text/plain; charset=utf-8")
        try:
            picture = page_png(self._options.docs, document, int(number))
        except SourceError as error:
            _LOG.info("a page cannot be shown: %s", error)
            return Response(translations.translate(error), 404, media_type="text/plain; charset=utf-8")
        # the address holds the checksum of the file: its picture never changes
        headers = {"cache-control": "private, max-age=86400, immutable"}
        return Response(picture, media_type="image/png", headers=headers)

    # --- the page itself ------------------------------------------------------------------------

    def _first_screen(self, request: Request) -> Response:
        return HTMLResponse(self.welcome(requested_translations(request)))

    async def _help(self, request: Request) -> Response:
        translations, known = requested_translations(request), help_lines()
        checked = translations.date(known.checked)
        writer = self._options.finish is not None
        return HTMLResponse(render("help", translations, lines=known.lines, checked=checked, writer=writer))

    async def _script(self, request: Request) -> Response:
        text = self._scripts.get(requested_translations(request).language, "")
        # `Delivery` says otherwise of an address that names its version
        headers = {"cache-control": "no-cache"}
        return Response(text, media_type="text/javascript; charset=utf-8", headers=headers)

    def _evaluation(self, request: Request, corpus: Corpus, translations: PageTranslations) -> Markup:
        shown = evaluation_view.render_evaluation(self._options.reports, translations, corpus.fingerprint)
        if self._meter:
            shown += evaluation_view.render_timings(self._meter, translations)
        return shown

    async def _feedback(self, request: Request) -> Response:
        assert self._feedback_file
        kept = await run_in_threadpool(self._feedback_file.add, await request.body())
        return Response(status_code=204 if kept else 400)

    async def _metrics(self, request: Request) -> Response:
        assert self._meter
        # a visitor whose address came from a trusted proxy is not on this machine
        near = request.client is not None and is_loopback(request.client.host)
        if self._options.metrics == "loopback" and not near:
            return Response(status_code=403)
        return Response(self._meter.exposition(), media_type=CONTENT_TYPE)

    async def _health(self) -> JSONResponse:
        if self._loader.ready:
            return JSONResponse({"status": "ready"})
        if self._loader.settled:
            return JSONResponse({"status": "failed"}, status_code=503)
        return JSONResponse({"status": "opening"})


def _query(request: Request) -> dict[str, str]:
    return {key: value[:_MAX_VALUE] for key, value in request.query_params.items()}


def _require_corpus(loader: CorpusLoader) -> None:
    with suppress(NotReady):
        loader.wait(_FRAGMENT_WAIT_SECONDS)


def _sentence(translations: PageTranslations, key: str, status: int) -> Response:
    headers = {"retry-after": "2"} if status == 503 else None
    return HTMLResponse(
        render("sentence", translations, style="problem", text=translations(key)),
        status_code=status,
        headers=headers,
    )
