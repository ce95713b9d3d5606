"""What a collection of 1,000 to 1,000,000 passages costs: building, disk, memory, opening, asking, and recall.

    python -m alpie.eval.bench.scale --data INDEX --work DIR --report DIR --sizes 1000 10000 100000 1000000

INDEX is a built index that the synthetic passages are made around (`alpie.eval.bench.synthetic`); each size is built
and asked in a process of its own, under DIR, and removed afterwards. It takes about a quarter of an hour and
12 GB of disk for the million. Writes ``scale.json``, ``scale.md`` and, where matplotlib is, ``scale.png``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.eval.bench.scale_report import write_scale_report
from alpie.eval.bench.synthetic import Synthetic
from alpie.eval.bench.timing import Timing
from alpie.eval.questions.question_file import own_question_texts
from alpie.index.encoder.factory import open_encoder
from alpie.index.retrieval.bm25 import best_of
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.query import Question, read_question
from alpie.index.storage.store import open_generation, write_generation

__all__ = ["main"]

_COMPARED = 65_536  # vectors in single precision at a time
_WARMING = 5  # questions asked beforehand, not counted
_STAGES = (
    "encode", "passage vectors", "sentence vectors", "stems", "scores of candidates",
    "search and judge",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; with ``--phase`` one phase of one size, the result as JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m alpie.eval.bench.scale", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="index of real documents")
    parser.add_argument("--work", type=Path, required=True, help="folder for the synthetic indexes")
    parser.add_argument("--report", type=Path, default=Path("docs/evaluation"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=15)
    parser.add_argument("--phase", choices=["build", "ask"], help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.phase:
        size = options.sizes[0]
        found = _build(options, size) if options.phase == "build" else _ask(options)
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    rows = [_measured(options, size) for size in options.sizes]
    for path in write_scale_report(rows, options.report):
        sys.stdout.write(f"{path}\n")
    return 0


def _measured(options: argparse.Namespace, size: int) -> dict[str, Any]:
    """Both phases of one size, each in a fresh process; what it built is removed."""
    work = options.work / str(size)
    common = ["--data", options.data, "--work", work, "--questions", options.questions, "--sizes", size]
    row: dict[str, Any] = {"passages": size}
    try:
        for phase in ("build", "ask"):
            sys.stderr.write(f"{size:,} passages: {phase}\n")
            command = [sys.executable, "-m", "alpie.eval.bench.scale", *common, "--phase", phase]
            done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE)
            row |= json.loads(done.stdout.splitlines()[-1])
            sys.stderr.write(f"{json.dumps(row)}\n")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return row


@dataclass
class _Timed:
    """Content, and the CPU seconds that making it took."""

    content: Synthetic
    seconds: float = 0.0
    read: float = 0.0  # process time when the last document had been read

    def __iter__(self) -> Iterator[Any]:
        documents = iter(self.content)
        while True:
            started = time.process_time()
            document = next(documents, None)
            self.read = time.process_time()
            self.seconds += self.read - started
            if document is None:
                return
            yield document


def _build(options: argparse.Namespace, size: int) -> dict[str, Any]:
    encoder = open_encoder()
    content = _Timed(Synthetic(open_generation(options.data, encoder).search, size))
    peak = _Peak()
    cpu, wall = time.process_time(), time.perf_counter()
    folder = write_generation(options.work, content, encoder, "2025-01-01T00:00:00Z", "0")
    done = time.process_time()
    disk: dict[str, float] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(folder).parts[0].split(".")[0]
            disk[name] = disk.get(name, 0) + path.stat().st_size / 1e6
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {
        "build": {
            "wall_s": time.perf_counter() - wall,
            "made_cpu_s": content.seconds,
            "read_cpu_s": content.read - cpu - content.seconds,
            "finish_cpu_s": done - content.read,
            "peak_anonymous_mb": peak.stop(),
        },
        "disk_mb": {name: round(size, 2) for name, size in sorted(disk.items())},
        "made": manifest["made"],
        "sentences": manifest["made"]["sentences"]["vectors"],
    }


def _memory(name: str) -> float:
    """A line of ``/proc/self/status`` in megabytes; 0 where there is none."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{name}:")), 0.0)


class _Peak:
    """The most anonymous memory that this process has held since: what is not a mapped file."""

    def __init__(self) -> None:
        self._most, self._stopped = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(0.2):
            self._most = max(self._most, _memory("RssAnon"))

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return max(self._most, _memory("RssAnon"))


def _ask(options: argparse.Namespace) -> dict[str, Any]:
    from alpie.app.answering.answer import judge
    from alpie.app.answering.answer_weights import load_weights

    weights = load_weights()
    encoder = open_encoder()
    encoder.encode_queries(["¿Cuántos?"])  # ready before opening is timed
    before = _memory("RssAnon")
    opened: list[SearchIndex] = []
    opening = Timing.of(lambda: opened.append(open_generation(options.work, encoder).search))
    index = opened[0]
    memory = {"encoder": before, "opened_anonymous": _memory("RssAnon"), "opened": _memory("VmRSS")}
    asked = [read_question(text) for text in own_question_texts(options.questions)]
    warming = asked[:_WARMING]
    stages = [_stages(index, one, lambda i, q: judge(i, i.encode(q), weights)) for one in [*warming, *asked]]
    stages = stages[len(warming) :]
    memory |= {"asked_anonymous": _memory("RssAnon"), "asked": _memory("VmRSS")}
    return {
        "open": {"wall_ms": opening.wall_ms, "cpu_ms": opening.cpu_ms},
        "memory_mb": memory,
        "questions": len(asked),
        "cpu_ms": {name: statistics.median(row[name] for row in stages) for name in _STAGES},
        "recall": _recall(index, asked),
    }


def _stages(
    index: SearchIndex, question: Question, judged: Callable[[SearchIndex, Question], object]
) -> dict[str, float]:
    encoded = index.encode(question)
    rows = index.search(question, 20).rows

    def scores() -> None:
        candidates = np.unique(np.concatenate([rows, index.dense.search(encoded.vector, 100)[0]]))
        index._word_scores(encoded)
        index._best_sentence_cosine(encoded, candidates)

    work: Mapping[str, Callable[[], object]] = {
        "encode": lambda: index.encode(question),
        "passage vectors": lambda: index.dense.search(encoded.vector, 100),
        "sentence vectors": lambda: index.sentence_vectors.search(encoded.vector, 200),
        "stems": lambda: best_of(index.lexical.scores(encoded.terms), 100),
        "scores of candidates": scores,
        "search and judge": lambda: judged(index, question),
    }
    return {stage: Timing.of(work[stage]).cpu_ms for stage in _STAGES}


class _Found(VectorIndex):
    """An index whose neighbours are known beforehand."""

    def __init__(self, index: VectorIndex, rows: Mapping[bytes, NDArray[np.int64]]) -> None:
        super().__init__(index._index)
        self._of, self._known = index, rows

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._of.rows(numbers)

    def search(
        self, vector: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        rows = self._known[vector.tobytes()][:limit]
        return rows, self.rows(rows) @ vector


def _recall(index: SearchIndex, asked: Sequence[Question]) -> dict[str, float]:
    """@10 against comparing everything: of each kind of vector, and of the passages that a search returns."""
    vectors = np.array([index.encode(question).vector for question in asked])
    keys = [vector.tobytes() for vector in vectors]
    recall: dict[str, float] = {}
    found: dict[str, _Found] = {}
    for name, one in (("dense", index.dense), ("sentence_vectors", index.sentence_vectors)):
        exact = exact_neighbours(one, vectors, min(200, len(one)))
        recall[name] = _shared([one.search(vector, 10)[0] for vector in vectors], exact[:, :10])
        found[name] = _Found(one, dict(zip(keys, exact, strict=True)))
    exactly = replace(index, dense=found["dense"], sentence_vectors=found["sentence_vectors"])
    ours = [index.search(question, 10).rows for question in asked]
    recall["search"] = _shared(ours, [exactly.search(question, 10).rows for question in asked])
    return recall


def exact_neighbours(vectors: VectorIndex, questions: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """The `limit` nearest rows of each question, by comparing all; shape (questions, limit), best first."""
    rows = np.zeros((len(questions), 0), dtype=np.int64)
    scores = np.zeros((len(questions), 0), dtype=np.float32)
    for first in range(0, len(vectors), _COMPARED):
        numbers = np.arange(first, min(first + _COMPARED, len(vectors)))
        rows = np.concatenate([rows, np.broadcast_to(numbers, (len(questions), len(numbers)))], axis=1)
        scores = np.concatenate([scores, questions @ vectors.rows(numbers).T], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
        rows, scores = np.take_along_axis(rows, best, 1), np.take_along_axis(scores, best, 1)
    return rows


def _shared(found: Sequence[NDArray[np.int64]], exact: Iterable[NDArray[np.int64]]) -> float:
    shares = [len(set(one) & set(other)) / len(other) for one, other in zip(found, exact, strict=True)]
    return round(float(np.mean(shares)), 4)


if __name__ == "__main__":
    sys.exit(main())
