"""The index on disk: swapped in whole or not at all, and checked when it is opened."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import faiss
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
from alpie.index.storage import manifest as manifest_module
from alpie.index.storage.manifest import (
    FORMAT_VERSION,
    check_files,
    current_version,
    read_manifest,
    with_checksum,
)
from alpie.index.storage.store import open_version
from support.building import ended, go, start_builder
from support.disturbed import assert_refused, flipped, replaced
from support.fake_encoder import MARKET_TEXT, SMALL_TEXT, FakeEncoder, addresses, answers, build

pytestmark = pytest.mark.heavy


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


def test_an_index_swapped_away_while_it_is_opened_is_no_error(
    docs: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader has read the pointer; then a builder swaps and sweeps; then the reader opens the folder."""
    (docs / "mercado.txt").write_text(MARKET_TEXT, "utf-8")
    read, swapped = manifest_module._read_pointer, []

    def slow(folder: Path) -> str:
        name = read(folder)
        if not swapped:
            swapped.append(name)
            build(docs, data)
        return name

    monkeypatch.setattr(manifest_module, "_read_pointer", slow)
    version = open_version(data, FakeEncoder())
    assert version.folder.name != swapped[0]
    assert "mercado" in version.documents


def test_readers_and_builders_at_the_same_time(docs: Path, data: Path) -> None:
    """Opening again and again while a builder swaps as fast as it can: never a file that is not there."""
    body = f"""
    for number in range(15):
        text = {MARKET_TEXT!r} + f"\\nSon {{number}} puestos.\\n"
        Path({str(docs / "mercado.txt")!r}).write_text(text, "utf-8")
        build_index(Path({str(docs)!r}), Path({str(data)!r}), FakeEncoder())
    """
    builder = start_builder(docs, data, body=body.strip())
    go(builder)
    seen = set()
    while builder.poll() is None:
        seen.add(open_version(data, FakeEncoder()).folder.name)
    assert ended(builder) == (0, "")
    assert len(seen) > 1


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
    assert build(docs, data).documents


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
