"""What the index folder says of itself is checked: every file, at many places, and the manifest too."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeEncoder, answers, build

from alpie.index.errors import IndexDamaged, StoreError
from alpie.index.storage import manifest
from alpie.index.storage.manifest import current_version, read_manifest
from alpie.index.storage.store import open_version

Damage = Callable[[bytes, random.Random], bytes]


def _flipped(content: bytes, position: int, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1 << chance.randrange(8)
    return bytes(changed)


DAMAGES: dict[str, Damage] = {
    "empty": lambda content, chance: b"",
    "half": lambda content, chance: content[: len(content) // 2],
    "last byte missing": lambda content, chance: content[:-1],
    "a byte more": lambda content, chance: content + b"\0",
    "first byte flipped": lambda content, chance: _flipped(content, 0, chance),
    "last byte flipped": lambda content, chance: _flipped(content, len(content) - 1, chance),
    "a byte in the middle flipped": lambda content, chance: _flipped(content, len(content) // 2, chance),
    "any byte flipped": lambda content, chance: _flipped(content, chance.randrange(len(content)), chance),
    "zeros": lambda content, chance: bytes(len(content)),
    "a block of zeros": lambda content, chance: (
        content[: len(content) // 3] + bytes(len(content) // 3) + content[2 * (len(content) // 3) :]
    ),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifest")
    (folder / "docs").mkdir()
    (folder / "docs" / "incendios.txt").write_text(LARGE_TEXT, "utf-8")
    (folder / "docs" / "libros.txt").write_text(SMALL_TEXT, "utf-8")
    build(folder / "docs", folder / "index")
    return folder / "index"


def files(data: Path) -> list[Path]:
    """All files of the version in use but the manifest."""
    found = (path for path in sorted(current_version(data).rglob("*")) if path.is_file())
    return [path for path in found if path.name != "manifest.json"]


def put(path: Path, content: bytes) -> None:
    """Write it as a failing disk would: the time stamp stays."""
    stamp = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(stamp, stamp))


def refusal(data: Path) -> StoreError | None:
    try:
        open_version(data, FakeEncoder())
    except StoreError as error:
        return error
    return None


@pytest.fixture
def sound_again(data: Path) -> Iterator[None]:
    """What a test damages it need not mend."""
    pointer = data / "CURRENT"
    kept = {
        path: path.read_bytes() for path in [*files(data), current_version(data) / "manifest.json", pointer]
    }
    yield
    for path, content in kept.items():
        put(path, content)
    assert answers(data)


@pytest.mark.usefixtures("sound_again")
@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_found_at_opening_and_named(data: Path, kind: str) -> None:
    chance = random.Random(kind)
    tried = 0
    for path in files(data):
        content = path.read_bytes()
        damaged = DAMAGES[kind](content, chance) if content or kind == "a byte more" else content
        if damaged == content:
            continue  # zeros were there already, or nothing at all
        put(path, damaged)
        error = refusal(data)
        assert isinstance(error, IndexDamaged)
        assert error.path == path
        assert str(path) in str(error)
        assert "alpie index --rebuild" in str(error)
        put(path, content)
        tried += 1
    assert tried > 2


@pytest.mark.usefixtures("sound_again")
def test_files_that_were_exchanged_are_found(data: Path) -> None:
    for one, other in pairwise(files(data)):
        contents = one.read_bytes(), other.read_bytes()
        if contents[0] == contents[1]:
            continue
        put(one, contents[1])
        put(other, contents[0])
        error = refusal(data)
        assert isinstance(error, IndexDamaged)
        assert error.path in (one, other)
        put(one, contents[0])
        put(other, contents[1])


@pytest.mark.usefixtures("sound_again")
def test_files_of_another_index_are_found(data: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "otro.txt").write_text(SMALL_TEXT.replace("tres", "dos"), "utf-8")
    build(tmp_path / "docs", tmp_path / "index")
    others = {
        path.relative_to(current_version(tmp_path / "index")): path for path in files(tmp_path / "index")
    }
    for path in files(data):
        content = path.read_bytes()
        other = others[path.relative_to(current_version(data))].read_bytes()
        if other == content:
            continue
        put(path, other)
        error = refusal(data)
        assert isinstance(error, IndexDamaged)
        assert error.path == path
        put(path, content)
    folder = current_version(data)
    (folder / "manifest.json").write_bytes(
        (current_version(tmp_path / "index") / "manifest.json").read_bytes()
    )
    assert isinstance(refusal(data), IndexDamaged), "a sound manifest that speaks of other files"


@pytest.mark.usefixtures("sound_again")
def test_any_bit_of_the_manifest_that_flips_is_found(data: Path) -> None:
    """Not one byte of it may vouch for something else; 400 places, and all of its beginning and end."""
    folder = current_version(data)
    path = folder / "manifest.json"
    content = path.read_bytes()
    chance = random.Random(5)
    places = {*range(120), *range(len(content) - 120, len(content)), *chance.sample(range(len(content)), 400)}
    for position in sorted(places):
        put(path, _flipped(content, position, chance))
        with pytest.raises(IndexDamaged) as caught:
            read_manifest(folder)
        assert caught.value.path == path
        assert "alpie index --rebuild" in str(caught.value)


@pytest.mark.usefixtures("sound_again")
def test_any_bit_of_the_pointer_that_flips_is_found_or_does_no_harm(data: Path) -> None:
    pointer, folder = data / "CURRENT", current_version(data)
    content = pointer.read_bytes()
    for position in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[position] ^= 1 << bit
            pointer.write_bytes(changed)
            try:
                found = current_version(data)
            except IndexDamaged as error:
                named = error.path
            else:
                named, same = None, found
            if named is None:
                assert same == folder, "white space at the end"
            else:
                assert named == pointer
    for kept in range(len(content) - 1):
        pointer.write_bytes(content[:kept])
        with pytest.raises(IndexDamaged):
            current_version(data)


@pytest.mark.parametrize(
    "content",
    [
        b"x" * 200,
        b"x" * 5_000,
        b"x" * 5_000_000,
        "ñ".encode() * 90,
        b"a\nb",
        b"..",
        b"/etc",
        b"\xff",
        b"",
        b"no-existe",
        b"../..",
        b"a\0b",
    ],
    ids=lambda content: f"{content[:5]!r} x {len(content)}",
)
@pytest.mark.usefixtures("sound_again")
def test_a_pointer_that_is_no_name_says_what_to_run(data: Path, content: bytes) -> None:
    (data / "CURRENT").write_bytes(content)
    error = refusal(data)
    assert isinstance(error, IndexDamaged)
    assert "alpie index --rebuild" in str(error)
    assert len(str(error)) < 400


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are of POSIX")
@pytest.mark.parametrize("name", ["CURRENT", "manifest.json"])
def test_what_is_no_file_is_neither_read_nor_waited_for(data: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "index"
    shutil.copytree(data, copy)
    path = copy / "CURRENT" if name == "CURRENT" else current_version(copy) / name
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir):
        path.unlink()
        make(path)
        error = refusal(copy)
        assert isinstance(error, StoreError), path
        assert str(path) in str(error)
        path.rmdir() if path.is_dir() else None
        path.touch()


@pytest.mark.usefixtures("sound_again")
def test_a_manifest_without_end_is_not_read_to_its_end(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_MAX_MANIFEST_BYTES", 10_000)
    path = current_version(data) / "manifest.json"
    with path.open("ab") as file:
        file.truncate(10_000_000_000)  # takes no room on the disk
    error = refusal(data)
    assert isinstance(error, IndexDamaged)
    assert "10000 bytes" in str(error)
