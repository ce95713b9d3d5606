"""Serves the page: FastAPI around Gradio, closed where Gradio is open, on the loopback address by default."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from fastapi import FastAPI

from alpie.app.operation.background_loader import CorpusOpener
from alpie.app.operation.library_internals import count_waiting, import_gradio
from alpie.app.operation.users import Users
from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.guarding.login import Login
from alpie.app.page.guarding.permitted_events import Handlers, PermittedEvents
from alpie.app.page.serving.change_routes import upload_bodies
from alpie.app.page.serving.collection_router import CollectionRouter
from alpie.app.page.serving.delivery import Delivery, FirstPaint
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.routes import PageRoutes
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.named_collections import Collection
from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.page_translations import LANGUAGES, page_translations_for
from alpie.index.system.environment import work_offline

if TYPE_CHECKING:
    from gradio import Blocks

    from alpie.app.answering.corpus import Corpus
    from alpie.app.settings import Settings

# Gradio keeps its last 10,000 events and, after each, makes a table of all of them with the times of each function.
_NO_RECORDS = {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9)}
_MOUNTING = threading.Lock()  # Gradio keeps the page that is being made in one place for all
_CONCURRENT_REQUESTS = 4  # questions that the endpoints answer at the same time
_SESSIONS = 100  # conversations remembered, up to half a megabyte each; a browser brings its own along when it was forgotten
_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_MEMORY_SECONDS = 30.0  # giving it back takes some 20 ms


def create_app(
    open_corpus: Callable[[], Corpus],
    options: PageOptions | None = None,
    stamp: Callable[[], object] | None = None,
    settings_of: Callable[[Collection], Settings] | None = None,
) -> FastAPI:
    """The whole application; `open_corpus` runs in the background, once and whenever `stamp` changes.

    `settings_of` gives the settings of a named collection; it is needed where `options` has collections.
    """
    options = options or PageOptions()
    work_offline()  # Gradio and its client otherwise call home when they start
    os.environ.update(_NO_RECORDS)
    import_gradio()  # late: seconds and 150 MB that no other command needs
    meter = Meter()
    loader = CorpusLoader(lambda: meter.opened(open_corpus()), stamp).start()
    app = _pages(loader, options, meter)
    if options.collections and settings_of:
        app.add_middleware(
            CollectionRouter,
            collections=options.collections,
            make=partial(_collection_pages, options, settings_of),
            language=options.language,
        )
    _add_guard(app, options, meter)
    return app


def _add_guard(app: FastAPI, options: PageOptions, meter: Meter) -> None:
    login = None
    if options.users:
        login = Login(Users(options.users), _homes(options), options.language, options.root_path)
    guard_options = GuardOptions(
        limits=options.limits,
        hosts=options.hosts,
        proxied=options.proxied,
        access_check=login,
        bodies=upload_bodies(options),
        collections=options.collections is not None,
        on_refusal=meter.count_refusal,
    )
    app.add_middleware(Guard, guard_options)


def _collection_pages(
    options: PageOptions, settings_of: Callable[[Collection], Settings], collection: Collection
) -> FastAPI:
    """The pages about a named collection; `state.stop` of the application stops following its index."""
    own = settings_of(collection)
    opener = CorpusOpener(own)
    loader = CorpusLoader(opener, opener.stamp).start()
    pages = _pages(loader, options.of_collection(collection, own), None)
    pages.state.stop = loader.stop
    return pages


def _paths(options: PageOptions) -> dict[str, str]:
    return {language: "/" if language == options.language else f"/{language}/" for language in LANGUAGES}


def _homes(options: PageOptions) -> dict[str, str]:
    return {language: options.root_path + path for language, path in _paths(options).items()}


def _pages(loader: CorpusLoader, options: PageOptions, meter: Meter | None) -> FastAPI:
    """An application with the page about one corpus in each language; the guard and the login stand around all of them."""
    from alpie.app.page.serving.frame import first_paint, head_of, script_of

    app = FastAPI(title="Al Pie", docs_url=None, redoc_url=None, openapi_url=None)
    paths, homes = _paths(options), _homes(options)
    scripts = {
        language: script_of(page_translations_for(language), homes[language], options)
        for language in LANGUAGES
    }
    heads = {
        language: head_of(page_translations_for(language), scripts[language], options.root_path)
        for language in LANGUAGES
    }
    routes = PageRoutes(loader, options, meter, scripts)
    routes.add_to(app)
    pages = _mount_pages(
        app, loader, options, meter, {language: head.markup for language, head in heads.items()}
    )
    if meter:
        meter.gauge(
            "waiting_questions",
            "Questions in the queue",
            lambda: float(sum(map(count_waiting, pages.values()))),
        )
    firsts = {
        paths[language]: partial(first_paint, page_translations_for(language), homes, routes.welcome)
        for language in LANGUAGES
    }
    app.add_middleware(FirstPaint, made=firsts)
    app.add_middleware(
        Delivery, links={paths[language]: head.link_header for language, head in heads.items()}
    )
    handlers = {paths[language]: Handlers.from_page(page, language) for language, page in pages.items()}
    app.add_middleware(PermittedEvents, pages=handlers)
    return app


def _mount_pages(
    app: FastAPI, loader: CorpusLoader, options: PageOptions, meter: Meter | None, heads: Mapping[str, str]
) -> Mapping[str, Blocks]:
    """Mount the page in each language on `app`; `heads`: what goes into the head of each."""
    pages: dict[str, Blocks] = {}

    async def mount() -> None:
        # "/" last: it takes what is left.
        for language, path in sorted(_paths(options).items(), key=itemgetter(1), reverse=True):
            pages[language] = _page(loader, language, options, meter)
            _mount(app, pages[language], path, heads[language])

    # In a loop of its own: outside one, Gradio makes a loop for every lock and leaves it open; the caller may be in one.
    with _MOUNTING, ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, mount()).result()
    return pages


def _page(loader: CorpusLoader, language: str, options: PageOptions, meter: Meter | None) -> Blocks:
    """The page in one language, with its endpoints and its queue."""
    from alpie.app.page.serving.frame import add_api, build_page

    page = build_page(loader, page_translations_for(language), _homes(options), options, meter)
    add_api(page, loader, language, options.finish, meter)
    page.queue(
        default_concurrency_limit=_CONCURRENT_REQUESTS, max_size=options.max_waiting_questions, api_open=False
    )
    page.state_session_capacity = _SESSIONS
    return page


def _mount(app: FastAPI, page: Blocks, path: str, head: str) -> None:
    import gradio as gr

    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about rendering on the server and about deprecations
        gr.mount_gradio_app(
            app,
            page,
            path=path.rstrip("/") or "/",
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            show_error=False,
            max_file_size=1,
            theme=theme,
            head=head,
        )


def serve(settings: Settings, on_listening: Callable[[str], None] = lambda url: None) -> None:
    """Serve until interrupted; it listens as soon as the page can be shown, before the corpus is open.

    `on_listening` then gets the address.
    """
    from alpie.app.page.serving.connections import bound_socket, run_server, server_config

    opener = CorpusOpener(settings)
    share_memory()
    give_back_memory()
    options = PageOptions.from_settings(settings)
    bound = bound_socket(settings.host, settings.port)  # a port in use is reported at once
    app = create_app(
        opener.open_or_build,
        options,
        opener.stamp,
        lambda collection: replace(settings, docs=collection.docs, data=collection.data),
    )
    run_server(server_config(app, options.root_path, settings.trusted_proxies), bound, on_listening)


def share_memory() -> None:
    """Let the threads of this process share two pools of memory; by default each thread gets one of its own.

    What a program frees, glibc keeps for the next request of that thread's pool, and gives back only from the end of a
    pool. Many threads that answer in turn each leave their largest answer behind that way.
    """
    if function := _of_glibc("mallopt"):
        function(_ARENA_MAX, 2)


def give_back_memory(every_seconds: float = _MEMORY_SECONDS) -> Callable[[], None]:
    """Regularly return freed memory to the system from now on, until the returned function is called."""
    ended = threading.Event()
    function = _of_glibc("malloc_trim")

    def run() -> None:
        while function and not ended.wait(every_seconds):
            function(0)

    if function:
        threading.Thread(target=run, name="give-back-memory", daemon=True).start()
    return ended.set


def _of_glibc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    try:
        return getattr(ctypes.CDLL(None), name)  # type: ignore[no-any-return]
    except (OSError, AttributeError):  # another C library
        return None
