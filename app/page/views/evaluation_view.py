"""Evaluation: the latest saved results about these documents, so that a visitor can judge how far to trust the tool.

Reads `report.json` as `alpie eval --report` writes it. A report of another form, a damaged one, or one about other
documents is treated as none: figures about other texts say nothing about these.
Beside the results stand the times of this server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render

_LOG = logging.getLogger(__name__)
_HEADLINES = ("right@3", "recall@5", "refusal rate", "answer rate", "verbatim")
_COMPARED = ("recall@1", "recall@5", "mrr@10", "right@3")
# of a report, which is read whole: the published one has 174 kB, so a larger file is something else
_MAX_BYTES = 50_000_000


_Share = Annotated[float, AfterValidator(lambda value: min(max(value, 0.0), 1.0))]  # rounding may pass 1


class _SavedEstimate(BaseModel):
    value: _Share
    low: _Share
    high: _Share
    n: int


def _known(estimates: dict[str, Any]) -> dict[str, Any]:
    """The estimates without those of which nothing is known: no question of a kind has an answer, say."""
    return {
        name: estimate for name, estimate in estimates.items() if estimate and estimate["value"] is not None
    }


_SavedEstimates = Annotated[dict[str, _SavedEstimate], BeforeValidator(_known)]  # by the name of the metric


class _SavedPipeline(BaseModel):
    overall: _SavedEstimates
    by_kind: dict[str, _SavedEstimates]


class _SavedPoint(BaseModel):
    threshold: _Share
    answer_rate: _Share | None = None
    refusal_rate: _Share | None = None


class SavedReport(BaseModel):
    """The part of a saved report that the page shows."""

    date: str
    part: str | None = None
    questions: int
    documents: int
    passages: int
    corpus_fingerprint: str
    pipelines: Annotated[dict[str, _SavedPipeline], Field(min_length=1)]
    refusal_curve: list[_SavedPoint] = []


def has_results_about(reports: Sequence[Path], fingerprint: str) -> bool:
    """Whether there are results about the documents with this fingerprint."""
    return _report_about(reports, fingerprint) is not None


def render_evaluation(reports: Sequence[Path], translations: PageTranslations, fingerprint: str) -> Markup:
    """The Evaluation view, from the first of `reports` that is about these documents; says so when none is."""
    report = _report_about(reports, fingerprint)
    if report is None:
        return render("evaluation", translations, report=None)
    main = next(iter(report.pipelines.values()))
    return render(
        "evaluation",
        translations,
        report=report,
        date=translations.date(report.date[:10]),
        headlines=[(name, main.overall[name]) for name in _HEADLINES if name in main.overall],
        kinds=list(_kinds(main.by_kind, translations)),
        curve=_curve(report.refusal_curve, translations),
        compared=_COMPARED,
    )


def _report_about(reports: Sequence[Path], fingerprint: str) -> SavedReport | None:
    for path in reports:
        try:
            stat = path.stat()
        except OSError:
            continue
        report = _load(path, stat.st_size, stat.st_mtime_ns)
        if report is not None and report.corpus_fingerprint == fingerprint:
            return report
    return None


@lru_cache(maxsize=4)
def _load(path: Path, size: int, modified: int) -> SavedReport | None:
    try:
        return SavedReport.model_validate_json(path.read_bytes()) if size <= _MAX_BYTES else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        _LOG.warning("the evaluation report %s cannot be read", path)
        return None


def _kinds(
    kinds: Mapping[str, _SavedEstimates], translations: PageTranslations
) -> Iterator[tuple[str, _SavedEstimate]]:
    """The kinds of questions by name, each with the estimate that matters for the kind."""
    for kind, estimates in kinds.items():
        if estimate := estimates.get("refusal rate" if kind == "unanswerable" else "right@3"):
            key = f"evaluation.kind.{kind}"
            yield translations(key) if key in translations.entries else kind, estimate


def _curve(
    points: Sequence[_SavedPoint], translations: PageTranslations
) -> list[tuple[str, list[tuple[float, float]]]]:
    """The lines of the diagram by name, both coordinates of their points between 0 and 1."""
    rates = [(p.threshold, p.answer_rate, p.refusal_rate) for p in points]
    usable = [(at, a, r) for at, a, r in rates if a is not None and r is not None]
    if len(usable) < 2:
        return []
    return [
        (translations("evaluation.curve.answered"), sorted((at, rate) for at, rate, _ in usable)),
        (translations("evaluation.curve.refused"), sorted((at, rate) for at, _, rate in usable)),
    ]


def render_timings(meter: Meter, translations: PageTranslations) -> Markup:
    """A section with a row for each stage, the questions by outcome, and how many are waiting."""
    values = meter.values()
    questions, shed = "alpie_questions_total", values["alpie_refused_requests_total", "503"]
    outcomes = translations(
        "timings.questions",
        answered=translations.number(values[questions, "answered"]),
        refused=translations.number(values[questions, "not_in_documents"]),
        other=translations.number(values[questions, "unusable"] + values[questions, "failed"]),
        shed=translations.number(shed),
        waiting=translations.number(values.get(("alpie_waiting_questions",), 0)),
    )
    times = [
        (
            translations(f"timings.stage.{time_.stage}"),
            (
                translations.number(time_.count),
                translations.number(time_.mean, 1),
                translations.number(time_.p95, 1),
            ),
        )
        for time_ in meter.stage_times()
    ]
    return render("timings", translations, times=times, outcomes=outcomes)
