"""Distinguishes digits that call a footnote from digits that are part of a number.

Extraction glues a call to the text before it («niño19», «.121,122»). Only their order then distinguishes calls from
numbers: they count upward through a document. So the calls are taken to be the heaviest chain of candidates with
growing values.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from alpie.index.records import Span
from alpie.index.spanish.word_tables import alternatives
from alpie.index.typography.line_forms import WORDS

_CALL = r"\d{1,3}(?:,[ \xa0]?\d{1,3}(?!\d))*"
_GLUED = re.compile(rf"(?:(?<=[^\W\d_])|(?<=[%®™»”)\]]))[.,;:!?»”)\]’\"]{{0,3}}({_CALL})(?![\w%/])")
# A thousands point never follows four digits, so «2016.58» ends a sentence and calls note 58.
_ON_YEAR = re.compile(r"(?<![\w.,/\-])(?:19|20)\d\d\.?(\d{1,3})(?![\w%/])")
_ALONE = re.compile(r"(?<=[.!?»”])[ \xa0](\d{1,3})[ \xa0]*(?=[\n\r]|$)")

_MAX_GAP_CALLS = 6  # calls that may be missing between two found ones
_GAP_PENALTY = 0.8  # for each missing call, where a found one counts 1
_MIN_CALLS = 4  # calls that make a chain, not a coincidence
_MAX_FIRST_CALL = 3  # a chain begins with one of the first calls: up to two before it may have been lost
# What a candidate counts, by how rarely such a place is anything but a call. Of two chains the one of surer places wins.
_GLUED_WEIGHT = 1.0  # behind a word
_ON_CODE_WEIGHT = 0.6  # behind capitals, which may be a code with a number, «GTA18»
_ON_YEAR_WEIGHT = 0.9  # behind a year, «2016.58»: nearly as sure
_ALONE_WEIGHT = 0.5  # a number alone at a line end, which may be that of a page or an item
# In a chain of real calls the words before them differ, and few numbers up to the last are missing. «Art.1 … Art.2 …»
# has one word before all its numbers.
_MIN_STEMS_SHARE = 0.6  # of the calls: different words before them
_MAX_ONE_STEM_SHARE = 0.3  # of the calls: the same word before them; two are always allowed
_MIN_CALLED_SHARE = 0.7  # of the numbers up to the last


@dataclass(frozen=True, slots=True)
class NoteCall:
    """What may call footnotes: a place of the text and the numbers that stand there."""

    start: int
    end: int
    first: int
    last: int
    weight: float = 1.0
    exact: bool = False  # must follow the call before it without a gap
    stem: str = ""


def find_note_calls(text: str, left_out: tuple[Span, ...] = ()) -> tuple[Span, ...]:
    """Spans of the footnote calls of `text`, with the stray punctuation that came with them."""
    chain = heaviest_note_chain(_candidates_outside(_candidates(text), left_out))
    if not _is_plausible(chain):
        return ()
    return tuple(_with_stray_punctuation(text, candidate) for candidate in chain)


def _candidates_outside(candidates: list[NoteCall], left_out: tuple[Span, ...]) -> list[NoteCall]:
    spans = sorted(left_out)
    starts = [span.start for span in spans]
    before = (bisect_right(starts, candidate.start) - 1 for candidate in candidates)
    return [c for c, at in zip(candidates, before, strict=True) if at < 0 or spans[at].end <= c.start]


def _candidates(text: str) -> list[NoteCall]:
    """What may call notes, in order: digits glued to a word or a year, or alone at a line end."""
    candidates: list[NoteCall] = []
    for match in _GLUED.finditer(text):
        stem, exact = _stem_before(text, match.start())
        if stem is None:
            continue
        word = text[match.start() : match.start(1)]
        weight = _ON_CODE_WEIGHT if exact else _GLUED_WEIGHT
        _add_candidate(candidates, match.start(1), match.group(1), weight, False, stem + word)
    for match in _ON_YEAR.finditer(text):
        _add_candidate(
            candidates,
            match.start(1),
            match.group(1),
            _ON_YEAR_WEIGHT,
            True,
            text[match.start() : match.start(1)],
        )
    for match in _ALONE.finditer(text):
        _add_candidate(candidates, match.start(1), match.group(1), _ALONE_WEIGHT, True, "")
    candidates.sort(key=lambda candidate: candidate.start)
    names = Counter((candidate.stem, candidate.first) for candidate in candidates)
    # «GTA18» said twice is a name with a number in it; a note is called once.
    return [c for c in candidates if not c.stem or names[c.stem, c.first] == 1 or not c.stem[-1].isalpha()]


def _add_candidate(
    candidates: list[NoteCall], start: int, digits: str, weight: float, exact: bool, stem: str
) -> None:
    values = [int(part) for part in digits.split(",")]
    if values != sorted(set(values)):
        digits, values = digits.split(",", 1)[0], values[:1]
    if digits[0] != "0":
        candidates.append(NoteCall(start, start + len(digits), values[0], values[-1], weight, exact, stem))


_MAX_STEM_CHARACTERS = 60  # a longer word before a call is an address
_ABBREVIATION = re.compile(rf"(?i)(?:^|\W)(?:{alternatives(WORDS['citing'])})$")


def _stem_before(text: str, position: int) -> tuple[str | None, bool]:
    """The word a call would be glued to, and whether it is a code; None if digits belong to it."""
    start = position
    least = max(0, position - _MAX_STEM_CHARACTERS)
    while start > least and (text[start - 1].isalnum() or text[start - 1] in "_/@#.-&'"):
        start -= 1
    word = text[start:position] or text[max(0, position - 1) : position]
    if any(mark in word for mark in "/@#") or word.startswith(("www.", "http")):
        return None, False
    if _ABBREVIATION.search(word) and text[position : position + 1] in ".,":
        return None, False
    return word, word.isupper()


def heaviest_note_chain(candidates: list[NoteCall]) -> list[NoteCall]:
    """The chain of growing values with the largest weight less the price of its gaps: calls count on, other numbers do not."""
    best: dict[int, tuple[float, int]] = {}  # value a chain ends in → its weight, its last candidate
    previous = [-1] * len(candidates)
    weights = [0.0] * len(candidates)
    for index, candidate in enumerate(candidates):
        weight = (
            -_GAP_PENALTY * (candidate.first - 1) if candidate.first <= _MAX_FIRST_CALL else float("-inf")
        )
        before = -1
        for gap in range(1 if candidate.exact else _MAX_GAP_CALLS):
            reached = best.get(candidate.first - 1 - gap)
            if reached is not None and reached[0] - _GAP_PENALTY * gap > weight:
                weight, before = reached[0] - _GAP_PENALTY * gap, reached[1]
        if weight == float("-inf"):
            continue
        previous[index] = before
        weights[index] = weight + candidate.weight * (candidate.last - candidate.first + 1)
        if candidate.last not in best or weights[index] > best[candidate.last][0]:
            best[candidate.last] = weights[index], index
    heaviest, index = max(best.values(), default=(0.0, -1))
    if heaviest <= 0:
        return []
    chain: list[NoteCall] = []
    while index >= 0:
        chain.append(candidates[index])
        index = previous[index]
    return chain[::-1]


def _is_plausible(chain: list[NoteCall]) -> bool:
    """Whether a chain is too long, too even and too varied to be a coincidence, as «Art.1 … Art.2 …» is."""
    if len(chain) < _MIN_CALLS:
        return False
    called = sum(candidate.last - candidate.first + 1 for candidate in chain)
    stems = Counter(candidate.stem.casefold() for candidate in chain)
    varied = len(stems) >= _MIN_STEMS_SHARE * len(chain)
    varied = varied and max(stems.values()) <= max(2, _MAX_ONE_STEM_SHARE * len(chain))
    return varied and called >= _MIN_CALLED_SHARE * chain[-1].last


def _with_stray_punctuation(text: str, candidate: NoteCall) -> Span:
    """The call, and the comma or full stop that stands twice because the call stood between."""
    start, end = candidate.start, candidate.end
    if text[start - 2 : start] in (".,", "!,", "?,"):
        start -= 1
    elif text[start - 1 : start] == "." and text[end : end + 1] in (".", ","):
        end += 1
    return Span(start, end)
