"""The yardstick, checked on cases small enough to be computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from alpie.eval.metrics import (
    Estimate,
    RatioParts,
    auroc,
    compare_scores,
    expected_calibration_error,
    paired_differences,
    ratio_estimates,
    refusal_curve,
    summarise,
    summarise_by_kind,
)
from alpie.eval.questions.matching import PredictedText, SourceTexts, contains, coverage, folded_text, lies_in
from alpie.eval.questions.question_records import Evidence, GoldQuestion
from alpie.eval.scores import Prediction, QuestionScore, score_prediction
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span

SOURCE = (
    "Se registraron 33\ndomicilios en España. Hubo 25 detenidos19 en 2024. "
    "Se incautaron móviles, discos y tabletas."
)


def _document(id_: str = "nota", text: str = SOURCE) -> Document:
    return Document(id_, id_, "", "", "", "es", "", text)


def _passage(spans: tuple[Span, ...], text: str) -> Passage:
    return Passage("nota/1", "nota", (Sentence(text, spans),), (), BlockKind.PARAGRAPH)


@pytest.fixture
def texts() -> SourceTexts:
    call = SOURCE.index("19 en")
    second = SOURCE.index("Hubo")
    end = SOURCE.index(" Se incautaron")
    without_call = (Span(second, call), Span(call + 2, end))
    return SourceTexts({"nota": _document()}, [_passage(without_call, "Hubo 25 detenidos en 2024.")])


def _piece(text: str, source: str = SOURCE) -> dict[str, object]:
    start = source.index(text)
    return {"doc": "nota", "text": " ".join(text.split()), "start": start, "end": start + len(text)}


def _row(
    quotes: list[dict[str, object]], passages: list[dict[str, object]] | None = None, **more: object
) -> dict:
    measured = {"answered": bool(quotes), "confidence": 0.5, "ms": 1.0}
    return {"quotes": quotes, "passages": passages or [], **measured, **more}


def _question(*evidence: str, **gold: object) -> GoldQuestion:
    return GoldQuestion(
        "q", "¿?", "factual", evidence=tuple(Evidence("nota", quote) for quote in evidence), **gold
    )


# --- matching -------------------------------------------------------------------------------------


def test_folding_ignores_case_accents_and_white_space() -> None:
    assert folded_text("  MÓVILES\u00a0del  Niño\n") == "moviles del nino"
    assert folded_text("STRASSE Σ 1º") == folded_text("straße ς 1o")  # answers compare, whatever the writing


@pytest.mark.parametrize(("text", "answer", "found"), [
    ("Hubo 25 detenidos", "25", True), ("Hubo 1253 detenidos", "25", False),  # a number is not found inside a longer one
    ("las tecnologías", "tecnolog", True),  # a stem is
    ("105\u00a0047 casos", "105 047", True), ("nada", "", False),
])  # fmt: skip
def test_answer_strings_occur(text: str, answer: str, found: bool) -> None:
    assert contains(text, answer) is found


def test_evidence_is_located_across_line_ends_and_without_footnote_calls(texts: SourceTexts) -> None:
    (broken,) = texts.occurrences("nota", "33 domicilios en España")
    assert SOURCE[broken.words[0].start : broken.words[-1].end] == "33\ndomicilios en España"
    (readable,) = texts.occurrences("nota", "25 detenidos en 2024")
    assert SOURCE[readable.words[0].start : readable.words[-1].end] == "25 detenidos19 en 2024"
    assert texts.occurrences("nota", "25 detenidas") == ()
    assert texts.occurrences("otra", "25 detenidos") == ()


def test_repeated_evidence_is_found_in_every_place_or_in_the_one_named() -> None:
    texts = SourceTexts({"nota": _document(text="uno dos. uno dos.")})
    assert [place.words[0].start for place in texts.occurrences("nota", "uno dos")] == [0, 9]
    assert [place.words[0].start for place in texts.occurrences("nota", "uno dos", start=9)] == [9]


IN_SPAIN = "33 domicilios en España"


@pytest.mark.parametrize(("predicted", "share"), [
    # words inside the offsets count
    (PredictedText.from_row(_piece("33\ndomicilios")), 0.5), (PredictedText.from_row(_piece(SOURCE)), 1.0),
    (PredictedText.from_row(_piece("25 detenidos")), 0.0), (PredictedText("otra", SOURCE, 0, len(SOURCE)), 0.0),
    # words alone decide where the place is unknown; a single common word says nothing
    (PredictedText("nota", "Se registraron 33 domicilios."), 0.5), (PredictedText("nota", "en casa, en España no"), 0.5),
    (PredictedText("nota", "España"), 0.0),
])  # fmt: skip
def test_coverage_counts_words(texts: SourceTexts, predicted: PredictedText, share: float) -> None:
    (gold,) = texts.occurrences("nota", IN_SPAIN)
    assert coverage(predicted, gold) == share


def test_a_word_between_two_quoted_rows_does_not_count_as_quoted() -> None:
    table = "País Casos España 12 Francia 30 Italia 7"
    texts = SourceTexts({"nota": _document(text=table)})
    (skipped,) = texts.occurrences("nota", "España 12 Francia 30")
    header_and_last_row = PredictedText("nota", "País Casos Italia 7", 0, len(table))
    assert coverage(header_and_last_row, skipped) == 0.0


def test_a_text_is_inside_the_evidence_by_whole_words(texts: SourceTexts) -> None:
    (gold,) = texts.occurrences("nota", IN_SPAIN)
    assert lies_in(PredictedText("nota", "domicilios en"), gold)
    assert not lies_in(PredictedText("nota", "domicilio"), gold)


# --- rightness of quotes --------------------------------------------------------------------------


HOMES = _question("33 domicilios en España", answer=("33",))
WHOLE = _question("Se registraron 33 domicilios en España", answer=("33",))
BARE = _question("33 domicilios en España")
LISTED = _question("móviles, discos y tabletas", answer_all=("moviles", "discos", "tabletas"))
GROUPS = ((Evidence("nota", "33 domicilios"),), (Evidence("nota", "25 detenidos"), Evidence("nota", "2024")))
BOTH = GoldQuestion("q", "¿?", "multi", evidence_all=GROUPS, answer_all=("33", "25"))
ANSWER_ONLY = GoldQuestion("q", "¿?", answer=("25",))


@pytest.mark.parametrize(("question", "quotes", "first", "three", "right"), [
    # half the evidence and an answer
    (HOMES, ("33\ndomicilios",), True, True, 1), (HOMES, ("en España",), False, False, 0),  # half, but not the answer
    (HOMES, ("en España", "Se registraron 33\ndomicilios"), False, True, 1),
    # a short quote inside the evidence with the answer
    (WHOLE, ("33",), True, True, 1), (WHOLE, ("domicilios",), False, False, 0),
    # evidence alone where no answer string is given
    (BARE, ("en España",), True, True, 1), (BARE, ("España",), False, False, 0),
    # a list once all items are quoted
    (LISTED, ("móviles, discos y tabletas",), True, True, 1), (LISTED, ("móviles, discos", "tabletas"), False, True, 2),
    (LISTED, ("móviles, discos",), False, False, 1),
    # every group of evidence
    (BOTH, ("33\ndomicilios", "25 detenidos"), False, True, 2), (BOTH, ("33\ndomicilios",), False, False, 1),
    # the answer string alone where there is no evidence
    (ANSWER_ONLY, ("25 detenidos",), True, True, 1), (ANSWER_ONLY, ("33",), False, False, 0),
])  # fmt: skip
def test_when_quotes_are_right(
    question: GoldQuestion, quotes: tuple[str, ...], first: bool, three: bool, right: int, texts: SourceTexts
) -> None:
    score = score_prediction(question, Prediction.from_row(_row([_piece(quote) for quote in quotes])), texts)
    assert (score.right_at_1, score.right_at_3, score.quotes_right) == (first, three, right)


def test_quotes_are_proved_by_the_source(texts: SourceTexts) -> None:
    altered = {**_piece("33\ndomicilios"), "text": "33 domicilio"}
    readable = {**_piece("Hubo 25 detenidos19 en 2024."), "text": "Hubo 25 detenidos en 2024."}
    nowhere = {"doc": "nota", "text": "33 domicilios"}
    quotes = [_piece("33\ndomicilios"), altered, readable, nowhere]
    assert (
        score_prediction(_question("33 domicilios"), Prediction.from_row(_row(quotes)), texts).quotes_proved
        == 2
    )


# --- retrieval ------------------------------------------------------------------------------------


def test_the_rank_of_the_right_passage_is_found(texts: SourceTexts) -> None:
    passages = [
        _piece("tabletas"),
        _piece("25 detenidos"),
        _piece("Se registraron 33\ndomicilios en España."),
    ]
    score = score_prediction(_question("33 domicilios"), Prediction.from_row(_row([], passages)), texts)
    assert score.found == (3,)
    assert (score.recall(1), score.recall(3)) == (0, 1)
    assert score.reciprocal_rank == pytest.approx(1 / 3)
    assert score.ndcg == pytest.approx(1 / math.log2(4))


def test_recall_of_two_groups_is_the_share_found() -> None:
    score = QuestionScore("q", "multi", True, True, 0.5, 1.0, found=(1, None))
    assert score.recall(10) == 0.5
    assert score.ndcg == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert replace(score, found=(1, 2)).ndcg == pytest.approx(1.0)
    assert replace(score, found=(1, 1)).ndcg == 1.0
    assert replace(score, found=()).recall(1) is None


# --- sums over questions --------------------------------------------------------------------------

SCORES = (
    QuestionScore("a", "factual", True, True, 0.9, 10, False, (1,), True, True, True, 2, 1, 2, 40, quotes_exact=2),
    QuestionScore("b", "factual", True, True, 0.6, 20, False, (2,), False, True, False, 1, 1, 1, 20, quotes_exact=0),
    QuestionScore("c", "list", True, False, 0.2, 30, False, (None,)),
    QuestionScore("d", "unanswerable", False, False, 0.1, 40),
    QuestionScore("e", "unanswerable", False, True, 0.7, 50, quotes=1, quotes_proved=0, words=30),
    QuestionScore("f", "", None, True, 0.7, 60),  # without gold: timed, not scored
)  # fmt: skip


def test_a_summary_is_what_is_computed_by_hand() -> None:
    summary = summarise(SCORES, resamples=200)
    values = {name: (estimate.value, estimate.n) for name, estimate in summary.items()}
    expected = {
        "recall@1": (1 / 3, 3), "recall@3": (2 / 3, 3), "mrr@10": (0.5, 3), "right@1": (1 / 3, 3), "right@3": (2 / 3, 3),
        "right@1 answered": (1 / 2, 2), "first in place": (1 / 3, 3), "quote precision": (2 / 3, 2),
        "answer rate": (2 / 3, 3), "refusal rate": (1 / 2, 2), "abstention precision": (1 / 2, 2), "auroc": (4 / 6, 5),
        "quoted words": (30, 3), "verbatim": (3 / 4, 3), "verified": (2 / 3, 2), "ms median": (35, 6), "ms p95": (57.5, 6),
    }  # fmt: skip
    for name, (value, n) in expected.items():
        assert values[name] == (pytest.approx(value), n), name
    assert all(e.low <= e.value <= e.high for e in summary.values() if None not in (e.low, e.value, e.high))


def test_each_kind_has_a_summary() -> None:
    kinds = summarise_by_kind(SCORES, resamples=50)
    assert list(kinds) == ["factual", "list", "unanswerable", "(no kind)"]
    assert kinds["factual"]["right@3"].value == 1
    assert kinds["unanswerable"]["right@3"] == Estimate(None, None, None, 0)


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == pytest.approx(
        3.5 / 4
    )
    assert auroc(np.array([0.9]), np.array([True])) is None


def test_the_calibration_error_is_what_is_computed_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.15, 0.15])
    outcome = np.array([True, False, False, False])
    # Bins: |1.9 - 1| and |0.3 - 0|, over four questions.
    assert expected_calibration_error(confidence, outcome) == pytest.approx((0.9 + 0.3) / 4)
    assert expected_calibration_error(np.array([1.0]), np.array([True])) == 0


def test_the_refusal_curve_is_what_is_computed_by_hand() -> None:
    points = {point.threshold: point for point in refusal_curve(SCORES)}
    assert list(points) == [0.9, 0.7, 0.6, 0.2, 0.1]
    strict, lax = points[0.9], points[0.1]
    assert (strict.answer_rate, strict.refusal_rate) == (pytest.approx(1 / 3), 1)
    assert (strict.coverage, strict.risk) == (pytest.approx(1 / 5), 0)
    assert (lax.answer_rate, lax.refusal_rate) == (1, 0)
    assert (lax.coverage, lax.risk) == (pytest.approx(3 / 5), pytest.approx(1 / 3))


# --- intervals ------------------------------------------------------------------------------------


def _ratio(values: list[float]) -> RatioParts:
    column = np.array(values, dtype=float)[:, None]
    return RatioParts(column, np.ones_like(column))


def test_intervals_are_the_same_at_every_run() -> None:
    values = _ratio([0, 1] * 50)
    first, second = ratio_estimates(values), ratio_estimates(values)
    assert first == second
    (estimate,) = first
    # The normal approximation: 0.5 ± 1.96 · 0.5 / 10.
    assert estimate.low == pytest.approx(0.40, abs=0.02)
    assert estimate.high == pytest.approx(0.60, abs=0.02)


def test_pairing_cancels_what_makes_questions_hard() -> None:
    hard = [0.0, 1.0] * 50
    better = [min(1.0, value + 0.5) for value in hard]
    (paired,) = paired_differences(_ratio(better), _ratio(hard))
    assert paired.value == pytest.approx(0.25)
    assert 0.19 < paired.low < paired.high < 0.31  # unpaired it would reach from 0.13 to 0.37
    (none,) = paired_differences(_ratio(hard), _ratio(hard))
    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_comparison_needs_the_same_questions() -> None:
    with pytest.raises(ValueError, match="same questions"):
        compare_scores(SCORES, SCORES[::-1])
    assert compare_scores(SCORES, SCORES, resamples=50)["right@1"].value == 0
