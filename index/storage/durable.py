"""Writing so that neither a crash nor a full disk can hurt what is there, and saying why when it cannot be done."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from alpie.index.errors import IndexUnwritable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_ROOM_BYTES = 1_000_000  # free: where numpy and FAISS do not pass on why they could not write


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk and not only on its way there."""
    if path.is_dir() and os.name != "posix":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, text: str, aside: Path) -> None:
    """`text` into `path` in one step: whoever reads finds the old or the new, whole. `aside` is used up."""
    aside.write_text(text, encoding="utf-8")
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def unwritable(data: Path, error: OSError | RuntimeError | sqlite3.Error) -> IndexUnwritable:
    """What to tell about a failed write in the index folder `data`."""
    number = getattr(error, "errno", None)
    free = _free_bytes(data)
    stands = " El índice que había sigue en uso." if (data / "CURRENT").exists() else ""
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or number in _FULL
    if is_full or (number is None and free < _NO_ROOM_BYTES):
        reason = f"no queda espacio en el disco (libres {free / 1e6:.1f} MB)"
        remedy = "Libere espacio y repita «alpie index»."
    elif number in _CLOSED:
        reason = f"no se permite ({getattr(error, 'strerror', None) or error})"
        remedy = "Dé permiso de escritura sobre la carpeta, o indique otra con --data."
    else:
        reason = str(getattr(error, "strerror", None) or error)
        remedy = "Corríjalo y repita «alpie index»."
    return IndexUnwritable(f"No se puede escribir el índice en {data}: {reason}.{stands} {remedy}", data)


def _free_bytes(folder: Path) -> int:
    existing = next((one for one in (folder, *folder.parents) if one.is_dir()), Path("/"))
    try:
        return shutil.disk_usage(existing).free
    except OSError:
        return 0
