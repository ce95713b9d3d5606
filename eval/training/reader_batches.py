"""Batches of rows for training the reader: which passages are read together, and what is right of each of their tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch

from alpie.eval.training.reader_model import encode_pair, pair_tokenizer
from alpie.eval.training.training_rows import ReaderRow
from alpie.index.encoder.bundled_weights import PROMPTS

_WINDOW = 320  # rows that are sorted by length together, twenty batches of one passage each


@dataclass(frozen=True)
class EncodedPassage:
    """Question and passage as token ids, with the characters of each token."""

    row: ReaderRow
    ids: list[int]
    offsets: list[tuple[int, int]]  # first and last character of each token in the passage
    own: list[int]  # positions of the passage's tokens


RowPassages = list[EncodedPassage]  # a row's passages, the one that may answer first


def window_batches(rows: Sequence[ReaderRow], window: range, size: int) -> list[list[int]]:
    """Numbers of the rows of a window in batches of at most `size` passages of like length, in any order."""

    def longest(number: int) -> int:
        return max(map(len, (rows[number].passage, *rows[number].others)))

    batches: list[list[int]] = []
    room = 0
    for number in sorted(window, key=longest):
        passages = 1 + len(rows[number].others)
        if passages > room:
            batches.append([])
            room = size
        batches[-1].append(number)
        room -= passages
    random.Random(window.start).shuffle(batches)
    return batches


class ReaderBatches:
    """The rows as tensors, in batches of at most `size` passages, the same at every start."""

    def __init__(self, rows: Sequence[ReaderRow], folder: Path, size: int) -> None:
        self._rows = rows
        self._tokenizer = pair_tokenizer(folder)
        self._batches = [
            batch
            for first in range(0, len(rows), _WINDOW)
            for batch in window_batches(rows, range(first, min(first + _WINDOW, len(rows))), size)
        ]

    def __len__(self) -> int:
        return len(self._batches)

    def encode(self, row: ReaderRow) -> RowPassages:
        """The row's passage, then those that it is read beside."""
        others = [ReaderRow(row.question, passage, False, kind=row.kind) for passage in row.others]
        return [self._encode_passage(row) for row in (row, *others)]

    def _encode_passage(self, row: ReaderRow) -> EncodedPassage:
        pair = encode_pair(self._tokenizer, row.question, row.passage)
        before = len(PROMPTS["document"])
        offsets = [(start - before, end - before) for start, end in pair["offset_mapping"]]
        sides = pair.sequence_ids(0)
        own = [place for place, (_, end) in enumerate(offsets) if sides[place] == 1 and end > 0]
        return EncodedPassage(row, pair["input_ids"], offsets, own)

    def after(self, step: int) -> Iterator[list[RowPassages]]:
        """Make the batches from number `step` on."""
        for batch in self._batches[step:]:
            yield [self.encode(self._rows[number]) for number in batch]

    def tensors(self, batch: Sequence[EncodedPassage]) -> tuple[torch.Tensor, ...]:
        """Ids and mask (passages, tokens); targets (passages, tokens, 2); tokens that may answer (passages, tokens)."""
        longest = max(len(encoded.ids) for encoded in batch)
        ids = torch.full((len(batch), longest), self._tokenizer.pad_token_id)
        mask = torch.zeros(len(batch), longest, dtype=torch.long)
        target = torch.zeros(len(batch), longest, 2)
        allowed = torch.zeros(len(batch), longest, dtype=torch.bool)
        for place, encoded in enumerate(batch):
            ids[place, : len(encoded.ids)] = torch.tensor(encoded.ids)
            mask[place, : len(encoded.ids)] = 1
            allowed[place, [0, *encoded.own]] = True
            for token, begins, ends in right_tokens(encoded):
                target[place, token, 0] += begins
                target[place, token, 1] += ends
        return ids, mask, target.clamp_(max=1), allowed


class _Target(NamedTuple):
    """A token, and whether the answer may begin or end there: 1 or 0."""

    token: int
    begins: float
    ends: float


def right_tokens(encoded: EncodedPassage) -> Iterator[_Target]:
    """Tokens at which the answer begins or ends; the first token where there is none."""
    if not encoded.row.answers:
        yield _Target(0, 1.0, 1.0)
    elif not encoded.row.spans:
        yield from (_Target(token, 1.0, 1.0) for token in encoded.own)
    for span in encoded.row.spans:
        for token in encoded.own:
            first, last = encoded.offsets[token]
            if encoded.row.loose:  # any token of the sentences may be where the answer begins or ends
                inside = float(first < span.end and span.start < last)
                yield _Target(token, inside, inside)
            else:
                yield _Target(token, float(first <= span.start < last), float(first < span.end <= last))
