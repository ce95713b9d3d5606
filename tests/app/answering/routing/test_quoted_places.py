"""What stands at a place is quoted whole: over the end of a page, a list with its introduction, each group of places."""

from __future__ import annotations

import pytest

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.routing.answer_pipeline import AnswerPipeline
from alpie.app.answering.routing.quoted_places import answer_from_places, hits_at, quotes_at
from alpie.index.records import Hit, Passage, proves
from alpie.index.retrieval.places import Place
from alpie.index.spanish.query import parse_question
from support.fake_encoder import WEIGHTS, corpus_of

_INTRODUCTION = "Las medidas que se toman en el monte son las siguientes:"
_MEASURES = ("limpiar los márgenes de la vía;", "instalar torres de vigilancia;", "formar a los vecinos.")
_PAGES = (
    "Artículo 1. Objeto.\n\nEsta ordenanza regula el uso del monte y la prevención de los incendios.",
    f"Artículo 2. Medidas.\n\n{_INTRODUCTION}",
    "\n".join(f"{letter}) {measure}" for letter, measure in zip("abc", _MEASURES, strict=True))
    + "\n\nArtículo 3. Sanciones.\n\nQuien no las tome será sancionado. La multa no pasa de mil euros.",
    "Artículo 4. Entrada en vigor.\n\nEsta ordenanza entra en vigor al día siguiente.",
)
_TEXT = "\f".join(
    f"Ordenanza del monte de Valdeluna\n\n{page}\n\nPágina {number} de {len(_PAGES)}\n"
    for number, page in enumerate(_PAGES, start=1)
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(_TEXT)


def _passage(corpus: Corpus, words: str) -> Passage:
    return next(passage for passage in corpus.passages if words in passage.text)


def _whole(passage: Passage) -> Place:
    return Place(passage, 0, len(passage.sentences) - 1)


def test_a_list_is_quoted_over_the_end_of_a_page(corpus: Corpus) -> None:
    (quote,) = [quote for quote in corpus.ask("artículo 2").quotes if _INTRODUCTION in quote.text]
    assert all(measure in quote.text for measure in _MEASURES)
    assert "Página" not in quote.text
    assert len(quote.spans) > 1
    assert proves(_TEXT, quote.spans, quote.text)


def test_what_is_no_list_is_quoted_up_to_the_end_of_a_page(corpus: Corpus) -> None:
    passage = _passage(corpus, "La multa")
    (quote,) = [quote for quote in quotes_at([_whole(passage)], corpus.documents, 5) if "multa" in quote.text]
    assert "Quien no las tome" in quote.text
    assert len(quote.spans) == 1


def test_the_name_of_a_unit_is_no_quotation(corpus: Corpus) -> None:
    passages = [passage for passage in corpus.passages if passage.label]
    assert passages
    for passage in passages:
        for quote in quotes_at([_whole(passage)], corpus.documents, 5):
            assert quote.text.rstrip(".").casefold() != passage.label


@pytest.mark.parametrize(("limit", "shown"), [(1, 1), (2, 2), (9, 2)])
def test_no_more_is_quoted_than_wanted(corpus: Corpus, limit: int, shown: int) -> None:
    places = [_whole(_passage(corpus, words)) for words in ("regula", "La multa")]
    assert len(quotes_at(places, corpus.documents, limit)) == min(limit, shown)


def _answer(corpus: Corpus, groups: list[list[Place]]) -> Answer | None:
    pipeline = AnswerPipeline(corpus.documents, corpus.index, corpus.reader, WEIGHTS)
    return answer_from_places(pipeline, parse_question("artículos 1 y 3"), groups)


def test_every_group_of_places_is_quoted_and_what_is_certain_is_said_so(corpus: Corpus) -> None:
    groups = [[_whole(_passage(corpus, words))] for words in ("regula", "La multa")]
    answer = _answer(corpus, groups)
    assert answer is not None
    assert (answer.answered, answer.confidence, answer.search.above_threshold) == (True, 1.0, 2)
    assert [hit.passage for hit in answer.hits] == [place.passage for (place,) in groups]
    for (place,) in groups:
        assert any(quote.passage == place.passage for quote in answer.quotes)


def test_without_a_place_there_is_no_answer(corpus: Corpus) -> None:
    assert _answer(corpus, []) is None


def test_passages_that_are_named_come_first_and_none_twice(corpus: Corpus) -> None:
    first, second, third = corpus.passages[:3]
    found = (Hit(first, 7.0), Hit(second, 5.0))
    hits = hits_at([_whole(second), _whole(third), _whole(second)], found, 3)
    assert [hit.passage for hit in hits] == [second, third, first]
    assert [hit.score for hit in hits] == [8.0, 8.0, 7.0]
    assert hits_at([_whole(third)], found, 1)[0].passage == third
