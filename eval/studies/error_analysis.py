"""Explains every missed answer by its cause, the first step that lost it.

In the order of the steps, for each needed piece of evidence that is not among the first three quotations:

- ``layout``: its words are in the file and in no sentence of the index;
- ``segmentation``: in sentences, but no passage holds half of it;
- ``dense``, ``lexical``, ``fusion``: no passage with it among the first ten. Fusion, if one retriever alone has it
  there; lexical, if question and evidence share a content word; dense, if only the meaning could find it;
- ``abstention``: refused, and the answer would have been right;
- ``cut``: a quotation touches it and holds less than half, or not the answer;
- ``sentence choice``: other sentences were quoted.

A question that the documents do not answer is missed if it is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alpie.app.answering.corpus import Corpus
from alpie.eval.questions.matching import PredictedText, SourceTexts, coverage
from alpie.eval.questions.predictions import OnQuestion, predict
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.questions.split import split_questions
from alpie.eval.report import Study, Table
from alpie.eval.scores import (
    PASSAGES,
    Group,
    Prediction,
    answer_strings,
    gold_places,
    matches_any,
    score_prediction,
)
from alpie.eval.studies.ablation import Variant, whole_system
from alpie.index.retrieval import RETRIEVERS
from alpie.index.spanish.analysis import stems

CAUSES = (
    "layout", "segmentation", "dense", "lexical", "fusion", "sentence choice", "cut", "abstention",
    "answered, though nothing answers",
)  # fmt: skip


@dataclass(frozen=True)
class Miss:
    """A question that was not answered rightly, and why."""

    id: str
    kind: str
    part: str  # of the split
    cause: str


def study_misses(
    corpus: Corpus,
    questions: Sequence[GoldQuestion],
    texts: SourceTexts,
    on_question: OnQuestion | None = None,
) -> Study:
    """Find the cause of every question that was not answered rightly."""
    whole = whole_system(corpus)
    predictions = [Prediction.from_row(row) for row in predict(whole, questions, on_question)]
    refused = [n for n, q in enumerate(questions) if q.answerable and not predictions[n].answered]
    forced_rows = predict(replace(whole, threshold=0.0), [questions[n] for n in refused], on_question)
    forced = dict(zip(refused, map(Prediction.from_row, forced_rows), strict=True))
    pieces = [PredictedText(p.document_id, p.text, p.start, p.end) for p in whole.passages]
    parts = _parts(questions)
    misses: list[Miss] = []
    asked: Counter[str] = Counter()
    for n, (question, prediction) in enumerate(zip(questions, predictions, strict=True)):
        if question.answerable is None:
            continue
        asked[parts[question.id]] += 1
        if cause := _cause(whole, pieces, question, prediction, forced.get(n, prediction), texts):
            misses.append(Miss(question.id, question.kind, parts[question.id], cause))
    counts = _counts_by_part(misses, asked)
    return Study(
        name="misses",
        title="What misses, and why",
        about=[
            "right: the first three quotations answer; refused: a question that nothing answers",
            "a cause is the first step that lost the answer",
        ],
        tables=[
            _cause_table(counts, asked),
            _kind_table(misses),
            Table("Every miss", ("question", "kind", "part", "cause"),
                  tuple((m.id, m.kind, m.part, m.cause) for m in misses)),
        ],
        figures={"asked": dict(asked), "shares": counts, "misses": [vars(miss) for miss in misses]},
    )  # fmt: skip


def _parts(questions: Sequence[GoldQuestion]) -> dict[str, str]:
    """The part of each question; public questions are all reported on."""
    if any(question.article for question in questions):
        return dict.fromkeys((question.id for question in questions), "public")
    fitted = {question.id for question in split_questions(questions, "fit")}
    return {question.id: "fit" if question.id in fitted else "report" for question in questions}


def _cause(
    whole: Variant,
    pieces: Sequence[PredictedText],
    question: GoldQuestion,
    prediction: Prediction,
    forced: Prediction,
    texts: SourceTexts,
) -> str | None:
    """Why `prediction` is a miss; `forced` is that of a system that never refuses, read where this one refuses."""
    if not question.answerable:
        return CAUSES[-1] if prediction.answered else None
    if score_prediction(question, prediction, texts).right_at_3:
        return None
    if not prediction.answered:
        if score_prediction(question, forced, texts).right_at_3:
            return "abstention"
        prediction = forced  # it would have been wrong anyway: what for?
    quotes = prediction.quotes[:3]
    strings = answer_strings(question)
    for group in (gold_places(group, texts) for group in question.groups):
        if any(matches_any(quote, group, strings) for quote in quotes):
            continue
        if lost := _lost_before(pieces, group, strings):
            return lost
        if not any(matches_any(passage, group, strings) for passage in prediction.passages):
            return _lost_by_search(whole, question, group, strings)
        touched = any(coverage(quote, place) > 0.1 for quote in quotes for place in group)
        return "cut" if touched else "sentence choice"
    return "cut"  # every piece is there, the answer itself is not


def _lost_before(pieces: Sequence[PredictedText], group: Group, strings: Sequence[str]) -> str | None:
    """Whether the index, whose passages are `pieces`, could not give the evidence to anybody."""
    if any(matches_any(piece, group, strings) for piece in pieces):
        return None
    held = max((sum(coverage(piece, place) for piece in pieces) for place in group), default=0.0)
    return "segmentation" if held >= 0.5 else "layout"


def _lost_by_search(whole: Variant, question: GoldQuestion, group: Group, strings: Sequence[str]) -> str:
    for retriever in RETRIEVERS[1:]:  # each alone
        hits = whole.search(question.text, PASSAGES, retriever)
        pieces = [
            PredictedText(h.passage.document_id, h.passage.text, h.passage.start, h.passage.end) for h in hits
        ]
        if any(matches_any(piece, group, strings) for piece in pieces):
            return "fusion"
    evidence = frozenset().union(*(stems(place.quote) for place in group))
    return "lexical" if stems(question.text) & evidence else "dense"


def _counts_by_part(misses: Sequence[Miss], asked: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """How many misses each part of the questions has, by cause."""
    return {
        part: {cause: sum(m.part == part and m.cause == cause for m in misses) for cause in CAUSES}
        for part in asked
    }


def _cause_table(counts: Mapping[str, Mapping[str, int]], asked: Mapping[str, int]) -> Table:
    parts = sorted(asked, reverse=True)
    rows = [(cause, *(_shown(counts[part], asked[part], cause) for part in parts)) for cause in CAUSES]
    rows.append(("all misses", *(_shown(counts[part], asked[part], "") for part in parts)))
    head = ("cause", *(f"{part} (n = {asked[part]})" for part in parts))
    return Table("Misses by cause", head, tuple(rows))


def _shown(counts: Mapping[str, int], asked: int, cause: str) -> str:
    number = counts.get(cause, 0) if cause else sum(counts.values())
    return f"{number} ({number / asked:.1%})"


def _kind_table(misses: Sequence[Miss]) -> Table:
    kinds = list(dict.fromkeys(miss.kind for miss in misses))
    counted = Counter((miss.kind, miss.cause) for miss in misses)
    rows = [(kind, *(str(counted[kind, cause]) for cause in CAUSES)) for kind in kinds]
    return Table("Misses by kind and cause, all parts", ("kind", *CAUSES), tuple(rows))
