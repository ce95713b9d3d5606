"""Two small charts without a library (`templates/charts.html`): colours come from the page, and what they say is text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "Curve", "Series"]

_WIDTH, _HEIGHT = 640, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 12, 48


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@dataclass(frozen=True)
class Bar:
    """A share with its interval: a point with its whisker on a track, all as percentages of its width."""

    name: str
    value: float
    low: float
    high: float
    n: int

    @property
    def at(self) -> float:
        return 100 * _share(self.value)

    @property
    def whisker(self) -> tuple[float, float]:
        """Where it begins, and its length."""
        low, high = 100 * _share(self.low), 100 * _share(self.high)
        return low, high - low


@dataclass(frozen=True)
class Series:
    """A line of points, both coordinates between 0 and 1."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Curve:
    """Lines over a common axis from 0 to 1, in the units of the drawing."""

    series: Sequence[Series]
    axis: str
    width, height, left, top = _WIDTH, _HEIGHT, _LEFT, _TOP
    right = _WIDTH - _RIGHT
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)

    @staticmethod
    def x(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * _share(value)

    @staticmethod
    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - _share(value))

    @property
    def lines(self) -> list[str]:
        """The points of each series, as SVG writes them."""
        return [
            " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in sorted(one.points)) for one in self.series
        ]
