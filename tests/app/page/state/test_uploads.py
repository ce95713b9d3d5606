"""Documents taken in through the page, where the operator allows it: named safely, indexed, or taken out again."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.index_process import RunOutcome
from alpie.app.page.state.uploads import Uploads, safe_name
from alpie.app.page.views.documents_view import render_state
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.settings import load_settings
from alpie.index.errors import SourceError
from alpie.index.messages import Message, message
from alpie.index.sources.document_folder import NOT_DOCUMENTS
from support.fake_encoder import corpus_of
from support.formats import law, made
from support.indexing import Indexing, ended, settled
from support.page_routes import page_routes

TEXT = "Los parques abren a las siete de la mañana."


def given(tmp_path: Path, indexing: Indexing | None = None, most_bytes: int = 100_000) -> Uploads:
    return Uploads(tmp_path / "docs", most_bytes, indexing or Indexing())


@pytest.mark.parametrize(("sent", "kept"), [
    ("ley.pdf", "ley.pdf"), ("C:\\Documentos\\La ley nº 3.PDF", "La ley nº 3.pdf"), ("../../etc/passwd.txt", "passwd.txt"),
    ("..pdf.txt", "pdf.txt"), (".oculto.txt", "oculto.txt"), ("a\x00b\n\x1b[2J;rm -rf.md", "a_b_2J_rm -rf.md"),
    ("README.md", "README-documento.md"), ("readme.v2.pdf", "readme-documento.v2.pdf"), ("ñandú (2).txt", "ñandú (2).txt"),
    ("Licence." + "x" * 300 + ".odt", "Licence-documento." + "x" * 78 + ".odt"), ("x" * 300 + ".odt", "x" * 96 + ".odt"),
])  # fmt: skip
def test_names_are_made_safe(sent: str, kept: str) -> None:
    name = safe_name(sent)
    assert "/" not in name
    assert not NOT_DOCUMENTS.fullmatch(name), "indexing would pass it over"
    assert len(name) <= 100
    assert re.sub("_+", "_", name) == kept


@pytest.mark.parametrize("sent", ["", ".pdf", "a.exe", "a", "a.pdf.sh", "....", "a.svg", "a.doc"])
def test_other_kinds_are_not_taken(sent: str) -> None:
    with pytest.raises(SourceError, match="formato"):
        safe_name(sent)


def test_a_document_is_written_whole_and_indexed(tmp_path: Path) -> None:
    indexing = Indexing()
    uploads = given(tmp_path, indexing)
    assert uploads.add("parques.txt", io.BytesIO(TEXT.encode())) == "parques.txt"
    assert uploads.state.indexing == ("parques.txt",)
    indexing.may_end.set()
    assert settled(uploads).done == ("parques.txt",)
    assert (tmp_path / "docs" / "parques.txt").read_text(encoding="utf-8") == TEXT
    assert indexing.runs == 1
    assert [path.name for path in (tmp_path / "docs").iterdir()] == ["parques.txt"]


def test_nothing_is_written_over_and_nothing_twice(tmp_path: Path) -> None:
    uploads = given(tmp_path, ended())
    uploads.add("a.txt", io.BytesIO(b"uno"))
    assert uploads.add("a.txt", io.BytesIO(b"dos")) == "a (2).txt"
    with pytest.raises(SourceError, match="ya está"):
        uploads.add("b.txt", io.BytesIO(b"uno"))
    assert (tmp_path / "docs" / "a.txt").read_bytes() == b"uno"


@pytest.mark.parametrize(("name", "data", "told"), [
    ("a.txt", b"x" * 100_001, "MB"), ("a.txt", b"", "vacío"), ("a.pdf", b"<script>", "no empieza"),
    ("a.txt", b"%PDF-1.7 ", "PDF"), ("a.docx", made.png(), "imagen"),
])  # fmt: skip
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    uploads = given(tmp_path)
    with pytest.raises(SourceError, match=told):
        uploads.add(name, io.BytesIO(data))
    assert list((tmp_path / "docs").iterdir()) == []
    assert uploads.state.indexing == ()


def test_a_document_that_cannot_be_read_is_taken_out_and_its_reader_told(tmp_path: Path) -> None:
    refusal = SourceError.at(tmp_path / "docs" / "foto.pdf", "pdf.scan")
    none = message("sources.none_read", folder="docs", reasons=[refusal])
    uploads = given(tmp_path, ended(none, code=1))
    uploads.add("foto.pdf", io.BytesIO(made.scanned_pdf()))
    state = settled(uploads)
    assert (state.refused, state.failure) == ((("foto.pdf", refusal.reason),), "")
    assert "it is a scan without text" in render_state(uploads, page_translations_for("en"), {})
    assert state.done == ()
    assert list((tmp_path / "docs").iterdir()) == []


class Stumbling(Indexing):
    """Does not end, or is ended by a signal, while `bad` is in the folder; other documents may come in meanwhile."""

    def __init__(self, folder: Path, bad: str, how: int | None) -> None:
        super().__init__()
        self.folder, self.bad, self.how = folder, bad, how
        self.meanwhile: list[Any] = []

    def __call__(self) -> RunOutcome:
        super().__call__()
        met = (self.folder / self.bad).exists()
        if self.meanwhile:
            self.meanwhile.pop()()
        if met and self.how is None:
            raise subprocess.TimeoutExpired("alpie index", 3600)
        return RunOutcome((self.how or 0) if met else 0, ())


@pytest.mark.parametrize("how", [None, -9, -11], ids=["no end", "no memory", "a crash"])
def test_what_keeps_indexing_from_ending_is_found_and_taken_out(tmp_path: Path, how: int | None) -> None:
    docs = tmp_path / "docs"
    indexing = Stumbling(docs, "b.txt", how)
    uploads = given(tmp_path, indexing)
    uploads.add("b.txt", io.BytesIO(b"dos"))
    for name, content in (("a.txt", b"uno"), ("c.txt", b"tres")):  # while that runs
        uploads.add(name, io.BytesIO(content))
    indexing.meanwhile.append(lambda: uploads.add("d.txt", io.BytesIO(b"cuatro")))
    indexing.may_end.set()
    state = settled(uploads)
    assert [file.name for file in state.refused] == ["b.txt"]
    assert "no acaba" in state.refused[0].reason
    assert sorted(state.done) == sorted(path.name for path in docs.iterdir()) == ["a.txt", "c.txt", "d.txt"]
    assert state.failure == ""
    runs = indexing.runs
    uploads.add("e.txt", io.BytesIO(b"cinco"))
    assert settled(uploads).done[-1] == "e.txt"
    assert indexing.runs == runs + 1, "it meets no later run"


def test_a_failure_of_indexing_is_told(tmp_path: Path) -> None:
    uploads = given(tmp_path, ended(message("build.busy", folder="var"), code=1))
    uploads.add("a.txt", io.BytesIO(TEXT.encode()))
    assert settled(uploads).failure == "Otro proceso está indexando en var. Espere a que termine."
    assert "Another process is indexing in var." in render_state(uploads, page_translations_for("en"), {})


def test_no_fault_of_indexing_leaves_it_busy_for_ever(tmp_path: Path) -> None:
    def broken() -> Any:
        raise KeyError("text")

    uploads = given(tmp_path, broken)
    uploads.add("a.txt", io.BytesIO(TEXT.encode()))
    state = settled(uploads)
    assert "KeyError" in state.failure
    assert "unexpected error" in render_state(uploads, page_translations_for("en"), {})
    # what it says is no message about a file, though it looks like one
    uploads = given(
        tmp_path / "b", ended(Message("x", "x", {"where": str(tmp_path / "b" / "docs" / "a.txt")}))
    )
    uploads.add("a.txt", io.BytesIO(TEXT.encode()))
    assert "KeyError" in settled(uploads).failure
    assert not settled(uploads, lambda state: not state.busy).busy


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "docs").write_text("no es una carpeta", encoding="utf-8")
    with pytest.raises(SourceError, match="guardar"):
        given(tmp_path).add("a.txt", io.BytesIO(b"x"))


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "may"), [
    ({}, "all"),  # served to this machine only
    *((elsewhere, "off") for elsewhere in (
        {"host": "0.0.0.0"}, {"trusted_proxies": "10.0.0.1"}, {"allowed_hosts": "citas.example"}, {"root_path": "/alpie"},
        {"public_url": "https://citas.example"}, {"users": "users.json"}, {"upload": "off"},
    )),
    ({"upload": "add", "host": "0.0.0.0"}, "add"), ({"upload": "all", "host": "0.0.0.0"}, "all"),
])  # fmt: skip
def test_what_visitors_may_do_depends_on_who_is_served(
    tmp_path: Path, given: dict[str, Any], may: str
) -> None:
    options = PageOptions.from_settings(load_settings({"docs": str(tmp_path), **given}, environment={}))
    allowed = (options.uploads, options.editor, options.collections)
    assert [one is not None for one in allowed] == {
        "off": [False, False, False], "add": [True, False, False], "all": [True, True, True]
    }[may]  # fmt: skip


def test_the_documents_of_the_program_are_not_changed_unasked() -> None:
    options = PageOptions.from_settings(load_settings({}, environment={}))
    assert (options.uploads, options.editor) == (None, None)
    assert options.collections is not None
    assert PageOptions.from_settings(load_settings({"upload": "add"}, environment={})).uploads is not None


def test_where_nothing_is_taken_the_orders_are_closed() -> None:
    web = page_routes(PageOptions(), corpus_of(TEXT))
    assert web.post("/al/upload", files={"file": ("a.txt", b"x")}).status_code in (404, 405, 413)
    for order in ("document/edit", "document/remove", "document/erase", "recognise", "collections/create"):
        assert web.post(f"/al/{order}", data={"d": "a"}).status_code in (404, 405), order
    shown = web.get("/al/documents").text
    assert "upload-form" not in shown
    assert "<form" not in shown


def test_a_document_sent_is_taken(tmp_path: Path) -> None:
    indexing = Indexing()
    uploads = given(tmp_path, indexing, 2_000_000)
    web = page_routes(PageOptions(uploads=uploads), corpus_of(TEXT))
    assert 'id="upload-form"' in web.get("/al/documents").text
    data = made.law_pdf(law.law())
    answer = web.post("/al/upload?lang=es", files={"file": ("ley <b>.pdf", data)})
    assert answer.status_code == 200
    assert "Leyendo: ley _b.pdf" in answer.text
    assert (tmp_path / "docs" / "ley _b.pdf").read_bytes() == data
    indexing.may_end.set()
    settled(uploads)
    assert "ley _b.pdf se ha añadido." in web.get("/al/upload-state").text


@pytest.mark.parametrize(("files", "status", "told"), [
    ({"file": ("a.exe", b"MZ")}, 422, "formato"), ({"file": ("a.pdf", b"hola")}, 422, "no empieza"),
    ({"other": ("a.txt", b"hola")}, 422, "Elija"), ({"file": ("a.txt", b"x" * 300_000)}, 413, ""),
    ({"file": ("<img src=x onerror=alert(1)>.exe", b"x")}, 422, "&lt;img"),
])  # fmt: skip
def test_what_is_sent_wrongly_is_told(tmp_path: Path, files: Any, status: int, told: str) -> None:
    web = page_routes(PageOptions(uploads=given(tmp_path)), corpus_of(TEXT))
    answer = web.post("/al/upload", files=files)
    assert answer.status_code == status
    assert told in answer.text
    assert "<img" not in answer.text
    assert not (tmp_path / "docs").exists() or list((tmp_path / "docs").iterdir()) == []


def test_a_body_that_is_no_form_is_told(tmp_path: Path) -> None:
    web = page_routes(PageOptions(uploads=given(tmp_path)), corpus_of(TEXT))
    for kind in ("text/plain", "multipart/form-data", "multipart/form-data; boundary=x"):
        answer = web.post("/al/upload", content=b"--y\r\nhola", headers={"content-type": kind})
        assert answer.status_code in (400, 422), kind
