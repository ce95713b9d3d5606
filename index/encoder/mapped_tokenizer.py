"""The encoder's tokenizer over a `PieceTable`, which gives what the library's gives.

The library's own normaliser and white-space rules cut a text into words; each is cut into the pieces of the largest
total score (unigram model, Viterbi), with the library's rules for ties. The result is compared with the library's
on sample texts when the files are made; if they ever differed, the library's tokenizer is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from alpie.index.encoder.bundled_weights import MAX_TOKENS
from alpie.index.encoder.piece_table import CHARACTERS_FILE, UNKNOWN, PieceTable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    AnyTokenizer: TypeAlias = "Tokenizer | MappedTokenizer"  # the library's, or one that gives the same

_WORD_START = "▁"
_MAX_OWN = MAX_TOKENS - len(("<s>", "</s>"))
_UNKNOWN_PENALTY = 10.0  # below the least score of all pieces; a constant of the library
_REMEMBERED_WORDS = 16_384
_MAX_REMEMBERED = 40  # characters; longer ones are addresses and the like, which do not come again


class _WordPiece(NamedTuple):
    number: int
    length: int  # in characters


class _Tokenized(NamedTuple):
    """A tokenised text, as the library's has it; one entry a token."""

    ids: list[int]
    tokens: list[str]
    offsets: list[tuple[int, int]]
    special_tokens_mask: list[int]


class MappedTokenizer:
    """The library's tokenizer over mapped tables; safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """The tokenizer that `write_tables` wrote."""
        from tokenizers import Tokenizer

        self._characters = Tokenizer.from_file(str(folder / CHARACTERS_FILE))
        self._pieces = pieces = PieceTable(folder)
        self._first, self._last, self._unknown = map(pieces.find, (b"<s>", b"</s>", UNKNOWN.encode()))
        self._cut = lru_cache(_REMEMBERED_WORDS)(self._best_pieces)

    def encode(self, sequence: str) -> _Tokenized:
        """Tokens of a text with special tokens around them, cut to the most that there may be."""
        characters = self._characters.encode(sequence)
        letters, places = characters.tokens, characters.offsets
        ids: list[int] = []
        tokens: list[str] = []
        offsets: list[tuple[int, int]] = []
        start = 0
        while start < len(letters) and len(ids) < _MAX_OWN:
            end = start + 1
            if len(letters[start]) == 1:
                while end < len(letters) and len(letters[end]) == 1 and letters[end] != _WORD_START:
                    end += 1
                word = "".join(letters[start:end])
                known = self._cut if len(word) <= _MAX_REMEMBERED else self._best_pieces
                cut: Sequence[_WordPiece] = known(word)
            else:  # the name of a special token, written in the text
                cut = (_WordPiece(self._pieces.find(letters[start].encode()), 1),)
            for piece, length in cut:
                ids.append(piece)
                tokens.append("".join(letters[start : start + length]))
                offsets.append((places[start][0], places[start + length - 1][1]))
                start += length
        ids = ids[:_MAX_OWN]
        return _Tokenized(
            [self._first, *ids, self._last],
            ["<s>", *tokens[:_MAX_OWN], "</s>"],
            [(0, 0), *offsets[:_MAX_OWN], (0, 0)],
            [1, *(0 for _ in ids), 1],
        )

    def _best_pieces(self, word: str) -> tuple[_WordPiece, ...]:
        """The pieces of a word with the largest total score, neighbouring unknown characters as one."""
        find, scores, longest = self._pieces.find, self._pieces.scores, self._pieces.longest
        unknown_score = self._pieces.least_score - _UNKNOWN_PENALTY
        size = len(word)
        best = [0.0] * (size + 1)  # the best score of a cut that ends here
        origin = [-1] * (size + 1)  # where its last piece begins
        last = [self._unknown] * (size + 1)  # which one that is
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(size, start + longest) + 1):
                piece = find(word[start:end].encode())
                if piece < 0:
                    if end > start + 1:
                        continue
                    piece, score = self._unknown, unknown_score + so_far
                else:
                    score = scores[piece] + so_far
                if origin[end] < 0 or score > best[end]:
                    best[end], origin[end], last[end] = score, start, piece
        return self._backtrack(origin, last)

    def _backtrack(self, origin: Sequence[int], last: Sequence[int]) -> tuple[_WordPiece, ...]:
        cut: list[_WordPiece] = []
        end = len(origin) - 1
        while end > 0:
            start, piece = origin[end], last[end]
            length = end - start
            if piece == self._unknown and cut and cut[-1].number == self._unknown:
                length += cut.pop().length
            cut.append(_WordPiece(piece, length))
            end = start
        return tuple(reversed(cut))
