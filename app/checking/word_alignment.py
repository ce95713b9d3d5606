"""Compares a pasted text with a stretch of the source, word by word.

Pairs of neighbouring words that both share show where in the stretch the text lies. The window is narrowed to the
part with the fewest edits, and its words are aligned; words matched across a gap at either end are pulled back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

# Of a pasted text: narrowing takes as many comparisons as the text has words, each as long as the text.
_MAX_NARROWED_WORDS = 200
_MAX_REPEATS = 50  # places of a pair in the pasted text that vote: «de la» a thousand times proves no more
_GAP_A_MATCH = 3  # a matched word at the end is kept if no more source words than this part it from the rest
_PUNCTUATION = ".,;:¿?¡!()[]\"'-–—…/*"

_CLOSING = ".,;:"  # where a quotation ends, the sign after its last word may be left out

_Pair = tuple[int | None, int | None]  # position in the pasted words, in the source words


class DifferenceKind(StrEnum):
    """What became of some words of the source in the pasted text."""

    EQUAL = "equal"
    REPLACED = "replaced"
    INSERTED = "inserted"  # only in the pasted text
    DELETED = "deleted"  # only in the source


@dataclass(frozen=True)
class Difference:
    """A run of words of one kind; equal ones too, so that the runs together are both texts."""

    kind: DifferenceKind
    pasted: str
    source: str


class AlignedRun(NamedTuple):
    """A run of words of one kind, by the positions of its words."""

    kind: DifferenceKind
    pasted: range
    source: range


@dataclass(frozen=True)
class Alignment:
    """Where pasted words fit a stretch of the source best: its words ``start`` … ``end`` (half open)."""

    start: int
    end: int
    similarity: float  # 0 … 1: words in common, similar ones in part, over the words of both
    runs: tuple[AlignedRun, ...]  # positions in pasted words, in ``start`` … ``end``

    def differences(self, pasted: Sequence[str], source: Sequence[str]) -> tuple[Difference, ...]:
        """The differences of two aligned texts in words: all pasted ones, and the source's from `start` on, as shown."""
        return tuple(
            Difference(
                run.kind, " ".join(pasted[n] for n in run.pasted), " ".join(source[n] for n in run.source)
            )
            for run in self.runs
        )


def align(pasted: Sequence[str], source: Sequence[str]) -> Alignment | None:
    """Fit `pasted` words into `source` words; None when they share no two neighbouring words."""
    window = _window(pasted, source)
    if window is None:
        return None
    first, last = _narrow_window(pasted, source, *window)
    pairs = _pairs(pasted, source[first:last])
    pairs = _pull_in(pairs, pasted, source[first:last])
    pairs = _pull_in(pairs[::-1], pasted, source[first:last])[::-1]
    used = [s for _, s in pairs if s is not None]
    if not used:
        return None
    start, end = first + min(used), first + max(used) + 1
    shifted = [(p, None if s is None else s + first - start) for p, s in pairs]
    return _make_alignment(shifted, pasted, source[start:end], start)


def align_whole(pasted: Sequence[str], source: Sequence[str]) -> Alignment:
    """Align `pasted` words with all of the `source` words, none of which is left at the ends."""
    return _make_alignment(_pairs(pasted, source), pasted, source, 0)


def _make_alignment(
    pairs: Sequence[_Pair], pasted: Sequence[str], fitted: Sequence[str], start: int
) -> Alignment:
    """The alignment that `pairs` describe. `fitted` are the source's words from `start` on, where pairs count from."""
    score = sum(_likeness(pasted[p], fitted[s]) for p, s in pairs if p is not None and s is not None)
    similarity = 2 * score / (len(pasted) + len(fitted))
    return Alignment(start, start + len(fitted), similarity, _runs(pairs, pasted, fitted))


def _key(word: str) -> str:
    return word.strip(_PUNCTUATION).casefold()


def _window(pasted: Sequence[str], source: Sequence[str]) -> tuple[int, int] | None:
    positions: dict[tuple[str, str], list[int]] = {}
    for position, pair in enumerate(pairwise(map(_key, pasted))):
        places = positions.setdefault(pair, [])
        if len(places) < _MAX_REPEATS:
            places.append(position)
    shared = [(p, s) for s, pair in enumerate(pairwise(map(_key, source))) for p in positions.get(pair, ())]
    if not shared:
        return None
    # votes in coarse steps: an inserted or a missing word shifts what follows
    step = max(4, len(pasted) // 4)
    votes = Counter((s - p) // step for p, s in shared)
    best = max(votes, key=lambda number: votes[number] + votes[number + 1] + votes[number - 1])
    near = [(p, s) for p, s in shared if abs((s - p) // step - best) <= 1]
    first = min(s - p for p, s in near) - 2
    last = max(s + len(pasted) - p for p, s in near) + 2
    return max(0, first), min(len(source), last)


def _narrow_window(pasted: Sequence[str], source: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """The part of the window that takes fewest edits, the longer of equals: its ends cost nothing.

    Left out for long texts, where each try is dear and a few words at the ends matter little.
    """
    if len(pasted) > _MAX_NARROWED_WORDS:
        return first, last
    length = len(pasted)

    def edits(start: int, end: int) -> int:
        return Levenshtein.distance(pasted, source[start:end])

    # where a stretch of the same length fits best; then each end separately, as far as half the length
    starts = range(first, max(first, last - length) + 1)
    start = min(starts, key=lambda begin: edits(begin, min(last, begin + length)))
    reach = length // 2 + 1
    latest = min(last, start + length + reach)
    ends = range(latest, min(latest - 1, start + length - reach), -1)
    end = min(ends, key=lambda stop: edits(start, stop))
    earliest = max(first, start - reach)
    starts = range(earliest, max(earliest + 1, min(start + reach, end)))
    return min(starts, key=lambda begin: edits(begin, end)), end


def _pairs(pasted: Sequence[str], source: Sequence[str]) -> list[_Pair]:
    pairs: list[_Pair] = []
    for operation in Levenshtein.opcodes(pasted, source):
        left = range(operation.src_start, operation.src_end)
        right = range(operation.dest_start, operation.dest_end)
        if operation.tag in ("equal", "replace"):
            pairs += zip(left, right, strict=True)
        else:
            pairs += [(p, None) for p in left] + [(None, s) for s in right]
    return pairs


def _pull_in(pairs: list[_Pair], pasted: Sequence[str], source: Sequence[str]) -> list[_Pair]:
    """`pairs` without source words before the first pasted one, stray matches there pulled to the rest."""
    while True:
        head_start = next((n for n, (p, _) in enumerate(pairs) if p is not None), len(pairs))
        pairs = pairs[head_start:]
        gap = next((n for n, (p, _) in enumerate(pairs) if p is None), None)
        if gap is None:
            return pairs
        gap_end = next((n for n in range(gap, len(pairs)) if pairs[n][0] is not None), len(pairs))
        head, tail = pairs[:gap], pairs[gap_end:]
        places = [s for _, s in pairs[:gap_end] if s is not None]
        matched = sum(1 for _, s in head if s is not None)
        nearest = iter(places[len(places) - matched :])
        moved = [(p, None if s is None else next(nearest)) for p, s in head]
        lost = _count_equal(head, pasted, source) - _count_equal(moved, pasted, source)
        if lost * _GAP_A_MATCH > gap_end - gap:
            return pairs
        pairs = moved + tail


def _count_equal(pairs: Sequence[_Pair], pasted: Sequence[str], source: Sequence[str]) -> int:
    return sum(1 for p, s in pairs if p is not None and s is not None and pasted[p] == source[s])


def _likeness(pasted: str, source: str) -> float:
    if pasted == source:
        return 1.0
    likeness = Levenshtein.normalized_similarity(pasted, source)
    return likeness if likeness > 0.5 else 0.0


def _runs(pairs: Sequence[_Pair], pasted: Sequence[str], source: Sequence[str]) -> tuple[AlignedRun, ...]:
    """The aligned pairs as runs of one kind: equal, replaced, deleted or inserted words."""
    runs: list[AlignedRun] = []
    in_pasted = in_source = 0
    for p, s in pairs:
        if p is None:
            kind = DifferenceKind.DELETED
        elif s is None:
            kind = DifferenceKind.INSERTED
        else:
            is_last = p == len(pasted) - 1 and s == len(source) - 1
            of_source = source[s].rstrip(_CLOSING) if is_last else source[s]
            is_equal = pasted[p] in (source[s], of_source)
            kind = DifferenceKind.EQUAL if is_equal else DifferenceKind.REPLACED
        if not runs or runs[-1].kind is not kind:
            runs.append(AlignedRun(kind, range(in_pasted, in_pasted), range(in_source, in_source)))
        in_pasted += p is not None
        in_source += s is not None
        begun = runs[-1]
        runs[-1] = AlignedRun(
            kind, range(begun.pasted.start, in_pasted), range(begun.source.start, in_source)
        )
    return tuple(runs)
