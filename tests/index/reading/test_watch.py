"""The documents folder is seen to change when it does, once it has come to rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain, count, repeat
from pathlib import Path

from alpie.app.service.watching import Snapshot, changes, snapshot


def told(*looks: str, longest: float = 30.0) -> list[bool]:
    """What `changes` says when the folder looks like these letters, one a second, the first at the start."""
    seen: Iterator[Snapshot] = ({"file": (ord(one), 0, 0)} for one in looks)
    seconds = count()
    found = changes(
        lambda: next(seen), longest_rest_seconds=longest, sleep=lambda _: None, clock=lambda: next(seconds)
    )
    return [next(found) for _ in looks[1:]]


def test_nothing_changed_is_nothing_told() -> None:
    assert told(*"aaaa") == [False, False, False]


def test_a_change_is_told_once_and_only_when_it_has_come_to_rest() -> None:
    assert told(*"abcddde") == [False, False, False, True, False, False]


def test_a_file_taken_back_before_anybody_was_told_is_no_change() -> None:
    assert told(*"abaaa") == [False, False, False, False]


def test_a_file_written_to_without_end_does_not_hold_up_the_others() -> None:
    assert True in told(*"abcdefghijklmnop", longest=5.0)


def test_what_changes_while_the_consumer_works_is_not_missed() -> None:
    looks = chain([{"a": (1, 1, 1)}], repeat({"a": (2, 2, 2)}))
    found = changes(lambda: next(looks), sleep=lambda _: None)
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
