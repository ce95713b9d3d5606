"""Finds out whether a quotation that is cut out of its sentence leaves out words that change its meaning.

There is a warning where a negation, exception or condition is in the sentence and not in the quotation, and

- precedes the quotation in its clause, or opens the sentence («Si …, | pierde la plaza»); there a source, a doubt or a
  question is warned of, too («afirman que | …», «es poco probable que | …»);
- follows the quotation: a negation, or a word that restricts («desde», «cuando», «de más de»), as the next word, an
  exception or condition within a few words;
- stands in what «[…]» leaves out of a sentence;
- stands in the sentence that introduces a list, an item of which is quoted.

A quotation of whole sentences only gets a warning of the last kind. In doubt there is a warning: one too many only
costs a glance. The words that change a meaning are listed in `cut.toml`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alpie.index.chunking.sentences import sentence_bounds
from alpie.index.records import Sentence, SentenceRole, Span, readable_map, spans_between
from alpie.index.spanish.word_tables import any_expression, read_tables

_GAP = r"\W+"  # between two words, where a comma or a quotation mark may stand
_TABLES: dict[str, str] = read_tables(__file__)
_ONLY, _NEGATION, _EXCEPTION, _CONDITION = (
    any_expression(_TABLES[name]) for name in ("only", "negation", "exception", "condition")
)
# «No» before a participle names a group («los no autorizados»); «hasta que» is a condition only before «no».
_HARMLESS = re.compile(
    rf"\b(?:{any_expression(_TABLES['harmless'])}|no \w{{2,}}[ai]d(?:os|as|o)|hasta que\b(?! no\b))\b"
)
_INDIRECT_QUESTION = re.compile(rf"\b{any_expression(_TABLES['indirect_question'])}\b")
_TURNS = re.compile(rf"\b(?:{_NEGATION}|{_EXCEPTION}|{_CONDITION}|{_ONLY}|only)\b")
_DENIED = re.compile(rf"\b{any_expression(_TABLES['denial'])}(?:\W+\w+){{0,2}}\W*$")
_LIMITS = re.compile(rf"\b(?:{_EXCEPTION}|{_CONDITION})\b")
_OPENS_WITH_LIMIT = re.compile(rf"^\W*{_LIMITS.pattern}")
_TURNS_NEXT = re.compile(rf"^\W*(?:{_TURNS.pattern}|(?:en|bajo|de) ning[uú]n\w*)")
_RESTRICTS_NEXT = re.compile(rf"^\W*{any_expression(_TABLES['restriction'])}\b")
_TURNS_LIST = re.compile(rf"\b(?:{any_expression(_TABLES['turning_a_list'])}|{_EXCEPTION})\b")
_CONJUNCTION = any_expression(_TABLES["conjunctions"])
_CLAUSE = re.compile(
    rf"; |: |, (?:{_CONJUNCTION}|{any_expression(_TABLES['other_clause_openings'])})\b|\b(?:pero|but)\b"
)
_OPENS_WITH_CONJUNCTION = re.compile(rf"^\W*{_CONJUNCTION}\b")
_REPORTED, _OPENING, _BY_RULE, _HEDGES, _TOUCHING = (
    rf"\b{any_expression(_TABLES[name], _GAP)}\b"
    for name in ("reported", "opening", "by_rule", "beside", "touching")
)
_REPORTED_THAT = re.compile(rf"(?:\bno (?:se )?)?{_REPORTED}")
_OPENS_WITH_SOURCE = re.compile(rf"(?:^|[,;:] )\W*(?!{_BY_RULE})({_OPENING})")
_HEDGED = re.compile(rf"({_HEDGES})(?:\W+\w+){{0,2}}\W*$")
_TOUCHED = re.compile(rf"({_TOUCHING})(?:\W+(?:el|la|los|las|un|una|the|an?))?\W*$")
# A preposition before the first quoted word, or as that word: a part of a phrase states nothing on its own.
_WITHIN_PHRASE = re.compile(rf"\b{any_expression(_TABLES['prepositions'])}\W*\||\|\W*(?:al?|del?|of|to)\b")
_ASKED_ABOUT = re.compile(r"¿\W*\w+(?:\W+\w+){0,3}(?=[^?¿]*$)")
# In words, at most; within one clause, so that a reach that is too far costs a warning too many and no more.
_MAX_REACH = 15  # from a negation to the words denied
_MAX_REACH_REPORTED = 20  # from «que» to the quotation
_MAX_REACH_AFTER = 12  # from the quotation to its exception or condition
_MIN_WORDS = 4  # a shorter quotation states nothing: only a negation right beside it is warned of
_BESIDE = 2  # words: a negation so near the quotation denies its first word, whatever the clause
_WORDS_BEFORE, _WORDS_AFTER = 3, 4  # shown around the word that is warned of
_FIRST_WORDS, _LAST_WORDS = 3, 8  # words of the introduction of a list, from its start and its end


class WarningKind(StrEnum):
    """Where a word stands that a quotation leaves out."""

    BEFORE = "before"
    AFTER = "after"
    OMITTED = "omitted"
    LEAD_IN = "lead_in"


@dataclass(frozen=True)
class CutWarning:
    """A word that a quotation leaves out, with some words of its sentence."""

    kind: WarningKind
    word: str
    around: str


@dataclass(frozen=True)
class CutAnalysis:
    """The whole sentences that a quotation is cut out of, which of their characters are quoted, and the warnings."""

    text: str = ""
    marked: tuple[Span, ...] = ()  # of `text`
    warnings: tuple[CutWarning, ...] = ()
    spans: tuple[Span, ...] = ()  # of the whole sentences


@dataclass(frozen=True)
class _CutSentence:
    """A whole sentence, and the ranges of its characters that are quoted, in order."""

    text: str
    quoted: tuple[Span, ...]  # of `text`
    sentence: Sentence
    spans: tuple[Span, ...]

    def left_out(self) -> Iterator[Span]:
        """The ranges of characters that are not quoted: before the first quoted range, between two, after the last."""
        edges = [0, *(edge for run in self.quoted for edge in (run.start, run.end)), len(self.text)]
        yield from map(Span, edges[::2], edges[1::2])


def governs_list(lead_in: str) -> re.Match[str] | None:
    """The word in the introduction of a list that turns what the items say, if there is one."""
    low = _blank_out(_HARMLESS, lead_in.lower())
    begin = low.rfind(". ") + 1
    clause = low.rfind(", ") + 1
    for match in _TURNS_LIST.finditer(low, begin):
        opens = len(low[begin : match.start()].split()) < _FIRST_WORDS
        if opens or (match.start() >= clause and len(low[match.end() :].split()) < _LAST_WORDS):
            return match
    return None


def _blank_out(pattern: re.Pattern[str], text: str) -> str:
    """Replace what matches in `text` by «_», so that its length stays."""
    return pattern.sub(lambda match: "_" * len(match.group()), text)


def analyse_cut(source: str, spans: Sequence[Span], sentences: Sequence[Sentence]) -> CutAnalysis:
    """How `spans` are cut out of `sentences`, which are the sentences around them, in order."""
    cuts = [cut for sentence in sentences for cut in _cut_sentences(source, spans, sentence)]
    warnings = dict.fromkeys([*_warnings(cuts), *_lead_in_warnings(cuts, spans, sentences)])
    marked: list[Span] = []
    text = " ".join(cut.text for cut in cuts)
    position = 0
    for cut in cuts:
        for run in cut.quoted:
            _append_run(marked, Span(position + run.start, position + run.end), text)
        position += len(cut.text) + 1
    own = tuple(span for cut in cuts for span in cut.spans)
    return CutAnalysis(text, tuple(marked), tuple(warnings), own)


def _cut_sentences(source: str, spans: Sequence[Span], sentence: Sentence) -> Iterator[_CutSentence]:
    """The whole sentences within a sentence of the index, which may be an item of a list with several."""
    if sentence.end <= spans[0].start or sentence.start >= spans[-1].end:
        return
    text, offsets = readable_map(source, sentence.spans)
    starts = [span.start for span in spans]
    for bounds in sentence_bounds(text):
        start, end = bounds.start, bounds.end
        runs: list[Span] = []
        for at in range(start, end):
            span = bisect_right(starts, offsets[at]) - 1
            if not text[at].isalnum() or span < 0 or offsets[at] >= spans[span].end:
                continue
            _append_run(runs, Span(at - start, at + 1 - start), text[start:end])
        if runs:
            own = spans_between(sentence.spans, offsets[start], offsets[end - 1] + 1)
            yield _CutSentence(text[start:end], tuple(runs), sentence, own)


def _append_run(runs: list[Span], run: Span, text: str) -> None:
    """Add a run of quoted characters of `text` to others, joined to the last where no word lies between."""
    if runs and not any(map(str.isalnum, text[runs[-1].end : run.start])):
        run = Span(runs.pop().start, run.end)
    runs.append(run)


def _warnings(cuts: Sequence[_CutSentence]) -> Iterator[CutWarning]:
    for number, cut in enumerate(cuts):
        words = sum(len(cut.text[run.start : run.end].split()) for run in cut.quoted)
        for left in cut.left_out():
            gap = cut.text[left.start : left.end]
            if not any(map(str.isalnum, gap)):
                continue
            if number == 0 and left.start == 0:
                found, kind = _word_before(gap, cut.text[left.end :], words), WarningKind.BEFORE
            elif number == len(cuts) - 1 and left.end == len(cut.text):
                found, kind = _word_after(gap, words), WarningKind.AFTER
            else:
                found, kind = _word_omitted(gap), WarningKind.OMITTED
            if found:
                yield _make_warning(kind, cut.text, left.start + found.start, left.start + found.end)


def _span(match: re.Match[str], group: int = 0) -> Span:
    return Span(*match.span(group))


def _word_omitted(gap: str) -> Span | None:
    found = _TURNS.search(_blank_out(_INDIRECT_QUESTION, _blank_out(_HARMLESS, gap.lower())))
    return _span(found) if found else None


def _word_before(text: str, opening: str, words: int) -> Span | None:
    """Where in `text`, which is left out before the quotation, a word stands that turns the meaning."""
    low = _blank_out(_HARMLESS, text.lower())
    denied = _DENIED.search(low)
    if denied and (words >= _MIN_WORDS or denied.group().split()[-1] == "que"):
        return _span(denied)
    if asked := _ASKED_ABOUT.search(low):
        return _span(asked)
    clause = max((match.end() for match in _CLAUSE.finditer(low)), default=0)
    if low[clause:].strip(" ,") == "" or (
        _OPENS_WITH_CONJUNCTION.match(opening.lower()) and low.rstrip()[-1:] in ",;"
    ):
        return None
    beside = _last_match(_TURNS, low, clause, _BESIDE)
    if beside or words < _MIN_WORDS:
        return beside
    if touched := _TOUCHED.search(low, clause):
        return _span(touched, 1)
    states_something = not _WITHIN_PHRASE.search(f"{low}|{opening.lower()}")
    return (states_something and _says_less(low, clause)) or _limit_before(low, clause, states_something)


def _limit_before(low: str, clause: int, states_something: bool) -> Span | None:
    """Where in `low` a negation, exception, condition or source stands, from `clause` on."""
    low = _blank_out(_INDIRECT_QUESTION, low)
    if opens := _OPENS_WITH_LIMIT.match(low[clause:]):
        return Span(clause + opens.start(), clause + opens.end())
    around = _last_match(_TURNS, low, clause, _MAX_REACH)
    source = _OPENS_WITH_SOURCE.search(low[clause:]) if states_something else None
    return around or (Span(clause + source.start(1), clause + source.end(1)) if source else None)


def _says_less(low: str, clause: int) -> Span | None:
    """Where in `low`, from `clause` on, a doubt or a source stands that weakens what follows."""
    hedged = _HEDGED.search(low, clause)
    return _span(hedged, 1) if hedged else _last_match(_REPORTED_THAT, low, clause, _MAX_REACH_REPORTED)


def _last_match(pattern: re.Pattern[str], text: str, start: int, reach: int) -> Span | None:
    """The last match from `start` on that fewer than `reach` words cut from the end."""
    found = None
    for match in pattern.finditer(text, start):
        if len(text[match.end() :].split()) < reach:
            found = _span(match)
    return found


def _word_after(text: str, words: int) -> Span | None:
    """Where in `text`, which is left out after the quotation, a word stands that turns the meaning."""
    low = _blank_out(_HARMLESS, text.lower())
    if beside := _TURNS_NEXT.match(low):
        return _span(beside)
    if words < _MIN_WORDS:
        return None
    if restricted := _RESTRICTS_NEXT.match(low):
        return _span(restricted)
    low = _blank_out(_INDIRECT_QUESTION, low)
    clause = next((match.start() for match in _CLAUSE.finditer(low)), len(low))
    for match in _LIMITS.finditer(low, 0, clause):
        if len(low[: match.start()].split()) < _MAX_REACH_AFTER:
            return _span(match)
    return None


def _lead_in_warnings(
    cuts: Sequence[_CutSentence], spans: Sequence[Span], sentences: Sequence[Sentence]
) -> Iterator[CutWarning]:
    """Warnings about items quoted without an introduction of their list that turns what they say."""
    quoted = {cut.sentence.group for cut in cuts if cut.sentence.role is SentenceRole.ITEM}
    for sentence in sentences:
        here = any(span.start < sentence.end and sentence.start < span.end for span in spans)
        introduces = sentence.role is SentenceRole.LEAD_IN and sentence.group in quoted and not here
        if introduces and (found := governs_list(sentence.text)):
            yield _make_warning(WarningKind.LEAD_IN, sentence.text, found.start(), found.end())


def _make_warning(kind: WarningKind, text: str, start: int, end: int) -> CutWarning:
    before, after = text[:start].split()[-_WORDS_BEFORE:], text[end:].split()[:_WORDS_AFTER]
    word = text[start:end].strip(" ,;:.«»\"'()[]")
    return CutWarning(kind, word, " ".join([*before, word, *after]).strip(" ,;"))
