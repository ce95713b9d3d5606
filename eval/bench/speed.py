"""`alpie eval --speed`: our paths beside the usual ones, in one run, on the same texts and weights.

Times are of this machine and this hour; what carries over is the ratio of two cases that took turns.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

from alpie.app.settings import Settings
from alpie.eval.bench.growth import Growth, measure_growth
from alpie.eval.bench.speed_processes import cold_cases, environment_of, index_cases
from alpie.eval.bench.speed_report import SpeedReport, SpeedRow, render_speed, write_speed_report
from alpie.eval.bench.speed_worker import Worker, WorkerPlan
from alpie.eval.bench.timing import Case, Machine, Timing, in_turns
from alpie.eval.questions.question_file import own_question_texts
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.query import Question

__all__ = ["SpeedOptions", "measure_speed"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class SpeedOptions:
    """How much is measured; the defaults take some twenty minutes on two cores."""

    runs: int = 7
    index_runs: int = 5
    questions: int = 40
    passages: int = 64  # of the batch, the documents' own
    sizes: Sequence[int] = (100, 1_000, 10_000, 100_000)
    parts: frozenset[str] = field(
        default=frozenset({"runtimes", "stages", "processes", "indexing", "growth"})
    )


class _Measured(Protocol):
    def __enter__(self) -> _Measured: ...
    def __exit__(self, *_: object) -> None: ...
    def run(self, command: str) -> Timing: ...
    def ask(self, command: str) -> dict[str, Any]: ...


StartWorker = Callable[[WorkerPlan, Mapping[str, str]], _Measured]


def measure_speed(
    settings: Settings,
    folder: Path | None = None,
    options: SpeedOptions | None = None,
    out: TextIO = sys.stdout,
    progress: TextIO = sys.stderr,
    start: StartWorker = Worker,
) -> int:
    """Measure, print the tables to `out`, write them into `folder`, and return the exit code 0.

    The index of `settings` must be there. `start` starts a measuring process.
    """
    options = options or SpeedOptions()
    machine = Machine.here()
    rows: list[SpeedRow] = []
    stages: dict[str, float] = {}
    peak: dict[str, Any] = {}
    growth: list[Growth] = []

    def tell(part: str) -> None:
        progress.write(f"{part} …\n")
        progress.flush()

    if options.parts & {"runtimes", "stages"}:
        tell("runtimes")
        rows, stages, peak = _runtimes(settings, options, start)
    if "processes" in options.parts:
        tell("processes")
        cases = cold_cases(settings, own_question_texts(1)[0])
        rows += _rows("processes", in_turns(cases, options.runs))
    if "indexing" in options.parts:
        tell("indexing")
        with index_cases(settings) as indexing:
            rows += _rows("indexing", in_turns(indexing, options.index_runs, warm=False))
    if "growth" in options.parts:
        growth = _growth(settings, options, lambda size: tell(f"{size} passages"))
    report = SpeedReport(machine, Machine.here().load, tuple(rows), stages, peak, tuple(growth))
    out.write(render_speed(report))
    if folder:
        written = write_speed_report(report, folder)
        progress.write(f"{', '.join(path.name for path in written)}: {folder}\n")
    return 0


def _rows(group: str, timings: Mapping[str, Timing]) -> list[SpeedRow]:
    return [SpeedRow(group, name, timing) for name, timing in timings.items()]


def _runtimes(
    settings: Settings, options: SpeedOptions, start: StartWorker
) -> tuple[list[SpeedRow], dict[str, float], dict[str, Any]]:
    """Encoders and whole questions, each runtime in a process of its own, in turns."""
    plan = {
        "settings": {"docs": str(settings.docs), "data": str(settings.data)},
        "questions": own_question_texts(options.questions),
        "passages": _passage_texts(settings, options.passages),
        "threads": 0,
    }
    environment = {name: value for name, value in environment_of(settings).items() if name not in _THREADS}
    with ExitStack() as stack:

        def open_worker(kind: str, threads: int = 0) -> _Measured:
            return stack.enter_context(start({**plan, "kind": kind, "threads": threads}, environment))

        own, reference, single = (
            open_worker("alpie"),
            open_worker("reference"),
            open_worker("reference", 1),
        )
        rows: list[SpeedRow] = []
        if "runtimes" in options.parts:
            for group, cases in _runtime_cases(own, reference, single).items():
                rows += _rows(group, in_turns(cases, options.runs))
        stages = own.ask("stages")["stages"] if "stages" in options.parts else []
        peak = own.ask("peak") if "stages" in options.parts else {}
    names = list(stages[0]) if stages else []
    return rows, {name: statistics.median(row[name] for row in stages) for name in names}, peak


def _runtime_cases(own: _Measured, reference: _Measured, single: _Measured) -> dict[str, dict[str, Case]]:
    def case(worker: _Measured, command: str) -> Case:
        return lambda: worker.run(command)

    return {
        f"encode: {command}": {
            "alpie": case(own, command),
            "sentence-transformers": case(reference, command),
            "sentence-transformers, 1 thread": case(single, command),
        }
        for command in ("question", "batch")
    } | {
        "whole question": {
            "alpie: answer": case(own, "answer"),
            "alpie: search": case(own, "search"),
            "tutorial, sentence-transformers": case(reference, "tutorial"),
            "tutorial, sentence-transformers, 1 thread": case(single, "tutorial"),
            "tutorial, our encoder": case(own, "tutorial"),
        }
    }


def _passage_texts(settings: Settings, most: int) -> list[str]:
    from alpie.index.database.stored_records import StoredPassages
    from alpie.index.database.text_database import TEXT_FILE, Database
    from alpie.index.storage.manifest import current_generation

    passages = StoredPassages(Database.open(current_generation(Path(settings.data)) / TEXT_FILE))
    return [passage.text for passage in passages[:: max(1, len(passages) // most)]][:most]


def _growth(settings: Settings, options: SpeedOptions, on_size: Callable[[int], None]) -> list[Growth]:
    from alpie.app.answering.answer import judge
    from alpie.app.answering.answer_weights import load_weights
    from alpie.app.answering.corpus import Corpus

    weights = load_weights()

    def judged(index: SearchIndex, question: Question) -> object:
        return judge(index, index.encode(question), weights)

    corpus = Corpus.open(settings)
    return measure_growth(corpus.index, own_question_texts(options.questions), options.sizes, judged, on_size)
