"""Collections that visitors make, each with its name, its address and its own page."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from alpie.app.page.serving.collection_router import CollectionRouter
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.named_collections import Collection, Collections
from alpie.app.settings import load_settings
from alpie.index.errors import SourceError
from support.fake_corpus import FakeCorpus

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Mis documentos", "mis-documentos"), ("  Ñandú & Cía. ", "nandu-cia"), ("日本", "coleccion"), ("../../etc", "etc"),
     ("x" * 60, "x" * 40)],
)  # fmt: skip
def test_a_collection_has_a_name_and_an_address(tmp_path: Path, name: str, slug: str) -> None:
    collections = Collections(tmp_path / "all")
    made_now = collections.create(name)
    assert (made_now.slug, made_now.address) == (slug, f"/c/{slug}/")
    assert collections.get(slug) == made_now
    assert made_now.docs.is_dir()
    assert made_now.docs.is_relative_to(tmp_path / "all")
    with pytest.raises(SourceError, match="Ya hay"):
        collections.create(name.upper())


@pytest.mark.parametrize("name", ["", "   ", "a\nb\x1b", "x" * 61])
def test_a_collection_needs_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError):
        Collections(tmp_path).create(name)
    assert Collections(tmp_path).all() == ()


def test_a_collection_gets_another_name_and_keeps_its_address(tmp_path: Path) -> None:
    collections = Collections(tmp_path / "all")
    first, other = collections.create("Zoo"), collections.create("Arte")
    renamed = collections.rename("zoo", " Animales ")
    assert (renamed.slug, renamed.name) == ("zoo", "Animales")
    assert renamed != first, "what was made of it is made anew"
    assert collections.rename("zoo", "animales").name == "animales"
    for slug, name in (("zoo", other.name.upper()), ("zoo", ""), ("nada", "Otra"), ("../all", "Otra")):
        with pytest.raises(SourceError):
            collections.rename(slug, name)


def test_a_collection_is_taken_out_put_back_and_erased(tmp_path: Path) -> None:
    collections = Collections(tmp_path / "all")
    first = collections.create("Zoo")
    (first.docs / "a.txt").write_text("Los leones duermen.", encoding="utf-8")
    collections.remove("zoo")
    assert (collections.all(), collections.get("zoo")) == ((), None)
    ((token, gone),) = collections.removed()
    assert gone.name == "Zoo"
    again = collections.create("Zoo")
    assert again != first, "another one at the same address"
    with pytest.raises(SourceError, match="Ya hay"):
        collections.restore(token)
    collections.rename("zoo", "Otro")
    back = collections.restore(token)
    assert (back.slug, back.name, (back.docs / "a.txt").exists()) == ("zoo-2", "Zoo", True)
    assert collections.removed() == ()
    collections.remove("zoo-2")
    collections.erase(collections.removed()[0][0])
    assert collections.removed() == ()
    assert not list((tmp_path / "all").rglob("a.txt"))
    for token in ("", "..", "0" * 16, "zoo"):
        for order in (collections.restore, collections.erase):
            with pytest.raises(SourceError):
                order(token)


def test_a_collection_with_a_long_address_comes_back(tmp_path: Path) -> None:
    collections = Collections(tmp_path / "all")
    first = collections.create("x" * 60)
    collections.remove(first.slug)
    second = collections.create("x" * 59)
    assert second.slug == first.slug == "x" * 40
    back = collections.restore(collections.removed()[0][0])
    assert (back.slug, back.name) == ("x" * 38 + "-2", first.name)
    assert collections.get(back.slug) == back


def test_a_collection_that_is_made_keeps_no_other_waiting(tmp_path: Path) -> None:
    collections = Collections(tmp_path / "all")
    for name in ("Zoo", "Arte"):
        collections.create(name)
    begun, may_end, made_of = threading.Event(), threading.Event(), list[str]()

    def make(one: Collection) -> FastAPI:
        made_of.append(one.slug)
        if one.slug == "zoo":
            begun.set()
            assert may_end.wait(30)
        app = FastAPI()
        app.state.stop = lambda: None
        app.get("/")(lambda: one.slug)
        return app

    router = CollectionRouter(FastAPI(), collections, make)

    async def visit() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(router), base_url="http://site") as web:
            slow = [asyncio.create_task(web.get("/c/zoo/")) for _ in range(3)]
            assert await asyncio.to_thread(begun.wait, 30)
            try:
                for _ in range(2):
                    assert (await asyncio.wait_for(web.get("/c/arte/"), 20)).json() == "arte"
                assert (await asyncio.wait_for(web.get("/c/nada/"), 20)).status_code == 404
                assert not any(one.done() for one in slow)
            finally:
                may_end.set()
            assert [(await one).json() for one in slow] == ["zoo"] * 3

    asyncio.run(visit())
    assert made_of == ["zoo", "arte"], "each once"


def test_collections_stand_beside_each_other(tmp_path: Path) -> None:
    collections = Collections(tmp_path / "all")
    first, second = collections.create("Zoo"), collections.create("Arte")
    assert [one.name for one in collections.all()] == ["Arte", "Zoo"]
    for slug in ("", "..", "zoo/..", "Zoo", "-", "nada"):
        assert collections.get(slug) is None
    settings = load_settings({"docs": str(tmp_path)}, environment={})
    options = PageOptions(collections=collections)
    opened = threading.Event()

    def settings_of(one: Any) -> Any:
        opened.set()
        return replace(settings, docs=one.docs, data=one.data)

    with TestClient(create_app(FakeCorpus, options, None, settings_of)) as client:
        assert client.get("/c/nada/al/documents").status_code == 404
        assert client.get("/c/nada/").status_code == 404
        assert not opened.is_set()
        page = client.get(f"/c/{first.slug}/")
        assert page.status_code == 200
        assert 'href="/c/zoo/en/"' in page.text
        shown = client.get(f"/c/{first.slug}/al/documents").text
        assert "Todavía no hay documentos" in shown
        found = client.get(f"/c/{first.slug}/al/search", params={"text": "parques"}).text
        assert "Todavía no hay documentos" in found
        assert f'href="{second.address}#documentos"' in shown
        assert client.get(f"/c/{first.slug}").url.path == first.address
        files = {"file": ("parques.txt", b"Los parques abren a las siete.")}
        assert client.post(f"/c/{first.slug}/al/upload", files=files).status_code == 200
        assert [one.name for one in first.docs.iterdir()] == ["parques.txt"]
        assert client.post(f"/c/{first.slug}/al/upload", content=b"x" * 26_000_000).status_code == 413
        assert client.post(f"/c/{first.slug}/gradio_api/upload").status_code == 403
        created = client.post(f"/c/{first.slug}/al/collections/create", data={"name": "Tercera"})
        assert created.json() == {"address": "/c/tercera/", "home": "/c/tercera/"}
        assert client.post("/al/collections/create", data={"name": "tercera"}).status_code == 422
        english = client.post("/c/tercera/al/collections/rename?lang=en", data={"name": "arte"})
        assert (english.status_code, "There is already a collection" in english.text) == (422, True)
        renamed = client.post("/c/tercera/al/collections/rename?lang=en", data={"name": "Cuarta"})
        assert renamed.json()["home"] == "/c/tercera/en/"
        assert 'aria-current="page">Cuarta<' in client.get("/c/tercera/al/documents").text
        assert client.post("/c/tercera/al/collections/remove").json()["home"] == "/"
        gone = client.get("/c/tercera/en/")
        assert (gone.status_code, "no longer here" in gone.text) == (404, True)
        token = collections.removed()[0][0]
        assert token in client.get("/al/documents").text
        assert client.post("/al/collections/restore", data={"token": token}).json()["home"] == "/c/tercera/"
        assert client.get("/c/tercera/").status_code == 200
        # of the documents that are none of the named collections
        for order in ("rename", "remove", "explode"):
            assert client.post(f"/al/collections/{order}", data={"name": "x"}).status_code == 422
