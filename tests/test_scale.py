"""Synthetic collections, and the measuring of what they cost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder, build, passage_of

from alpie.eval.bench import scale
from alpie.eval.bench.scale_report import render_scale
from alpie.eval.bench.synthetic import Synthetic, made_up_word, noise_like
from alpie.index.encoder import unit_rows
from alpie.index.encoder.embed import embed_passages
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.analysis import content_words

_WORDS = "ministerio bosque caballo tribunal reglamento pescado hospital camino molino escuela puente".split()


@pytest.fixture(scope="module")
def real() -> SearchIndex:
    chance = np.random.default_rng(3)
    passages = [
        replace(
            passage_of(*(f"El {' y el '.join(chance.choice(_WORDS, 4))} {n}." for _ in range(1 + n % 3))),
            address=f"real/{n}",
        )
        for n in range(30)
    ]
    return SearchIndex.from_embedded(passages, embed_passages(passages, FakeEncoder()), FakeEncoder())


def test_a_synthetic_collection_is_whole_and_true(real: SearchIndex) -> None:
    count = 0
    for document, layout, passages, embedded in Synthetic(real, 120):
        assert layout.document_id == document.id
        assert len(embedded.passages) == len(passages)
        assert len(embedded.sentences) == sum(len(passage.sentences) for passage in passages)
        np.testing.assert_allclose(np.linalg.norm(embedded.sentences, axis=1), 1, atol=1e-5)
        for passage in passages:
            for sentence in passage.sentences:
                assert document.text[sentence.start : sentence.end] == sentence.text
        count += len(passages)
    assert count == 120


def test_the_same_seed_gives_the_same_collection_and_a_smaller_one_begins_it(real: SearchIndex) -> None:
    small, large, other = list(Synthetic(real, 50)), list(Synthetic(real, 100)), list(Synthetic(real, 50, 1))
    assert small[0][0] == large[0][0]
    np.testing.assert_array_equal(small[0][3].passages, large[0][3].passages)
    assert other[0][0] != small[0][0]
    addresses = [passage.address for _, _, passages, _ in large for passage in passages]
    assert len(set(addresses)) == len(addresses)


def test_neighbours_are_as_near_as_real_ones() -> None:
    chance = np.random.default_rng(0)
    vectors = unit_rows((chance.standard_normal((300, 40)) * np.linspace(2, 0.1, 40) + 1).astype(np.float32))

    def nearest(rows: np.ndarray) -> float:  # type: ignore[type-arg]
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, -1)
        return float(np.median(cosines.max(axis=1)))

    made = noise_like(vectors).around(vectors[chance.integers(0, 300, 300)], chance)
    assert nearest(made) == pytest.approx(nearest(vectors), abs=0.01)


def test_the_vocabulary_goes_on_growing(real: SearchIndex) -> None:
    seen: set[str] = set()
    sizes = []
    for _, _, passages, _ in Synthetic(real, 600):
        seen.update(word for passage in passages for word in content_words(passage.text))
        sizes.append(len(seen))
    assert sizes[-1] - sizes[len(sizes) // 2] > 50
    assert sizes[-1] - sizes[len(sizes) // 2] < sizes[len(sizes) // 2], "but ever less"
    assert len({made_up_word(rank) for rank in range(5_000)}) > 4_900


def test_costs_are_measured_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(8):
        text = (
            f"Aviso {number}\n\nEl mercado {number} abre los martes. La biblioteca presta {number} libros.\n"
        )
        (docs / f"aviso{number}.txt").write_text(text, "utf-8")
    build(docs, tmp_path / "real")
    monkeypatch.setattr(scale, "open_encoder", FakeEncoder)
    options = [
        "--data",
        str(tmp_path / "real"),
        "--work",
        str(tmp_path / "w"),
        "--sizes",
        "100",
        "--questions",
        "4",
    ]
    row: dict[str, object] = {"passages": 100}
    for phase in ("build", "ask"):
        assert scale.main([*options, "--phase", phase]) == 0
        row |= json.loads(capsys.readouterr().out)
    assert row["recall"] == {"dense": 1.0, "sentence_vectors": 1.0, "search": 1.0}
    assert row["questions"] == 4
    told = render_scale([row, row])
    assert told.count("\n| ") > 15
    assert "| passages | 100 | 100 |" in told
