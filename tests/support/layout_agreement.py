"""How well a layout agrees with what a reader finds in the document.

The gold files in `tests/support/layout` are written from reading the documents. Each kind of thing (a
heading, a box, a list …) is compared as a set: found, missed, invented. A kind that a gold file
does not name is expected not to occur.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpie.index.records import Block, BlockKind, Document, Layout, Span, readable_text


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found of one kind, what was missed and what was invented; each thing as a short text."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Share of the expected things that were found; 1 when none was expected."""
        expected = len(self.found) + len(self.missed)
        return len(self.found) / expected if expected else 1.0

    @property
    def precision(self) -> float:
        """Share of the things reported that are real; 1 when none was reported."""
        reported = len(self.found) + len(self.invented)
        return len(self.found) / reported if reported else 1.0


def read_gold(path: Path) -> dict[str, Any]:
    """The gold file at `path`."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def measure_layout(document: Document, layout: Layout, gold: Mapping[str, Any]) -> dict[str, Agreement]:
    """Agreement for each kind of thing a layout reports."""
    lines = _LineNumbers(document.text)
    found = {kind: report(document, layout, lines) for kind, report in _REPORTS.items()}
    gold = dict(gold, boxes=[(line, title, _last_words(last)) for line, title, last in gold.get("boxes", [])])
    measured = {
        kind: _compare({_key(entry) for entry in gold.get(kind, [])}, {_key(entry) for entry in entries})
        for kind, entries in found.items()
    }
    measured["box_titles"] = _compare(
        {_key(entry[:2]) for entry in gold.get("boxes", [])}, {_key(entry[:2]) for entry in found["boxes"]}
    )
    pages = {lines.at(block.spans[0].start): block.page for block in layout.blocks}
    measured["pages"] = _compare(
        {_key(entry) for entry in gold.get("pages", [])},
        {_key([line, pages.get(line)]) for line, _ in gold.get("pages", [])},
    )
    return measured


class _LineNumbers:
    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> int:
        """1-based number of the line that `offset` is on."""
        return bisect_right(self._starts, offset)


def _key(entry: Any) -> str:
    return " | ".join(str(value) for value in entry) if isinstance(entry, (list, tuple)) else str(entry)


def _compare(expected: set[str], reported: set[str]) -> Agreement:
    def ordered(keys: set[str]) -> tuple[str, ...]:
        return tuple(sorted(keys, key=lambda key: (int(key.split(" | ")[0]), key)))

    return Agreement(ordered(expected & reported), ordered(expected - reported), ordered(reported - expected))


_Report = Callable[[Document, Layout, _LineNumbers], list[Any]]


def _lines_of(kind: BlockKind) -> _Report:
    def report(_document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
        return [lines.at(block.spans[0].start) for block in layout.blocks if block.kind is kind]

    return report


def _headings(document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    return [
        (lines.at(block.spans[0].start), block.level, readable_text(document.text, block.spans))
        for block in layout.blocks
        if block.kind is BlockKind.HEADING and block.box is None
    ]


def _boxes(document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    """Line, title and last words of each run of blocks with one box."""
    runs: list[list[Block]] = []
    for block in layout.blocks:
        starts = block.box is not None and block.kind is BlockKind.HEADING
        if block.box is not None and runs and not starts and runs[-1][-1].box == block.box:
            runs[-1].append(block)
        elif block.box is not None:
            runs.append([block])
    boxes: list[Any] = []
    for run in runs:
        last = readable_text(document.text, run[-1].spans)
        boxes.append((lines.at(run[0].spans[0].start), run[0].box or "", _last_words(last)))
    return boxes


def _last_words(text: str) -> str:
    return " ".join(text.split()[-3:])


def _lists(_document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    return [
        (lines.at(block.spans[0].start), len(block.parts))
        for block in layout.blocks
        if block.kind is BlockKind.LIST
    ]


def _tables(document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    found: list[Any] = []
    for block in layout.blocks:
        if block.kind is BlockKind.TABLE:
            header = " ".join(
                readable_text(document.text, part) for part in block.parts[: block.header_parts]
            )
            found.append((lines.at(block.spans[0].start), header, len(block.parts) - block.header_parts))
    return found


def _labels(_document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    return [(lines.at(block.spans[0].start), block.label) for block in layout.blocks if block.label]


def _footers(_document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    return [lines.at(span.start) for span in layout.footers]


def _note_calls(document: Document, layout: Layout, lines: _LineNumbers) -> list[Any]:
    def notes(span: Span) -> str:
        return ",".join(re.findall(r"\d+", document.text[span.start : span.end]))

    return [(lines.at(span.start), notes(span)) for span in layout.note_calls]


_REPORTS: dict[str, _Report] = {
    "headings": _headings,
    "boxes": _boxes,
    "lists": _lists,
    "tables": _tables,
    "labels": _labels,
    "footers": _footers,
    "note_calls": _note_calls,
    "captions": _lines_of(BlockKind.CAPTION),
    "leads": _lines_of(BlockKind.LEAD),
    "metadata": _lines_of(BlockKind.METADATA),
    "pull_quotes": _lines_of(BlockKind.PULL_QUOTE),
    "key_data": _lines_of(BlockKind.KEY_DATA),
    "callouts": _lines_of(BlockKind.CALLOUT),
}
