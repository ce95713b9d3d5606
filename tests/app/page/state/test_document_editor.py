"""What readers change of documents: their metadata in `sources.toml`, whether they are there, scans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.document_editor import DocumentEditor
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
