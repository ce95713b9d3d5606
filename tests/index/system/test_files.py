"""A file is replaced in one step, and what was begun and failed leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpie.index.system.files import atomic_write, fsync, temporary_file


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "name"
    path.write_text("old", "utf-8")
    with atomic_write(path) as new:
        new.write_text("new", "utf-8")
        fsync(new)
        assert path.read_text("utf-8") == "old"
    fsync(tmp_path)
    assert path.read_text("utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writing_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "name"
    path.write_text("old", "utf-8")

    def write_half() -> None:
        with atomic_write(path, tmp_path / "name.new") as new:
            new.write_text("half", "utf-8")
            assert new == tmp_path / "name.new"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_a_private_file_is_never_readable_by_others(tmp_path: Path) -> None:
    with temporary_file(tmp_path / "secret", private=True) as new:
        assert new.stat().st_mode & 0o777 == 0o600
        new.write_bytes(b"x")
        assert new.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []
