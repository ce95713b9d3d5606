"""Faults of the written rows that the reader learns from.

A question whose answer stands elsewhere teaches what is wrong, and one that resembles an evaluation question would
make the figures say more than the reader can do. A row may have one of these faults:

- form: no known kind; neither an answer nor a known reason why there is none; a passage of two documents;
- span: the answer does not stand in the passage once, or does not begin and end with whole words. What was written on
  passages of the public sets is checked where the sets are (`alpie.eval.training.reader_rows`);
- paraphrase: a question called one shares a content stem with the sentences that answer it;
- duplicate: the question is asked twice of a passage;
- resembles: nine tenths of it are an evaluation question, whichever part of those it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process

from alpie.eval.questions.matching import folded_words
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_questions
from alpie.eval.training.reader_rows import TrainingRow
from alpie.index.chunking.sentences import sentence_bounds
from alpie.index.spanish.analysis import stems

KINDS = frozenset("plain why yesno list chat para english adviser two".split())  # «un» besides
REASONS = frozenset("attr entity year roles premise scope".split())  # why a passage does not answer
_TURNING = stems("no sin contra")  # kept among content words, but they say nothing of what is talked about
_ALIKE = 90.0  # of 100 characters, folded

FaultKind = Literal["form", "span", "paraphrase", "duplicate", "resembles"]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row."""

    kind: FaultKind
    asked: TrainingRow
    message: str

    def __str__(self) -> str:
        return f"{self.asked.name}: {self.kind}: {self.message} «{self.asked.row['question']}»"


def evaluation_questions() -> list[str]:
    """All of them: those reported on, those fitted on, and those off the topic."""
    files = sorted(OWN_QUESTIONS.rglob("*.jsonl"))
    return [question.text for file in files for question in read_questions(file).questions]


def find_faults(asked: Sequence[TrainingRow], evaluated: Sequence[str]) -> list[RowFault]:
    """Everything that is wrong, in the order of the rows; `evaluated` are the questions that none may resemble."""
    document_of: dict[str, str] = {}
    seen: dict[tuple[str, str], str] = {}
    found: list[RowFault] = []
    for one, alike in zip(asked, _most_alike(asked, evaluated), strict=True):
        question = " ".join(folded_words(one.row["question"]))
        form = _form(one, document_of.setdefault(one.key, one.document))
        if form:
            found.append(RowFault("form", one, form))
        elif one.passage is not None and not all(_is_whole(one.passage, *span) for span in one.spans):
            found.append(
                RowFault("span", one, "the answer does not stand in the passage, or not in whole words.")
            )
        elif (first := seen.setdefault((one.key, question), one.name)) != one.name:
            found.append(RowFault("duplicate", one, f"is asked at {first} already."))
        elif alike >= _ALIKE:
            found.append(RowFault("resembles", one, f"resembles an evaluation question by {alike:.0f} %."))
        elif shared := _shared_stems(one):
            found.append(RowFault("paraphrase", one, f"shares {', '.join(sorted(shared))} with its answer."))
    return found


def _form(one: TrainingRow, document: str) -> str:
    kind, why = one.row["kind"], one.row.get("why")
    if not one.spans and (kind != "un" or why not in REASONS | {None}):
        return f"has no answer, but is «{kind}» because of «{why}»."
    if one.spans and (kind not in KINDS or why is not None):
        return f"has an answer, but is «{kind}» because of «{why}»."
    if document != one.document:
        return f"its passage is of «{document}», not of «{one.document}»."
    return "" if one.row["question"].strip() else "asks nothing."


def _is_whole(passage: str, start: int, end: int) -> bool:
    if not 0 <= start < end <= len(passage):
        return False
    answer = passage[start:end]
    article = passage[:start].endswith(" d") and answer.startswith("el ")  # «de quién», in «del juez»
    cuts = [passage[at - 1 : at + 1] for at in (end, *(() if article else (start,))) if 0 < at < len(passage)]
    return answer == answer.strip() and not any(map(_is_inside_word, cuts))


def _is_inside_word(two: str) -> bool:
    """Whether one word goes on; where a source lacks a blank, as in «delDecreto», another begins."""
    return two.isdigit() or (two.isalpha() and not (two[0].islower() and two[1].isupper()))


def _shared_stems(one: TrainingRow) -> frozenset[str]:
    if one.row["kind"] != "para" or one.passage is None:
        return frozenset()
    sentences = [
        one.passage[first:last]
        for first, last in sentence_bounds(one.passage)
        if any(first < end and start < last for start, end in one.spans)
    ]
    shared: frozenset[str] = stems(one.row["question"]) & stems("\n".join(sentences)) - _TURNING
    return shared


def _most_alike(asked: Sequence[TrainingRow], evaluated: Sequence[str]) -> list[float]:
    if not asked or not evaluated:
        return [0.0] * len(asked)
    mine, theirs = (
        [" ".join(folded_words(text)) for text in texts]
        for texts in ((one.row["question"] for one in asked), evaluated)
    )
    alike = process.cdist(mine, theirs, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.float32)
    return [float(most) for most in alike.max(1)]
