"""Which documents of a folder are as an earlier index has them: those need not be parsed, laid out and split again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alpie.index.formats import PACKAGES, Extraction
from alpie.index.formats.recognition import Recogniser
from alpie.index.notices import Unread
from alpie.index.reading.sources import read_sources
from alpie.index.storage.earlier import Earlier


@cache
def _program() -> str:
    """Checksum of the code that makes passages of files, and the versions of the packages it uses.

    A version number alone would not do: who changes a line of a parser wants to see what comes of it.
    """
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    for package in PACKAGES:
        try:
            digest.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:  # then files of its format are named as not readable
            continue
    return digest.hexdigest()


class Reading:
    """The documents of a folder, and which of them are as an earlier index has them: `kept`."""

    def __init__(
        self, docs: Path, earlier: Earlier | None, most_bytes: int, recogniser: Recogniser | None
    ) -> None:
        self.docs, self.earlier = docs, earlier
        self.program = f"{_program()}{' with recognition' if recogniser else ''}"
        known: dict[str, Extraction] = {}
        if earlier is not None and earlier.manifest["program"] == self.program:
            known = earlier.extractions
        self.sources = read_sources(docs, known, most_bytes, recogniser)
        told = {d.sha256: earlier is not None and earlier.has(d) for d in self.sources.documents}
        if any(sha256 in known and not same for sha256, same in told.items()):
            known = {sha256: one for sha256, one in known.items() if told.get(sha256)}
            self.sources = read_sources(docs, known, most_bytes, recogniser)
        self.kept = frozenset(d.id for d in self.sources.documents if d.sha256 in known)

    def is_as_before(self, version: str, unread: Sequence[Unread]) -> bool:
        """Whether an index would come out as the earlier one did."""
        return (
            self.earlier is not None
            and self.earlier.manifest["alpie"] == version
            and self.earlier.manifest["unread"] == [asdict(one) for one in unread]
            and [d.id for d in self.sources.documents] == list(self.earlier.documents)
            and self.kept == self.earlier.documents.keys()
        )
