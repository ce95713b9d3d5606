"""Two small charts without a library: colours come from the page, and what they say is text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations

__all__ = ["Bar", "Series", "bars", "curve"]

_WIDTH = 640
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 12, 48
_HEIGHT = 280
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


def bars(rows: Sequence[Bar], words: Translations, title: str) -> str:
    """A row a share: its name, a point with its whisker on a track, the figure. Text stays text."""
    items: list[str] = []
    for row in rows:
        low, high = (100 * min(max(value, 0.0), 1.0) for value in (row.low, row.high))
        at = 100 * min(max(row.value, 0.0), 1.0)
        track = (
            f'<span class="track" aria-hidden="true">'
            f'<span class="whisker" style="left:{low:.1f}%;width:{high - low:.1f}%"></span>'
            f'<span class="point" style="left:{at:.1f}%"></span></span>'
        )
        name = tag("span", [escape(row.name), " ", tag("span", f"n={row.n}", class_="small")])
        items.append(tag("li", [name, track, tag("span", escape(words.share(row.value)), class_="value")]))
    return tag("ul", items, class_="bars", aria_label=title)


def curve(series: Sequence[Series], words: Translations, title: str, axis: str) -> str:
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
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - 28}" text-anchor="middle">{escape(words.number(t, 2))}</text>'
        )
    marks.append(
        f'<text class="tick" x="{_LEFT + across / 2:.1f}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(axis)}</text>'
    )
    legend: list[str] = []
    for index, one in enumerate(series):
        points = " ".join(at(point) for point in sorted(one.points))
        marks.append(f'<polyline class="line-{index}" points="{points}"/>')
        legend.append(tag("span", escape(one.name), class_=f"key-{index}"))
    return _svg(marks, title) + tag("p", legend, class_="legend small")


def _svg(marks: Sequence[str], label: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        + "".join(marks)
        + "</svg>"
    )
