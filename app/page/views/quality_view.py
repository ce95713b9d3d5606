"""Evaluation: the latest saved results about these documents, so that a visitor can judge how far to trust the tool.

Reads `report.json` as `alpie eval --report` writes it. A report of another form, a damaged one, or one about other
documents is treated as none: figures about other texts say nothing about these.
Beside the results stand the times of this server.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render

_LOG = logging.getLogger(__name__)
_HEADLINES = ("right@3", "recall@5", "refusal rate", "answer rate", "verbatim")
_COMPARED = ("recall@1", "recall@5", "mrr@10", "right@3")
_LARGEST_BYTES = 50_000_000

Json = dict[str, Any]


def has_results_about(reports: Sequence[Path], fingerprint: str) -> bool:
    """Whether there are results about the documents with this fingerprint."""
    return _report_about(reports, fingerprint) is not None


def render_evaluation(reports: Sequence[Path], translations: PageTranslations, fingerprint: str) -> Markup:
    """The Evaluation view, from the first of `reports` that is about these documents; says so when none is."""
    data = _report_about(reports, fingerprint)
    values: Json | None = None
    if data is not None:
        try:
            values = _values(data, translations)
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
            _LOG.exception("an evaluation report of %s cannot be shown", reports)
    return render(
        "quality",
        translations,
        report=values,
        bars=translations("evaluation.by_kind.title"),
        compared=_COMPARED,
    )


def _report_about(reports: Sequence[Path], fingerprint: str) -> Json | None:
    for path in reports:
        try:
            stat = path.stat()
        except OSError:
            continue
        data = _load(path, stat.st_size, stat.st_mtime_ns)
        if data is not None and data.get("corpus_fingerprint") == fingerprint:
            return data
    return None


@lru_cache(maxsize=4)
def _load(path: Path, size: int, modified: int) -> Json | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8")) if size <= _LARGEST_BYTES else None
    except (OSError, ValueError):
        _LOG.warning("the evaluation report %s cannot be read", path)
        return None
    return data if isinstance(data, dict) else None


def _values(data: Json, translations: PageTranslations) -> Json:
    pipelines: Json = data["pipelines"]
    main = next(iter(pipelines.values()))
    overall = {name: estimate for name in _HEADLINES if _is_known(estimate := main["overall"].get(name))}
    return {
        "data": data,
        "date": translations.date(str(data["date"])[:10]),
        "headlines": [
            (name, translations.share(one["value"]), _interval(one, translations))
            for name, one in overall.items()
        ],
        "kinds": list(_kinds(main["by_kind"], translations)),
        "curve": _curve(data.get("refusal_curve", []), translations),
        "pipelines": [
            (name, [_cell(one["overall"].get(metric), metric, translations) for metric in _COMPARED])
            for name, one in pipelines.items()
        ],
    }


def _is_known(estimate: Json | None) -> bool:
    return bool(estimate) and estimate["value"] is not None  # type: ignore[index]  # a dict where it is true


def _interval(estimate: Json, translations: PageTranslations) -> str:
    low, high = translations.share(estimate["low"]), translations.share(estimate["high"])
    return translations("evaluation.interval", low=low, high=high, n=estimate["n"])


class _KindBar(NamedTuple):
    """The bar of a kind of question: point and whisker, in percent of its width."""

    name: str
    n: int
    value: float
    at: float
    low: float
    high: float


def _kinds(kinds: Json, translations: PageTranslations) -> Iterator[_KindBar]:
    for kind, estimates in kinds.items():
        one = estimates.get("refusal rate" if kind == "unanswerable" else "right@3")
        if _is_known(one):
            key = f"evaluation.kind.{kind}"
            name = translations(key) if key in translations.entries else kind
            at, low, high = (100 * _share(one[bound]) for bound in ("value", "low", "high"))
            yield _KindBar(name, one["n"], one["value"], at, low, high)


def _curve(points: list[Json], translations: PageTranslations) -> list[tuple[str, list[tuple[float, float]]]]:
    """The lines of the diagram by name, both coordinates of their points between 0 and 1."""
    usable = [p for p in points if p.get("answer_rate") is not None and p.get("refusal_rate") is not None]
    return [
        (
            translations(f"evaluation.curve.{name}"),
            sorted((_share(p["threshold"]), _share(p[rate])) for p in usable),
        )
        for name, rate in (("answered", "answer_rate"), ("refused", "refusal_rate"))
        if len(usable) > 1
    ]


def _cell(estimate: Json | None, metric: str, translations: PageTranslations) -> tuple[str, str]:
    """A figure and its interval."""
    if estimate is None or not _is_known(estimate):
        return "–", ""
    value, low, high = (
        translations.number(estimate[name], 2) if metric == "mrr@10" else translations.share(estimate[name])
        for name in ("value", "low", "high")
    )
    return value, f"{low} – {high}"


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def render_timings(meter: Meter, translations: PageTranslations) -> Markup:
    """A section with a row a stage, the questions by outcome, and how many wait now."""
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
            translations(f"timings.stage.{one.stage}"),
            (
                translations.number(one.count),
                translations.number(one.mean, 1),
                translations.number(one.p95, 1),
            ),
        )
        for one in meter.stage_times()
    ]
    return render("timings", translations, times=times, outcomes=outcomes)
