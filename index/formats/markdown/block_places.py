"""Where the contents of Markdown blocks stand in their source: CommonMark only says which lines a block takes up."""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it.token import Token

from alpie.index.records import Span

_QUOTE = re.compile(r"[ \t]*>")
_SPACES = "".join(map(chr, range(0x2000, 0x200B)))  # of Unicode's, from en quad to hair space
_TRIMMED = f"\t\n\x0b\x0c\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000{_SPACES}"


class RowPlaces(NamedTuple):
    """Where the characters of each cell of a row stand, and the bars between the cells."""

    cells: list[list[int]]
    bars: list[Span]


class BlockPlaces:
    """The offsets, into the source, of the characters that blocks and cells of tables hold."""

    def __init__(self, body: str) -> None:
        self._body = body
        self.lines = [0, *(m.end() for m in re.finditer("\n", body)), len(body) + 1]  # where each begins

    def of_block(self, token: Token, heading: Token | None) -> list[int]:
        """Where each character of a block's content stands; `heading` is the one that is open."""
        body, content = self._body, token.content
        first = token.map[0] if token.map else 0
        if heading and heading.markup.startswith("#"):
            at = body.index("#", self.lines[first]) + len(heading.markup)
            while at < len(body) and body[at] in _TRIMMED:
                at += 1
            return list(range(at, at + len(content)))
        offsets: list[int] = []
        lines = content.split("\n")
        first += token.type == "fence"
        while token.type == "inline" and not self._trimmed_line(first).endswith(lines[0].strip(_TRIMMED)):
            first += 1  # a line of white space, which was trimmed
        for number, line in enumerate(lines, first):
            if number + 1 == len(self.lines):
                break  # after the last line end
            begin, end = self.lines[number], self.lines[number + 1] - 1
            bare = line.lstrip(" \t")  # a tab may have become blanks: they stand for the line end before
            if token.type == "inline" and number - first == len(lines) - 1:
                end = begin + len(self._trimmed_line(number))
            offsets += [max(begin - 1, 0)] * (len(line) - len(bare))
            offsets += [*range(end - len(bare), end), self.lines[number + 1] - 1]
        return offsets[: len(content)]

    def _trimmed_line(self, number: int) -> str:
        return self._body[self.lines[number] : self.lines[number + 1] - 1].rstrip(_TRIMMED)

    def of_cells(self, number: int, begin: int, quotes: int) -> RowPlaces:
        """Where the cells of a row stand.

        The row is on line `number` and begins at `begin`, after the signs of so many `quotes`.
        """
        body, end = self._body, self.lines[number + 1] - 1
        for _ in range(quotes - body.count(">", self.lines[number], begin)):
            sign = _QUOTE.match(body, begin, end)
            begin = sign.end() if sign else begin
        columns: list[list[int]] = [[]]
        bars: list[Span] = []
        for at in self._trim(list(range(begin, end))):
            if body[at] != "|":
                columns[-1].append(at)
            elif columns[-1] and columns[-1][-1] == at - 1 and body[at - 1] == "\\":
                columns[-1][-1] = at  # the sign that escapes it is none of the content
            else:
                columns.append([])
                bars.append(Span(at, at + 1))
        return RowPlaces([self._trim(column) for column in columns[not columns[0] :]], bars)

    def _trim(self, offsets: list[int]) -> list[int]:
        shown = [n for n, at in enumerate(offsets) if self._body[at] not in _TRIMMED]
        return offsets[shown[0] : shown[-1] + 1] if shown else []
