"""One visitor of a load test: opens the page, asks through its queue as a browser does, reads, looks up, checks."""

from __future__ import annotations

import asyncio
import html
import json
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

__all__ = ["ACTIONS", "Tally", "Visitor"]

# what a visitor does next, with how often in a hundred times
ACTIONS = {"ask": 50, "reader": 20, "search": 15, "check": 10, "documents": 5}
_PATIENCE_SECONDS = 120.0
_MAX_TRIES = 60


@dataclass
class Tally:
    """What all visitors saw. Seconds by action; a question that was shed and answered later counts once."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    asked: int = 0
    answered: int = 0
    shed: int = 0

    def took(self, action: str, seconds: float) -> None:
        self.seconds.setdefault(action, []).append(seconds)

    @property
    def lost(self) -> int:
        """Questions that were asked and never answered."""
        return self.asked - self.answered


class Visitor:
    """`local`: the address on loopback this one comes from, so that the limits by client stay as they are."""

    def __init__(
        self, address: str, local: str | None, questions: Iterator[str], tally: Tally, seed: int
    ) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=local, limits=httpx.Limits(max_connections=6))
        self._http = httpx.AsyncClient(
            transport=transport,
            base_url=address,
            timeout=httpx.Timeout(_PATIENCE_SECONDS),
            follow_redirects=True,
        )
        self._questions, self._tally = questions, tally
        self._chance = random.Random(seed)
        self._session = uuid.uuid4().hex[:11]
        self._ask_index = -1
        self._inputs = 0

    async def open(self) -> None:
        """The page, as a browser opens it."""
        started = time.perf_counter()
        page = await self._http.get("/")
        page.raise_for_status()
        config = (await self._http.get("/config")).raise_for_status().json()
        for event in config["dependencies"]:
            if event["api_name"] == "page_ask":
                self._ask_index, self._inputs = event["id"], len(event["inputs"])
        self._tally.took("page", time.perf_counter() - started)

    async def close(self) -> None:
        await self._http.aclose()

    async def stay(self, until: float, pause_seconds: float) -> None:
        """Do one thing after another until `until` (of `time.monotonic`), with pauses in between."""
        await asyncio.sleep(self._chance.uniform(0, pause_seconds))
        while time.monotonic() < until:
            action = self._chance.choices(tuple(ACTIONS), tuple(ACTIONS.values()))[0]
            await self.do(action)
            await asyncio.sleep(self._chance.expovariate(1 / pause_seconds) if pause_seconds else 0)

    async def do(self, action: str) -> None:
        """One action; whatever goes wrong is noted."""
        started = time.perf_counter()
        try:
            if action == "ask":
                await self.ask(next(self._questions))
            else:
                await self._look(action)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._tally.errors.append(f"{action}: {type(error).__name__}: {error}"[:300])
        else:
            self._tally.took(action, time.perf_counter() - started)

    async def ask(self, question: str) -> None:
        """Ask, and when the server is busy ask again as soon as it said."""
        self._tally.asked += 1
        for _ in range(_MAX_TRIES):
            data = [question, *([None] * (self._inputs - 1))]
            body = {
                "data": data,
                "fn_index": self._ask_index,
                "session_hash": self._session,
                "trigger_id": None,
            }
            joined = await self._http.post("/gradio_api/queue/join", json=body)
            if joined.status_code not in (429, 503):
                joined.raise_for_status()
                await self._answer(question, joined.json()["event_id"])
                self._tally.answered += 1
                return
            self._tally.shed += 1
            if not joined.text.strip() or "retry-after" not in joined.headers:
                raise ValueError(f"turned away without a sentence or a time: {joined.status_code}")
            await asyncio.sleep(float(joined.headers["retry-after"]) * self._chance.uniform(0.5, 1.5))
        raise ValueError("turned away too often")

    async def _answer(self, question: str, event: str) -> None:
        address = f"/gradio_api/queue/data?session_hash={self._session}"
        async with self._http.stream("GET", address) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                if message.get("event_id") == event and message["msg"] == "process_completed":
                    _check(question, message)
                    return
        raise ValueError("the stream ended before the answer")

    async def _look(self, action: str) -> None:
        question = next(self._questions)
        if action == "check":
            answer = await self._http.post("/al/check", content=question.encode())
        elif action == "reader":
            found = await self._http.get("/al/search", params={"text": question, "lang": "es"})
            found.raise_for_status()
            links = [part.split('"', 1)[0] for part in found.text.split('href="')[1:]]
            places = [html.unescape(link) for link in links if link.startswith("?p=")]
            answer = await self._http.get(
                f"/al/reader{self._chance.choice(places)}" if places else "/al/documents"
            )
        elif action == "search":
            answer = await self._http.get("/al/search", params={"text": question, "lang": "es"})
        else:
            answer = await self._http.get(f"/al/{action}")
        answer.raise_for_status()
        if not answer.text:
            raise ValueError("an empty answer")


def _check(question: str, message: dict[str, Any]) -> None:
    """Raises ValueError when a completed event does not hold the answer to its own question."""
    told = json.dumps(message.get("output", {}), ensure_ascii=False)
    if not message.get("success") or 'class=\\"answer\\"' not in told:
        raise ValueError(f"no answer to «{question[:60]}»: {told[:150]}")
    if json.dumps(html.escape(question.strip()), ensure_ascii=False)[1:-1] not in told:
        raise ValueError(f"the answer to another question: «{question[:60]}»")
