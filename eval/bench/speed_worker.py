"""A process that measures itself, with one command on each line.

Each runtime gets its own process, because spinning threads of one runtime would be charged to the next.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpie.app.answering.corpus import Corpus
from alpie.eval.bench.timing import Timing, resident_megabytes
from alpie.index.encoder import BUNDLED_ENCODER


@dataclass(frozen=True)
class WorkerPlan:
    """What a worker process is to measure; `kind`: "alpie", "reference" or "growth"."""

    kind: str
    settings: Mapping[str, str]  # options of `load_settings`
    questions: Sequence[str]
    passages: Sequence[str] = ()
    threads: int = 0  # of PyTorch; 0: its default


_START = "from alpie.eval.bench.speed_worker import main; main()"


class Worker:
    """The measuring side of a worker process."""

    def __init__(self, plan: WorkerPlan, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(vars(plan))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=None if environment is None else dict(environment),
        )
        self._answer()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, command: str) -> Timing:
        """Have the worker do `command` once."""
        return Timing(**self.ask(command))

    def ask(self, command: str) -> dict[str, Any]:
        """What the worker answers to `command`."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):  # libraries sometimes print
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError("a measuring process ended before its time; run it alone to see why")


def main() -> None:
    """The worker: reads commands until its input ends."""
    plan = WorkerPlan(**json.loads(sys.argv[1]))
    from alpie.index.system.environment import compute_in_one_thread, work_offline

    work_offline()
    if plan.kind != "reference":  # as `alpie serve` does; the reference keeps its libraries' defaults
        compute_in_one_thread()
    work = {"alpie": _own_work, "reference": _reference_work, "growth": _growth_work}[plan.kind](plan)
    _write_row({"ready": True})
    for line in sys.stdin:
        done = work(line.strip())
        _write_row(done if isinstance(done, dict) else {**vars(done), "megabytes": resident_megabytes()})


def _write_row(row: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


_Work = Callable[[str], "Timing | dict[str, Any]"]


def _own_work(plan: WorkerPlan) -> _Work:
    from alpie.app.settings import load_settings

    corpus = Corpus.open(load_settings(plan.settings))
    questions = plan.questions
    own: Mapping[str, Callable[[str], object]] = {"search": corpus.search, "answer": corpus.ask}
    encoding = _encoding_work(corpus.documents, corpus.encoder, plan)
    return lambda name: _each(questions, own[name]) if name in own else encoding(name)


def _reference_work(plan: WorkerPlan) -> _Work:
    """The work as sentence-transformers does it by its manual, with the same weights."""
    import torch

    from alpie.app.settings import load_settings
    from alpie.index.encoder.bundled_weights import bundled_folder
    from alpie.index.encoder.torch_runtime import find_model_folder, load_sentence_transformer
    from alpie.index.sources.document_folder import read_sources

    settings = load_settings(plan.settings)
    if plan.threads:
        torch.set_num_threads(plan.threads)
    bundled = settings.encoder == BUNDLED_ENCODER
    model = load_sentence_transformer(
        bundled_folder(settings.cache) if bundled else find_model_folder(settings.encoder)
    )

    class Defaults:
        """The library as its manual describes it."""

        def encode_queries(self, texts: Sequence[str]) -> Any:
            return model.encode_query(list(texts), show_progress_bar=False)

        def encode_passages(self, texts: Sequence[str]) -> Any:
            return model.encode_document(list(texts), show_progress_bar=False)

    documents = {document.id: document for document in read_sources(Path(settings.docs)).documents}
    return _encoding_work(documents, Defaults(), plan)


def _encoding_work(documents: Mapping[str, Any], encoder: Any, plan: WorkerPlan) -> _Work:
    """One question, a batch of passages, and the LangChain tutorial's retrieval, indexed when first asked for."""
    questions = plan.questions
    tutorial: list[Any] = []

    def work(name: str) -> Timing:
        if name == "question":
            return _each(questions, lambda question: encoder.encode_queries([question]))
        if name == "batch":
            return Timing.measure(lambda: encoder.encode_passages(plan.passages))
        if not tutorial:
            from alpie.eval.pipelines import chunks_of, tutorial_pipeline

            tutorial.append(tutorial_pipeline(chunks_of(documents.values()), encoder))
        return _each(questions, tutorial[0].ask)

    return work


def _growth_work(plan: WorkerPlan) -> _Work:
    from alpie.app.settings import load_settings
    from alpie.eval.bench.growth import measure_growth

    settings = load_settings(plan.settings)
    return lambda size: measure_growth(int(size), settings, plan.questions)


def _each(texts: Sequence[str], work: Callable[[str], object]) -> Timing:
    """What `work` takes for one text, measured over all of them."""
    whole = Timing.measure(lambda: [work(text) for text in texts])
    return Timing(whole.cpu_ms / len(texts), whole.wall_ms / len(texts))
