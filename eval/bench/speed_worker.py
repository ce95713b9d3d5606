"""A process that is measured from within, one command a line, and what a collection of any size costs.

Each runtime gets a process of its own, because threads of one that still spin would be counted to the next. Large
collections are made of real sentences with made-up words of a Zipf law, and real vectors with noise.
"""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.corpus import Corpus
from alpie.app.settings import Settings
from alpie.index.build import build_index
from alpie.index.encoder import BUNDLED, Encoder, OnProgress, normalise_rows

Case = Callable[[], "Timing"]
"""Does the work once and says what it took."""


@dataclass(frozen=True)
class Timing:
    """What one run took, or, made by `median`, what several did."""

    cpu_ms: float  # of all threads of the process, system time included
    wall_ms: float
    megabytes: float | None = None  # resident; of a process, its largest
    n: int = 1

    @classmethod
    def of(cls, work: Callable[[], object]) -> Timing:
        """Time `work` in this process."""
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        return cls(1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall))

    @classmethod
    def median(cls, timings: Sequence[Timing]) -> Timing:
        """The median of each figure, taken apart."""
        memory = [one.megabytes for one in timings if one.megabytes is not None]
        return cls(
            statistics.median(one.cpu_ms for one in timings),
            statistics.median(one.wall_ms for one in timings),
            statistics.median(memory) if memory else None,
            len(timings),
        )


def measure_in_turns(cases: Mapping[str, Case], runs: int, warm: bool = True) -> dict[str, Timing]:
    """Medians of `runs` rounds, each case once a round, so that a busy minute touches all of them.

    The order turns too: what follows a heavy case finds colder caches. `warm` runs each once before.
    """
    found: dict[str, list[Timing]] = {name: [] for name in cases}
    names = list(cases)
    if warm:
        for case in cases.values():
            case()
    for number in range(runs):
        shift = number % max(1, len(names))
        for name in names[shift:] + names[:shift]:
            found[name].append(cases[name]())
    return {name: Timing.median(timings) for name, timings in found.items()}


# A process starts with the largest memory of the one that started it, as far as the system's account goes: so a small
# one does.
_LAUNCHER = """
import json, os, sys, time
nowhere = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss]))
"""


def run_process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Timing:
    """A whole process from start to end; its output is thrown away.

    Raises `RuntimeError` with the end of its error output when it fails.
    """
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=None if environment is None else dict(environment),
        check=False,
    )
    exit_code, cpu, wall, largest = json.loads(launched.stdout) if launched.stdout else (1, 0, 0, 0)
    if exit_code:
        problem = launched.stderr.decode(errors="replace")
        raise RuntimeError(f"{' '.join(command[:4])} failed: {problem[-500:]}")
    unit = 1e6 if platform.system() == "Darwin" else 1024
    return Timing(1000 * cpu, 1000 * wall, largest / unit)


def resident_megabytes() -> float | None:
    """Resident memory of this process now; None where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return None
    lines = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return next((int(line.split()[1]) / 1024 for line in lines), None)


def machine_facts() -> str:
    """Where and under what load it is measured; 8-bit products depend on the processor's instructions."""
    fields: dict[str, str] = {}
    information = Path("/proc/cpuinfo")
    for line in information.read_text(encoding="utf-8").splitlines() if information.exists() else ():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    flags = set(fields.get("flags", "").split())
    wide = [name for name in ("avx2", "avx512_vnni", "avx_vnni", "amx_int8") if name in flags]
    processor = " ".join([fields.get("model name", platform.machine()), *wide])
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


_PASSAGES_A_DOCUMENT = 50
_SENTENCES = 4  # a passage
_NOISE = 0.35  # beside a vector of length 1: cosine .94, as between like sentences
_ZIPF = 1.15  # n draws give some n^(1/1.15) different words
_WORD = re.compile(r"\b[^\W\d_]{6,}\b")
_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]


def generated_texts(sentences: Sequence[str], passages: int, seed: int = 0) -> Iterator[str]:
    """Markdown documents with so many passages in all; the same seed gives the same texts."""
    chance = np.random.default_rng(seed)
    for first in range(0, passages, _PASSAGES_A_DOCUMENT):
        sections = []
        for number in range(first, min(first + _PASSAGES_A_DOCUMENT, passages)):
            chosen = chance.integers(0, len(sentences), _SENTENCES)
            text = " ".join(_reword(sentences[row], chance) for row in chosen.tolist())
            sections.append(f"## {made_up_word(number + 1).capitalize()}\n\n{text}\n")
        yield "\n".join(sections)


def _reword(sentence: str, chance: np.random.Generator) -> str:
    words = list(_WORD.finditer(sentence))
    if not words:
        return sentence
    place = words[int(chance.integers(0, len(words)))]
    made = made_up_word(min(int(chance.zipf(_ZIPF)), 2**40))
    return f"{sentence[: place.start()]}{made}{sentence[place.end() :]}"


def made_up_word(rank: int) -> str:
    """A word for each number, the longer the larger: `rank` written with Spanish syllables as digits."""
    syllables: list[str] = []
    while rank or len(syllables) < 2:
        rank, digit = divmod(rank, len(_SYLLABLES))
        syllables.append(_SYLLABLES[digit])
    return "".join(syllables)


class AssumedVectors:
    """An encoder that encodes questions, and gives a passage one of some real vectors with noise of its own."""

    def __init__(self, encoder: Encoder, real: NDArray[np.float32]) -> None:
        self._encoder, self._real = encoder, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self._real.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            chance = np.random.default_rng(zlib.crc32(text.encode()))
            noise = chance.standard_normal(vectors.shape[1], dtype=np.float32)
            vectors[row] = self._real[chance.integers(0, len(self._real))] + noise * np.float32(
                _NOISE / np.sqrt(vectors.shape[1])
            )
        return normalise_rows(vectors)


def measure_growth(passages: int, settings: Settings, questions: Sequence[str]) -> dict[str, Any]:
    """Figures of a collection of some `passages`, made of the documents that `settings` have indexed."""
    real = Corpus.open(settings)
    encoder = real.encoder
    sentences = [one.text for passage in real.passages for one in passage.sentences]
    assumed = AssumedVectors(encoder, encoder.encode_passages(sentences))
    with tempfile.TemporaryDirectory(prefix="alpie-growth-") as name:
        docs, data = Path(name) / "docs", Path(name) / "index"
        docs.mkdir()
        for number, text in enumerate(generated_texts(sentences, passages)):
            (docs / f"generado-{number:06d}.md").write_text(text, encoding="utf-8")
        built = Timing.of(lambda: build_index(docs, data, assumed))
        (docs / "nota-breve.md").write_text(
            "## Nota breve\n\nLa denuncia se traslada en el mismo día.\n", "utf-8"
        )
        added = Timing.of(lambda: build_index(docs, data, assumed))
        opened: list[Corpus] = []
        grown = replace(settings, docs=docs, data=data)
        opening = Timing.of(lambda: opened.append(Corpus.open(grown, encoder)))
        corpus = opened[0]
        corpus.search(questions[0])  # what is read at first use is read
        searching = [Timing.of(lambda text=text: corpus.search(text)) for text in questions]  # type: ignore[misc]
        disk = sum(Path(folder, file).stat().st_size for folder, _, files in os.walk(data) for file in files)
        return {
            "passages": len(corpus.passages),
            "build, CPU s": round(built.cpu_ms / 1000, 1),
            "one document more, wall s": round(added.wall_ms / 1000, 2),
            "disk, MB": round(disk / 1e6, 1),
            "open, wall ms": round(opening.wall_ms),
            "search, CPU ms": round(statistics.median(one.cpu_ms for one in searching), 2),
            "resident, MB": round(resident_megabytes() or 0),
        }


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
    from alpie.index.environment import compute_in_one_thread, work_offline

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
    import torch

    from alpie.app.settings import load_settings
    from alpie.index.encoder.bundled_weights import bundled_folder
    from alpie.index.encoder.torch_runtime import find_model_folder, load_sentence_transformer
    from alpie.index.sources.document_folder import read_sources

    settings = load_settings(plan.settings)
    if plan.threads:
        torch.set_num_threads(plan.threads)
    bundled = settings.encoder == BUNDLED
    model = load_sentence_transformer(
        bundled_folder(settings.cache) if bundled else find_model_folder(settings.encoder)
    )

    class Defaults:
        """The library as its manual says."""

        def encode_queries(self, texts: Sequence[str]) -> Any:
            return model.encode_query(list(texts), show_progress_bar=False)

        def encode_passages(self, texts: Sequence[str]) -> Any:
            return model.encode_document(list(texts), show_progress_bar=False)

    documents = {one.id: one for one in read_sources(Path(settings.docs)).documents}
    return _encoding_work(documents, Defaults(), plan)


def _encoding_work(documents: Mapping[str, Any], encoder: Any, plan: WorkerPlan) -> _Work:
    """One question, a batch of passages, and the LangChain tutorial's retrieval, indexed when first asked for."""
    questions = plan.questions
    tutorial: list[Any] = []

    def work(name: str) -> Timing:
        if name == "question":
            return _each(questions, lambda one: encoder.encode_queries([one]))
        if name == "batch":
            return Timing.of(lambda: encoder.encode_passages(plan.passages))
        if not tutorial:
            from alpie.eval.pipelines import chunks_of, tutorial_pipeline

            tutorial.append(tutorial_pipeline(chunks_of(documents.values()), encoder))
        return _each(questions, tutorial[0].ask)

    return work


def _growth_work(plan: WorkerPlan) -> _Work:
    from alpie.app.settings import load_settings

    settings = load_settings(plan.settings)
    return lambda size: measure_growth(int(size), settings, plan.questions)


def _each(texts: Sequence[str], work: Callable[[str], object]) -> Timing:
    """What `work` takes for one text, measured over all of them."""
    whole = Timing.of(lambda: [work(text) for text in texts])
    return Timing(whole.cpu_ms / len(texts), whole.wall_ms / len(texts))
