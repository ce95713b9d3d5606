"""Files are compressed on the way and kept where their address names their version; streams pass untouched."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from alpie.app.page.serving.delivery import Delivery
from alpie.app.page.serving.server import create_app
from alpie.index.errors import IndexMissing

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

LONG = "<p>palabra por palabra</p>" * 200
KEPT = "public, max-age=31536000, immutable"


async def _fragment(request: Request) -> Response:
    return HTMLResponse(LONG)


async def _missing(request: Request) -> Response:
    return HTMLResponse(LONG, status_code=404)


async def _events(request: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        for number in range(3):
            yield f"data: {number} {LONG}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@pytest.fixture(scope="module")
def small() -> TestClient:
    routes = [
        Route("/al/panel", _fragment),
        Route("/al/assets/page.js", _fragment),
        Route("/al/assets/gone.js", _missing),
        Route("/assets/Blocks-D1GWYZdr.js", _fragment),
        Route("/gradio_api/queue/data", _events),
        Route("/", _fragment),
    ]
    return TestClient(Delivery(Starlette(routes=routes)))


def test_a_fragment_is_compressed_for_who_takes_it(small: TestClient) -> None:
    packed = small.get("/al/panel", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(LONG) / 10
    assert packed.text == LONG
    plain = small.get("/al/panel", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == LONG
    assert {one.headers["vary"].lower() for one in (packed, plain)} == {"accept-encoding"}


@pytest.mark.parametrize("path", ["/gradio_api/queue/data", "/assets/Blocks-D1GWYZdr.js", "/"])
def test_what_is_gradios_is_left_as_it_is(small: TestClient, path: str) -> None:
    answer = small.get(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert LONG in answer.text


@pytest.mark.parametrize(("address", "kept"), [
    ("/al/assets/page.js?v=0123456789ab", True), ("/assets/Blocks-D1GWYZdr.js", True), ("/al/assets/page.js", False),
    ("/al/assets/gone.js?v=0123456789ab", False), ("/al/panel?v=1", False), ("/", False),
])  # fmt: skip
def test_only_what_names_its_version_is_kept(small: TestClient, address: str, kept: bool) -> None:
    assert (small.get(address).headers.get("cache-control") == KEPT) is kept


def _nothing() -> Corpus:
    raise IndexMissing("none", Path())


@pytest.fixture(scope="module")
def real() -> Iterator[TestClient]:
    with TestClient(create_app(_nothing)) as client:
        yield client


def test_every_file_the_page_names_is_kept(real: TestClient) -> None:
    page = real.get("/")
    gradios = re.findall(r'(?:src|href)="\.(/assets/[^"]+)"', page.text)
    ours = re.findall(r"<(/al/[^>]+)>; rel=preload", page.headers["link"])
    assert gradios
    assert {address.rpartition("?")[0].rpartition(".")[2] for address in ours} >= {"css"}
    for address in {*gradios, *ours}:
        answer = real.get(address, headers={"accept-encoding": "gzip, br"})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, KEPT), address
        if len(answer.content) > 2000:
            assert answer.headers.get("content-encoding") in ("gzip", "br"), address


def test_what_the_head_asks_for_is_named_early(real: TestClient) -> None:
    for path, language in (("/", "es"), ("/en/", "en")):
        answer = real.get(path)
        shown = html.unescape(answer.text.replace('\\"', '"').replace("\\u0026", "&"))
        named = re.findall(r"<([^>]+)>; rel=preload; as=(style|script)", answer.headers["link"])
        assert [kind for _, kind in named] == ["style", "style", "style", "script"]
        for address, _ in named:
            assert f'"{address}"' in shown, f"{path}: {language}"
    assert "link" not in real.get("/al/help").headers
