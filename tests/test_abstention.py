"""What gives a question away that the documents do not answer: names, figures and words that nothing holds."""

from __future__ import annotations

import numpy as np
import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, WEIGHTS, FakeEncoder, corpus_of
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.abstention import ANSWERABLE_FEATURES, answerable_features, names_in
from alpie.app.answer import judge
from alpie.app.corpus import Corpus
from alpie.app.features import UNIT_FEATURES
from alpie.app.weights import load_weights, sigmoid
from alpie.index.embed import embed_passages
from alpie.index.query import read_question
from alpie.index.search import SearchIndex


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT)


def names(question: str) -> list[str]:
    return [question[start:end] for start, end in names_in(question)]


def features(corpus: Corpus, question: str) -> dict[str, float]:
    judged = judge(corpus.index, read_question(question), WEIGHTS)
    row = answerable_features(corpus.index, judged.retrieval, judged.candidates, judged.units)
    assert row.shape == (1, len(ANSWERABLE_FEATURES))
    assert np.isfinite(row).all()
    return dict(zip(ANSWERABLE_FEATURES, row[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("¿Cuántas detenciones hubo en España?", ["España"]),
        ("¿Qué dice la IWF de 2019?", ["IWF", "2019"]),
        ("¿INTERPOL lo pidió?", ["INTERPOL"]),
        ("¿España lo pidió?", []),
        ("¿Es el AGN/65/RES/10, «Europol» o (Facebook)?", ["AGN/65/RES/10", "Europol", "Facebook"]),
        ("P2P en redes", ["P2P"]),
        ("16.800 archivos", ["16.800"]),
        ("¿qué es todo esto?", []),
        ("", []),
        ("¿ ? …", []),
    ],
)
def test_names_acronyms_codes_and_figures_are_found(question: str, expected: list[str]) -> None:
    assert names(question) == expected


def test_a_repeated_name_is_found_at_each_of_its_places() -> None:
    question = "de Ana a Anabel y Ana"
    assert names(question) == ["Ana", "Anabel", "Ana"]
    assert [start for start, _ in names_in(question)] == [3, 9, 18]


@given(st.text(max_size=120))
def test_a_name_is_a_piece_of_any_question(question: str) -> None:
    last = 0
    for start, end in names_in(question):
        assert last <= start < end <= len(question)
        last = end
        assert not question[start:end].isspace()


def test_every_feature_is_a_finite_number(small: Corpus) -> None:
    for question in ("hectáreas", "¿Qué?", "the of and", "漢字", "12", "Qwerty Asdf 99"):
        assert set(features(small, question)) == set(ANSWERABLE_FEATURES)


def test_a_name_that_stands_nowhere_is_missing(small: Corpus) -> None:
    there = features(small, "¿Cuántas hectáreas ardieron en Valdeluna?")
    nowhere = features(small, "¿Cuántas hectáreas ardieron en Sotogrande?")
    assert there["name_missing"] == 0
    assert nowhere["name_missing"] == 1
    assert nowhere["missing"] > there["missing"]
    assert nowhere["name_match"] < there["name_match"]


def test_content_words_are_counted_up_to_eight(small: Corpus) -> None:
    assert features(small, "hola")["words"] == 1 / 8
    assert features(small, "¿y eso qué es?")["words"] == 0
    assert features(small, "monte, monte y julio")["words"] == 2 / 8
    assert features(small, "hectáreas monte julio bomberos fuego chispa tren plan vía torres")["words"] == 1


def test_the_name_of_a_document_is_held_by_all_of_it(small: Corpus) -> None:
    named = features(small, "¿Qué hectáreas de monte ardieron según Uno?")  # documents are called uno, dos …
    unnamed = features(small, "¿Qué hectáreas de monte ardieron?")
    another = features(small, "¿Qué hectáreas de monte ardieron según Rita?")
    assert named["name_missing"] == 0 < another["name_missing"]
    assert named["missing"] == unnamed["missing"] < another["missing"]
    assert named["word_match"] == pytest.approx(unnamed["word_match"], abs=0.2)
    assert another["word_match"] < named["word_match"]


def test_a_figure_that_stands_nowhere_is_missing(small: Corpus) -> None:
    assert features(small, "¿Qué monte de 1240 hectáreas ardió?")["name_missing"] == 0
    assert features(small, "¿Qué monte de 9999 hectáreas ardió?")["name_missing"] == 1


def test_a_kind_of_answer_that_the_best_sentence_lacks_is_missing(small: Corpus) -> None:
    assert features(small, "¿Cuántas hectáreas ardieron?")["type_missing"] == 0
    assert features(small, "¿Cuánto cuesta el carné gratuito para los menores?")["type_missing"] == 1
    assert features(small, "carné gratuito para los menores")["type_missing"] == 0


def test_a_question_in_another_language_is_told(small: Corpus) -> None:
    assert features(small, "What is the cause of it?")["spanish"] == 0
    assert features(small, "¿Cuál es la causa?")["spanish"] == 1


def test_better_matches_score_higher(small: Corpus) -> None:
    good = features(small, "¿Cuántos días tardaron los bomberos en apagar el fuego?")
    bad = features(small, "¿Cuántos goles marcó el delantero del equipo?")
    for name in ("coverage", "tokens", "lexical", "word_match", "sentence", "fused"):
        assert good[name] > bad[name], name


def test_nothing_found_is_a_row_of_zeros() -> None:
    empty, mean = embed_passages([], FakeEncoder())
    corpus = Corpus({}, {}, SearchIndex.from_embedded([], empty, mean, FakeEncoder()), "", "")
    assert not any(features(corpus, "hectáreas").values())


def test_one_passage_alone_has_no_margin_over_others() -> None:
    found = features(corpus_of(SMALL_TEXT), "biblioteca")
    assert found["margin"] == 0
    assert found["passage_share"] == pytest.approx(1)


def test_the_logistic_function_is_safe_and_symmetric() -> None:
    assert sigmoid(0) == 0.5
    assert sigmoid(1e6) == 1.0
    assert sigmoid(-1e6) == 0.0
    assert sigmoid(2) + sigmoid(-2) == pytest.approx(1)


def test_the_fitted_tables_name_only_features_there_are() -> None:
    weights = load_weights()
    assert set(weights.unit.names) <= set(UNIT_FEATURES)
    assert set(weights.answerable.names) <= set(ANSWERABLE_FEATURES)
    assert 0 < weights.threshold < 1


def test_the_first_word_after_a_loose_opening_mark_is_no_name() -> None:
    assert names("¿ Detenciones en total?") == []
