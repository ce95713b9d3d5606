"""`alpie eval --speed`: our code beside the usual code, in one run, on the same texts and weights.

What carries over to other machines is the ratio of two cases that took turns. The reference is sentence-transformers
as its manual describes it and LangChain's tutorial on top of it, also with one thread, because its threads wait for
each other.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from alpie.app.answering.corpus import Corpus
from alpie.app.settings import Settings
from alpie.app.translations import message, translations_for
from alpie.eval.bench.speed_worker import Worker, WorkerPlan
from alpie.eval.bench.timing import Case, Timing, machine_facts, measure_in_turns, run_process
from alpie.eval.pipelines import SPLITTERS, missing_package
from alpie.eval.questions.question_file import own_question_texts
from alpie.eval.report import markdown_table

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ALPIE = "import sys; from alpie.app.terminal.commands import main; sys.exit(main(sys.argv[1:]))"
_NEW_TEXT = (
    "Nota breve sobre la denuncia.\n\nQuien encuentre el material puede denunciarlo sin dar su nombre.\n"
)
REFERENCE, SINGLE = "sentence-transformers", "sentence-transformers, 1 thread"

_Cases = Mapping[str, Mapping[str, Case]]
_Rows = dict[tuple[str, str], Timing]


@dataclass(frozen=True)
class SpeedOptions:
    """How much is measured; the defaults take some twenty minutes on two cores."""

    runs: int = 7  # medians of which are shown
    questions: int = 40
    passages: int = 64  # of the batch, the documents' own
    sizes: Sequence[int] = (1_000, 20_000)  # of the collections of `growth`


def measure_speed(
    settings: Settings,
    folder: Path | None = None,
    options: SpeedOptions | None = None,
    out: TextIO = sys.stdout,
    progress: TextIO = sys.stderr,
) -> int:
    """Measure, print the tables to `out`, write speed.md and speed.json into `folder`; returns the exit code 0.

    The index of `settings` must be there.
    """
    options = options or SpeedOptions()
    where, rows = machine_facts(), _Rows()
    with ExitStack() as stack:
        groups: dict[str, Mapping[str, Case]] = {
            **_runtimes(settings, options, stack, progress),
            "indexing": stack.enter_context(_indexing(settings)),
        }
        for group, cases in groups.items():
            progress.write(f"{group} …\n")
            timings = measure_in_turns(cases, options.runs, warm=group != "indexing")
            rows |= {(group, name): timing for name, timing in timings.items()}
    growth: list[dict[str, Any]] = []
    for size in options.sizes:
        progress.write(f"{size:,} passages …\n")
        plan = _plan(settings, "growth", options)
        with Worker(plan, _environment(settings)) as worker:
            growth.append(worker.ask(str(size)))
    text = _render_report(where, rows, growth)
    out.write(text)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "speed.md").write_text(text, encoding="utf-8")
        measured = [{"group": group, "case": name, **vars(timing)} for (group, name), timing in rows.items()]
        data = {"machine": where, "cases": measured, "growth": growth}
        (folder / "speed.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 0


def _plan(
    settings: Settings, kind: str, options: SpeedOptions, passages: Sequence[str] = (), threads: int = 0
) -> WorkerPlan:
    places = {"docs": str(settings.docs), "data": str(settings.data)}
    return WorkerPlan(kind, places, own_question_texts(options.questions), passages, threads)


def _environment(settings: Settings) -> dict[str, str]:
    """The environment of a process with these settings, and its libraries' own number of threads."""
    paths = {"ALPIE_DOCS": settings.docs, "ALPIE_DATA": settings.data, "ALPIE_CACHE": settings.cache}
    kept = {name: value for name, value in os.environ.items() if name not in _THREADS}
    return kept | {name: str(Path(path).absolute()) for name, path in paths.items()}


def _runtimes(settings: Settings, options: SpeedOptions, stack: ExitStack, progress: TextIO) -> _Cases:
    """Encoders and whole questions, each runtime in its own process."""
    passages = Corpus.open(settings).passages
    texts = [passage.text for passage in passages[:: max(1, len(passages) // options.passages)]][
        : options.passages
    ]

    def worker(kind: str, threads: int = 0) -> Worker:
        plan = _plan(settings, kind, options, texts, threads)
        return stack.enter_context(Worker(plan, _environment(settings)))

    own, reference, single = worker("alpie"), worker("reference"), worker("reference", 1)

    def case(of: Worker, command: str) -> Case:
        return lambda: of.run(command)

    encoders = {"alpie": own, REFERENCE: reference, SINGLE: single}
    encode: _Cases = {
        f"encode: {command}": {name: case(of, command) for name, of in encoders.items()}
        for command in ("question", "batch")
    }
    tutorial = {
        f"tutorial, {REFERENCE}": case(reference, "tutorial"),
        f"tutorial, {SINGLE}": case(single, "tutorial"),
        "tutorial, our encoder": case(own, "tutorial"),
    }
    if missing := missing_package(SPLITTERS):
        left_out = message("eval.left_out", pipeline="tutorial", reason=missing)
        progress.write(translations_for(settings.language).translate(left_out) + "\n")
        tutorial = {}
    whole = {"alpie": case(own, "answer"), "alpie, search only": case(own, "search"), **tutorial}
    return {**encode, "whole question": whole}


@contextmanager
def _indexing(settings: Settings) -> Iterator[Mapping[str, Case]]:
    """Indexing in a separate folder: everything anew, nothing new, one short document added."""
    with tempfile.TemporaryDirectory(prefix="alpie-speed-") as name:
        docs, data, note = Path(name) / "docs", Path(name) / "index", Path(name) / "docs" / "nota_breve.txt"
        shutil.copytree(settings.docs, docs)
        environment = {**_environment(settings), "ALPIE_DOCS": str(docs), "ALPIE_DATA": str(data)}

        def index(*options: str) -> Timing:
            return run_process([sys.executable, "-c", _ALPIE, "index", *options], environment)

        def rebuild() -> Timing:
            note.unlink(missing_ok=True)
            return index("--rebuild")

        def one_more() -> Timing:
            note.unlink(missing_ok=True)
            index()
            note.write_text(_NEW_TEXT, encoding="utf-8")
            return index()

        yield {"rebuild": rebuild, "one short document more": one_more, "nothing new": index}


def _render_report(where: str, rows: _Rows, growth: Sequence[Mapping[str, Any]]) -> str:
    """The report as Markdown; «slower» is the ratio of CPU times to our case of the same group."""
    cells = []
    for (group, name), timing in rows.items():
        ours = rows.get((group, "alpie"))
        slower = f"{timing.cpu_ms / ours.cpu_ms:.1f} ×" if ours and ours is not timing and ours.cpu_ms else ""
        memory = "" if timing.megabytes is None else f"{timing.megabytes:.0f}"
        cells.append(
            (group, name, f"{timing.cpu_ms:,.1f}", slower, f"{timing.wall_ms:,.1f}", memory, str(timing.n))
        )
    head = ("what", "case", "CPU ms", "slower", "wall ms", "resident MB", "n")
    parts = [where + "\n", markdown_table(head, cells)]
    if growth:
        names = [name for name in growth[0] if name != "passages"]
        sizes = [f"{size['passages']:,}" for size in growth]
        parts.append(
            markdown_table(("passages", *sizes), [(n, *(f"{size[n]:,}" for size in growth)) for n in names])
        )
    return "\n".join(parts)
