"""The two parts of a set of questions: one to fit on, one to report on.

A question and its paraphrase or translation have the same evidence. So questions stay together if their evidence
shares a run of words, or if they belong to one SQuAD article or conversation. These groups are ordered by size and a
hash of their ids, which does not depend on the order of files; each goes to the part that is short of its kinds of
question.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from alpie.app.translations import message
from alpie.eval.questions.matching import folded_text, folded_words
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_own_questions, read_questions
from alpie.eval.questions.question_records import Evidence, GoldQuestion
from alpie.index.errors import ArgumentError

PARTS = ("fit", "report", "all")
_SEED = "alpie-2025"
_RUN_WORDS = 6  # a shared run this long is a shared sentence, not a shared phrase


def split_questions(questions: Sequence[GoldQuestion], part: str = "report") -> tuple[GoldQuestion, ...]:
    """The questions of one part ("fit", "report", "all") of `questions`, in their order; about half of each kind."""
    if part not in PARTS:
        raise ArgumentError(message("eval.part", part=part, parts=PARTS))
    if part == "all":
        return tuple(questions)
    sides = _assign_sides(questions)
    return tuple(question for position, question in enumerate(questions) if sides[position] == part)


def fitting_questions() -> tuple[GoldQuestion, ...]:
    """Read the project's fitting questions, without those on other subjects."""
    return split_questions(read_own_questions(), "fit") + read_own_questions(OWN_QUESTIONS / "fitting")


def off_topic_questions() -> tuple[GoldQuestion, ...]:
    """The questions on other subjects that are fitted on."""
    return read_questions(OWN_QUESTIONS / "off_topic" / "fitting.jsonl").questions


def _assign_sides(questions: Sequence[GoldQuestion]) -> dict[int, str]:
    sides: dict[int, str] = {}
    filled = {"fit": Counter[str](), "report": Counter[str]()}
    for group in sorted(_linked_groups(questions), key=lambda group: (-len(group), _hash(questions, group))):
        kinds = Counter(questions[position].kind for position in group)
        # How far the kinds of this group are ahead in each part; ties go by the group's hash.
        ahead = {side: sum(filled[side][kind] * count for kind, count in kinds.items()) for side in filled}
        tie_side = "fit" if int(_hash(questions, group), 16) % 2 else "report"
        side = min(filled, key=lambda side: (ahead[side], side != tie_side))
        filled[side].update(kinds)
        sides.update(dict.fromkeys(group, side))
    return sides


def _hash(questions: Sequence[GoldQuestion], group: Sequence[int]) -> str:
    first = min(questions[position].id for position in group)
    return hashlib.sha256(f"{_SEED} {first}".encode()).hexdigest()


def _linked_groups(questions: Sequence[GoldQuestion]) -> list[list[int]]:
    """Positions of questions, grouped so that no two groups share evidence."""
    parents = list(range(len(questions)))

    def root(position: int) -> int:
        while parents[position] != position:
            parents[position] = parents[parents[position]]
            position = parents[position]
        return position

    first_with: dict[tuple[str, ...], int] = {}
    for position, question in enumerate(questions):
        for key in _keys(question):
            parents[root(position)] = root(first_with.setdefault(key, position))
    groups: dict[int, list[int]] = {}
    for position in range(len(questions)):
        groups.setdefault(root(position), []).append(position)
    return list(groups.values())


def _keys(question: GoldQuestion) -> Iterator[tuple[str, ...]]:
    if question.article:
        yield ("article", question.article)
    if question.earlier:
        yield ("question", folded_text(question.earlier[0]))
    yield ("question", folded_text(question.text))
    for group in (question.evidence, *question.evidence_all):
        for evidence in group:
            yield from _runs(evidence)


def _runs(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    """Every run of a few words of the evidence; all of it where it is shorter."""
    words = folded_words(evidence.quote)
    for start in range(max(1, len(words) - _RUN_WORDS + 1)):
        yield ("run", evidence.doc, *words[start : start + _RUN_WORDS])
