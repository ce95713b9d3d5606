"""What is shown of a stretch of Markdown: pieces of its source, and the characters that some signs stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import StateInline
from markdown_it.token import Token

from alpie.index.formats.extraction import UNSEEN
from alpie.index.formats.notation.list_numbers import is_note_call, raised_text

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

Piece = tuple[int, int]  # offsets


@dataclass
class MarkdownSource:
    """A source text, and what of the source is shown otherwise than it stands there, or not at all."""

    body: str
    calls: list[Piece] = field(default_factory=list)  # of notes
    instead: list[tuple[int, int, str]] = field(default_factory=list)  # what is written where signs stood
    struck: int = 0  # words

    def blank_between(self, first: int, last: int) -> int:
        """The offset of a blank among the signs from `first` to `last`: one that is there, or written in their place."""
        written = self.instead[-50:]
        free = [at for at in range(first, last) if not any(start < at < end for start, end, _ in written)]
        at = next((at for at in free if self.body[at].isspace()), free[0])
        if not self.body[at].isspace():
            self.instead.append((at, at + 1, " "))
        return at


class ShownText:
    """Collects the `pieces` of a source that are shown. Positions count in a content whose characters stand at `offsets`."""

    def __init__(self, source: MarkdownSource, offsets: list[int]) -> None:
        self.pieces: list[Piece] = []
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
        for number, at in enumerate(self._offsets[start:end], start):
            if number in self.signs:
                self.write(number, number + 1, self.signs[number])
                continue
            # the end of the body: its last line has no line end
            if at == len(self._source.body) or ord(self._source.body[at]) in UNSEEN:
                continue
            if self.pieces and self.pieces[-1][1] == at:
                self.pieces[-1] = self.pieces[-1][0], at + 1
            else:
                self.pieces.append((at, at + 1))

    def write(self, start: int, end: int, text: str) -> None:
        """`text`, which is no longer, in the place of the signs from `start` to `end`."""
        text = "".join(character for character in text if ord(character) not in UNSEEN)
        if text and not self._hidden:
            at = self._offsets[start]
            self._source.instead.append((at, self._offsets[end - 1] + 1, text))
            self.pieces.append((at, at + len(text)))

    def call(self, start: int, end: int) -> None:
        """The signs from `start` to `end` call a note."""
        if not self._hidden:
            self._source.calls.append((self._offsets[start], self._offsets[end - 1] + 1))

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
            before, raised = self.pieces[: self._raised], self.pieces[self._raised :]
            said, follows = self._text(raised), self._text(before[-3:])
            if is_note_call(said, follows, self.linked):
                self._source.calls += raised
                self.pieces[self._raised :] = []
            elif (
                len(raised) == 1
                and len(written := raised_text(said, follows)) == len(said)
                and written != said
            ):
                self._source.instead.append((*raised[0], written))
            self._raised = None

    def join(self, pieces: list[Piece]) -> None:
        """Add the pieces of the next cell or row, with a blank before, which the source may lack there."""
        if self.pieces and self.pieces[-1][1] < pieces[0][0]:
            at = self._source.blank_between(self.pieces[-1][1], pieces[0][0])
            self.pieces.append((at, at + 1))
        self.pieces += pieces

    def _text(self, pieces: list[Piece]) -> str:
        return "".join(self._source.body[start:end] for start, end in pieces)


_MAX_NESTING = 40  # of blocks; deeper ones are read as text
_NOTE = re.compile(r"[ \t]*\[\^")


def make_markdown_parser() -> MarkdownIt:
    """Make a parser of CommonMark with tables and struck text, whose tokens tell their offset in `meta["at"]`."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    inline = _Inline()
    inline.ruler.enableOnly(parser.inline.ruler.get_active_rules())
    inline.ruler2.enableOnly([n for n in parser.inline.ruler2.get_active_rules() if n != "fragments_join"])
    parser.inline = inline
    parser.core.ruler.disable("text_join")
    parser.add_render_rule("text_special", lambda _, tokens, at, *__: escape(tokens[at].content))
    (define,) = (rule.fn for rule in parser.block.ruler.__rules__ if rule.name == "reference")

    def definition(state: Any, line: int, end: int, silent: bool) -> bool:
        """«[^1]: Salvo» is a note, which CommonMark takes for the address of a link."""
        is_note = _NOTE.match(state.src, state.bMarks[line] + state.tShift[line])
        return not is_note and define(state, line, end, silent)

    parser.block.ruler.at("reference", definition)
    parser.block.ruler.before(
        "heading", "unspaced", _unspaced, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    return parser


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _InlineState(src, md, env, tokens)
        self.tokenize(state)
        before, length = -1, 0
        for token in state.tokens:  # signs that were read in one go stand one after the other
            at = token.meta["at"]
            length = length if at == before else 0
            before = at
            if token.type == "text":
                token.meta["at"] = at + length
                length += len(token.content)
            elif token.info == "auto":
                length = 1  # «<» of an address
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _InlineState(StateInline):
    _pending_at = 0

    def append_pending(self, text: str) -> None:
        if not self._pending and not self._pending_buffer:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - its name in markdown-it
        token = super().pushPending()
        token.meta["at"] = self._pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta["at"] = self.pos
        return token


_BOX = re.compile(r"\[([ xX])\](?=\s)")
# Signs of other kinds of Markdown: «> [!NOTE]», «::: aviso», «[TOC]», «# Título {#id}», «==resaltado==», «[[Página|texto]]»
_FOREIGN = re.compile(
    r"\A\[!\w+\][+-]?|^:{3,}.*$|^\[(?:TOC|\[_?TOC_?\])\]$|[ \t]*\{[#.][\w:.# -]+\}$"
    r"|(?<![=\w])(==)(?=\S)[^=\n]+(?<=\S)(==)(?![=\w])|(\[\[(?:[^\[\]|\n]+\|)?)[^\[\]|\n]+(\]\])",
    re.MULTILINE | re.IGNORECASE,
)
_NOTE_WITHIN = re.compile(r"(?<=\S)\^\[[^\[\]\n]+\]")


def foreign_signs(tokens: list[Token], content: str, item: bool) -> dict[int, str]:
    """What is shown for the characters that are signs of other kinds of Markdown than CommonMark; `item`: of a list."""
    signs: dict[int, str] = {}
    for match in _FOREIGN.finditer(content):
        own = [number for number in range(1, 5) if match[number]] or [0]
        signs |= {at: "" for number in own for at in range(*match.span(number))}
    for match in _NOTE_WITHIN.finditer(content):  # «final^[Salvo fiestas.]» → «final (Salvo fiestas.)»
        signs |= {match.start(): " ", match.start() + 1: "(", match.end() - 1: ")"}
    if item and (box := _BOX.match(content)):
        signs |= {0: "☐" if box[1] == " " else "☑", 1: "", 2: ""}
    if not signs:
        return signs
    texts = ((token.meta["at"], len(token.content)) for token in tokens if token.type == "text")
    plain = {at for start, length in texts for at in range(start, start + length)}
    return {at: text for at, text in signs.items() if at in plain}


_UNSPACED = re.compile(r"(#{2,6})([^\s#].*?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)


def _unspaced(state: Any, line: int, end: int, silent: bool) -> bool:
    """A rule for «##Título», which was a heading before CommonMark asked for a blank."""
    begin = state.bMarks[line] + state.tShift[line]
    match = _UNSPACED.match(state.src, begin, state.eMarks[line])
    if not match or state.is_code_block(line):
        return False
    if not silent:
        state.line = line + 1
        for name, nesting in (("heading_open", 1), ("inline", 0), ("heading_close", -1)):
            token = state.push(name, f"h{len(match[1])}" if nesting else "", nesting)
            token.map, token.markup = [line, line + 1], match[1]
            token.content, token.children = ("", None) if nesting else (match[2], [])
    return True


def unpaired_signs(tokens: list[Token], content: str) -> set[int]:
    """Find the signs that were meant as emphasis and are none in CommonMark, for a blank inside: «**TÍTULO II **».

    A writer sees no such sign as text. One between two blanks («5 * 3») or inside a word is text.
    """
    runs: list[tuple[int, int]] = []
    for token in tokens:
        if token.type == "text" and token.content in ("*", "_"):
            at = token.meta["at"]
            if runs and runs[-1][1] == at and content[at - 1] == token.content:
                runs[-1] = runs[-1][0], at + 1
            else:
                runs.append((at, at + 1))
    signs: set[int] = set()
    opened: tuple[int, int] | None = None
    for start, end in runs:
        before, after = content[start - 1 : start], content[end : end + 1]
        ends = not after.isalnum() or bool(before.strip() and not before.isalnum())  # «**Nota:**se lee»
        if opened and content[slice(*opened)] == content[start:end] and ends:
            inside = content[opened[1]], before
            if end - start > 1 or any(sign.strip() for sign in inside):
                signs.update(range(*opened), range(start, end))
                opened = None
                continue
        if not before.isalnum() and (after.strip() or end - start > 1):
            opened = start, end
    return signs
