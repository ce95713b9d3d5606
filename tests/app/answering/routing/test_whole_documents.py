"""Questions about a document as a whole are answered by what stands at its head, and by what it asks for."""

from __future__ import annotations

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.lookup import LookupQuery, look_up
from alpie.app.answering.understanding.overview import Overview, OverviewKind, parse_overview
from alpie.index.records import Document, collapse
from alpie.index.spanish.named_documents import DocumentNames
from alpie.index.spanish.query import parse_question
from support.fake_encoder import corpus_from

RESOLUTION = """Resolución nº 4

Asunto: Proteger las fuentes de los pueblos

La Asamblea de Municipios, reunida en Soria el 3 de mayo de 2021,

RECORDANDO el acuerdo de 2019, que pidió a los pueblos limpiar sus fuentes cada primavera,

PREOCUPADA por el robo de los caños de bronce en los pueblos de la comarca durante la noche,

INSTA a los municipios a que vigilen sus fuentes por la noche con sus propios guardas;

RECOMIENDA a los vecinos que avisen al ayuntamiento de todo daño que vean en una fuente.
"""
NOTE = """La policía recupera once fuentes

Gandía, a 23 de diciembre de 2021

La Policía Rural ha recuperado once fuentes de bronce que se robaron en la comarca.

Los detenidos son tres.
"""
LAW = "Artículo 1. Objeto.\n\nEsta ley regula los parques de la ciudad.\n\nArtículo 2. Horario.\n\nAbren a las ocho.\n"
DOCUMENTS = {
    row[0]: Document(*row[:5], "es", f"{row[0]}.txt", row[5])
    for row in (
        ("soria-2021", "Resolución nº 4", "Asamblea de Municipios", "2021-05-03", "resolución", RESOLUTION),
        ("gandia-2021", "Nota de Gandía", "Policía Rural", "2021-12-23", "nota de prensa", NOTE),
        ("parques", "Ley 4/2018, de parques", "", "2018", "ley", LAW),
        ("orden", "Orden FUE/3/2020, de 4 de mayo", "", "2020", "orden", "Se limpian las fuentes.\n"),
    )
}
NAMES = DocumentNames(DOCUMENTS)


@pytest.mark.parametrize(("question", "asked", "ids"), [
    ("¿De qué va la nota de Gandía?", OverviewKind.ABOUT, ("gandia-2021",)),
    ("resúmeme la resolución", OverviewKind.ABOUT, ("soria-2021",)),
    ("dame un resumen de la ley de parques", OverviewKind.ABOUT, ("parques",)), ("¿de qué va esto?", OverviewKind.ABOUT, ()),
    ("¿De qué trata este documento?", OverviewKind.ABOUT, ()),
    ("What is the resolution about?", OverviewKind.ABOUT, ("soria-2021",)),
    ("¿de qué fecha es?", OverviewKind.DATE, ()), ("¿de qué fecha es la nota?", OverviewKind.DATE, ("gandia-2021",)),
    ("¿quién lo publica?", OverviewKind.AUTHOR, ()), ("¿Quién firma la nota?", OverviewKind.AUTHOR, ("gandia-2021",)),
    ("Ley 4/2018", OverviewKind.ABOUT, ("parques",)), ("la ley 4/2018, de parques", OverviewKind.ABOUT, ("parques",)),
    ("Resolución nº 4", OverviewKind.ABOUT, ("soria-2021",)), ("Orden FUE/3/2020", OverviewKind.ABOUT, ("orden",)),
    ("FUE/3/2020", OverviewKind.ABOUT, ("orden",)), ("¿Qué documentos hay?", OverviewKind.LIST, ()),
    ("¿Qué pide la resolución?", OverviewKind.DEMANDS, ("soria-2021",)),
])  # fmt: skip
def test_what_is_asked_of_a_document(question: str, asked: OverviewKind, ids: tuple[str, ...]) -> None:
    found = parse_overview(parse_question(question), NAMES)
    assert found is not None
    assert (found.kind, found.documents, found.has_topic) == (asked, ids, False)


def test_a_following_question_is_of_the_document_named_before() -> None:
    for earlier in ("¿De qué va la nota de Gandía?", "¿Cuántos detenidos hay en la nota de Gandía?"):
        found = parse_overview(parse_question("¿y de qué fecha es?"), NAMES, [earlier])
        assert found == Overview(OverviewKind.DATE, ("gandia-2021",))


def test_a_demand_may_be_of_something() -> None:
    found = parse_overview(parse_question("¿Qué recomienda la resolución a los vecinos?"), NAMES)
    assert found == Overview(OverviewKind.DEMANDS, ("soria-2021",), "recomienda", has_topic=True)


@pytest.mark.parametrize(
    "question",
    ["¿De qué va el robo?", "¿Qué dice el artículo 2?", "¿Cuándo se publicó la primera lista?", "¿Qué piden los vecinos?",
     "¿Qué dice la resolución sobre los caños?", "¿De qué trata el Código Civil?",
     "ley", "ley 5/2018", "parques", "nota de prensa", "ley 4/2018 multas"],
)  # fmt: skip
def test_every_other_question_is_none(question: str) -> None:
    assert parse_overview(parse_question(question), NAMES) is None


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_from(DOCUMENTS.values())


@pytest.mark.parametrize(("question", "held", "lacked"), [
    ("¿De qué va la resolución?", ["Proteger las fuentes", "INSTA a los municipios"], ["RECORDANDO"]),
    ("resume la nota", ["ha recuperado once fuentes"], []),
    ("¿De qué va la ley de parques?", ["Esta ley regula los parques de la ciudad."], ["|"]),
    ("¿De qué fecha es la nota?", ["23 de diciembre de 2021"], []),
    ("¿Cuándo se aprobó la resolución?", ["3 de mayo de 2021"], []),
    ("¿Quién publica la nota?", ["La Policía Rural ha recuperado"], []),
    ("¿Qué pide la resolución?", ["INSTA a los municipios", "RECOMIENDA a los vecinos"], ["RECORDANDO", "PREOCUPADA"]),
    ("¿Qué recomienda la resolución?", ["RECOMIENDA a los vecinos"], ["INSTA"]),
])  # fmt: skip
def test_a_document_is_told_by_its_head_and_what_it_asks_for_by_its_operative_paragraphs(
    corpus: Corpus, question: str, held: list[str], lacked: list[str]
) -> None:
    answer = corpus.ask(question)
    for quote in answer.quotes:
        source = corpus.documents[quote.document_id].text
        assert collapse(source[quote.start : quote.end]) == quote.text
    text = " | ".join(quote.text for quote in answer.quotes)
    assert [words for words in held if words not in text] == []
    assert [words for words in lacked if words in text] == []


@pytest.mark.parametrize("text", ['"Orden FUE/3/2020"', "orden FUE/3/2020", "FUE/3/2020"])
def test_a_search_for_a_title_brings_its_document_first(corpus: Corpus, text: str) -> None:
    assert corpus.search(text)[0].passage.document_id == "orden"
    related = look_up(corpus, LookupQuery(text)).related
    assert related[0].passage.document_id == "orden"


def test_every_document_is_told_of(corpus: Corpus) -> None:
    assert {quote.document_id for quote in corpus.ask("¿Qué documentos hay?").quotes} == set(DOCUMENTS)
