"""Lists of neighbours in the place of comparing everything: the same neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from alpie.index.encoder import normalise_rows
from alpie.index.retrieval import vectors
from alpie.index.retrieval.vectors import VectorIndex, VectorWriter
from alpie.index.storage.manifest import PASSAGE_VECTORS, SENTENCE_VECTORS, current_version
from support.fake_encoder import answers, build

pytestmark = pytest.mark.heavy

DIMENSION = 48


def clustered(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Candidate vectors around fifty centres, as texts lie around subjects."""
    centres = np.random.default_rng(1).standard_normal((50, DIMENSION))
    chance = np.random.default_rng(seed)
    noise = 0.6 * chance.standard_normal((count, DIMENSION))
    return normalise_rows((centres[chance.integers(0, 50, count)] + noise).astype(np.float32))


def written(path: Path, rows: NDArray[np.float32], like: VectorIndex | None = None) -> VectorIndex:
    """An index of `rows`, given in portions, as it opens again."""
    writer = VectorWriter(path, DIMENSION)
    for portion in np.array_split(rows, 7):
        writer.add(portion)
    writer.finish(like)
    index = VectorIndex.load(path)
    assert len(index) == len(rows)
    return index


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a thousand vectors were too many to compare one by one."""
    monkeypatch.setattr(vectors, "MAX_EXACT_VECTORS", 1_000)


def test_up_to_the_limit_vectors_are_compared_one_by_one(tmp_path: Path, few: None) -> None:
    rows = clustered(1_000)
    index = written(tmp_path / "a.faiss", rows)
    assert index.kind == "exact"
    np.testing.assert_array_equal(index.rows(np.arange(1_000)), rows)
    assert written(tmp_path / "b.faiss", clustered(1_001)).kind == "ivf"


def test_lists_find_what_comparing_everything_finds(tmp_path: Path, few: None) -> None:
    rows, questions = clustered(5_000), clustered(80, seed=2)
    index = written(tmp_path / "a.faiss", rows)
    exact = VectorIndex.from_vectors(rows)
    found, expected = ([one.search(q, 10) for q in questions] for one in (index, exact))
    shares = [len(set(a) & set(b)) / 10 for (a, _), (b, _) in zip(found, expected, strict=True)]
    assert np.mean(shares) >= 0.98
    for (numbers, scores), question in zip(found, questions, strict=True):
        np.testing.assert_allclose(scores, rows[numbers] @ question, atol=2e-3)  # half precision
        assert (np.diff(scores) <= 0).all()
    assert index.search(questions[0], 10_000)[0].size <= 5_000


def test_vectors_come_back_in_half_precision(tmp_path: Path, few: None) -> None:
    rows = clustered(1_500)
    index = written(tmp_path / "a.faiss", rows)
    np.testing.assert_array_equal(
        index.rows(np.array([7, 0, 7])), rows[[7, 0, 7]].astype(np.float16).astype(np.float32)
    )
    assert index.rows(np.zeros(0, np.int64)).shape == (0, DIMENSION)


def test_a_collection_that_changed_a_little_keeps_its_centres(tmp_path: Path, few: None) -> None:
    rows = clustered(3_000)
    first = written(tmp_path / "a.faiss", rows)
    changed = np.concatenate([rows[100:], clustered(300, seed=5)])  # some gone, some new
    second = written(tmp_path / "b.faiss", changed, like=first)
    np.testing.assert_array_equal(second.centroids, first.centroids)
    exact = VectorIndex.from_vectors(changed)
    questions = clustered(40, seed=3)
    shares = [len(set(second.search(q, 10)[0]) & set(exact.search(q, 10)[0])) / 10 for q in questions]
    assert np.mean(shares) >= 0.98
    third = written(tmp_path / "c.faiss", clustered(9_000), like=first)  # thrice as many: trained anew
    assert len(third.centroids) > len(first.centroids)


def test_the_same_rows_give_the_same_files(tmp_path: Path, few: None) -> None:
    for name in "ab":
        written(tmp_path / f"{name}.faiss", clustered(2_000))
    assert (tmp_path / "a.faiss").read_bytes() == (tmp_path / "b.faiss").read_bytes()


def test_a_large_index_answers_and_follows_its_documents(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With limits so low that two small documents are beyond them."""
    monkeypatch.setattr(vectors, "MAX_EXACT_VECTORS", 1)
    data = tmp_path / "indice"
    build(docs, data)
    for file in (PASSAGE_VECTORS, SENTENCE_VECTORS):
        assert VectorIndex.load(current_version(data) / file).kind == "ivf"
    assert "1240" in answers(data, "¿Cuántas hectáreas ardieron?")[0]
    (docs / "mercado.txt").write_text("El mercado\n\nEl mercado abre los martes. Vende fruta.\n", "utf-8")
    (docs / "libros.txt").unlink()
    report = build(docs, data)
    assert (report.embedded, report.reused) == (1, 1)
    assert "martes" in answers(data, "¿Cuándo abre el mercado?")[0]
    assert not any("biblioteca" in text for text in answers(data, "biblioteca"))
    assert build(docs, data).embedded == 0
