"""The bundled encoder's tokenizer, over memory-mapped files of its pieces: only the rows in use are read.

The library's own normaliser and white-space rules cut a text into words; each is cut into the pieces of the largest
total score (unigram model, Viterbi), with the library's rules for ties. The result is compared with the library's
on sample texts when the files are made; if they ever differed, the library's tokenizer is used.

This saves memory and start-up time, but takes longer per text. Measured: with `tokenizers` a process grows by 287 MB
and cuts its first text after 1.7 seconds, with these files by 20 MB and after 0.2; a text of 900 characters takes 1.3 ms
there, 4 to 5 ms here.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder.bundled_weights import MAX_TOKENS
from alpie.index.encoder.packed_weights import ScoredPiece

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    AnyTokenizer: TypeAlias = "Tokenizer | MappedTokenizer"  # the library's, or one that gives the same

CHARACTERS_FILE = "characters.json"
UNKNOWN = "<unk>"
_TABLES = ("slots", "hashes", "bounds", "text", "scores")
_WORD_START = "▁"
_MAX_OWN = MAX_TOKENS - len(("<s>", "</s>"))
_UNKNOWN_PENALTY = 10.0  # below the least score of all pieces; a constant of the library
_REMEMBERED_WORDS = 16_384  # took 8 MB
_MAX_REMEMBERED = 40  # characters; longer ones are addresses and the like, which do not come again


class PieceTable:
    """Pieces by their text, in mapped arrays: a hash table with open addressing."""

    def __init__(self, folder: Path) -> None:
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in _TABLES]
        # memoryviews: an element costs a third of what numpy takes to make a scalar
        self._slots, self._hashes, self._bounds, self._text, self.scores = (array.data for array in arrays)
        self._last_slot = len(self._slots) - 1
        _, _, bounds, text, scores = arrays
        self.least_score = float(scores.min())
        lengths = np.diff(bounds)
        longest = np.flatnonzero(lengths > 0.5 * lengths.max())
        self.longest = max(len(bytes(text[bounds[n] : bounds[n + 1]]).decode()) for n in longest)

    def find(self, piece: bytes) -> int:
        """The id of a piece, -1 if there is none."""
        wanted = zlib.crc32(piece)
        slot = wanted & self._last_slot
        while (entry := self._slots[slot]) != 0:
            number = entry - 1
            if (
                self._hashes[slot] == wanted
                and self._text[self._bounds[number] : self._bounds[entry]] == piece
            ):
                return int(number)
            slot = (slot + 1) & self._last_slot
        return -1


class _WordPiece(NamedTuple):
    number: int
    length: int  # in characters


class _Tokenized(NamedTuple):
    """A tokenised text, as the library returns it; one entry per token."""

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
        """The tokens of a text with special tokens around them, cut to the allowed length."""
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


def write_tables(folder: Path, tokenizer: Tokenizer, pieces: Sequence[ScoredPiece]) -> None:
    """Write into `folder` what `PieceTable` and `MappedTokenizer` read of the library's `tokenizer` over `pieces`."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    texts = [piece.text.encode() for piece in pieces]
    slots, hashes = _hash_table(texts)
    tables: dict[str, NDArray[Any]] = {
        "slots": slots,
        "hashes": hashes,
        "bounds": np.cumsum([0, *(len(text) for text in texts)], dtype=np.uint32),
        "text": np.frombuffer(b"".join(texts), np.uint8),
        "scores": np.array([piece.score for piece in pieces], np.float64),
    }
    for name in _TABLES:
        np.save(folder / f"{name}.npy", tables[name])
    special = list(tokenizer.get_added_tokens_decoder().values())
    characters = Tokenizer(models.Unigram([(UNKNOWN, 0.0)], unk_id=0, byte_fallback=False))
    characters.normalizer = tokenizer.normalizer
    characters.pre_tokenizer = pre_tokenizers.Sequence(
        [tokenizer.pre_tokenizer, pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")]
    )
    characters.add_special_tokens(special)
    characters.save(str(folder / CHARACTERS_FILE), pretty=False)


class _Slots(NamedTuple):
    entries: NDArray[np.uint32]  # in each slot a text's number plus one; 0: empty
    hashes: NDArray[np.uint32]  # the checksums of these texts


def _hash_table(texts: Sequence[bytes]) -> _Slots:
    """A hash table of `texts`, at most half full."""
    size = 1 << (2 * len(texts)).bit_length()  # at most half full: few collisions
    slots, hashes = np.zeros(size, np.uint32), np.zeros(size, np.uint32)
    for number, text in enumerate(texts):
        checksum = zlib.crc32(text)
        slot = checksum & (size - 1)
        while slots[slot]:
            slot = (slot + 1) & (size - 1)
        slots[slot], hashes[slot] = number + 1, checksum
    return _Slots(slots, hashes)
