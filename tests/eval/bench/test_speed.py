"""The benchmark yields every row on tiny settings. Nothing here asserts how fast anything is."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpie.app.answering import configured_parts
from alpie.app.settings import Settings, load_settings
from alpie.eval.bench import speed
from alpie.eval.bench.growth import AssumedVectors, generated_texts, made_up_word, measure_growth
from alpie.eval.bench.speed import REFERENCE, SINGLE, SpeedOptions, measure_speed
from alpie.eval.bench.timing import Timing, measure_in_turns, run_process
from support.fake_encoder import FakeEncoder, build, write_texts

pytestmark = pytest.mark.heavy

SENTENCES = ("La policía detuvo a dos personas en Madrid.", "El informe cita detenciones.")


class FakeWorker:
    """Answers every command at once, the reference five times slower."""

    def __init__(self, plan: speed.WorkerPlan, environment: Mapping[str, str]) -> None:
        assert "OMP_NUM_THREADS" not in environment  # the reference keeps its libraries' defaults
        self._factor = 5.0 if plan.kind == "reference" else 1.0

    def __enter__(self) -> FakeWorker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, command: str) -> Timing:
        return Timing(10 * self._factor, 12 * self._factor, 100.0)

    def ask(self, command: str) -> dict[str, Any]:
        return {"passages": int(command), "search, CPU ms": 1.5}


def test_every_case_is_measured_and_written(
    seed_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(speed, "Worker", FakeWorker)
    monkeypatch.setattr(speed, "run_process", lambda *_: Timing(20.0, 20.0, 50.0))
    out, options = io.StringIO(), SpeedOptions(runs=2, questions=2, passages=2, sizes=(3, 6))
    assert measure_speed(seed_settings, tmp_path / "report", options, out, io.StringIO()) == 0
    written = json.loads((tmp_path / "report" / "speed.json").read_text(encoding="utf-8"))
    cases = {(row["group"], row["case"]): row for row in written["cases"]}
    for group in ("encode: question", "encode: batch"):
        assert {name for of, name in cases if of == group} == {"alpie", REFERENCE, SINGLE}
        assert cases[group, SINGLE]["cpu_ms"] == 5 * cases[group, "alpie"]["cpu_ms"]
    assert {"whole question", "indexing"} <= {group for group, _ in cases}
    assert all(row["n"] == 2 for row in written["cases"])
    text = (tmp_path / "report" / "speed.md").read_text(encoding="utf-8")
    assert text == out.getvalue()
    assert "| 50.0 | 5.0 × |" in text
    assert "| passages | 3 | 6 |" in text

    monkeypatch.setitem(
        sys.modules, "langchain_text_splitters", None
    )  # the rest is measured without the extra `eval`
    progress, options = io.StringIO(), replace(options, sizes=())
    assert measure_speed(seed_settings, None, options, out, progress) == 0
    assert "langchain-text-splitters" in progress.getvalue()


def test_generated_texts_are_many_and_ever_new() -> None:
    texts = list(generated_texts(SENTENCES, 120))
    assert [text.count("## ") for text in texts] == [50, 50, 20]
    assert texts[0] == next(generated_texts(SENTENCES, 50))
    assert texts[0] != next(generated_texts(SENTENCES, 50, seed=1))
    assert len({made_up_word(rank) for rank in range(5_000)}) > 4_900


def test_assumed_vectors_lie_near_real_ones_and_stay() -> None:
    real = FakeEncoder().encode_passages(SENTENCES)
    assumed = AssumedVectors(FakeEncoder(), real)
    vectors = assumed.encode_passages([f"texto {number}" for number in range(20)])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert ((vectors @ real.T).max(axis=1) > 0.8).all()
    np.testing.assert_array_equal(vectors, assumed.encode_passages([f"texto {n}" for n in range(20)]))
    assert assumed.dimension == FakeEncoder.dimension


def test_a_collection_is_grown_built_and_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured_parts, "open_encoder", lambda *_: FakeEncoder())
    docs = write_texts(tmp_path / "docs")
    build(docs, tmp_path / "index")
    settings = load_settings({"docs": str(docs), "data": str(tmp_path / "index")}, environment={})
    grown = measure_growth(60, settings, ["¿Cuántas hectáreas ardieron?"])
    assert grown["passages"] >= 60
    assert grown["search, CPU ms"] > 0
    assert grown["disk, MB"] > 0


def test_cases_take_turns() -> None:
    order: list[str] = []

    def case(name: str) -> Timing:
        order.append(name)
        return Timing(float(len(order)), 1.0)

    found = measure_in_turns({name: lambda name=name: case(name) for name in "ab"}, runs=2)  # type: ignore[misc]
    assert "".join(order) == "ab" + "ab" + "ba"
    assert found["a"] == Timing(4.5, 1.0, None, 2)


def test_a_process_that_fails_says_why_and_its_memory_is_its_own() -> None:
    ours = bytearray(b"x" * 200_000_000)
    ran = run_process([sys.executable, "-S", "-c", "pass"])
    assert ran.cpu_ms > 0
    assert ran.megabytes is not None
    assert 1 < ran.megabytes < 100 < len(ours) / 1e6
    with pytest.raises(RuntimeError, match="no luck"):
        run_process([sys.executable, "-c", "raise SystemExit('no luck')"])
