"""Which application answers: a named collection is served by one of its own, made when it is first visited.

Everything that knows the prefix of a proxy works under `/c/<slug>` too, and no collection can show the passages of
another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from anyio import to_thread
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alpie.app.page.state.named_collections import COLLECTION, Collection, Collections

__all__ = ["Switch"]


class Switch:
    """Middleware that hands a request under `/c/<slug>/` to the application of that collection."""

    def __init__(self, app: ASGIApp, collections: Collections, make: Callable[[Collection], FastAPI]) -> None:
        self._app, self._collections, self._make = app, collections, make
        self._made: dict[str, FastAPI] = {}
        self._making = asyncio.Lock()
        self._running = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                await self._running.aclose()
            return
        root = scope.get("root_path", "")
        prefix = COLLECTION.match(scope.get("path", "").removeprefix(root))
        own = await self._application(prefix["slug"]) if prefix else None
        if prefix and own:
            if prefix.end() == len(scope["path"].removeprefix(root)):
                await RedirectResponse(f"{root}{prefix[0]}/")(scope, receive, send)
                return
            await own({**scope, "root_path": root + prefix[0]}, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _application(self, slug: str) -> FastAPI | None:
        async with self._making:
            if slug not in self._made:
                collection = await to_thread.run_sync(self._collections.get, slug)
                if collection is None:
                    return None
                made = await to_thread.run_sync(self._make, collection)
                await self._running.enter_async_context(made.router.lifespan_context(made))
                self._made[slug] = made
        return self._made[slug]
