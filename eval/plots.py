"""The report's pictures. Matplotlib is imported only here, and only when a picture is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpie.eval.intervals import Estimate
from alpie.eval.metrics import refusal_curve
from alpie.eval.report import Report

__all__ = ["draw_plots", "plots_possible"]

# Okabe and Ito's colours, which colour-blind readers can tell apart: https://jfly.uni-koeln.de/color/
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000", "#999999")
_SIDE_BY_SIDE = ("recall@1", "recall@5", "mrr@10", "right@1", "right@3", "quote precision")
_DOTS_PER_INCH = 150


def plots_possible() -> bool:
    """Whether matplotlib is installed."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def draw_plots(report: Report, folder: Path) -> list[Path]:
    """Draws quality by kind, the refusal curve and, with several pipelines, their comparison as PNG.

    A picture that nothing would stand in is left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [_kinds(report, folder / "kinds.png"), _curve(report, folder / "refusal.png")]
    if len(report.pipelines) > 1:
        drawn.append(_pipelines(report, folder / "pipelines.png"))
    return [path for path in drawn if path is not None]


def _figure(width: float, height: float, columns: int = 1) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    # Not pyplot: it keeps global state and looks for a display.
    figure = Figure(figsize=(width, height), layout="constrained", dpi=_DOTS_PER_INCH)
    return figure, [figure.add_subplot(1, columns, column + 1) for column in range(columns)]


def _kinds(report: Report, path: Path) -> Path | None:
    kinds = report.by_kind[report.main.name]
    shown = [(kind, _first(of_kind)) for kind, of_kind in kinds.items()]
    bars = [(kind, *named) for kind, named in shown if named is not None]
    if not bars:
        return None
    figure, (axes,) = _figure(8, 1.2 + 0.4 * len(bars))
    labels = [f"{kind} (n={estimate.n})" for kind, _, estimate in bars]
    colours = [_COLOURS[0] if name == "right@3" else _COLOURS[1] for _, name, _ in bars]
    values, errors = _values([estimate for _, _, estimate in bars])
    axes.barh(labels, values, xerr=errors, color=colours, ecolor="#333333", capsize=3)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("right within three quotes (unanswerable, orange: refused), 95 % interval")
    figure.savefig(path)
    return path


def _first(of_kind: Mapping[str, Estimate]) -> tuple[str, Estimate] | None:
    """The figure a kind is judged by."""
    for name in ("right@3", "refusal rate"):
        if name in of_kind and of_kind[name].n:
            return name, of_kind[name]
    return None


def _curve(report: Report, path: Path) -> Path | None:
    points = refusal_curve(report.main.scores)
    rates = [(point.answer_rate, point.refusal_rate) for point in points]
    risks = [(point.coverage, point.risk) for point in points if point.risk is not None]
    if not risks:
        return None
    figure, (left, right) = _figure(10, 4.2, columns=2)
    if None not in rates[0]:
        left.plot(*zip(*rates, strict=True), color=_COLOURS[0])
        answered = report.overall[report.main.name]
        at = answered["answer rate"].value, answered["refusal rate"].value
        left.plot(*at, "o", color=_COLOURS[5], label="as shipped")
        left.legend()
    left.set(xlabel="answerable questions answered", ylabel="unanswerable questions refused")
    right.plot(*zip(*risks, strict=True), color=_COLOURS[0])
    right.set(xlabel="coverage: questions answered", ylabel="risk: answers that are not right within three")
    for axes in (left, right):
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
    figure.savefig(path)
    return path


def _pipelines(report: Report, path: Path) -> Path:
    figure, (axes,) = _figure(10, 4.5)
    width = 0.8 / len(report.pipelines)
    for number, pipeline in enumerate(report.pipelines):
        measured = report.overall[pipeline.name]
        shown = [(at, measured[name]) for at, name in enumerate(_SIDE_BY_SIDE)
                 if name in measured and measured[name].n]  # fmt: skip
        values, errors = _values([estimate for _, estimate in shown])
        places = [at + (number - (len(report.pipelines) - 1) / 2) * width for at, _ in shown]
        colour = _COLOURS[number % len(_COLOURS)]
        axes.bar(places, values, width, yerr=errors, color=colour, label=pipeline.name, ecolor="#333333")
    axes.set_xticks(range(len(_SIDE_BY_SIDE)), _SIDE_BY_SIDE)
    axes.set_ylim(0, 1.05)
    axes.set_ylabel("share, 95 % interval")
    figure.legend(ncols=len(report.pipelines), loc="outside upper center")
    figure.savefig(path)
    return path


def _values(estimates: Sequence[Estimate]) -> tuple[list[float], list[list[float]]]:
    """Heights of bars, and how far their intervals reach below and above."""
    values = [estimate.value or 0.0 for estimate in estimates]
    below = [max(0.0, value - (one.low or 0.0)) for value, one in zip(values, estimates, strict=True)]
    above = [max(0.0, (one.high or 0.0) - value) for value, one in zip(values, estimates, strict=True)]
    return values, [below, above]
