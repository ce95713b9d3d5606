"""Faults in the written rows that the reader learns from.

A question whose answer is elsewhere teaches the wrong thing, and one that resembles an evaluation question would make
the figures better than the reader is. A row may have one of these faults:

- form: no known kind; neither an answer nor a known reason why there is none; a passage of two documents;
- span: the answer does not stand in the passage once, or does not begin and end with whole words. What was written on
  passages of the public sets is checked where the sets are (`alpie.eval.training.reader_rows`);
- paraphrase: a question called one shares a content stem with the sentences that answer it;
- duplicate: the question is asked twice of a passage;
- resembles: nine tenths of it are an evaluation question, whichever part of those it is in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from alpie.eval.questions.matching import folded_words
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_questions
from alpie.eval.training.training_rows import TrainingRow
from alpie.index.chunking.sentences import sentence_bounds
from alpie.index.spanish.analysis import stems

KINDS = frozenset(
    "plain why yesno list chat para english adviser two short publisher title".split()
)  # «un» besides
REASONS = frozenset(
    "attr entity year roles premise scope near other".split()
)  # why a passage does not answer
_TURNING = stems("no sin contra")  # kept among content words, but they say nothing of what is talked about
_ALIKE = 90.0  # of 100 characters, folded


def evaluation_questions() -> list[str]:
    """All of them: those reported on, those fitted on, and those off the topic."""
    files = sorted(OWN_QUESTIONS.rglob("*.jsonl"))
    return [question.text for file in files for question in read_questions(file).questions]


def find_faults(asked: Sequence[TrainingRow], evaluated: Sequence[str]) -> list[str]:
    """«kind: row «question»» for each row with a fault; `evaluated` are the questions that none may resemble."""
    document_of: dict[str, str] = {}
    first: dict[tuple[str, str], str] = {}
    found: list[str] = []
    for one, alike in zip(asked, _most_alike(asked, evaluated), strict=True):
        question = " ".join(folded_words(one.row["question"]))
        faults = {
            "form": document_of.setdefault(one.key, one.document) != one.document or not _is_sound(one),
            "span": one.passage is not None
            and not all(_is_whole(one.passage, span.start, span.end) for span in one.spans),
            "duplicate": first.setdefault((one.key, question), one.name) != one.name,
            "resembles": alike >= _ALIKE,
            "paraphrase": bool(_shared_stems(one)),
        }
        found += [f"{kind}: {one.name} «{question}»" for kind, is_so in faults.items() if is_so][:1]
    return found


def _is_sound(one: TrainingRow) -> bool:
    """Whether a row has an answer and its kind, or a reason why there is none."""
    kind, why = one.row["kind"], one.row.get("why")
    sound = kind in KINDS and why is None if one.spans else kind == "un" and why in REASONS | {None}
    return sound and bool(one.row["question"].strip())


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
        one.passage[own.start : own.end]
        for own in sentence_bounds(one.passage)
        if any(own.start < span.end and span.start < own.end for span in one.spans)
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
