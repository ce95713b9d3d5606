"""What a study of its own writes beside the report: tables for people, the same figures as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from alpie.eval.report import RunFacts, Table, fact_lines


@dataclass(frozen=True)
class Study:
    """One question put to the system, and its answer in figures."""

    name: str  # of its files
    title: str
    about: Sequence[str]  # how it was measured, one statement a line
    tables: Sequence[Table]
    figures: Mapping[str, Any]  # everything in the tables, for programs


def render_study(study: Study, facts: RunFacts, markdown: bool = False) -> str:
    """The study for people, ending in a line feed."""
    lines = [*fact_lines(facts), *study.about]
    tables = [table.as_markdown() if markdown else table.as_text() for table in study.tables if table.rows]
    heading = f"# {study.title}" if markdown else study.title
    return (
        "\n\n".join([heading, "\n".join(f"- {line}" if markdown else line for line in lines), *tables]) + "\n"
    )


def write_study(study: Study, facts: RunFacts, folder: Path) -> list[Path]:
    """Writes NAME.json and NAME.md into `folder`, and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, text = folder / f"{study.name}.json", folder / f"{study.name}.md"
    content = {**asdict(facts), **study.figures}
    data.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text.write_text(render_study(study, facts, markdown=True), encoding="utf-8")
    return [data, text]
