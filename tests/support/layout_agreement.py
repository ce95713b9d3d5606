"""How well a layout agrees with what a person finds in the document.

The gold files in `tests/support/layout` were written by somebody reading the documents. Each kind of thing (a
heading, a box, a list …) is compared as a set. A kind that a gold file does not name must not occur.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

from alpie.index.layout import lay_out
from alpie.index.records import Block, BlockKind, Document, Span, readable_text
from support.places import TESTS

# Kinds of blocks of which only the line is compared.
_LINES = {
    "captions": BlockKind.CAPTION, "leads": BlockKind.LEAD, "metadata": BlockKind.METADATA,
    "pull_quotes": BlockKind.PULL_QUOTE, "key_data": BlockKind.KEY_DATA, "callouts": BlockKind.CALLOUT,
}  # fmt: skip


class Agreement(NamedTuple):
    """What is expected of one kind and what is reported; each thing as a short text."""

    expected: set[str]
    reported: set[str]

    @property
    def missed(self) -> list[str]:
        return sorted(self.expected - self.reported)

    @property
    def invented(self) -> list[str]:
        return sorted(self.reported - self.expected)

    @property
    def recall(self) -> float:
        """Share of the expected things that are reported; 1 when none is expected."""
        return 1 - len(self.missed) / max(1, len(self.expected))

    @property
    def precision(self) -> float:
        """Share of the things reported that are expected; 1 when none is reported."""
        return 1 - len(self.invented) / max(1, len(self.reported))


def measure_layout(document: Document, gold_file: str) -> dict[str, Agreement]:
    """Agreement of the document's layout with a gold file, for each kind of thing a layout reports."""
    gold = tomllib.loads((TESTS / "support" / "layout" / gold_file).read_text("utf-8"))
    gold["boxes"] = [(line, title, _last_words(last)) for line, title, last in gold.get("boxes", [])]
    found = _reported(document)
    of_pages = {line for line, _ in gold.get("pages", [])}
    found["pages"] = [(line, page) for line, page in dict(found["pages"]).items() if line in of_pages]
    for things in (gold, found):
        things["box_titles"] = [box[:2] for box in things["boxes"]]
    return {kind: Agreement(_texts(gold.get(kind, [])), _texts(things)) for kind, things in found.items()}


def _texts(things: list[Any]) -> set[str]:
    return {
        " | ".join(map(str, thing)) if isinstance(thing, list | tuple) else str(thing) for thing in things
    }


def _last_words(text: str) -> str:
    return " ".join(text.split()[-3:])


def _reported(document: Document) -> dict[str, list[Any]]:
    """What the layout finds: each thing by the number of its line, and by what tells it from others there."""
    layout = lay_out(document)
    ends = [0, *(match.end() for match in re.finditer("\n", document.text))]

    def line(span: Span) -> int:
        return bisect_right(ends, span.start)

    def text(spans: tuple[Span, ...]) -> str:
        return readable_text(document.text, spans)

    def of(kind: BlockKind) -> list[tuple[int, Block]]:
        return [(at, block) for at, block in blocks if block.kind is kind]

    blocks = [(line(block.spans[0]), block) for block in layout.blocks]
    things: Mapping[str, list[Any]] = {
        "headings": [
            (at, one.level, text(one.spans)) for at, one in of(BlockKind.HEADING) if one.box is None
        ],
        "boxes": [(at, of_box[0].box, _last_words(text(of_box[-1].spans))) for at, of_box in _boxes(blocks)],
        "lists": [(at, len(one.parts)) for at, one in of(BlockKind.LIST)],
        "tables": [
            (at, " ".join(map(text, one.parts[: one.header_parts])), len(one.parts) - one.header_parts)
            for at, one in of(BlockKind.TABLE)
        ],
        "labels": [(at, one.label) for at, one in blocks if one.label],
        "footers": [line(span) for span in layout.footers],
        "note_calls": [
            (line(span), ",".join(re.findall(r"\d+", document.text[span.start : span.end])))
            for span in layout.note_calls
        ],
        "pages": [(at, one.page) for at, one in blocks],
    }
    return {**things, **{name: [at for at, _ in of(kind)] for name, kind in _LINES.items()}}


def _boxes(blocks: list[tuple[int, Block]]) -> list[tuple[int, list[Block]]]:
    """The line and the blocks of each run with one box; a heading begins another."""
    runs: list[tuple[int, list[Block]]] = []
    for at, block in blocks:
        goes_on = runs and runs[-1][1][-1].box == block.box and block.kind is not BlockKind.HEADING
        if block.box is not None and goes_on:
            runs[-1][1].append(block)
        elif block.box is not None:
            runs.append((at, [block]))
    return runs
