"""The text that a stretch of Markdown shows: pieces of its source, and the characters that some markup stands for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from alpie.index.formats.extraction import UNSEEN
from alpie.index.formats.notation.superscripts import is_note_call, raised_text
from alpie.index.records import Span

TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*>|<(?P<close>/?)(?P<name>[a-z][\w-]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
    r"|(?P<entity>&(?:\#\d{1,7}|\#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});)",
    re.DOTALL | re.IGNORECASE,
)
BREAKS = frozenset(
    """br hr p div td th tr table thead tbody tfoot caption li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote section
    article header footer center pre figure figcaption details summary address""".split()
)
_STRUCK = frozenset({"s", "del", "strike"})
_UNREAD = frozenset({"script", "style", "template", "title"})

_MAX_BETWEEN = 50  # signs that stand between two pieces: no tags or entities need more
_FILL = "\u2060"  # shows nothing: in the file's text, what is left of signs that something shorter stands for


class Replacement(NamedTuple):
    """What is written in the place of signs."""

    start: int
    end: int
    text: str


class MarkdownSource:
    """A Markdown file from offset `begin` on, and which parts are shown differently from the source, or not at all.

    Places count in `body`, whose line ends are all «\\n».
    """

    def __init__(self, text: str, begin: int) -> None:
        raw = text[begin:]
        self.body = raw.replace("\r\n", "\n").replace("\r", "\n")
        self.calls: list[Span] = []  # of notes
        self.instead: list[Replacement] = []
        self.struck = 0  # words
        self._text, self._begin = text, begin
        # offsets in the body from which on the file has a character more
        self._returns = [m.start() - number for number, m in enumerate(re.finditer("\r\n", raw))]

    def text_of(self, pieces: Sequence[Span]) -> str:
        """The characters of the body that `pieces` are."""
        return "".join(self.body[piece.start : piece.end] for piece in pieces)

    def file_span(self, start: int, end: int) -> Span:
        """Where a piece of the body stands in the file."""
        return Span(self._file_offset(start), self._file_offset(end - 1) + 1)

    def _file_offset(self, offset: int) -> int:
        return self._begin + offset + bisect_right(self._returns, offset - 1)

    def written(self) -> str:
        """The canonical text: the file, with what had to be written into it."""
        parts: list[str] = []
        position = 0
        for start, end, shown in sorted(self.instead):
            span = self.file_span(start, end)
            parts += [self._text[position : span.start], shown.ljust(span.end - span.start, _FILL)]
            position = span.end
        return "".join([*parts, self._text[position:]])

    def blank_between(self, first: int, last: int) -> Span:
        """A blank among the signs from `first` to `last`: one that is there, or written in their place."""
        written = self.instead[-_MAX_BETWEEN:]
        free = [at for at in range(first, last) if not any(start < at < end for start, end, _ in written)]
        at = next((at for at in free if self.body[at].isspace()), free[0])
        if not self.body[at].isspace():
            self.instead.append(Replacement(at, at + 1, " "))
        return Span(at, at + 1)


class ShownText:
    """Collects the `pieces` of a source that are shown. Positions count in a content whose characters stand at `offsets`."""

    def __init__(self, source: MarkdownSource, offsets: list[int]) -> None:
        self.pieces: list[Span] = []
        self.linked = False
        self.signs: dict[int, str] = {}  # what is shown instead of a character
        self._source, self._offsets = source, offsets
        self._hidden: list[str] = []  # elements whose text is not read, the innermost last
        self._raised: int | None = None  # how many pieces stand before the superscript that is open

    def show(self, start: int, end: int) -> None:
        """Show the characters from `start` to `end`, without invisible ones."""
        if self._hidden:
            if self._hidden[-1] in _STRUCK:
                struck = (self._source.body[at] for at in self._offsets[start:end])
                self._source.struck += len("".join(struck).split())
            return
        begin = last = -1  # of the run that is not yet a piece
        for number, at in enumerate(self._offsets[start:end], start):
            sign = self.signs.get(number)
            # the end of the body: its last line has no line end
            unseen = at == len(self._source.body) or ord(self._source.body[at]) in UNSEEN
            if sign is None and not unseen and at == last:
                last += 1
                continue
            self._add_piece(begin, last)
            begin = last = -1
            if sign is not None:
                self.write(number, number + 1, sign)
            elif not unseen:
                begin, last = at, at + 1
        self._add_piece(begin, last)

    def _add_piece(self, start: int, end: int) -> None:
        if start < end and self.pieces and self.pieces[-1].end == start:
            start = self.pieces.pop().start
        if start < end:
            self.pieces.append(Span(start, end))

    def write(self, start: int, end: int, text: str) -> None:
        """`text`, which is no longer, in the place of the signs from `start` to `end`."""
        text = "".join(character for character in text if ord(character) not in UNSEEN)
        if text and not self._hidden:
            at = self._offsets[start]
            self._source.instead.append(Replacement(at, self._offsets[end - 1] + 1, text))
            self.pieces.append(Span(at, at + len(text)))

    def call(self, start: int, end: int) -> None:
        """The signs from `start` to `end` call a note."""
        if not self._hidden:
            self._source.calls.append(Span(self._offsets[start], self._offsets[end - 1] + 1))

    def hide(self, name: str) -> None:
        """What follows is within an element that is not read."""
        self._hidden.append(name)

    def reveal(self, name: str) -> None:
        """The end of an element that is not read."""
        if name in self._hidden:
            del self._hidden[self._hidden.index(name) :]

    def tag(self, tag: re.Match[str], start: int, content: str) -> None:
        """A tag that stands at `start` of `content`."""
        name, end = (tag["name"] or "").lower(), start + len(tag[0])
        if tag["entity"]:
            return
        if name in BREAKS:
            if not (content[start - 1 : start].isspace() or content[end : end + 1].isspace()):
                self.write(start, end, " ")
        elif name in _STRUCK | _UNREAD:
            if tag["close"]:
                self.reveal(name)
            elif re.search(rf"</{name}\s*>", content[end:], re.IGNORECASE):
                self.hide(name)
        elif name == "a":
            self.linked = True
        elif name == "sup" and not tag["close"]:
            self._raised, self.linked = len(self.pieces), False
        elif name == "sup" and self._raised is not None:
            first, self._raised = self._raised, None
            before, raised = self.pieces[:first], self.pieces[first:]
            said, follows = self._source.text_of(raised), self._source.text_of(before[-3:])
            if is_note_call(said, follows, self.linked):
                self._source.calls += raised
                self.pieces[first:] = []
                return
            written = raised_text(said, follows)
            if len(raised) == 1 and len(written) == len(said) and written != said:
                self._source.instead.append(Replacement(raised[0].start, raised[0].end, written))

    def join(self, pieces: Sequence[Span]) -> None:
        """Add the pieces of the next cell or row, with a blank before, which the source may lack there."""
        if self.pieces and self.pieces[-1].end < pieces[0].start:
            self.pieces.append(self._source.blank_between(self.pieces[-1].end, pieces[0].start))
        self.pieces += pieces
