"""The report of an evaluation: as data, as Markdown, and on the terminal.

All three show the same figures, each with the number of questions and its interval. The answer to each question is in
the predictions file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from alpie.eval.metrics import (
    METRICS,
    STATISTICS,
    Estimate,
    compare_scores,
    refusal_curve,
    summarise,
    summarise_by_kind,
)
from alpie.eval.pipelines import MAIN, PipelineRows
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.scores import QuestionScore, score_predictions

_KIND_COLUMNS = ("recall@5", "right@1", "right@3", "quote precision", "answer rate", "refusal rate")
_PERCENT = frozenset(metric.name for metric in METRICS) - {"quoted words", "mrr@10", "ndcg@10"}
_RETRIEVAL = tuple(metric.name for metric in METRICS if not metric.of_quotes)
_TIMES = ("ms median", "ms p95")

Estimates = Mapping[str, Estimate]
"""By name of the figure."""


@dataclass(frozen=True)
class RunFacts:
    """What a figure depends on, so that two reports can be distinguished."""

    date: str
    questions_files: tuple[str, ...]
    part: str  # of the split: "fit", "report" or "all"
    questions: int
    documents: int
    passages: int
    corpus_fingerprint: str
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()  # what people must know, for example evidence that was not found


@dataclass(frozen=True)
class ScoredPipeline:
    """A pipeline and the scores of its predictions."""

    name: str
    quotes: bool
    scores: tuple[QuestionScore, ...]


def score_pipeline(pipeline: PipelineRows, texts: SourceTexts) -> ScoredPipeline:
    """Scores the rows of a pipeline; `texts` are those of the corpus asked."""
    scores = score_predictions(pipeline.questions, pipeline.rows, texts)
    return ScoredPipeline(pipeline.name, pipeline.quotes, tuple(scores))


def _shown(pipeline: ScoredPipeline, estimates: Estimates) -> dict[str, Estimate]:
    """What means something: a pipeline that only retrieves has no quotes and no refusals."""
    if pipeline.quotes:
        # Only ours says a probability; the tutorial's confidence is a cosine.
        foreign = () if pipeline.name == MAIN else ("calibration error",)
        return {name: estimate for name, estimate in estimates.items() if name not in foreign}
    return {name: estimate for name, estimate in estimates.items() if name in (*_RETRIEVAL, *_TIMES)}


def _differences(main: ScoredPipeline, other: ScoredPipeline, resamples: int) -> dict[str, Estimate]:
    """The system minus another, on the questions the other was asked: all, or those that can be understood alone."""
    everything = len(other.scores) == len(main.scores)
    own = [score for score in main.scores if everything or not score.follows]
    return _shown(other, compare_scores(own, other.scores, resamples))


@dataclass(frozen=True)
class Table:
    """A table with a title; cells are text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        columns = zip(self.head, *self.rows, strict=True)
        widths = [max(len(cell) for cell in column) for column in columns]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                 for row in (self.head, *self.rows)]  # fmt: skip
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, "", lines[0], rule, *lines[1:]])

    def as_markdown(self) -> str:
        return f"## {self.title}\n\n{markdown_table(self.head, self.rows)}".rstrip("\n")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already, each line ending in a line feed."""
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, ["---"] * len(head), *rows))


@dataclass(frozen=True)
class Study:
    """What one study measured: its tables for people, its figures for programs."""

    name: str  # of its files
    title: str
    tables: Sequence[Table]
    figures: Mapping[str, Any]  # everything in the tables, for programs
    about: Sequence[str] = ()  # how it was measured, one statement a line


def render_study(study: Study, facts: RunFacts, markdown: bool = False) -> str:
    """A study as Markdown for people, ending in a line feed."""
    tables = [table.as_markdown() if markdown else table.as_text() for table in study.tables if table.rows]
    lines = [f"- {line}" if markdown else line for line in (*fact_lines(facts), *study.about)]
    return "\n\n".join(["# " * markdown + study.title, "\n".join(lines), *tables]) + "\n"


def write_study(study: Study, facts: RunFacts, folder: Path) -> list[Path]:
    """Writes NAME.json and NAME.md into `folder`, and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, text = folder / f"{study.name}.json", folder / f"{study.name}.md"
    content = {**asdict(facts), **study.figures}
    data.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    text.write_text(render_study(study, facts, markdown=True), encoding="utf-8")
    return [data, text]


def evaluation_study(pipelines: Sequence[ScoredPipeline], resamples: int) -> Study:
    """Measure everything of `pipelines`, of which the first is the system itself."""
    main, *compared = pipelines
    overall = {
        pipeline.name: _shown(pipeline, summarise(pipeline.scores, resamples)) for pipeline in pipelines
    }
    by_kind = {
        pipeline.name: {
            kind: _shown(pipeline, estimates)
            for kind, estimates in summarise_by_kind(pipeline.scores, resamples).items()
        }
        for pipeline in pipelines
    }
    differences = {pipeline.name: _differences(main, pipeline, resamples) for pipeline in compared}
    tables = [_overall_table(main, overall), _kind_table(main, by_kind[main.name])]
    if compared:
        tables += [_difference_table(main, differences), _pipelines_by_kind_table("recall@5", by_kind)]
    meanings = {metric.name: metric.meaning for metric in METRICS} | dict(STATISTICS)
    tables.append(Table("What is measured", ("figure", "meaning"), tuple(meanings.items())))
    figures = {
        "interval": {"level": 0.95, "method": "percentile bootstrap", "resamples": resamples},
        "pipelines": {
            pipeline.name: {
                "quotes": pipeline.quotes,
                "overall": _figures(overall[pipeline.name]),
                "by_kind": {kind: _figures(of_kind) for kind, of_kind in by_kind[pipeline.name].items()},
            }
            for pipeline in pipelines
        },
        "differences": {f"{main.name} - {name}": _figures(of) for name, of in differences.items()},
        "refusal_curve": [asdict(point) for point in refusal_curve(main.scores)],
    }
    return Study("report", "Evaluation", tables, figures)


def _figures(estimates: Estimates) -> dict[str, dict[str, Any]]:
    return {name: asdict(estimate) for name, estimate in estimates.items()}


def fact_lines(facts: RunFacts) -> Iterable[str]:
    """What the figures of a report depend on, as lines for people."""
    files = ", ".join(facts.questions_files)
    yield f"{facts.date}, {facts.questions} questions (part: {facts.part}) from {files}"
    yield f"{facts.documents} documents, {facts.passages} passages, corpus {facts.corpus_fingerprint[:16]}"
    yield "versions: " + ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    yield "[95 % interval by percentile bootstrap over questions], n = questions that bear on the figure"
    yield from facts.notes


def _overall_table(main: ScoredPipeline, overall: Mapping[str, Estimates]) -> Table:
    figures = (*(metric.name for metric in METRICS), *STATISTICS)
    rows = [
        (figure, *(estimate_cell(figure, of.get(figure)) for of in overall.values())) for figure in figures
    ]
    title = "Overall"
    if len(overall) > 1 and any(score.follows for score in main.scores):
        title += f" (only {main.name} is asked the questions that follow others)"
    return Table(title, ("figure", *overall), _rows_with_figures(rows))


def _kind_table(main: ScoredPipeline, kinds: Mapping[str, Estimates]) -> Table:
    counts = Counter(score.kind or "(no kind)" for score in main.scores)
    rows = [(kind, str(counts[kind]), *(estimate_cell(name, estimates.get(name)) for name in _KIND_COLUMNS))
            for kind, estimates in kinds.items()]  # fmt: skip
    return Table(f"By kind: {main.name}", ("kind", "questions", *_KIND_COLUMNS), tuple(rows))


def _pipelines_by_kind_table(metric: str, by_kind: Mapping[str, Mapping[str, Estimates]]) -> Table:
    kinds = [kind for kind, of_kind in next(iter(by_kind.values())).items() if of_kind[metric].n]
    rows = [
        (kind, *(estimate_cell(metric, of.get(kind, {}).get(metric)) for of in by_kind.values()))
        for kind in kinds
    ]
    return Table(f"{metric} by kind", ("kind", *by_kind), tuple(rows))


def _difference_table(main: ScoredPipeline, differences: Mapping[str, Estimates]) -> Table:
    rows = [(metric.name, *(estimate_cell(metric.name, of.get(metric.name), signed=True) for of in differences.values()))
            for metric in METRICS]  # fmt: skip
    title = f"{main.name} minus the others, same questions (paired bootstrap)"
    return Table(title, ("figure", *differences), _rows_with_figures(rows))


def _rows_with_figures(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The rows with a figure in any column."""
    return tuple(row for row in rows if any(cell != "–" for cell in row[1:]))


def estimate_cell(metric: str, estimate: Estimate | None, signed: bool = False) -> str:
    """Write an estimate of a metric as a table shows it."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    sign = "+" if signed else ""
    if metric in _PERCENT:
        form, scale, unit = f"{sign}.1f", 100, " %"
    elif metric in ("quoted words", *_TIMES):
        form, scale, unit = f"{sign}.1f", 1, ""
    else:
        form, scale, unit = f"{sign}.3f", 1, ""
    value, low, high = (
        format(number * scale, form) for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value}{unit} [{low}, {high}] n={estimate.n}"
