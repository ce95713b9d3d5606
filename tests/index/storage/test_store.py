"""The index on disk: swapped in whole or not at all, checked when opened, extended without starting over."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import faiss
import numpy as np
import pytest

from alpie.index import build as build_module
from alpie.index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexNewer,
    IndexUnwritable,
    SourceError,
    StoreError,
)
from alpie.index.spanish.query import parse_question
from alpie.index.storage import incremental
from alpie.index.storage import manifest as manifest_module
from alpie.index.storage.manifest import (
    FORMAT_VERSION,
    check_files,
    current_version,
    read_manifest,
    with_checksum,
)
from alpie.index.storage.store import open_version
from support.disturbed import assert_refused, files, flipped, replaced
from support.fake_encoder import MARKET_TEXT, SMALL_TEXT, FakeEncoder, answers, build

pytestmark = pytest.mark.heavy


def addresses(data: Path) -> dict[str, str]:
    """Address → text of every passage."""
    passages = open_version(data, FakeEncoder()).search.passages
    return {passage.address: passage.text for passage in passages}


# --- what is written comes back -----------------------------------------------------------------


def test_records_survive_the_files_unchanged(docs: Path, data: Path) -> None:
    from alpie.index.chunking.passages import make_passages
    from alpie.index.layout import lay_out
    from alpie.index.sources.document_folder import read_sources

    version = open_version(data, FakeEncoder())
    for document in read_sources(docs).documents:
        layout = lay_out(document)
        assert version.documents[document.id] == document
        assert version.layouts[document.id] == layout
        own = [passage for passage in version.search.passages if passage.document_id == document.id]
        assert tuple(own) == make_passages(document, layout)


def test_the_same_documents_have_the_same_fingerprint_wherever_they_are_built(
    docs: Path, tmp_path: Path
) -> None:
    build(docs, tmp_path / "a")
    build(docs, tmp_path / "b")
    one, other = (read_manifest(current_version(tmp_path / name)) for name in "ab")
    assert one.fingerprint == other.fingerprint
    (docs / "libros.txt").write_text(SMALL_TEXT.replace("tres", "dos"), "utf-8")
    build(docs, tmp_path / "b")
    assert read_manifest(current_version(tmp_path / "b")).fingerprint != one.fingerprint


def test_progress_counts_every_text_once_and_ends_at_the_last(docs: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build_module.build_index(docs, tmp_path / "a", FakeEncoder(), on_progress=lambda *now: told.append(now))
    assert told == sorted(told)
    assert all(done <= total for done, total in told)


def test_no_readable_document_is_an_error_that_says_why(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "malo.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SourceError, match=r"malo\.txt"):
        build(tmp_path / "docs", tmp_path / "a")
    with pytest.raises(IndexMissing):
        current_version(tmp_path / "a")


# --- incremental --------------------------------------------------------------------------------


def test_a_rebuild_embeds_everything(docs: Path, data: Path) -> None:
    encoder = FakeEncoder()
    report = build(docs, data, encoder, rebuild=True)
    assert (report.embedded, report.reused) == (2, 0)
    assert set(addresses(data).values()) <= set(encoder.texts_seen)


def test_an_extended_index_answers_like_one_built_anew(docs: Path, data: Path, tmp_path: Path) -> None:
    (docs / "mercado.txt").write_text(MARKET_TEXT, "utf-8")
    (docs / "libros.txt").unlink()
    build(docs, data)
    build(docs, tmp_path / "nuevo")
    extended = open_version(data, FakeEncoder()).search
    fresh = open_version(tmp_path / "nuevo", FakeEncoder()).search
    assert tuple(extended.passages) == tuple(fresh.passages)
    for name in ("dense", "sentence_vectors"):
        rows = np.arange(len(getattr(fresh, name)))
        np.testing.assert_array_equal(getattr(extended, name).rows(rows), getattr(fresh, name).rows(rows))
    question = parse_question("¿Cuándo abre el mercado?")
    assert [hit.passage for hit in extended.search(question).hits] == [
        hit.passage for hit in fresh.search(question).hits
    ]


def plan(number: int) -> str:
    subject = ("bibliotecas", "caminos rurales", "aguas", "parques", "mercados")[number % 5]
    return (
        f"Plan de {subject} de Valdeluna, {2001 + number} (expediente {number + 100})\n\nAntecedentes\n\n"
        f"El servicio atendió a {number + 40} vecinos durante {1999 + number}. La comisión de seguimiento se reúne cada "
        f"{number + 2} meses y publica sus acuerdos en el tablón de anuncios.\n\nMedidas\n\nEl ayuntamiento destinará "
        f"{900 * (number + 1)} euros a {subject} y a renovar las instalaciones. Las reclamaciones se resuelven en un "
        f"plazo de {number + 5} días naturales.\n"
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five documents of several passages and a table that names one of them; and their index."""
    place = tmp_path_factory.mktemp("many")
    folder = place / "docs"
    folder.mkdir()
    for number in range(25):
        (folder / f"plan-{number:04}.txt").write_text(plan(number), "utf-8")
    describe(folder, "plan-0007", "plan-0007.txt")
    build(folder, place / "index")
    return place


@pytest.fixture
def many(indexed: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of them, to be changed."""
    place = shutil.copytree(indexed, tmp_path / "many")
    return place / "docs", place / "index"


def describe(folder: Path, identity: str, file: str) -> None:
    rows = {"id": identity, "file": file, "title": "Plan", "publisher": "Ayuntamiento", "date": "2020",
            "kind": "plan", "language": "es"}  # fmt: skip
    table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
    (folder / "sources.toml").write_text(f"[[document]]\n{table}", "utf-8")


def change_a_paragraph(folder: Path) -> None:
    file = folder / "plan-0003.txt"
    kept, _, _ = file.read_text("utf-8").rpartition("\n\n")
    file.write_text(f"{kept}\n\nEste párrafo sustituye al anterior por acuerdo del pleno.\n", "utf-8")


def rename_the_file(folder: Path) -> None:
    (folder / "plan-0007.txt").rename(folder / "renombrado.txt")
    describe(folder, "plan-0007", "renombrado.txt")


@pytest.mark.parametrize(("change", "touched", "embedded"), [
    (lambda folder: (folder / "z.txt").write_text(SMALL_TEXT, "utf-8"), {"z"}, 1),
    (change_a_paragraph, {"plan-0003"}, 1), (rename_the_file, set(), 0),
    (lambda folder: describe(folder, "otro-id", "plan-0007.txt"), {"plan-0007", "otro-id"}, 0),
    (lambda folder: (folder / "plan-0004.txt").unlink(), {"plan-0004"}, 0),
], ids=["added", "one paragraph changed", "file renamed", "id changed", "removed"])  # fmt: skip
def test_of_many_documents_only_the_one_that_was_touched_is(
    many: tuple[Path, Path], change: Callable[[Path], object], touched: set[str], embedded: int
) -> None:
    folder, data = many
    before = addresses(data)
    change(folder)
    encoder = FakeEncoder()
    report = build(folder, data, encoder)
    after = addresses(data)
    assert len(set(after.values()) & set(encoder.texts_seen)) == report.embedded == embedded
    assert report.reused == len(after) - embedded > 40

    def of_others(found: dict[str, str]) -> dict[str, str]:
        return {address: text for address, text in found.items() if address.split("/")[0] not in touched}

    assert of_others(after) == of_others(before)
    assert report.changed


def test_a_document_is_read_again_only_when_something_of_it_or_of_the_program_changed(
    many: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = many
    laid_out: list[str] = []
    lay_out = build_module.lay_out
    monkeypatch.setattr(build_module, "lay_out", lambda one: laid_out.append(one.id) or lay_out(one))

    def read_again() -> list[str]:
        laid_out.clear()
        build(folder, data)
        return laid_out.copy()

    assert read_again() == []
    (folder / "z.txt").write_text(SMALL_TEXT, "utf-8")
    change_a_paragraph(folder)
    assert read_again() == ["plan-0003", "z"]
    (folder / "sources.toml").write_text((folder / "sources.toml").read_text("utf-8").replace("2020", "2021"))
    assert read_again() == ["plan-0007"]
    assert open_version(data, FakeEncoder()).documents["plan-0007"].date == "2021"
    monkeypatch.setattr(incremental, "_program", lambda: "another parser")
    assert len(read_again()) == 26
    assert read_again() == []


def test_what_was_removed_is_in_no_file_any_more(docs: Path, data: Path) -> None:
    def files_with(word: bytes) -> list[str]:
        return [path.name for path in files(data) if word in path.read_bytes()]

    assert files_with(b"bibliotec") == ["text.sqlite"]
    (docs / "libros.txt").unlink()
    build(docs, data)
    assert files_with(b"bibliotec") == []
    assert files_with(b"incendi") == ["text.sqlite"]


def test_vectors_of_another_encoder_are_not_taken_over(docs: Path, data: Path) -> None:
    other = FakeEncoder("otro")
    assert build(docs, data, other).reused == 0
    open_version(data, other)


def test_a_damaged_index_is_built_anew_without_asking(docs: Path, data: Path) -> None:
    (current_version(data) / "dense.faiss").write_bytes(b"nada")
    assert build(docs, data).reused == 0
    assert answers(data)


# --- the swap -----------------------------------------------------------------------------------


def test_an_open_index_goes_on_answering_while_a_new_one_is_swapped_in(docs: Path, data: Path) -> None:
    old = open_version(data, FakeEncoder())
    (docs / "incendios.txt").unlink()
    build(docs, data)
    assert not old.folder.exists()
    hits = old.search.search(parse_question("¿Cuántas hectáreas ardieron?")).hits
    assert "1240" in hits[0].passage.text


@pytest.mark.parametrize(("place", "step", "error"), [
    (faiss, "write_index", RuntimeError("disco lleno")), (Path, "rename", OSError("disco lleno")),
    (Path, "replace", OSError("disco lleno")), (FakeEncoder, "encode_passages", RuntimeError("no memory left")),
])  # fmt: skip
def test_a_failure_at_any_step_leaves_the_old_index(
    docs: Path, data: Path, monkeypatch: pytest.MonkeyPatch, place: object, step: str, error: Exception
) -> None:
    """What fails in the encoder is not called a full disk."""

    def fail(*_: object, **__: object) -> None:
        raise error

    before = addresses(data)
    (docs / "libros.txt").write_text("Las bibliotecas cierran en agosto.", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(place, step, fail)
        with pytest.raises((IndexUnwritable, RuntimeError)) as caught:
            build(docs, data)
    if place is FakeEncoder:
        assert caught.value is error
    else:
        assert caught.match(r"disco lleno.*sigue en uso")
        assert (type(caught.value), caught.value.path) == (IndexUnwritable, data)
    assert not list((data / "versions").glob(".*")), "what was half-written is gone"
    assert addresses(data) == before
    build(docs, data)
    assert addresses(data) != before
    assert len(list((data / "versions").iterdir())) == 1


def test_a_second_builder_is_told_that_there_is_one(docs: Path, data: Path) -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait(_: str) -> None:
        inside.set()
        leave.wait(20)

    first = threading.Thread(
        target=build, args=(docs, data, FakeEncoder(on_text=wait)), kwargs={"rebuild": True}
    )
    first.start()
    try:
        assert inside.wait(20)
        with pytest.raises(IndexBusy, match="Otro proceso está indexando") as caught:
            build(docs, data, wait_seconds=0.05)
        assert caught.value.path == data
        assert answers(data), "readers need no lock"
    finally:
        leave.set()
        first.join(20)
    build(docs, data)


def test_a_lock_left_by_nobody_is_no_obstacle(docs: Path, data: Path) -> None:
    (data / "build.lock").touch()
    build(docs, data)


# --- what cannot be opened is named -------------------------------------------------------------


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    assert_refused(tmp_path, IndexMissing, tmp_path, "alpie index")


def test_a_flip_that_keeps_the_time_stamp_is_found_in_a_large_file_by_a_thorough_check(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_module, "_ALWAYS_READ_BYTES", 0)  # now every file counts as large
    folder = current_version(data)
    path = folder / "sentences.faiss"
    with replaced(path, flipped(path.read_bytes(), -1)):
        check_files(folder, read_manifest(folder))
        with pytest.raises(IndexDamaged, match=r"sentences\.faiss"):
            check_files(folder, read_manifest(folder), thorough=True)
    with replaced(path, bytes(path.stat().st_size)):  # and what the quick check passes over, when it is read
        assert_refused(data, IndexDamaged, folder)


def test_a_copied_index_opens_though_its_time_stamps_changed(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "copia", copy_function=shutil.copy)
    assert answers(tmp_path / "copia") == answers(data)


def test_another_encoder_is_named_with_the_one_it_was_built_with(data: Path) -> None:
    with pytest.raises(IndexMismatch, match=r"«de mentira».*«otro».*--rebuild"):
        open_version(data, FakeEncoder("otro"))


def reseal(data: Path, **changes: object) -> Path:
    """Change fields of the manifest as whoever wrote it would have; returns its folder."""
    path = current_version(data) / "manifest.json"
    path.write_text(json.dumps(with_checksum(json.loads(path.read_text("utf-8")) | changes)), "utf-8")
    return path.parent


def test_an_index_of_an_older_version_says_so_and_is_made_anew(docs: Path, data: Path) -> None:
    path = current_version(data) / "manifest.json"
    manifest = json.loads(path.read_text("utf-8")) | {"format": 2}
    del manifest["checksum"]  # the second format had none
    path.write_text(json.dumps(manifest), "utf-8")
    assert_refused(data, IndexMismatch, path.parent, "versión anterior", "«alpie index»")
    build(docs, data)
    assert answers(data)


def test_an_index_of_a_newer_version_says_so_and_is_written_over_only_when_asked(
    docs: Path, data: Path
) -> None:
    folder = reseal(data, format=FORMAT_VERSION + 1)
    assert_refused(data, IndexNewer, folder, "versión más nueva", "alpie index --rebuild")
    with pytest.raises(IndexNewer):
        build(docs, data)
    assert current_version(data) == folder
    build(docs, data, rebuild=True)
    assert answers(data)


def test_another_analysis_is_a_mismatch(data: Path) -> None:
    assert_refused(data, IndexMismatch, reseal(data, analysis=0))


# --- defects ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text", "found"), [
    ("raro.txt", "De la que los.\n\n🙂 🙂\n", 1), ("solo.md", "# Título\n", 0),
], ids=["no words", "headings only"])  # fmt: skip
def test_documents_with_nothing_to_search_are_indexed_and_twice_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, found: int
) -> None:
    class Stopped:
        def now(self, zone: object) -> datetime:
            return datetime(2025, 6, 1, tzinfo=UTC)

    monkeypatch.setattr(build_module, "datetime", Stopped())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / name).write_text(text, "utf-8")
    for _ in range(2):
        build(tmp_path / "docs", tmp_path / "a")
        assert len(answers(tmp_path / "a")) == found


@pytest.mark.parametrize("change", [
    lambda text: "[]", lambda text: '{"format": 2}', lambda text: text.replace('"files"', '"fileS"'),
])  # fmt: skip
def test_a_manifest_that_lacks_something_is_named(data: Path, change: Callable[[str], str]) -> None:
    path = current_version(data) / "manifest.json"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(StoreError) as caught:
        open_version(data, FakeEncoder())
    assert caught.value.path in (path, path.parent)
