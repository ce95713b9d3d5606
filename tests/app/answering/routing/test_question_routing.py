"""Questions that are several in one, small talk, chosen documents: what is asked, and how it is shown apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from alpie.app.answering.answer_types import Answer, Role
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.understanding.comparison import comparison_sides, split_question
from alpie.app.answering.understanding.conversation import is_small_talk
from alpie.app.service.row_schemas import AnswerRow
from alpie.app.service.rows import answer_row
from alpie.app.terminal.rendering import answer_text
from alpie.app.translations import translations_for
from alpie.index.errors import ArgumentError
from alpie.index.reader import ReaderInput, Reading
from alpie.index.records import Document, proves
from alpie.index.spanish.named_documents import DocumentNames
from alpie.index.spanish.query import parse_question
from support.fake_encoder import WEIGHTS, FakeReader, corpus_from
from support.tables import cases

FIRE = """El incendio de Valdeluna

En julio ardieron 1240 hectáreas de monte en Valdeluna. El viento del norte avivó las llamas. Los bomberos tardaron
nueve días en apagar el fuego. Una chispa es un trozo de metal encendido que salta de las vías.

La causa fue una chispa de un tren de mercancías.
"""
RIVER = """El río Claro

El río Claro nace en la sierra y mide 90 kilómetros. Un embalse es una obra que retiene el agua de un río.

Los bomberos toman el agua del río Claro para apagar el fuego.
"""


DOCUMENTS = {
    id_: Document(id_, title, by, "2021", "informe", "es", f"{id_}.txt", text, short_publisher=by)
    for id_, title, by, text in (
        ("fuego", "Informe del incendio de Valdeluna", "Bomberos", FIRE),
        ("agua", "Informe del río Claro", "Hidrosur", RIVER),
    )
}
NAMES = DocumentNames(DOCUMENTS)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_from(DOCUMENTS.values())


def strict_corpus(corpus: Corpus, **limits: float) -> Corpus:
    """Those documents with other limits."""
    return replace(corpus, weights=replace(WEIGHTS, **limits))


def _sound(answer: Answer) -> Answer:
    """`answer`, whose parts hold all its quotations, each of them proved, and whose row has its declared form."""
    if answer.parts:
        assert {one.text for part in answer.parts for one in part.quotes} == {
            one.text for one in answer.quotes
        }
    for quote in answer.quotes:
        assert proves(DOCUMENTS[quote.document_id].text, quote.spans, quote.text)
    TypeAdapter(AnswerRow).validate_python(answer_row(answer))
    assert answer_text(answer, translations_for("es"), 80)
    return answer


@cases("question, sides", ("compara " + "y " * 2000, []))
def test_what_is_compared_becomes_a_question_a_side(question: str, sides: list[list[str]]) -> None:
    assert [
        [side.heading, side.question] for side in comparison_sides(parse_question(question), NAMES)
    ] == sides


@cases("question, parts", ("¿qué es? " * 40, []))
def test_several_questions_in_one_are_told_apart(question: str, parts: list[str]) -> None:
    assert [*split_question(parse_question(question))] == parts


def test_two_questions_are_answered_each_by_itself_where_both_have_an_answer(corpus: Corpus) -> None:
    answer = _sound(corpus.ask("¿Quién mide el río Claro y cuándo se apagó la chispa?"))
    assert [part.heading for part in answer.parts] == [
        "¿Quién mide el río Claro?",
        "¿Y cuándo se apagó la chispa?",
    ]
    assert {quote.document_id for quote in answer.parts[0].quotes} == {"agua"}
    assert corpus.ask("¿Quién mide el río Claro y qué precio pagó Ana por su helicóptero?").parts == ()


def test_of_three_questions_one_may_be_without_an_answer(corpus: Corpus) -> None:
    answer = corpus.ask(
        "¿Quién mide el río Claro, cuándo se apagó la chispa y qué precio pagó Ana por su helicóptero?"
    )
    assert [bool(part.quotes) for part in answer.parts] == [True, True, False]


def test_a_side_can_be_asked_in_other_words() -> None:
    pros, cons = comparison_sides(parse_question("pros y contras del embalse"), NAMES)
    assert pros.alternatives[0] == "¿Cuáles son las ventajas del embalse?"
    assert "¿Cuáles son los riesgos del embalse?" in cons.alternatives


def test_each_document_that_is_compared_answers_for_itself_and_an_absent_one_is_empty(corpus: Corpus) -> None:
    answer = _sound(corpus.ask("compara lo que dicen Hidrosur y la ONU sobre el río Claro"))
    claro, absent = answer.parts
    assert {quote.document_id for quote in claro.quotes} == {"agua"}
    assert absent.quotes == ()
    assert [one.document for one in answer.absent] == ["ONU"]
    assert "Sobre esto no se ha encontrado nada seguro" in answer_text(answer, translations_for("es"), 80)


def test_a_document_is_known_by_several_words_of_its_publisher() -> None:
    named = DocumentNames(
        {"fuego": replace(DOCUMENTS["fuego"], publisher="Bomberos Forestales"), "agua": DOCUMENTS["agua"]}
    )
    sides = comparison_sides(parse_question("diferencia entre los Bomberos Forestales e Hidrosur"), named)
    assert [(side.documents, side.absent) for side in sides] == [(("fuego",), False), (("agua",), False)]


def test_a_side_without_an_answer_has_what_comes_nearest(corpus: Corpus) -> None:
    answer = _sound(
        strict_corpus(corpus, far_cosine=-1.0).ask(
            "compara lo que dicen Bomberos e Hidrosur sobre un tren de mercancías"
        )
    )
    fire, river = answer.parts
    assert fire.quotes
    assert (river.quotes, river.shown_elsewhere) == ((), False)
    assert {one.document_id for one in river.nearest} == {"agua"}
    assert not {one.text for one in river.nearest} & {quote.text for quote in answer.quotes}
    assert not any(quote.emphasis for quote in answer.quotes), "what is said of a matter is the whole of it"


def test_the_same_passages_are_read_once(corpus: Corpus) -> None:
    class Counting(FakeReader):
        read_passages = 0

        def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
            self.read_passages += len(passages)
            return super().read(question, passages)

    reader = Counting()
    counted = replace(corpus, reader=reader)
    asked = "¿Cuántos días tardaron los bomberos en apagar el fuego?"
    first = counted.ask(asked)
    needed = reader.read_passages
    assert needed
    again = counted.ask(asked)
    assert (again.quotes, again.confidence) == (first.quotes, first.confidence)
    assert reader.read_passages == needed
    counted.ask(asked, each_document=True)
    assert reader.read_passages <= len(counted.passages)


def test_what_answers_both_sides_stands_on_one(corpus: Corpus) -> None:
    parts = _sound(corpus.ask("diferencia entre una chispa y un embalse")).parts
    assert [part.role for part in parts] == [Role.SIDE] * 2
    spans = [quote.spans for part in parts for quote in part.quotes]
    assert len(spans) == len(set(spans))


def test_each_document_says_what_it_says(corpus: Corpus) -> None:
    answer = _sound(corpus.ask("¿Cómo apagan el fuego los bomberos?", each_document=True))
    assert [part.heading for part in answer.parts] == [one.title for one in DOCUMENTS.values()]
    for part, id_ in zip(answer.parts, DOCUMENTS, strict=True):
        assert {quote.document_id for quote in part.quotes} <= {id_}


def test_a_question_put_to_chosen_documents_is_answered_by_them_alone(corpus: Corpus) -> None:
    asked = "¿Cuántas hectáreas de monte ardieron en julio?"
    assert corpus.ask(asked).quotes[0].document_id == "fuego"
    answer = _sound(corpus.ask(asked, documents=("agua",)))
    assert {one.document_id for one in (*answer.quotes, *answer.nearest)} <= {"agua"}
    assert (answer.limited_to, answer.search.documents) == (("agua",), 1)
    assert 0 < answer.search.passages < len(corpus.passages)
    with pytest.raises(ArgumentError, match="nadie"):
        corpus.ask(asked, documents=("nadie",))


@pytest.mark.parametrize(
    "again", ["explícamelo", "no lo pillo, explícalo más fácil", "what do you mean?", "dilo de otra manera"]
)
def test_asking_for_an_explanation_shows_what_stands_around_and_what_words_mean(
    corpus: Corpus, again: str
) -> None:
    asked = "¿Cuál fue la causa, una chispa de un tren de mercancías?"
    before, answer = corpus.ask(asked), _sound(corpus.ask(again, (asked,)))
    assert answer.follows == (asked,)
    shown = " ".join(quote.text for quote in answer.quotes)
    assert before.quotes[0].text in shown
    assert "Una chispa es un trozo de metal encendido" in shown
    assert len(shown) > len(before.quotes[0].text)
    assert answer.parts[0].role is Role.CONTEXT


@cases("question")
def test_small_talk_gets_a_line_and_no_quotation(corpus: Corpus, question: str) -> None:
    answer = _sound(corpus.ask(question))
    assert (answer.answered, answer.quotes, answer.nearest) == (False, (), ())
    assert "Se puede preguntar" in answer_text(answer, translations_for("es"), 80)


@pytest.mark.parametrize("question", [
    "¿Quién?", "¿Qué es el río?", "¿Quién dirige la operación?", "ayuda a las víctimas", "test de ADN",
])  # fmt: skip
def test_what_asks_something_is_no_small_talk(question: str) -> None:
    assert not is_small_talk(parse_question(question).searched)


def test_what_seemed_to_follow_and_is_refused_is_asked_by_itself(corpus: Corpus) -> None:
    alone = corpus.ask("¿Cuántas hectáreas ardieron?")
    after = corpus.ask("¿Cuántas hectáreas ardieron?", ("¿Dónde nace?",))
    assert [quote.text for quote in after.quotes] == [quote.text for quote in alone.quotes]
    follows = corpus.ask("¿Y dónde nace?", ("¿Cuánto mide el río Claro?",))
    assert follows.follows == ("¿Cuánto mide el río Claro?",)
    assert answer_row(follows)["follows"] == ["¿Cuánto mide el río Claro?"]


def test_a_question_none_of_whose_words_is_there_is_near_nothing(corpus: Corpus) -> None:
    strict = strict_corpus(corpus, far_cosine=-1.0, near_cosine=0.99)
    answer = strict.ask("¿Qué zapatillas compro?")
    assert (answer.answered, answer.nearest, answer.nothing_near) == (False, (), True)
    some = strict.ask("¿Quién mira el embalse ayer tarde volando?")
    assert not some.answered
    assert some.nearest
