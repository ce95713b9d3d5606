"""What the command line reads: bounded, UTF-8, and refused with the file's name otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpie.app.terminal.streams import read_input
from alpie.index.errors import FileError


def test_a_file_is_read_without_its_mark(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeffcañón", encoding="utf-8")
    assert read_input(tmp_path / "a.txt") == "cañón"


@pytest.mark.parametrize(
    ("content", "said"), [(b"caf\xe9", "byte 3"), (b"123456789", "0 MB"), (None, "Compruebe la ruta")]
)
def test_what_cannot_be_used_is_refused_with_its_name(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "a.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError, match=r"a\.txt") as caught:
        read_input(path, max_bytes=8)
    assert said in str(caught.value)
    assert caught.value.path == path
