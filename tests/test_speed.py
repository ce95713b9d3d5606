"""The benchmark yields every row on tiny settings. Nothing here asserts how fast anything is."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.settings import Settings, load_settings
from alpie.eval.bench import speed as speed_module
from alpie.eval.bench.growth import GROWTH_STAGES, grown, measure_growth
from alpie.eval.bench.peak import ModelShape
from alpie.eval.bench.speed import SpeedOptions, measure_speed
from alpie.eval.bench.speed_report import TARGETS, SpeedReport, SpeedRow, Target, render_speed
from alpie.eval.bench.speed_worker import WorkerPlan
from alpie.eval.bench.timing import Machine, Timing, in_turns, run_process
from alpie.index.encoder import Encoder
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.query import read_question

_TEXT = (
    "La policía detuvo a dos personas en Madrid. El menor recibió ayuda del centro. "
    "La denuncia se presenta en línea. El informe cita 25 detenciones."
)


class FakeWorker:
    """Answers every command at once, the reference five times slower."""

    def __init__(self, plan: WorkerPlan, environment: Mapping[str, str]) -> None:
        assert "OMP_NUM_THREADS" not in environment  # the reference keeps its libraries' defaults
        self._factor = 5.0 if plan["kind"] == "reference" else 1.0

    def __enter__(self) -> FakeWorker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, command: str) -> Timing:
        return Timing(10 * self._factor, 12 * self._factor, 100.0)

    def ask(self, command: str) -> dict[str, Any]:
        if command == "stages":
            return {"stages": [{"encode": 7.0, "total": 12.0}, {"encode": 9.0, "total": 14.0}]}
        return {"encoder": 100.0, "float32": 90.0, "int8": 200.0, "tokens": 150.0}


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> SearchIndex:
    sentences = []
    start = 0
    for text in _TEXT.split(". "):
        sentences.append(Sentence(text, (Span(start, start + len(text)),)))
        start += len(text) + 2
    passage = Passage("d/1", "d", tuple(sentences), (), BlockKind.PARAGRAPH)
    document = Document("d", "T", "P", "2025", "nota", "es", "d.txt", _TEXT)
    return Corpus.from_passages([document], [passage], encoder).index


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(), data=tmp_path / "index")


def test_all_rows_and_files(
    settings: Settings, index: SearchIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_module, "_passage_texts", lambda settings, most: ["uno", "dos"])
    monkeypatch.setattr(
        speed_module,
        "_growth",
        lambda settings, options, on_size: measure_growth(
            index, ["¿Cuántas detenciones?"], options.sizes, lambda one, question: one.search(question)
        ),
    )
    options = SpeedOptions(
        runs=2, questions=2, sizes=(3, 6), parts=frozenset({"runtimes", "stages", "growth"})
    )
    out = io.StringIO()
    assert measure_speed(settings, tmp_path / "report", options, out, io.StringIO(), FakeWorker) == 0
    written = json.loads((tmp_path / "report" / "speed.json").read_text(encoding="utf-8"))
    groups = {(row["group"], row["name"]) for row in written["rows"]}
    assert {(t.group, name) for t in TARGETS[:6] for name in (t.ours, t.other)} <= groups
    assert all(row["n"] == 2 for row in written["rows"])
    assert [row["ratio"] for row in written["ratios"]] == [5.0] * 6
    assert written["stages_ms"] == {"encode": 8.0, "total": 13.0}
    assert [row["stage"] for row in written["growth"]] == list(GROWTH_STAGES)
    assert (tmp_path / "report" / "speed.md").read_text(encoding="utf-8") == out.getvalue()
    assert "50% of the int8 product" in out.getvalue()


def test_synthetic_passages_are_searched_like_real_ones(index: SearchIndex) -> None:
    bigger = grown(index, 50)
    assert len(bigger.passages) == 50
    assert len(bigger.sentence_vectors) == 100
    found = bigger.search(read_question("¿Cuántas detenciones cita el informe?"), 5)
    assert len(found.hits) == 5
    assert "detenciones" in found.hits[0].passage.text


def test_a_search_in_some_passages_judges_all_of_those(index: SearchIndex) -> None:
    bigger = grown(index, 300)
    allowed = np.zeros(300, dtype=np.bool_)
    allowed[10:40] = True
    found = bigger.search(read_question("la denuncia en línea"), 30, allowed=allowed)
    assert sorted(found.rows.tolist()) == list(range(10, 40))


def test_cases_take_turns() -> None:
    order: list[str] = []

    def case(name: str) -> Timing:
        order.append(name)
        return Timing(float(len(order)), 1.0)

    found = in_turns({name: lambda name=name: case(name) for name in "ab"}, runs=2)  # type: ignore[misc]
    assert "".join(order) == "ab" + "ab" + "ba"
    assert found["a"] == Timing(4.5, 1.0, None, 2)


def test_a_process_that_fails_says_why() -> None:
    import sys

    assert run_process([sys.executable, "-c", "pass"]).cpu_ms > 0
    with pytest.raises(RuntimeError, match="no luck"):
        run_process([sys.executable, "-c", "raise SystemExit('no luck')"])


def test_the_memory_of_a_process_is_its_own() -> None:
    import sys

    ours = bytearray(b"x" * 200_000_000)
    megabytes = run_process([sys.executable, "-S", "-c", "pass"]).megabytes
    assert megabytes is not None
    assert 1 < megabytes < 100
    assert len(ours) == 200_000_000


def test_a_target_without_its_cases_is_left_out() -> None:
    rows = (SpeedRow("g", "ours", Timing(10, 40)), SpeedRow("g", "other", Timing(50, 60)))
    report = SpeedReport(Machine.here(), 0.0, rows, {}, {}, ())
    assert report.ratio(Target("g", "ours", "other", 4)) == 5.0
    assert report.ratio(Target("g", "ours", "other", 4, wall=True)) == 1.5
    assert report.ratio(Target("g", "ours", "missing", 4)) is None
    assert "| g | ours |" in render_speed(report)


def test_arithmetic_of_a_transformer() -> None:
    # one layer, one token: four products of 2 × 2 weights, two of 2 × 3, and 2 × 2 for attention
    assert ModelShape(layers=1, hidden=2, intermediate=3).operations(1) == 2 * (4 * 4 + 2 * 6 + 2 * 2)


def test_what_answers_imports_nothing_of_the_page_the_writer_or_indexing() -> None:
    import subprocess
    import sys

    code = (
        "import sys, alpie.app.answering.corpus, alpie.app.service.answer_json, alpie.app.terminal.rendering\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'fastapi', 'langchain',"
        " 'langchain_core', 'scipy', 'bm25s', 'filelock', 'onnx', 'matplotlib'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
