"""`alpie index --watch`: round after round, whatever goes wrong in one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from pathlib import Path

import pytest
from filelock import FileLock

from alpie.app.operation.watching import Snapshot, folder_changes, snapshot, watch
from alpie.app.settings import Settings, load_settings
from alpie.app.translations import translations_for
from alpie.index import build as build_module
from alpie.index.build import build_index
from alpie.index.system.files import FileStamp
from support.building import ended, go, start_builder
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeEncoder, answers
from support.waiting import eventually

# --- what is seen to change ------------------------------------------------------------------------


def told(*looks: str, longest: float = 30.0) -> list[bool]:
    """What `folder_changes` says when the folder looks like these letters, one a second, the first at the start."""
    seen: Iterator[Snapshot] = ({"file": FileStamp(ord(look), 0, 0)} for look in looks)
    seconds = count()
    found = folder_changes(
        lambda: next(seen), max_rest_seconds=longest, sleep=lambda _: None, clock=lambda: next(seconds)
    )
    return [next(found) for _ in looks[1:]]


@pytest.mark.parametrize(("looks", "expected"), [
    ("aaaa", "..."), ("abcddde", "...!.."), ("abaaa", "...."),  # the last was taken back before anybody was told
])  # fmt: skip
def test_a_change_is_told_once_and_only_when_it_has_come_to_rest(looks: str, expected: str) -> None:
    assert "".join("!" if one else "." for one in told(*looks)) == expected


def test_a_file_written_to_without_end_does_not_hold_up_the_others() -> None:
    assert True in told(*"abcdefghijklmnop", longest=5.0)


def test_what_changes_while_the_consumer_works_is_not_missed() -> None:
    looks = chain([{"a": FileStamp(1, 1, 1)}], repeat({"a": FileStamp(2, 2, 2)}))
    found = folder_changes(lambda: next(looks), sleep=lambda _: None)
    # the consumer indexes here, and the file changes meanwhile
    assert True in [next(found), next(found)]


def test_every_kind_of_change_makes_another_snapshot(tmp_path: Path) -> None:
    seen = [snapshot(tmp_path)]

    def differs() -> bool:
        seen.append(snapshot(tmp_path))
        return seen[-1] != seen[-2]

    file = tmp_path / "sub" / "uno.txt"
    file.parent.mkdir()
    file.write_text("uno", "utf-8")
    assert differs(), "added"
    assert not differs()
    stamp = file.stat().st_mtime_ns
    file.write_text("unos", "utf-8")
    os.utime(file, ns=(stamp, stamp))
    assert differs(), "longer, with the same time stamp"
    other = tmp_path / "otro"
    other.write_text("dosx", "utf-8")
    os.utime(other, ns=(stamp, stamp))
    other.replace(file)
    assert differs(), "another file moved into its place"
    file.rename(tmp_path / "sub" / "dos.txt")
    assert differs(), "renamed"
    (tmp_path / "sources.toml").write_text("", "utf-8")
    assert differs(), "the table of documents"
    (tmp_path / "sub" / "dos.txt").unlink()
    assert differs(), "removed"


def test_hidden_files_links_to_nowhere_and_the_index_do_not_count(tmp_path: Path) -> None:
    (tmp_path / ".oculto").write_text("x", "utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("x", "utf-8")
    (tmp_path / "nada").symlink_to(tmp_path / "no-existe")
    (tmp_path / "indice").mkdir()
    (tmp_path / "indice" / "CURRENT").write_text("x", "utf-8")
    assert snapshot(tmp_path, tmp_path / "indice") == {}
    assert snapshot(tmp_path / "no-existe") == {}


# --- rounds -----------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "incendios.txt").write_text(LARGE_TEXT, "utf-8")
    return load_settings({"docs": str(tmp_path / "docs"), "data": str(tmp_path / "index")}, environment={})


def rounds(settings: Settings, *steps: Callable[[], object] | None) -> list[str]:
    """What is told when before each look one of these happens; None: nothing changes."""
    told: list[str] = []

    def changed() -> Iterator[bool]:
        for step in steps:
            if step:
                step()
            yield step is not None

    def build() -> build_module.BuildReport:
        return build_index(settings.docs, settings.data, FakeEncoder(), wait_seconds=0.01)

    watch(settings, translations_for("es"), build, told.append, changed())
    return told


def test_each_change_is_a_round_and_is_told(settings: Settings) -> None:
    libros = settings.docs / "libros.txt"
    told = rounds(
        settings, lambda: libros.write_text(SMALL_TEXT, "utf-8"), None, libros.unlink, libros.parent.touch
    )
    assert "1 documento, 1 fragmento (1 nuevos, 0 reutilizados)" in told[0]
    assert "Vigilando" in told[1]
    assert "2 documentos, 2 fragmentos (1 nuevos, 1 reutilizados)" in told[2]
    assert "1 documento, 1 fragmento (0 nuevos, 1 reutilizados)" in told[3]
    assert "Nada nuevo" in told[4]
    assert len(told) == 5


def test_a_bad_document_is_named_and_the_good_ones_are_indexed(settings: Settings) -> None:
    def drop_two() -> None:
        (settings.docs / "malo.txt").write_bytes(b"\xff\xfe\xfa")
        (settings.docs / "libros.txt").write_text(SMALL_TEXT, "utf-8")

    told = rounds(settings, drop_two)
    assert any("malo.txt" in line for line in told)
    assert any("biblioteca" in text for text in answers(settings.data, "biblioteca"))


def test_a_folder_that_cannot_be_read_is_told_once_and_tried_again(settings: Settings) -> None:
    table = settings.docs / "sources.toml"
    told = rounds(settings, lambda: table.write_text("[[document", "utf-8"), *[None] * 100, table.unlink)
    assert len([line for line in told if "sources.toml" in line]) == 1
    assert "Nada nuevo" in told[-1]
    assert answers(settings.data)


def test_a_builder_that_holds_the_lock_is_waited_for(settings: Settings) -> None:
    settings.data.mkdir()
    lock = FileLock(settings.data / "build.lock", thread_local=False)
    lock.acquire()
    told = rounds(settings, None, None, lock.release, None)
    assert len([line for line in told if "Otro proceso" in line]) == 1
    assert answers(settings.data)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.slow
def test_a_real_watcher_indexes_what_comes_and_ends_cleanly(settings: Settings, number: int) -> None:
    body = f"""
    from alpie.app.settings import load_settings
    from alpie.app.operation.watching import Snapshot, snapshot, watch
    from alpie.app.translations import translations_for
    settings = load_settings({{"docs": {str(settings.docs)!r}, "data": {str(settings.data)!r}}}, environment={{}})
    build = lambda: build_index(settings.docs, settings.data, FakeEncoder())
    watch(settings, translations_for("es"), build, lambda line: print(line, file=sys.stderr))
    """
    process = start_builder(settings.docs, settings.data, body=body.strip())
    go(process)

    def found(word: str) -> bool:
        try:
            return any(word in text for text in answers(settings.data, word))
        except Exception:  # noqa: BLE001 - no index yet
            return False

    try:
        for name, text, word in (
            ("incendios.txt", LARGE_TEXT, "chispa"),
            ("b.txt", SMALL_TEXT, "biblioteca"),
        ):
            (settings.docs / name).write_text(text, "utf-8")
            eventually(lambda word=word: found(word), "the change was not picked up")  # type: ignore[misc]
        process.send_signal(number)
        code, told = ended(process)
    finally:
        process.kill()
        process.communicate()
    assert code == 0, told
    assert "Fin de la vigilancia" in told
    assert not list((settings.data / "versions").glob(".*"))
    assert answers(settings.data, "biblioteca")
