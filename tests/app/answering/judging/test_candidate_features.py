"""The numbers of each candidate: what the reader says of its sentences, what retrieval knows, what it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import (
    CANDIDATE_FEATURES,
    Candidates,
    CandidateSpan,
    candidates_of,
)
from alpie.app.answering.judging.read_passages import MAX_PASSAGES_READ, CachingReader, read_hits
from alpie.index.reader import ReaderInput, Reading
from alpie.index.records import Hit, Passage, SentenceRole
from alpie.index.spanish.query import parse_question
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeReader, corpus_of

LONG_LIST = "Ayudas del año\n\nEl valle concede las siguientes ayudas:\n\n" + "\n".join(
    f"- una ayuda de {n} euros para los vecinos que limpien {n} márgenes y fuentes del monte de la comarca;"
    for n in range(20, 32)
)
LONG_SENTENCE = (
    "Fuego y agua\n\nFuego.\n\n" + "El agua del valle baja por la acequia " * 6 + "hasta el molino.\n\nFin.\n"
)
QUESTIONS = (
    "fuego y agua del valle", "Enumera las medidas del plan y las ayudas del valle",
    "¿Cuántas hectáreas de monte ardieron en julio?", "ayuda para los vecinos que limpien fuentes", "the of", "漢字",
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT, LONG_LIST, LONG_SENTENCE)


def read(corpus: Corpus, question: str) -> Candidates:
    retrieval = corpus.index.search(parse_question(question))
    readings = read_hits(FakeReader(), retrieval.encoded.question.searched, retrieval.hits, corpus.documents)
    return candidates_of(corpus.index, retrieval, readings)


def _shape(passage: Passage, span: CandidateSpan, asks_for_list: bool) -> dict[str, bool]:
    quoted = passage.sentences[span.first : span.last + 1]
    role = quoted[0].role
    several = role is not SentenceRole.SENTENCE and len(quoted) > 1
    return {
        "short": len(" ".join(sentence.text for sentence in quoted).split()) < 6,
        "list": several,
        "list_asked": several and asks_for_list,
        "item": role not in (SentenceRole.SENTENCE, SentenceRole.LEAD_IN) and len(quoted) == 1,
        "lead_in": role is SentenceRole.LEAD_IN and len(quoted) == 1,
    }


def test_the_texts_hold_units_of_every_shape(small: Corpus) -> None:
    found: set[str] = set()
    for question in QUESTIONS:
        features = read(small, question).features
        found |= {name for name, held in zip(CANDIDATE_FEATURES, features.any(axis=0), strict=True) if held}
    assert found >= {"short", "list", "list_asked", "item", "reader", "hybrid", "cosine"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_unit_has_the_numbers_it_has_alone(small: Corpus, question: str) -> None:
    candidates = read(small, question)
    retrieval, readings = candidates.retrieval, candidates.readings
    assert candidates.features.shape == (len(candidates), len(CANDIDATE_FEATURES))
    assert np.isfinite(candidates.features).all()
    bounds = small.index.sentence_bounds
    for number, (rank, span) in enumerate(zip(candidates.ranks, candidates.spans, strict=True)):
        chosen = np.arange(span.first, span.last + 1)
        cosines = small.index.sentence_vectors.rows(chosen + bounds[retrieval.rows[rank]])
        expected = {
            "reader": np.log(np.exp(readings[rank].sentence_log_odds[chosen].astype(float)).sum()),
            "hybrid": retrieval.hits[rank].score,
            "cosine": (cosines @ retrieval.encoded.vector).max(),
            **_shape(retrieval.hits[rank].passage, span, retrieval.encoded.question.asks_for_list),
        }
        found = {name: float(candidates.column(name)[number]) for name in CANDIDATE_FEATURES}
        assert found == pytest.approx({name: float(value) for name, value in expected.items()}, abs=1e-4)


def test_a_list_too_long_to_be_quoted_whole_gives_its_items(small: Corpus) -> None:
    candidates = read(small, "ayuda para los vecinos que limpien fuentes")
    items = [
        number
        for number, (rank, span) in enumerate(zip(candidates.ranks, candidates.spans, strict=True))
        if candidates.retrieval.hits[rank].passage.sentences[span.first].role is SentenceRole.ITEM
    ]
    assert len(items) == 12
    assert candidates.column("item")[items].all()
    assert not candidates.column("list")[items].any()


class _Counting:
    """Says one thing of every passage, and keeps what it was given."""

    name = "counting"

    def __init__(self, answers: float, reads_each_alone: bool = True) -> None:
        self._answers = answers
        self.reads_each_alone = reads_each_alone
        self.given: list[ReaderInput] = []

    def read(self, question: str, passages: list[ReaderInput]) -> list[Reading]:
        self.given += passages
        return [Reading(self._answers, np.zeros(len(passage.sentences), np.float32)) for passage in passages]


def _hits(small: Corpus, scores: list[float]) -> list[Hit]:
    passage = small.passages[0]
    others = (replace(passage, path=(f"Otro {number}",)) for number in range(1, len(scores)))
    return [Hit(one, score) for one, score in zip((passage, *others), scores, strict=True)]


def test_fewer_passages_are_read_when_the_first_settle_the_matter(small: Corpus) -> None:
    for answers, read_in_all in ((8.0, 3), (0.5, 6), (-2.0, MAX_PASSAGES_READ)):
        reader = _Counting(answers)
        readings = read_hits(reader, "¿Qué?", _hits(small, [60.0] * 12), small.documents)
        assert len(readings) == len(reader.given) == read_in_all


@pytest.mark.parametrize(("alone", "times"), [(True, 1), (False, 2)])
def test_a_reading_is_kept_unless_it_depends_on_the_other_passages(
    small: Corpus, alone: bool, times: int
) -> None:
    reader, hits = _Counting(8.0, alone), _hits(small, [60.0] * 3)
    caching = CachingReader(reader)
    assert [len(read_hits(caching, "¿Qué?", hits, small.documents)) for _ in range(2)] == [3, 3]
    assert len(reader.given) == 3 * times


@pytest.mark.parametrize(("publisher", "title", "context"), [
    ("", "Memoria del valle", "Memoria del valle. Los incendios del verano"),
    ("", "Los incendios", "Los incendios del verano"),  # the heading says it
    ("", "", "Los incendios del verano"),
    ("", "valle " * 50, "valle " * 39 + "valle. Los incendios del verano"),
    ("IES Laguna", "Memoria", "IES Laguna. Memoria. Los incendios del verano"),
    ("IES Laguna", "Memoria del IES Laguna", "Memoria del IES Laguna. Los incendios del verano"),
])  # fmt: skip
def test_a_passage_is_read_under_the_names_of_its_document_and_heading(
    small: Corpus, publisher: str, title: str, context: str
) -> None:
    reader = _Counting(0.0)
    named = {key: replace(one, title=title, publisher=publisher) for key, one in small.documents.items()}
    read_hits(reader, "¿Qué?", _hits(small, [1.0]), named)
    assert reader.given[0].heading == context
    assert reader.given[0].text == " ".join(sentence.text for sentence in small.passages[0].sentences)
