"""Search: what each retriever finds, that the fusion is absolute, and that order never depends on chance."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from alpie.app.answering.corpus import Corpus
from alpie.index.encoder import normalise_rows
from alpie.index.encoder.embed import embed_passages, heading_line
from alpie.index.errors import ArgumentError
from alpie.index.records import Passage
from alpie.index.retrieval.search import Retrieval, SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.query import parse_question
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeEncoder, corpus_of, passage_of

GAZETTE_TEXT = """El mercado de abastos

El mercado abre los martes. Los puestos venden fruta y verdura del valle.

El aparcamiento del mercado

El aparcamiento cuesta dos euros por hora. Los vecinos aparcan gratis los domingos.
"""


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT, GAZETTE_TEXT)


def search(corpus: Corpus, question: str, limit: int = 10, retriever: str = "hybrid") -> Retrieval:
    return corpus.index.search(parse_question(question), limit, retriever)


def first(corpus: Corpus, question: str, retriever: str = "hybrid") -> Passage:
    return search(corpus, question, retriever=retriever).hits[0].passage


@pytest.mark.parametrize("retriever", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize(("question", "words"), [
    ("¿Cuántas hectáreas de monte ardieron?", "1240 hectáreas"),
    ("cuanto cuesta el aparcamiento por hora", "dos euros"), ("LIBROS PARA CADA LECTOR", "tres libros"),
])  # fmt: skip
def test_each_retriever_finds_the_passage_that_says_it(
    small: Corpus, question: str, words: str, retriever: str
) -> None:
    assert words in first(small, question, retriever).text


def test_hits_are_best_first_and_no_more_than_asked_for(small: Corpus) -> None:
    for limit in (1, 2, 100):
        hits = search(small, "mercado de los vecinos", limit).hits
        assert len(hits) == min(limit, len(small.passages))
        assert all(one.score >= other.score - 1e-4 for one, other in pairwise(hits))
        assert len({hit.passage.address for hit in hits}) == len(hits)


def test_every_hit_says_how_each_retriever_saw_it(small: Corpus) -> None:
    hits = search(small, "¿Cuánto cuesta el aparcamiento?").hits
    for hit in hits:
        assert set(hit.retrievers) == set(hit.ranks) == {"dense", "sentence", "lexical"}
        assert all(1 <= rank <= len(hits) for rank in hit.ranks.values())
    assert {hit.ranks["dense"] for hit in hits} == set(range(1, len(hits) + 1))


def test_a_hybrid_score_is_the_weighted_sum_of_the_retrievers_scores(small: Corpus) -> None:
    weights = small.index.weights
    for hit in search(small, "puestos de fruta").hits:
        expected = (
            weights.dense * hit.retrievers["dense"]
            + weights.sentence * hit.retrievers["sentence"]
            + weights.lexical * hit.retrievers["lexical"]
        )
        assert hit.score == pytest.approx(expected, abs=1e-3)


def test_a_hit_names_the_words_asked_for_as_the_passage_writes_them(small: Corpus) -> None:
    hits = search(small, "HECTAREAS que ardieron en los montes").hits
    assert hits[0].terms == ("ardieron", "hectáreas", "monte")


def test_the_lexical_retriever_finds_nothing_without_common_words(small: Corpus) -> None:
    assert search(small, "zanahoria", retriever="lexical").hits == ()
    assert search(small, "zanahoria").hits


def test_a_misspelt_word_is_searched_as_the_documents_write_it(small: Corpus) -> None:
    found = search(small, "bibloteca")
    assert found.encoded.question.searched == "biblioteca"
    assert found.encoded.question.typed == "bibloteca"
    assert max(hit.retrievers["lexical"] for hit in found.hits) > 0


def test_an_acronym_finds_what_it_stands_for(small: Corpus) -> None:
    assert search(small, "GR").encoded.related
    assert "gr" in search(small, "informe de la guardia rural").encoded.related
    assert not search(small, "informe de la biblioteca").encoded.related


def test_a_heading_is_searched_by_its_words(small: Corpus) -> None:
    assert first(small, "abastos", "lexical").path == ("El mercado de abastos",)


def test_one_document_can_be_searched_alone(small: Corpus) -> None:
    for retriever in ("hybrid", "dense", "lexical"):
        hits = small.search("aparcamiento hectáreas libros", document="dos", retriever=retriever)
        assert {hit.passage.document_id for hit in hits} == {"dos"}


def test_nothing_allowed_finds_nothing(small: Corpus) -> None:
    nowhere = np.zeros(len(small.passages), dtype=bool)
    retrieval = small.index.search(parse_question("libros"), allowed=nowhere)
    assert retrieval.hits == ()
    assert len(retrieval.rows) == 0


def test_an_index_without_passages_finds_nothing() -> None:
    index = SearchIndex.from_embedded([], embed_passages([], FakeEncoder()), FakeEncoder())
    for retriever in ("hybrid", "dense", "lexical"):
        assert index.search(parse_question("libros"), retriever=retriever).hits == ()


def test_equal_passages_come_in_the_order_of_the_documents() -> None:
    passages = [replace(passage_of("Dos veces lo mismo."), address=f"prueba/{n}") for n in range(6)]
    index = SearchIndex.from_embedded(passages, embed_passages(passages, FakeEncoder()), FakeEncoder())
    for retriever in ("hybrid", "dense", "lexical"):
        hits = index.search(parse_question("veces"), retriever=retriever).hits
        assert [hit.passage.address for hit in hits] == [f"prueba/{n}" for n in range(6)]


def test_the_order_of_the_passages_changes_no_score(small: Corpus) -> None:
    passages = small.passages[::-1]
    turned = SearchIndex.from_embedded(passages, embed_passages(passages, FakeEncoder()), FakeEncoder())
    question = parse_question("¿Cuánto cuesta aparcar?")
    one = {hit.passage.address: hit.score for hit in small.index.search(question).hits}
    other = {hit.passage.address: hit.score for hit in turned.search(question).hits}
    assert one == pytest.approx(other, abs=1e-3)


def test_the_context_of_a_passage_is_its_last_headings_and_its_box() -> None:
    passage = replace(passage_of("Texto."), path=("Uno", "Dos", "Tres"), box="Caja")
    assert heading_line(passage) == "Dos. Tres. Caja"
    assert heading_line(replace(passage, box="Tres")) == "Dos. Tres"
    assert heading_line(passage_of("Texto.")) == ""


# --- vectors ------------------------------------------------------------------------------------


def unit(*rows: list[float]) -> NDArray[np.float32]:
    return normalise_rows(np.array(rows, dtype=np.float32))


def test_the_nearest_vectors_come_first_and_equal_ones_by_number() -> None:
    index = VectorIndex.from_vectors(unit([0, 1], [1, 0], [1, 1], [1, 0]))
    rows, scores = index.search(unit([1, 0])[0], 10)
    assert rows.tolist() == [1, 3, 2, 0]
    np.testing.assert_allclose(scores, [1, 1, 2**-0.5, 0], atol=1e-6)


# --- defects ------------------------------------------------------------------------------------


def test_an_unknown_retriever_is_refused(small: Corpus) -> None:
    with pytest.raises(ArgumentError, match="retriever: 'denso' no vale; se admite hybrid, dense, lexical"):
        search(small, "libros", retriever="denso")
