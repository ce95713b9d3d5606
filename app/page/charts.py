"""Two small charts as SVG: no library in the browser, colours from the page, words readable aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpie.app.page.catalogue import Words
from alpie.app.page.html import escape, tag

__all__ = ["Bar", "Series", "bars", "curve"]

_WIDTH = 640
_LABELS = 215  # room for the names of the bars
_ROW = 30
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 12, 40
_HEIGHT = 260
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Bar:
    """A share with its interval."""

    name: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Series:
    """A line of points, both coordinates between 0 and 1."""

    name: str
    points: Sequence[tuple[float, float]]


def bars(rows: Sequence[Bar], words: Words, title: str) -> str:
    """Horizontal points with whiskers, one row a bar."""
    span = _WIDTH - _LABELS - 60
    height = _ROW * len(rows) + 26

    def x(value: float) -> float:
        return round(_LABELS + span * min(max(value, 0.0), 1.0), 1)

    marks = [
        f'<line class="grid" x1="{x(t)}" x2="{x(t)}" y1="4" y2="{height - 22}"/>'
        f'<text class="tick" x="{x(t)}" y="{height - 6}" text-anchor="middle">{escape(words.share(t))}</text>'
        for t in _TICKS
    ]
    for index, row in enumerate(rows):
        y = _ROW * index + 18
        marks.append(
            f'<text x="0" y="{y + 4}">{escape(row.name)} <tspan class="tick">n={row.n}</tspan></text>'
            f'<line class="whisker" x1="{x(row.low)}" x2="{x(row.high)}" y1="{y}" y2="{y}"/>'
            f'<circle cx="{x(row.value)}" cy="{y}" r="4.5"/>'
            f'<text class="value" x="{_WIDTH}" y="{y + 4}" text-anchor="end">{escape(words.share(row.value))}</text>'
        )
    spoken = "; ".join(f"{row.name}: {words.share(row.value)}" for row in rows)
    return _svg(marks, height, f"{title}. {spoken}")


def curve(series: Sequence[Series], words: Words, title: str, axis: str) -> str:
    """Lines over a common axis from 0 to 1."""
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at(point: tuple[float, float]) -> str:
        x, y = (min(max(value, 0.0), 1.0) for value in point)
        return f"{_LEFT + across * x:.1f},{_TOP + down * (1 - y):.1f}"

    marks: list[str] = []
    for t in _TICKS:
        y, x = _TOP + down * (1 - t), _LEFT + across * t
        marks.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(words.share(t))}</text>'
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - 22}" text-anchor="middle">{escape(words.number(t, 2))}</text>'
        )
    marks.append(f'<text class="tick" x="{_LEFT + across / 2:.1f}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(axis)}</text>')
    legend: list[str] = []
    for index, one in enumerate(series):
        points = " ".join(at(point) for point in sorted(one.points))
        marks.append(f'<polyline class="line-{index}" points="{points}"/>')
        legend.append(tag("span", escape(one.name), class_=f"key-{index}"))
    return _svg(marks, _HEIGHT, title) + tag("p", legend, class_="legend small")


def _svg(marks: Sequence[str], height: int, label: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        + "".join(marks)
        + "</svg>"
    )
