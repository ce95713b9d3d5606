"""A question that is a citation is looked up exactly, in the answer and in the search."""

from __future__ import annotations

from typing import Any

import pytest
from fake_encoder import FakeEncoder, document_of
from formats import law, made

from alpie.app.corpus import Corpus
from alpie.index.layout import lay_out
from alpie.index.passages import make_passages
from alpie.index.readable import collapse
from alpie.index.records import Document, Passage
from alpie.index.references import read_reference

LAW = made.law_text(law.law()).decode()
RECITALS = "REGLAMENTO DE PRUEBA\n\nConsiderando lo siguiente:\n\n" + "\n\n".join(
    f"({number}) El motivo número {number} de este reglamento es que los parques {verb} a todas horas del día."
    for number, verb in enumerate(("abren", "cierran", "florecen", "se riegan", "se podan"), start=1)
)
OTHER = """Ordenanza de fuentes

Artículo 21. Agua.

El agua de las fuentes es potable y se analiza cada semana en el laboratorio municipal.

Artículo 22. Cierre.

Las fuentes se cierran cuando hiela.
"""


def corpus_of(*documents: Document) -> Corpus:
    passages = [one for document in documents for one in make_passages(document, lay_out(document))]
    return Corpus.from_passages(documents, passages, FakeEncoder())


@pytest.fixture(scope="module")
def laws() -> Corpus:
    ley = Document("ley", law.TITLE, "Boletín", "2031", "ley", "es", "ley.txt", LAW)
    return corpus_of(ley, document_of(RECITALS, "reglamento"), document_of(OTHER, "ordenanza"))


@pytest.mark.parametrize(
    ("question", "units", "document"),
    [
        ("artículo 22", [("article", "22")], ()),
        ("ARTICULO 22.", [("article", "22")], ()),
        ("art. 22.1", [("article", "22"), ("clause", "1")], ()),
        ("Art. 22.2.b)", [("article", "22"), ("clause", "2"), ("letter", "b")], ()),
        (
            "letra b) del apartado 2 del artículo 22",
            [("letter", "b"), ("clause", "2"), ("article", "22")],
            (),
        ),
        ("¿Qué dice el artículo 22 de la ley de bibliotecas?", [("article", "22")], ("ley", "bibliotecas")),
        ("artículo 3 bis", [("article", "3 bis")], ()),
        ("artículo primero", [("article", "1")], ()),
        ("disposición final segunda", [("provision", "final 2")], ()),
        ("disposición adicional 2.ª", [("provision", "adicional 2")], ()),
        ("disposición transitoria única", [("provision", "transitoria unico")], ()),
        ("considerando 14", [("recital", "14")], ()),
        ("considerando (14)", [("recital", "14")], ()),
        ("párrafo 3 de la resolución", [("paragraph", "3")], ("resolucion",)),
        ("párrafo 2 del preámbulo", [("paragraph", "2"), ("part", "preambulo")], ()),
        ("capítulo I del título IV", [("capitulo", "1"), ("titulo", "4")], ()),
        ("What does article 22 say?", [("article", "22")], ()),
    ],
)
def test_what_is_a_citation(question: str, units: list[tuple[str, str]], document: tuple[str, ...]) -> None:
    reference = read_reference(question)
    assert reference is not None
    assert list(reference.units) == units
    assert reference.document == document


@pytest.mark.parametrize(
    "code", ["AGN/65/RES/10", "GA-2021-89-RES-09", "¿AGN/65/RES/10?", "Resolución AGN/65/RES/10"]
)
def test_what_is_a_code(code: str) -> None:
    reference = read_reference(code)
    assert reference is not None
    assert reference.code in ("agn/65/res/10", "ga-2021-89-res-09")


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuántos artículos tiene la ley?",
        "El artículo 5 prohíbe fumar",
        "¿Qué artículo regula el préstamo?",
        "24/7",
        "título",
        "artículo",
        "¿Qué países firmaron la resolución AGN/65/RES/10?",
        "artículo " * 40,
        "",
    ],
)
def test_what_is_none(question: str) -> None:
    assert read_reference(question) is None


def found(laws: Corpus, question: str) -> list[Passage]:
    return [hit.passage for hit in laws.search(question, limit=5)]


@pytest.mark.parametrize(
    ("question", "label", "words"),
    [
        ("artículo 36", "artículo 36", "11 euros por habitante"),
        ("art. 22.1", "artículo 22, apartado 1", "centros educativos"),
        ("art. 22.3", "artículo 22, apartado 3", "25 euros"),
        ("disposición final segunda", "disposición final segunda", "veinte días"),
        (
            "disposición derogatoria única",
            "disposición derogatoria única",
            "Reglamento de salas de lectura de 1998",
        ),
        ("considerando 4", "considerando 4", "se riegan"),
        ("artículo 22 de la ordenanza", "artículo 22", "cuando hiela"),
    ],
)
def test_the_place_named_comes_first(laws: Corpus, question: str, label: str, words: str) -> None:
    first = found(laws, question)[0]
    assert first.label == label
    assert words in first.text
    answer = laws.ask(question)
    assert answer.answered
    assert answer.quotes[0].citation.label == label
    assert words in answer.quotes[0].text
    assert answer.hits[0].passage.address == first.address


def test_a_letter_is_quoted_alone_and_cited(laws: Corpus) -> None:
    quote = laws.ask("art. 22.2.b)").quotes[0]
    assert quote.text == "b) instrumentos musicales durante 60 días;"
    assert quote.citation.label == "artículo 22, apartado 2, letra b)"
    assert quote.citation.path == (
        "TÍTULO IV. De los servicios", "CAPÍTULO II. Préstamo", "Artículo 22. Préstamo especial.",
    )  # fmt: skip


def test_an_article_is_quoted_with_all_its_paragraphs(laws: Corpus) -> None:
    answer = laws.ask("artículo 22 de la ley de bibliotecas")
    assert [quote.citation.label for quote in answer.quotes] == [
        "artículo 22, apartado 1", "artículo 22, apartado 2", "artículo 22, apartado 3",
    ]  # fmt: skip
    for quote in answer.quotes:
        source = laws.documents[quote.document_id].text
        assert collapse(source[quote.start : quote.end]) == quote.text


def test_an_article_of_two_documents_is_found_in_both(laws: Corpus) -> None:
    assert {quote.document_id for quote in laws.ask("artículo 22").quotes} == {"ley", "ordenanza"}
    assert [one.document_id for one in found(laws, "artículo 22")[:4]] == ["ley", "ley", "ley", "ordenanza"]
    only = laws.search("artículo 22", document="ordenanza")
    assert {hit.passage.document_id for hit in only} == {"ordenanza"}


def test_a_division_gives_what_stands_under_it(laws: Corpus) -> None:
    passages = found(laws, "capítulo I del título III")
    assert "La Junta de Lectura es el órgano" in passages[0].text
    assert passages[0].path[:2] == ("TÍTULO III. Del gobierno y del personal", "CAPÍTULO I. Gobierno")


def test_a_place_that_is_not_there_is_searched_as_any_question(laws: Corpus) -> None:
    assert laws.search("artículo 99") == laws.index.search(_read("artículo 99"), 10).hits


def test_a_code_is_found_as_it_is_written(corpus: Any) -> None:
    """Of the four documents, the resolution names other resolutions by codes that differ by a digit."""
    answer = corpus.ask("AGN/65/RES/10")
    assert answer.answered
    assert "AGN/65/RES/10" in answer.quotes[0].text
    assert "AGN/65/RES/10" in corpus.search("AGN/65/RES/10")[0].passage.text


def test_a_line_that_is_but_a_code_is_quoted_with_the_next(corpus: Any) -> None:
    answer = corpus.ask("GA-2021-89-RES-09")
    assert answer.quotes[0].text == (
        "GA-2021-89-RES-09 Asunto: Proteger a los menores frente a la explotación sexual en línea"
    )


def test_a_paragraph_of_a_resolution_is_found(corpus: Any) -> None:
    quote = corpus.ask("párrafo 2 de la parte dispositiva de la resolución").quotes[0]
    assert quote.text.startswith("INSTA a todos los países miembros")
    assert corpus.ask("párrafo 3 de la resolución").quotes[0].citation.document_id == "interpol-2021"


def _read(question: str) -> Any:
    from alpie.index.query import read_question

    return read_question(question)
