"""Evaluation: the latest saved results, so that a reader can judge how far to trust the tool.

Reads `report.json` as `alpie eval --report` writes it. A report of another form, or a damaged one,
is treated as none: the page must not fail because a file is old.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alpie.app.page.views.charts import Bar, Series, bars, curve
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations

__all__ = ["render_evaluation"]

_LOG = logging.getLogger(__name__)
_HEADLINES = ("right@3", "recall@5", "refusal rate", "answer rate", "verbatim")
_COMPARED = ("recall@1", "recall@5", "mrr@10", "right@3")
_LARGEST_BYTES = 50_000_000

Json = dict[str, Any]


def render_evaluation(reports: Sequence[Path], words: Translations) -> str:
    """The Evaluation view, from the first of `reports` that exists; says so when there is none."""
    title = tag("h2", words.html("nav.evaluation"))
    report = next((path for path in reports if path.is_file()), None)
    data = _load(report)
    if data is None:
        return title + tag("p", words.html("evaluation.none"), class_="intro")
    try:
        return title + _body(data, words)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
        _LOG.exception("the evaluation report %s cannot be shown", report)
        return title + tag("p", words.html("evaluation.none"), class_="intro")


def _load(report: Path | None) -> Json | None:
    try:
        if report is None or report.stat().st_size > _LARGEST_BYTES:
            return None
        data = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        _LOG.warning("the evaluation report %s cannot be read", report)
        return None
    return data if isinstance(data, dict) else None


def _body(data: Json, words: Translations) -> str:
    pipelines: Json = data["pipelines"]
    main_name = next(iter(pipelines))
    main = pipelines[main_name]
    facts = words.html(
        "evaluation.facts",
        date=str(data["date"])[:10],
        questions=data["questions"],
        documents=data["documents"],
        passages=data["passages"],
    )
    if data.get("part") == "report":
        facts += " " + words.html("evaluation.held_out")
    parts = [tag("p", facts, class_="intro"), _headlines(main["overall"], words)]
    parts.append(_by_kind(main["by_kind"], words))
    parts.append(_curve(data.get("refusal_curve", []), words))
    if len(pipelines) > 1:
        parts.append(_comparison(pipelines, words))
    parts.append(tag("p", words.html("evaluation.intervals"), class_="small"))
    fingerprint = tag("code", escape(str(data["corpus_fingerprint"])))
    parts.append(tag("p", words.html("documents.fingerprint") + " " + fingerprint, class_="small"))
    return "".join(parts)


def _headlines(overall: Json, words: Translations) -> str:
    items: list[str] = []
    for name in _HEADLINES:
        estimate = overall.get(name)
        if not estimate or estimate["value"] is None:
            continue
        meaning = words.html(f"evaluation.metric.{name}")
        interval = words.html(
            "evaluation.interval",
            low=words.share(estimate["low"]),
            high=words.share(estimate["high"]),
            n=estimate["n"],
        )
        items.append(
            tag(
                "li",
                [
                    tag("span", words.share(estimate["value"]), class_="figure"),
                    tag("span", meaning),
                    tag("span", interval, class_="small"),
                ],
            )
        )
    return tag("ul", items, class_="figures")


def _by_kind(kinds: Json, words: Translations) -> str:
    rows: list[Bar] = []
    for kind, estimates in kinds.items():
        metric = "refusal rate" if kind == "unanswerable" else "right@3"
        one = estimates.get(metric)
        if one and one["value"] is not None:
            key = f"evaluation.kind.{kind}"
            name = words(key) if key in words.entries else kind
            rows.append(Bar(name, one["value"], one["low"], one["high"], one["n"]))
    return (
        _section("evaluation.by_kind", bars(rows, words, words("evaluation.by_kind.title")), words)
        if rows
        else ""
    )


def _curve(points: list[Json], words: Translations) -> str:
    usable = [p for p in points if p.get("answer_rate") is not None and p.get("refusal_rate") is not None]
    if len(usable) < 2:
        return ""
    drawn = curve(
        [
            Series(words("evaluation.curve.answered"), [(p["threshold"], p["answer_rate"]) for p in usable]),
            Series(words("evaluation.curve.refused"), [(p["threshold"], p["refusal_rate"]) for p in usable]),
        ],
        words,
        words("evaluation.curve.title"),
        words("evaluation.curve.axis"),
    )
    return _section("evaluation.curve", drawn, words)


def _comparison(pipelines: Json, words: Translations) -> str:
    head = tag("tr", [tag("th", words.html("evaluation.pipeline"), scope="col"),
                      *(tag("th", words.html(f"evaluation.metric.{name}"), scope="col") for name in _COMPARED)])  # fmt: skip
    rows = (
        tag(
            "tr",
            [
                tag("th", escape(name), scope="row"),
                *(tag("td", _cell(pipeline["overall"].get(metric), metric, words)) for metric in _COMPARED),
            ],
        )
        for name, pipeline in pipelines.items()
    )
    table = tag("table", [tag("thead", head), tag("tbody", rows)], class_="compare")
    return _section("evaluation.pipelines", tag("div", table, class_="wide", tabindex="0", role="region",
                                                aria_label=words("evaluation.pipelines.title")), words)  # fmt: skip


def _cell(estimate: Json | None, metric: str, words: Translations) -> str:
    if not estimate or estimate["value"] is None:
        return "–"
    if metric == "mrr@10":
        low, high = (words.number(estimate[k], 2) for k in ("low", "high"))
        value = words.number(estimate["value"], 2)
    else:
        low, high = (words.share(estimate[k]) for k in ("low", "high"))
        value = words.share(estimate["value"])
    return escape(value) + tag("span", f" {escape(low)} – {escape(high)}", class_="small")


def _section(key: str, content: str, words: Translations) -> str:
    text = tag("p", words.html(f"{key}.text"), class_="small")
    return tag("section", [tag("h3", words.html(f"{key}.title")), text, content])
