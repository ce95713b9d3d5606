"""Chooses the application that answers: each named collection has its own, created when it is first visited.

Everything that can handle a proxy's prefix also works under `/c/<slug>`, and no collection can show passages of
another.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from anyio import to_thread
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alpie.app.page.state.named_collections import COLLECTION, Collection, Collections
from alpie.app.page.views.page_translations import language_of_path, page_translations_for
from alpie.app.page.views.templates import render


@dataclass(frozen=True)
class _Running:
    """A collection and its application; closing `ends` ends it."""

    collection: Collection
    application: FastAPI
    ends: AsyncExitStack


class CollectionRouter:
    """Middleware that hands a request under `/c/<slug>/` to the application of that collection, whose `state.stop` ends it."""

    def __init__(
        self,
        app: ASGIApp,
        collections: Collections,
        make: Callable[[Collection], FastAPI],
        language: str = "es",
    ) -> None:
        self._app, self._collections, self._make, self._language = app, collections, make, language
        self._made: dict[str, _Running] = {}
        self._making = defaultdict[str, asyncio.Lock](asyncio.Lock)  # of collections that are or were there

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the application of its collection, or say that there is none."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                for slug in tuple(self._made):
                    await self._stop(slug)
            return
        root = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(root)
        prefix = COLLECTION.match(path)
        own = await self._application(prefix["slug"]) if prefix else None
        if prefix and own:
            if prefix.end() == len(path):
                await RedirectResponse(f"{root}{prefix[0]}/")(scope, receive, send)
                return
            await own({**scope, "root_path": root + prefix[0]}, receive, send)
        elif prefix and scope["type"] == "http":
            translations = page_translations_for(language_of_path(path[prefix.end() :], self._language))
            page = render("gone", translations, home=f"{root}/")
            await HTMLResponse(page, status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _application(self, slug: str) -> FastAPI | None:
        collection, ready = await self._current(slug)
        if ready or not (collection or slug in self._made):
            return ready
        async with self._making[slug]:
            collection, ready = await self._current(slug)  # as it is after waiting
            if ready:
                return ready
            if slug in self._made:  # it has another name by now, or was removed
                await self._stop(slug)
            if collection is None:
                return None
            made, running = await to_thread.run_sync(self._make, collection), AsyncExitStack()
            running.callback(made.state.stop)
            await running.enter_async_context(made.router.lifespan_context(made))
            self._made[slug] = _Running(collection, made, running)
            return made

    async def _current(self, slug: str) -> tuple[Collection | None, FastAPI | None]:
        """The collection, and its application if it has been created."""
        collection = await to_thread.run_sync(self._collections.get, slug)
        running = self._made.get(slug)
        return collection, running.application if running and running.collection == collection else None

    async def _stop(self, slug: str) -> None:
        await self._made.pop(slug).ends.aclose()
