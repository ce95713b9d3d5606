"""Documents are known by the names people give them, and a question that names one is put to it."""

from __future__ import annotations

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.understanding.scope import Scope, parse_scope
from alpie.app.service.rows import answer_row
from alpie.index.records import Document
from alpie.index.spanish.named_documents import DocumentNames, mentions_name, name_with_article
from alpie.index.spanish.query import parse_question
from support.fake_encoder import corpus_from
from support.tables import cases

PARKS = """Artículo 1. Objeto.

Esta ley regula los parques de la ciudad.

Artículo 2. Definiciones.

Se entiende por sendero el camino de menos de dos metros de ancho.
"""
WATER = """Artículo 1. Objeto.

Esta ley regula las fuentes de la ciudad.

Disposición final primera. Modificación de la Ley 4/2018.

Se modifica la Ley 4/2018, de 8 de marzo, de parques, y el Código Civil: por sendero se entiende el camino de menos de
un metro de ancho, y el hurto se castiga con multa de 90 euros.
"""
NOTE = "La policía ha detenido en Gandía a tres personas por el robo de once fuentes y dos estatuas.\n"


def document(
    id_: str, title: str, text: str, kind: str = "ley", publisher: str = "", short: str = ""
) -> Document:
    return Document(id_, title, publisher, "2021", kind, "es", f"{id_}.txt", text, short_publisher=short)


DOCUMENTS = {
    one.id: one
    for one in (
        document("ley-4-2018", "Ley 4/2018, de 8 de marzo, de parques y jardines", PARKS),
        document("ley-9-2020", "Ley Orgánica 9/2020, de 2 de mayo, de protección de las fuentes", WATER, "ley orgánica"),
        document("nota-1", "Detenidos en Gandía", NOTE, "nota de prensa", "Policía Nacional", "Policía"),
        document("nota-2", "Obras en Calpe", "Las obras de Calpe duran un año.\n", "nota de prensa", "Ministerio", "MOPU"),
    )
}  # fmt: skip
NAMES = DocumentNames(DOCUMENTS)


@cases("name, ids")
def test_a_name_fits_the_documents_that_bear_it(name: str, ids: list[str]) -> None:
    assert sorted(NAMES.fitting(name)) == ids


def scope_of(question: str) -> Scope:
    return parse_scope(parse_question(question), NAMES)


@cases("question, ids, only, rest")
def test_which_documents_a_question_is_put_to(question: str, ids: list[str], only: bool, rest: str) -> None:
    scope = scope_of(question)
    assert (sorted(scope.documents), scope.exclusive, scope.absent) == (ids, only, "")
    assert not rest or scope.question.searched == rest


@cases("question, name")
def test_a_law_that_is_not_here(question: str, name: str) -> None:
    assert scope_of(question).absent == name


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_from(DOCUMENTS.values())


def test_a_law_is_not_answered_from_one_that_mentions_it(corpus: Corpus) -> None:
    answer = corpus.ask("¿Qué se entiende por sendero en la Ley 4/2018?")
    assert {hit.passage.document_id for hit in answer.hits} == {"ley-4-2018"}
    absent = corpus.ask("¿Con qué multa castiga el Código Civil el hurto?")
    assert not absent.answered
    assert answer_row(absent)["answer"] == "El Código Civil no está entre los documentos."
    assert not answer_row(absent)["quotes"]


@pytest.mark.parametrize(("name", "sentence"), [
    ("Estatutos del club", "Los Estatutos del club"), ("Código Penal", "El Código Penal"),
    ("comunicado de Olite", "El comunicado de Olite"), ("nota de Olite", "La nota de Olite"), ("LOPJ", "LOPJ"),
])  # fmt: skip
def test_a_name_begins_a_sentence_with_its_article(name: str, sentence: str) -> None:
    assert name_with_article(name) == sentence


@cases("text, name, is_named")
def test_whether_a_text_names_a_law(text: str, name: str, is_named: bool) -> None:
    assert mentions_name(text, name) is is_named
