"""What `alpie eval --speed` prints and writes: tables, ratios against the targets, JSON and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpie.eval.bench.growth import Growth
from alpie.eval.bench.timing import Machine, Timing
from alpie.eval.tables import markdown_table

__all__ = ["TARGETS", "SpeedReport", "SpeedRow", "Target", "render_speed", "write_speed_report"]


@dataclass(frozen=True)
class SpeedRow:
    """One case: what was measured, and how often."""

    group: str
    name: str
    timing: Timing


@dataclass(frozen=True)
class Target:
    """A ratio that is wanted: how many times the CPU time of `ours` the other case takes."""

    group: str
    ours: str
    other: str
    wanted: float
    wall: bool = False  # of wall time instead


TARGETS = (
    Target("encode: question", "alpie", "sentence-transformers", 4.0),
    Target("encode: question", "alpie", "sentence-transformers, 1 thread", 4.0),
    Target("encode: batch", "alpie", "sentence-transformers", 2.5),
    Target("encode: batch", "alpie", "sentence-transformers, 1 thread", 2.5),
    Target("whole question", "alpie: answer", "tutorial, sentence-transformers", 3.0),
    Target("whole question", "alpie: answer", "tutorial, sentence-transformers, 1 thread", 3.0),
    Target("processes", "serve: page", "import chain", 3.0),
    Target("processes", "serve: page", "import chain", 3.0, wall=True),
)


@dataclass(frozen=True)
class SpeedReport:
    """Everything one run measured; parts that were left out are empty."""

    machine: Machine
    load_after: float
    rows: tuple[SpeedRow, ...]
    stages: Mapping[str, float]  # wall milliseconds of one answer, medians over questions
    peak: Mapping[str, Any]  # billions of operations a CPU second
    growth: tuple[Growth, ...]

    def ratio(self, target: Target) -> float | None:
        """How many times faster ours is; None when a case was not measured."""
        found = {row.name: row.timing for row in self.rows if row.group == target.group}
        if target.ours not in found or target.other not in found:
            return None
        ours, other = found[target.ours], found[target.other]
        pair = (other.wall_ms, ours.wall_ms) if target.wall else (other.cpu_ms, ours.cpu_ms)
        return pair[0] / pair[1] if pair[1] else None

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine.as_row(),
            "load_after": round(self.load_after, 2),
            "rows": [{"group": row.group, "name": row.name, **_rounded(vars(row.timing))} for row in self.rows],
            "ratios": [
                {**vars(target), "ratio": round(ratio, 2)}
                for target in TARGETS
                if (ratio := self.ratio(target)) is not None
            ],
            "stages_ms": _rounded(self.stages),
            "peak_gflops": _rounded(self.peak),
            "growth": [
                {"stage": one.stage, "exponent": round(one.exponent, 2),
                 "cpu_ms": dict(zip(one.passages, (round(ms, 3) for ms in one.cpu_ms), strict=True))}
                for one in self.growth
            ],
        }  # fmt: skip


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}


def render_speed(report: SpeedReport) -> str:
    """The report as Markdown."""
    machine = report.machine
    parts = [
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gigabytes:.0f} GB, {machine.system}, "
        f"Python {machine.python}; load {machine.load:.1f} before, {report.load_after:.1f} after.\n"
    ]
    if report.rows:
        parts.append(
            markdown_table(
                ("what", "case", "CPU ms", "wall ms", "resident MB", "n"), _case_cells(report.rows)
            )
        )
    ratios = [(target, report.ratio(target)) for target in TARGETS]
    cells = [
        (target.group, f"{target.ours} / {target.other}", "wall" if target.wall else "CPU",
         f"{ratio:.1f} ×", f"≥ {target.wanted:g} ×", "yes" if ratio >= target.wanted else "no")
        for target, ratio in ratios if ratio is not None
    ]  # fmt: skip
    if cells:
        parts.append(markdown_table(("what", "ours against", "time", "faster by", "wanted", "met"), cells))
    if report.stages:
        stages = [(name, f"{value:.2f}") for name, value in report.stages.items()]
        parts.append(markdown_table(("stage of an answer", "wall ms"), stages))
    if report.peak:
        parts.append(_peak(report.peak))
    if report.growth:
        parts.append(_growth_table(report.growth))
    return "\n".join(parts)


def _case_cells(rows: Sequence[SpeedRow]) -> list[tuple[str, ...]]:
    return [
        (
            row.group,
            row.name,
            f"{row.timing.cpu_ms:,.1f}",
            f"{row.timing.wall_ms:,.1f}",
            "" if row.timing.megabytes is None else f"{row.timing.megabytes:.0f}",
            str(row.timing.n),
        )
        for row in rows
    ]


def _peak(peak: Mapping[str, Any]) -> str:
    shares = [
        f"{peak['encoder'] / peak[kind]:.0%} of the {kind} product's {peak[kind]:.0f}"
        for kind in ("float32", "int8")
        if peak.get(kind)
    ]
    return (
        f"Encoder: {peak['encoder']:.0f} billion operations a CPU second on texts of {peak['tokens']:.0f} "
        f"tokens, {' and '.join(shares)}.\n"
    )


def _growth_table(growth: Sequence[Growth]) -> str:
    sizes = [f"{size:,}" for size in growth[0].passages]
    cells = [(one.stage, *(f"{ms:.2f}" for ms in one.cpu_ms), f"{one.exponent:.2f}") for one in growth]
    return markdown_table(("CPU ms by passages", *sizes, "exponent"), cells)


def write_speed_report(report: SpeedReport, folder: Path) -> list[Path]:
    """Write ``speed.md``, ``speed.json`` and, where matplotlib is, ``growth.png``."""
    from alpie.eval.plots import plots_possible

    folder.mkdir(parents=True, exist_ok=True)
    table, data = folder / "speed.md", folder / "speed.json"
    table.write_text(render_speed(report), encoding="utf-8")
    data.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    written = [table, data]
    if report.growth and plots_possible():
        written.append(_draw_growth(report.growth, folder / "growth.png"))
    return written


def _draw_growth(growth: Sequence[Growth], path: Path) -> Path:
    """CPU time by passages on two logarithmic scales, with the line of proportional growth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained", dpi=150)
    axes = figure.add_subplot()
    for marker, one in zip("os^vDP*Xh", growth, strict=False):
        axes.plot(one.passages, one.cpu_ms, marker=marker, label=one.stage)
    sizes, whole = growth[-1].passages, growth[-1].cpu_ms
    axes.plot(
        sizes, [whole[-1] * size / sizes[-1] for size in sizes], "--", color="grey", label="proportional"
    )
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="CPU ms a question")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right center")
    figure.savefig(path)
    return path
