"""Extractions of this process: a folder that is watched is read again at every change, one file of it new."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from alpie.index.formats import extract, format_of
from alpie.index.formats.extraction import Extraction
from alpie.index.formats.recognition import Recogniser

_MOST_CHARACTERS = 40_000_000  # of all texts kept
_lock = threading.Lock()
_kept: OrderedDict[tuple[str, str, bool], Extraction] = OrderedDict()


def remembered_extraction(
    data: bytes, sha256: str, path: Path, recogniser: Recogniser | None = None
) -> Extraction:
    """`extract`, done once for the same bytes. Raises what it raises."""
    kind = format_of(path)
    if kind is None or kind == "text":  # decoding costs less than remembering
        return extract(data, path)
    key = sha256, kind, recogniser is not None
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = extract(data, path, recogniser)
    with _lock:
        _kept[key] = made
        while sum(len(one.text) for one in _kept.values()) > _MOST_CHARACTERS:
            _kept.popitem(last=False)
    return made
