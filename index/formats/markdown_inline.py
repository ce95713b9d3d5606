"""Inline Markdown with positions: markdown-it's own rules, which are asked where they stand.

markdown-it tells the lines of a block and nothing of the places inside. Looking for the words in the source again
finds another copy of them sooner or later; here each token says at which offset of its content it was read.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import StateInline

if TYPE_CHECKING:
    from markdown_it.token import Token


_MOST_NESTING = 40  # of blocks; deeper ones are read as text
_NOTE = re.compile(r"[ \t]*\[\^")


def make_parser() -> MarkdownIt:
    """CommonMark with tables and struck text; `meta["at"]` of a token is its offset in the inline content."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MOST_NESTING}).enable(["table", "strikethrough"])
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
    return parser


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
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


class _State(StateInline):
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


def unpaired_signs(tokens: list[Token], content: str) -> set[int]:
    """Offsets of signs that were meant as emphasis and are none for a blank inside them: «**TÍTULO II **».

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
        if opened and content[slice(*opened)] == content[start:end] and not after.isalnum():
            inside = content[opened[1]], before
            if end - start > 1 or any(sign.strip() for sign in inside):
                signs.update(range(*opened), range(start, end))
                opened = None
                continue
        if not before.isalnum() and (after.strip() or end - start > 1):
            opened = start, end
    return signs
