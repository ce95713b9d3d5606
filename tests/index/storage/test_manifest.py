"""What the index folder says of itself is checked: every file, at many places, and the manifest too."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from alpie.index.errors import IndexDamaged, StoreError
from alpie.index.storage.manifest import current_version, read_manifest
from alpie.index.storage.store import open_version
from support.disturbed import assert_refused, files, flipped, replaced
from support.fake_encoder import SMALL_TEXT, FakeEncoder, answers, build

REMEDY = "alpie index --rebuild"
DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda content: None,
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "last byte missing": lambda content: content[:-1],
    "a byte more": lambda content: content + b"\0",
    "first byte flipped": lambda content: flipped(content, 0),
    "last byte flipped": lambda content: flipped(content, len(content) - 1),
    "a byte in the middle flipped": lambda content: flipped(content, len(content) // 2),
    "any byte flipped": lambda content: flipped(content, random.Random(5).randrange(len(content))),
    "zeros": lambda content: bytes(len(content)),
    "a block of zeros": lambda content: (
        content[: len(content) // 3] + bytes(len(content) // 3) + content[2 * (len(content) // 3) :]
    ),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_found_at_opening_and_named(data: Path, kind: str) -> None:
    for path in files(data):
        damaged = DAMAGES[kind](path.read_bytes())
        with replaced(path, damaged) as content:
            assert damaged != content
            assert_refused(data, IndexDamaged, path, REMEDY)
    assert answers(data)


def test_files_that_were_exchanged_are_found(data: Path) -> None:
    for one, other in pairwise(files(data)):
        with (
            replaced(one, other.read_bytes()) as kept,
            replaced(other, kept),
            pytest.raises(IndexDamaged) as caught,
        ):
            open_version(data, FakeEncoder())
        assert caught.value.path in (one, other)


def test_files_of_another_index_are_found(docs: Path, data: Path, tmp_path: Path) -> None:
    (docs / "libros.txt").write_text(SMALL_TEXT.replace("tres", "dos"), "utf-8")
    build(docs, tmp_path / "otro")
    others = current_version(tmp_path / "otro")
    for path in files(data):
        with replaced(path, (others / path.relative_to(current_version(data))).read_bytes()) as content:
            if path.name == "manifest.json":  # sound, but it speaks of other files
                with pytest.raises(IndexDamaged):
                    open_version(data, FakeEncoder())
            elif content != path.read_bytes():
                assert_refused(data, IndexDamaged, path)


def test_any_bit_of_the_manifest_that_flips_is_found(data: Path) -> None:
    """Not one byte of it may vouch for something else; 400 places, and all of its beginning and end."""
    path = current_version(data) / "manifest.json"
    content = path.read_bytes()
    size, chance = len(content), random.Random(5)
    for position in {*range(120), *range(size - 120, size), *chance.sample(range(size), 400)}:
        path.write_bytes(flipped(content, position, chance.randrange(8)))
        with pytest.raises(IndexDamaged, match=REMEDY) as caught:
            read_manifest(path.parent)
        assert caught.value.path == path


def test_any_bit_of_the_pointer_that_flips_is_found_or_does_no_harm(data: Path) -> None:
    pointer, folder = data / "CURRENT", current_version(data)
    content = pointer.read_bytes()
    changed = [flipped(content, position, bit) for position in range(len(content)) for bit in range(8)]
    for damaged in (*changed, *(content[:kept] for kept in range(len(content) - 1))):
        pointer.write_bytes(damaged)
        if damaged.strip() == content.strip():  # white space at the end
            assert current_version(data) == folder
        else:
            with pytest.raises(IndexDamaged) as caught:
                current_version(data)
            assert caught.value.path == pointer


@pytest.mark.parametrize("content", [
    b"x" * 200, b"x" * 5_000, b"x" * 5_000_000, "ñ".encode() * 90, b"a\nb", b"..", b"/etc", b"\xff", b"",
    b"no-existe", b"../..", b"a\0b",
], ids=lambda content: f"{content[:5]!r} x {len(content)}")  # fmt: skip
def test_a_pointer_that_is_no_name_says_what_to_run(data: Path, content: bytes) -> None:
    (data / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamaged, match=REMEDY) as caught:
        open_version(data, FakeEncoder())
    assert len(str(caught.value)) < 400


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are of POSIX")
@pytest.mark.parametrize("name", ["CURRENT", "manifest.json"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_is_neither_read_nor_waited_for(
    data: Path, name: str, make: Callable[[Path], object]
) -> None:
    path = (data if name == "CURRENT" else current_version(data)) / name
    path.unlink()
    make(path)
    with pytest.raises(StoreError) as caught:
        open_version(data, FakeEncoder())
    assert str(path) in str(caught.value)


def test_a_manifest_without_end_is_not_read_to_its_end(data: Path) -> None:
    path = current_version(data) / "manifest.json"
    os.truncate(path, 10_000_000_000)  # takes no room on the disk
    assert_refused(data, IndexDamaged, path, "10000000 bytes")
