"""What readers change of documents: their metadata in `sources.toml`, whether they are there, scans; collections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from alpie.app.page.serving.collection_router import CollectionRouter
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.document_editor import DocumentEditor
from alpie.app.page.state.named_collections import Collection, Collections
from alpie.app.page.state.uploads import Uploads
from alpie.app.settings import load_settings
from alpie.index.database.text_database import StoredPassages
from alpie.index.errors import SourceError
from alpie.index.records import Document
from alpie.index.sources.document_folder import read_sources
from support.fake_corpus import FakeCorpus
from support.formats import made
from support.indexing import ended, settled
from support.page_routes import page_routes

pytestmark = pytest.mark.heavy

TABLE = """# de la casa
[[document]]
id = "guia"
file = "guia.txt"
title = "Guía"  # provisional
publisher = "Biblioteca"
date = "2020"
kind = "guía"
language = "es"
"""


class Folder:
    """Two documents, one of them in `sources.toml`, and an editor that counts how often it has them indexed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refreshed = 0
        path.mkdir(exist_ok=True)
        (path / "guia.txt").write_text("La guía de la biblioteca se presta tres semanas.", encoding="utf-8")
        (path / "parques.txt").write_text("Los parques abren a las siete de la mañana.", encoding="utf-8")
        (path / "sources.toml").write_text(TABLE, encoding="utf-8")
        self.editor = DocumentEditor(path, self._refresh)

    def _refresh(self) -> None:
        self.refreshed += 1

    @property
    def documents(self) -> dict[str, Document]:
        report = read_sources(self.path)
        assert report.problems == ()
        return {document.id: document for document in report.documents}

    @property
    def files(self) -> list[str]:
        return sorted(one.name for one in self.path.iterdir() if not one.name.startswith("."))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "docs")


@pytest.mark.parametrize(("written", "kept"), [
    ("2021-05", "2021-05"), ("3/5/2021", "2021-05-03"), ("03.05.2021", "2021-05-03"), ("2019/2020", "2019/2020"),
    ("", ""),
])  # fmt: skip
@pytest.mark.parametrize("name", ["guia", "parques"])
def test_what_is_corrected_is_cited_so(folder: Folder, name: str, written: str, kept: str) -> None:
    given = {
        "title": "  Los parques «y» \"todo\" ", "publisher": "Ayuntamiento", "date": written, "kind": "bando",
        "language": "ca", "url": "https://ejemplo.es/a",
    }  # fmt: skip
    folder.editor.edit(folder.documents[name], given)
    one = folder.documents[name]
    assert (one.title, one.date, one.language) == ('Los parques «y» "todo"', kept, "ca")
    assert (one.publisher, one.kind, one.url) == ("Ayuntamiento", "bando", "https://ejemplo.es/a")
    assert "title" in one.editorial
    assert folder.refreshed == 1
    text = (folder.path / "sources.toml").read_text(encoding="utf-8")
    assert text.startswith("# de la casa"), "what the operator wrote stays"
    folder.editor.edit(one, {"url": "", "title": "La guía de la biblioteca"})
    one = folder.documents[name]
    assert one.url == ""
    assert ("title" in one.editorial) is (name == "parques"), "what the text says itself is not ours"


@pytest.mark.parametrize(
    "given", [{"title": ""}, {"date": "ayer"}, {"date": "31/2/2021"}, {"language": "!"}, {"url": "javascript:alert(1)"},
              {"title": "x" * 501}, {"title": "a\x00b"}]
)  # fmt: skip
def test_what_cannot_stand_in_a_citation_changes_nothing(folder: Folder, given: dict[str, str]) -> None:
    with pytest.raises(SourceError):
        folder.editor.edit(folder.documents["guia"], given)
    assert (folder.path / "sources.toml").read_text(encoding="utf-8") == TABLE
    assert folder.refreshed == 0


@pytest.mark.parametrize("name", ["guia", "parques"])
def test_what_is_taken_out_comes_back_as_it_was(folder: Folder, name: str) -> None:
    before = folder.documents
    folder.editor.remove(before[name], before.values())
    assert set(folder.documents) == set(before) - {name}
    (one,) = folder.editor.removed()
    assert (one.title, one.file) == (before[name].title, before[name].file)
    folder.editor.restore(one.token)
    assert folder.documents == before
    assert folder.editor.removed() == ()
    folder.editor.remove(before[name], before.values())
    folder.editor.erase(folder.editor.removed()[0].token)
    assert folder.editor.removed() == ()
    assert f"{name}.txt" not in folder.files
    assert not [path for path in folder.path.rglob("*") if path.is_file() and name in path.name]


def test_what_cannot_be_written_is_undone(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folder.documents
    guide = before["guia"]

    def refused(one: Path, target: Path) -> Path:
        raise PermissionError(target)

    def files() -> dict[Path, str]:
        return {path: path.read_text("utf-8") for path in folder.path.rglob("*") if path.is_file()}

    def undone(order: Callable[[], None]) -> None:
        stood = files()
        with monkeypatch.context() as full:
            full.setattr(Path, "replace", refused)
            with pytest.raises(SourceError, match=r"sources\.toml"):
                order()
        assert files() == stood

    undone(lambda: folder.editor.remove(guide, before.values()))
    assert (folder.documents, folder.editor.removed(), folder.refreshed) == (before, (), 0)
    folder.editor.remove(guide, before.values())
    (one,) = folder.editor.removed()
    undone(lambda: folder.editor.restore(one.token))
    folder.editor.restore(one.token)
    assert folder.documents == before


def test_of_two_removed_before_the_index_knows_one_stays(folder: Folder) -> None:
    documents = folder.documents
    folder.editor.remove(documents["guia"], documents.values())
    with pytest.raises(SourceError, match="único"):
        folder.editor.remove(documents["parques"], documents.values())
    assert folder.files == ["parques.txt", "sources.toml"]


@pytest.mark.parametrize("about", ["[]", "[1]", "3", "{}", "nada", '{"title": "x", "file": 1, "table": []}'])
def test_what_nobody_can_tell_of_a_removed_document_hides_no_other(folder: Folder, about: str) -> None:
    documents = folder.documents
    folder.editor.remove(documents["guia"], documents.values())
    place = folder.path / ".removed" / ("0" * 16)
    place.mkdir()
    (place / "about.json").write_text(about, encoding="utf-8")
    assert [one.title for one in folder.editor.removed()] == ["Guía"]
    with pytest.raises(SourceError):
        folder.editor.restore(place.name)


@pytest.mark.parametrize("token", ["", ".", "..", "../..", "0" * 16, "a/b", "%2e%2e"])
def test_no_order_reaches_beyond_what_was_taken_out(folder: Folder, token: str) -> None:
    for order in (folder.editor.restore, folder.editor.erase):
        with pytest.raises(SourceError):
            order(token)
    assert folder.files == ["guia.txt", "parques.txt", "sources.toml"]


def test_a_file_outside_the_folder_is_not_moved(folder: Folder) -> None:
    outside = folder.path.parent / "secreto.txt"
    outside.write_text("x", encoding="utf-8")
    with pytest.raises(SourceError):
        folder.editor.remove(
            replace(folder.documents["guia"], file="../secreto.txt"), folder.documents.values()
        )
    assert outside.exists()


def test_a_scan_is_kept_and_read_when_recognition_is_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "docs" / "foto.pdf"
    indexing = ended(SourceError.at(place, "pdf.scan").message)
    uploads = Uploads(tmp_path / "docs", 1_000_000, indexing, lambda: True)
    with BytesIO(made.scanned_pdf()) as file:
        uploads.add("foto.pdf", file)
    assert settled(uploads).scans == ("foto.pdf",)
    assert not place.exists()
    indexing.messages = ()
    uploads.recognise()
    state = settled(uploads)
    assert (state.scans, state.refused, state.done) == ((), (), ("foto.pdf",))
    assert place.exists()
    assert not uploads.can_recognise, "it is on from now on"


def test_recognition_stays_on_for_a_folder_that_asked_for_it(tmp_path: Path, monkeypatch: Any) -> None:
    from alpie.app.answering.corpus import Corpus
    from alpie.index.errors import RecognitionMissing

    (tmp_path / ".ocr").touch()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RecognitionMissing):
        Corpus.build(load_settings({"docs": str(tmp_path), "data": str(tmp_path / "data")}, environment={}))


# --- over HTTP -----------------------------------------------------------------------------------


class Shelved(FakeCorpus):
    """The documents of a `Folder`, which answers nothing."""

    passages = StoredPassages.from_passages(())

    def __init__(self, folder: Folder) -> None:
        super().__init__(documents=folder.documents, layouts={})


def choices_of(folder: Folder, **others: Any) -> PageOptions:
    return PageOptions(uploads=Uploads(folder.path, 1000, ended()), editor=folder.editor, **others)


def test_documents_are_changed_over_http(folder: Folder) -> None:
    page = page_routes(choices_of(folder), Shelved(folder))
    assert page.post("/al/document/edit", data={"d": "guia", "title": "<b>Otra</b>"}).status_code == 200
    assert folder.documents["guia"].title == "<b>Otra</b>"
    assert page.post("/al/document/remove", data={"d": "parques"}).status_code == 200
    last = page.post("/al/document/remove", data={"d": "guia"})
    assert (last.status_code, "único" in last.text, list(folder.documents)) == (422, True, ["guia"])
    shown = page.get("/al/documents").text
    assert "&lt;b&gt;" not in shown, "the index is not made anew here"
    token = folder.editor.removed()[0].token
    assert f'value="{token}"' in shown
    assert page.post("/al/document/restore", data={"token": token}).status_code == 200
    for order, name in (("edit", "x"), ("remove", "../guia"), ("explode", "guia"), ("edit", None)):
        data = {"d": name} if name else {}
        assert page.post(f"/al/document/{order}", data=data).status_code == 422
    wrong = page.post("/al/document/edit", data={"d": "guia", "date": "<i>ayer</i>"})
    assert (wrong.status_code, "<i>" in wrong.text, "fecha" in wrong.text) == (422, False, True)


def test_the_form_takes_what_a_file_says_of_itself(folder: Folder) -> None:
    title = "Ley de " + "montes " * 68 + "y ríos"  # 481 characters: laws that amend others name them all
    folder.editor.edit(folder.documents["guia"], {"title": title, "language": "es-MX"})
    assert folder.documents["guia"].title == title
    shown = page_routes(choices_of(folder), Shelved(folder)).get("/al/documents").text
    assert f'value="{title}" maxlength="500"' in shown
    assert '<option value="es-MX" selected>español (MX)</option>' in shown


@pytest.mark.parametrize(("origin", "status"), [("http://127.0.0.1", 200), ("https://citas.example", 422)])
def test_what_is_for_this_machine_is_not_done_for_another(folder: Folder, origin: str, status: int) -> None:
    """A proxy that nobody told us of may send its visitors here under our own name."""
    page = page_routes(choices_of(folder, here_only=True), Shelved(folder))
    headers = {"origin": origin, "sec-fetch-site": "same-origin"}
    answer = page.post("/al/document/edit", data={"d": "guia", "title": "Nuevo"}, headers=headers)
    assert answer.status_code == status
    assert (folder.documents["guia"].title == "Nuevo") is (status == 200)


# --- collections ---------------------------------------------------------------------------------


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
