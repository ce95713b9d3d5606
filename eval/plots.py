"""The picture of the quality page. Matplotlib is imported only here, and only when it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from alpie.eval.intervals import Estimate
from alpie.eval.report import Report

__all__ = ["draw_kinds"]

# two of Okabe and Ito's colours, which colour-blind readers can tell apart: https://jfly.uni-koeln.de/color/
_COLOURS = {"right@3": "#0072B2", "refusal rate": "#E69F00"}


def draw_kinds(report: Report, path: Path) -> Path | None:
    """Draws quality by kind of question as PNG; None without matplotlib or without anything to show."""
    shown = [(kind, _first(of_kind)) for kind, of_kind in report.by_kind[report.main.name].items()]
    bars = [(kind, *named) for kind, named in shown if named is not None]
    if not bars or find_spec("matplotlib") is None:
        return None
    from matplotlib.figure import Figure  # not pyplot: it keeps global state and looks for a display

    figure = Figure(figsize=(8, 1.2 + 0.4 * len(bars)), layout="constrained", dpi=150)
    axes = figure.add_subplot()
    values = [one.value or 0.0 for _, _, one in bars]
    errors = [
        [max(0.0, value - (one.low or 0.0)) for value, (_, _, one) in zip(values, bars, strict=True)],
        [max(0.0, (one.high or 0.0) - value) for value, (_, _, one) in zip(values, bars, strict=True)],
    ]
    labels = [f"{kind} (n={one.n})" for kind, _, one in bars]
    axes.barh(
        labels,
        values,
        xerr=errors,
        color=[_COLOURS[name] for _, name, _ in bars],
        ecolor="#333333",
        capsize=3,
    )
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("right within three quotes (unanswerable, orange: refused), 95 % interval")
    figure.savefig(path)
    return path


def _first(of_kind: Mapping[str, Estimate]) -> tuple[str, Estimate] | None:
    """The figure a kind is judged by."""
    return next(((name, of_kind[name]) for name in _COLOURS if name in of_kind and of_kind[name].n), None)
