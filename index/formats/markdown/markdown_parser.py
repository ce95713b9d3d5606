"""CommonMark as markdown-it reads it, with the place of each inline token, and markup of other Markdown dialects."""

from __future__ import annotations

import re
from html import escape
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import reference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from alpie.index.records import Span

_MAX_NESTING = 40  # of blocks; deeper ones are read as text
_ENDED = ["paragraph", "reference", "blockquote"]  # by a heading
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
    parser.block.ruler.at("reference", _definition)
    parser.block.ruler.before("heading", "unspaced", _unspaced, {"alt": _ENDED})
    return parser


def _definition(state: Any, line: int, end: int, silent: bool) -> bool:
    """A rule for «[^1]: Salvo»: a note, which CommonMark takes for the address of a link."""
    is_note = _NOTE.match(state.src, state.bMarks[line] + state.tShift[line])
    return not is_note and reference(state, line, end, silent)


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
        if not self.pending:
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
    runs: list[Span] = []
    for token in tokens:
        if token.type == "text" and token.content in ("*", "_"):
            at = token.meta["at"]
            goes_on = runs and runs[-1].end == at and content[at - 1] == token.content
            runs.append(Span(runs.pop().start if goes_on else at, at + 1))
    signs: set[int] = set()
    opened: Span | None = None
    for run in runs:
        start, end = run.start, run.end
        before, after = content[start - 1 : start], content[end : end + 1]
        ends = not after.isalnum() or bool(before.strip() and not before.isalnum())  # «**Nota:**se lee»
        if opened and content[opened.start : opened.end] == content[start:end] and ends:
            inside = content[opened.end], before
            if end - start > 1 or any(sign.strip() for sign in inside):
                signs.update(range(opened.start, opened.end), range(start, end))
                opened = None
                continue
        if not before.isalnum() and (after.strip() or end - start > 1):
            opened = run
    return signs
