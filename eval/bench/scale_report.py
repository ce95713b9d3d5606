"""The figures of `alpie.eval.bench.scale` as a table and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpie.eval.tables import markdown_table

__all__ = ["render_scale", "write_scale_report"]

Row = Mapping[str, Any]


def write_scale_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``scale.json``, ``scale.md`` and, where matplotlib is, ``scale.png``; returns what was written."""
    from alpie.eval.plots import plots_possible

    folder.mkdir(parents=True, exist_ok=True)
    table, data = folder / "scale.md", folder / "scale.json"
    table.write_text(render_scale(rows), encoding="utf-8")
    data.write_text(json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [table, data, _draw(rows, folder / "scale.png")] if plots_possible() else [table, data]


def render_scale(rows: Sequence[Row]) -> str:
    """Three tables in Markdown, a column a size: costs, CPU time of a question, recall."""
    heads = [f"{row['passages']:,}" for row in rows]
    costs: dict[str, list[str]] = {
        "sentences": [f"{row['sentences']:,}" for row in rows],
        "vectors of passages, of sentences": [
            f"{row['made']['dense']['kind']}, {row['made']['sentences']['kind']}" for row in rows
        ],
        "build, CPU s (without making the collection)": [
            f"{row['build']['read_cpu_s'] + row['build']['finish_cpu_s']:,.1f}" for row in rows
        ],
        "build, most anonymous memory, MB": [f"{row['build']['peak_anonymous_mb']:,.0f}" for row in rows],
        "disk, MB": [f"{sum(row['disk_mb'].values()):,.0f}" for row in rows],
        "open, wall ms": [f"{row['open']['wall_ms']:,.0f}" for row in rows],
        "after the questions, anonymous MB": [f"{row['memory_mb']['asked_anonymous']:,.0f}" for row in rows],
        "… with the mapped pages it touched, MB": [f"{row['memory_mb']['asked']:,.0f}" for row in rows],
    }
    stages = {stage: [f"{row['cpu_ms'][stage]:.2f}" for row in rows] for stage in rows[0]["cpu_ms"]}
    recall = {name: [f"{row['recall'][name]:.3f}" for row in rows] for name in rows[0]["recall"]}
    return "\n".join(
        [
            _table("passages", heads, costs),
            _table(f"CPU ms a question (median of {rows[0]['questions']})", heads, stages),
            _table("recall@10 against comparing everything", heads, recall),
        ]
    )


def _table(corner: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    return markdown_table([corner, *heads], ([name, *cells] for name, cells in rows.items()))


def _draw(rows: Sequence[Row], path: Path) -> Path:
    """CPU time of a question by stage, and what a collection costs, on logarithmic scales."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5), layout="constrained", dpi=150)
    left, right = figure.subplots(1, 2)
    sizes = [row["passages"] for row in rows]
    for marker, stage in zip("os^vDP*Xh", rows[0]["cpu_ms"], strict=False):
        left.plot(sizes, [row["cpu_ms"][stage] for row in rows], marker=marker, label=stage)
    left.set(ylabel="CPU ms a question")
    costs = {
        "build, CPU s": [row["build"]["read_cpu_s"] + row["build"]["finish_cpu_s"] for row in rows],
        "build, most anonymous memory, MB": [row["build"]["peak_anonymous_mb"] for row in rows],
        "disk, MB": [sum(row["disk_mb"].values()) for row in rows],
        "open, ms": [row["open"]["wall_ms"] for row in rows],
        "asked, anonymous memory, MB": [row["memory_mb"]["asked_anonymous"] for row in rows],
        "asked, resident with mapped pages, MB": [row["memory_mb"]["asked"] for row in rows],
    }
    for marker, (name, values) in zip("os^vDP", costs.items(), strict=True):
        right.plot(sizes, values, marker=marker, label=name)
    disk = costs["disk, MB"]
    right.plot(
        sizes, [disk[-1] * size / sizes[-1] for size in sizes], "--", color="grey", label="proportional"
    )
    for axes in (left, right):
        axes.set(xscale="log", yscale="log", xlabel="passages")
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    figure.savefig(path)
    return path
