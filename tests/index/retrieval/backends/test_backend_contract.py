"""One contract for all backends: Milvus Lite, and any server in MILVUS_URI.

The last is how one covers what cannot be started here, a server or a cluster:

    MILVUS_URI=http://host:19530 MILVUS_TOKEN=user:password pytest tests/index/retrieval/backends/test_backend_contract.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpie.app.answering.corpus import Corpus
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_questions
from alpie.eval.questions.split import split_questions
from alpie.index.encoder import normalise_rows
from alpie.index.retrieval.backends import milvus_client
from alpie.index.retrieval.backends.milvus import MilvusBackend
from alpie.index.retrieval.backends.milvus_client import MilvusAddress, MilvusConnection
from alpie.index.retrieval.backends.milvus_collections import Stamp, collection_to_write, publish
from alpie.index.retrieval.backends.select import mean_length, synchronise
from alpie.index.retrieval.vector_backend import Entry, Query, VectorBackend, passage_id
from alpie.index.spanish.query import parse_question
from support.fake_encoder import DIMENSION
from support.places import TESTS

pytest.importorskip("pymilvus", reason="pip install alpie[milvus]")

pytestmark = pytest.mark.heavy

_QUESTIONS = 20
_HOSTILE = "doc \"1' or id > 0\\ñ\n«»"
_SURE = 1e-4  # differences of scores that rounding explains


class Place:
    """Where a backend keeps its passages, so that it can be left and come back to."""

    def __init__(self, uri: str, token: str = "") -> None:
        self.uri, self.token = uri, token
        self.made_by = f"Place({uri!r}, {token!r})"  # in another process

    def beside(self) -> Place:
        """A place of the same kind that another process can use at the same time."""
        return Place(f"{self.uri}.2.db", self.token) if self.uri.endswith(".db") else self

    def connected(self, name: str = "") -> MilvusConnection:
        return MilvusConnection(MilvusAddress.parse(self.uri + name), self.token, timeout_seconds=60.0)

    def open(self, name: str, dimension: int = DIMENSION, length: float = 4.0) -> VectorBackend:
        connection = self.connected(f"#alpie_test_{name}")
        collection = collection_to_write(
            connection, Stamp.from_encoder("test", dimension, length), 1_000, 5_000
        )
        publish(connection, collection)
        return MilvusBackend(connection, collection)

    def close(self) -> None:
        connection = self.connected()
        for collection in connection.call("list_collections"):
            if str(collection).startswith("alpie_test_"):
                for alias in connection.call("list_aliases", collection)["aliases"]:
                    connection.call("drop_alias", alias)
                connection.call("drop_collection", collection)
        connection.close()


@pytest.fixture(scope="module", params=["milvus-lite", pytest.param("MILVUS_URI", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "milvus-lite":
        pytest.importorskip("milvus_lite", reason="pip install alpie[milvus]")
        made = Place(str(tmp_path_factory.mktemp("backend") / "lite.db"))
    elif os.environ.get("MILVUS_URI"):
        made = Place(os.environ["MILVUS_URI"], os.environ.get("MILVUS_TOKEN", ""))
    else:
        pytest.skip("MILVUS_URI names no server")
    yield made
    made.close()


def entry_of(number: int, document: str = "uno", words: str = "el tren sale") -> Entry:
    """A passage of two sentences whose vectors differ from those of all other numbers."""
    chance = np.random.default_rng(number)
    vectors = normalise_rows(chance.standard_normal((3, DIMENSION)).astype(np.float32))
    identity = passage_id(f"{document}/texto/{number}")
    return Entry(
        id=identity, stamp=number, document=document, text=f"{words} {number}", vector=vectors[0],
        sentences=vectors[1:],
    )  # fmt: skip


def query_of(entry: Entry, words: Sequence[str] = ("tren",)) -> Query:
    return Query(entry.vector, {word: 1.0 / len(words) for word in words})


@pytest.fixture(scope="module")
def small(place: Place) -> Iterator[VectorBackend]:
    """A backend with six passages of three documents, one of them with a name that means mischief."""
    backend = place.open("small")
    entries = [entry_of(n, document) for n, document in enumerate(["uno"] * 3 + ["dos"] * 2 + [_HOSTILE])]
    backend.upsert(entries)
    yield backend
    backend.close()


def found(backend: VectorBackend, query: Query, limit: int = 100) -> set[int]:
    """What any retriever proposes."""
    return {int(id_) for ids in backend.search(query, limit).values() for id_ in ids}


def test_what_was_written_is_counted_and_found(small: VectorBackend) -> None:
    assert small.count() == 6
    assert dict(small.documents()) == {"uno": 3, "dos": 2, _HOSTILE: 1}
    for number, document in ((0, "uno"), (4, "dos"), (5, _HOSTILE)):
        entry = entry_of(number, document)
        proposed = small.search(query_of(entry), 2)
        assert set(proposed) == set(small.retrievers)
        assert proposed["dense"][0] == entry.id
        assert len(proposed["dense"]) == 2
        sentence = replace(query_of(entry), vector=entry.sentences[1])
        assert small.search(sentence, 2)["sentence"][0] == entry.id


def test_no_word_in_common_is_no_proposal_by_words(small: VectorBackend) -> None:
    if "lexical" not in small.retrievers:
        pytest.skip(f"{small.name} does not search words; the document store does")
    query = query_of(entry_of(1))
    assert len(small.search(query, 10)["lexical"]) == 6
    assert not len(small.search(query_of(entry_of(1), ["barco"]), 10)["lexical"])
    assert not len(small.search(replace(query, stem_weights={}), 10)["lexical"])


def test_what_is_unchanged_is_not_written_again(small: VectorBackend) -> None:
    same, other = entry_of(0), replace(entry_of(1), stamp=77, vector=entry_of(99).vector)
    assert small.upsert([same]) == 0
    assert small.upsert([same, other]) == 1
    assert small.search(query_of(entry_of(99)), 1)["dense"].tolist() == [other.id]
    assert small.count() == 6
    assert small.upsert([entry_of(1)]) == 1  # as it was


def test_a_deleted_document_is_gone_at_once(small: VectorBackend) -> None:
    gone = [entry_of(n, "fugaz") for n in range(50, 60)]
    small.upsert([*gone, entry_of(60, "queda")])
    assert small.delete_document("fugaz", keep=[gone[0].id]) == 9
    assert small.documents()["fugaz"] == 1
    assert not {one.id for one in gone[1:]} & found(small, query_of(gone[1]))
    assert small.delete_document("fugaz") == 1
    assert gone[0].id not in found(small, query_of(gone[0]))
    assert small.documents()["queda"] == 1
    assert small.delete_document("nadie") == 0
    assert small.delete_document("queda") == 1
    assert small.count() == 6


def _asked() -> list[Any]:
    files = sorted(OWN_QUESTIONS.glob("*.jsonl"))
    questions = split_questions(
        [question for file in files for question in read_questions(file).questions], "report"
    )
    alone = [question for question in questions if not question.earlier]
    return [parse_question(one.text) for one in alone[:: max(1, len(alone) // _QUESTIONS)][:_QUESTIONS]]


def test_real_questions_find_the_same_passages_in_the_same_order(place: Place, seed_corpus: Corpus) -> None:
    """The four documents, and reporting questions of every kind."""
    index = replace(seed_corpus.index, backend=None)
    backend = place.open("real", index.encoder.dimension, mean_length(index.passages))
    first = synchronise(backend, index)
    assert first.passages == len(index.passages) == backend.count()
    assert synchronise(backend, index).written == 0
    other = replace(index, backend=backend)
    for question in _asked():
        expected, got = index.search(question, 20), other.search(question, 20)
        assert [hit.passage.address for hit in got.hits] == [hit.passage.address for hit in expected.hits]
        for one, another in zip(got.hits, expected.hits, strict=True):
            assert one.score == pytest.approx(another.score, abs=_SURE)
    _each_leg_proposes_the_nearest(backend, other, _asked()[::4])
    backend.close()


def _each_leg_proposes_the_nearest(backend: VectorBackend, index: Any, questions: Sequence[Any]) -> None:
    """By exact scores, nothing that was left out is better than what was proposed."""
    ids = [passage_id(passage.address) for passage in index.passages]
    row_of = {number: row for row, number in enumerate(ids)}
    rows = np.arange(len(ids))
    for question in questions:
        encoded = index.encode(question)
        stems = index.lexical.scores(encoded.terms) + 0.5 * index.lexical.scores(encoded.related)
        exact = {"dense": index.dense.rows(rows) @ encoded.vector, "lexical": stems}
        query = Query.build(encoded.vector, encoded.terms, encoded.related, index.lexical)
        for retriever, proposed in backend.search(query, 25).items():
            if retriever == "sentence":
                continue
            scores = exact[retriever][[row_of[int(one)] for one in proposed]]
            assert np.all(np.diff(scores) <= _SURE), retriever
            missed = np.delete(exact[retriever], [row_of[int(one)] for one in proposed])
            assert len(proposed) == min(25, int((exact[retriever] > 0).sum())) or retriever == "dense"
            assert missed.max(initial=0.0) <= scores.min(initial=1.0) + _SURE, retriever


_WRITER = """
import sys
sys.path[:0] = {path!r}
from test_backend_contract import *
backend = {place}.open("killed")
for batch in range(1_000):
    backend.upsert([entry_of(1000 + 10 * batch + n, f"d{{batch}}") for n in range(10)])
    print(batch, flush=True)
"""


def test_a_restart_keeps_everything_and_a_kill_what_was_acknowledged(
    place: Place, small: VectorBackend
) -> None:
    """A process that writes batch after batch is killed."""
    before = dict(small.documents())
    query = query_of(entry_of(4, "dos"))
    proposed = {retriever: ids.tolist() for retriever, ids in small.search(query, 3).items()}
    written = _kill_while_writing(place, batches=5)
    again = place.open("small")
    assert dict(again.documents()) == before
    assert {retriever: ids.tolist() for retriever, ids in again.search(query, 3).items()} == proposed
    again.close()
    again.close()
    killed = place.beside().open("killed")
    assert {f"d{batch}": 10 for batch in range(written)}.items() <= killed.documents().items()
    entry = entry_of(1000 + 10 * (written - 1), f"d{written - 1}")
    assert killed.search(query_of(entry), 1)["dense"].tolist() == [entry.id]
    killed.close()


def _kill_while_writing(place: Place, batches: int) -> int:
    """Kill a writer after it has acknowledged `batches`; returns how many it acknowledged in all."""
    script = _WRITER.format(path=[str(TESTS), str(Path(__file__).parent)], place=place.beside().made_by)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [line for _, line in zip(range(batches), process.stdout, strict=False)]
        process.kill()
        said += process.stdout.readlines()
    assert len(said) >= batches, "the writer stopped by itself"
    return int(said[-1]) + 1


def test_rows_come_whole_in_many_pages(small: VectorBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_client, "_ROWS_A_PAGE", 4)
    assert sum(small.documents().values()) == small.count()
