"""A question that is a citation is looked up exactly, in the answer and in the search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alpie.app.answering.answer_types import MissingSource
from alpie.app.answering.corpus import Corpus
from alpie.app.page.views import page_translations as catalogue
from alpie.app.page.views.answer_view import render_answer
from alpie.app.service.rows import answer_row
from alpie.app.terminal.rendering import answer_text
from alpie.app.translations import translations_for
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.records import Document, PageStart, Passage, collapse
from alpie.index.retrieval.place_matching import unit_in_words
from alpie.index.retrieval.places import PlaceFinder
from alpie.index.spanish.citation_questions import continue_citation_question, parse_citation_question
from alpie.index.spanish.unit_kinds import PROVISION_SORTS, UNIT_WORDS, Unit, UnitKind, Units
from support.fake_encoder import FakeEncoder, FakeReader, corpus_from, document_of
from support.formats import law, made
from support.formats.reading import Reading
from support.tables import cases

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


@pytest.fixture(scope="module")
def laws() -> Corpus:
    ley = Document("ley", law.TITLE, "Boletín", "2031", "ley", "es", "ley.txt", LAW)
    return corpus_from([ley, document_of(RECITALS, "reglamento"), document_of(OTHER, "ordenanza")])


@cases("question, places, name")
def test_every_form_of_a_citation_is_read(question: str, places: str, name: str) -> None:
    citation_question = parse_citation_question(question)
    assert citation_question is not None
    assert (" | ".join(map(_in_words, citation_question.places)), citation_question.name) == (places, name)


def _in_words(units: Units) -> str:
    return ", ".join(f"{unit} {number}".strip() for unit, number in units)


@pytest.mark.parametrize(
    "code", ["AGN/65/RES/10", "GA-2021-89-RES-09", "¿AGN/65/RES/10?", "Resolución AGN/65/RES/10"]
)
def test_a_code_is_a_citation(code: str) -> None:
    citation_question = parse_citation_question(code)
    assert citation_question is not None
    assert citation_question.code in ("agn/65/res/10", "ga-2021-89-res-09")


@cases("question", "artículo " * 40)
def test_other_questions_are_no_citation(question: str) -> None:
    assert parse_citation_question(question) is None


def found(laws: Corpus, question: str) -> list[Passage]:
    return [hit.passage for hit in laws.search(question, limit=5)]


@cases("question, label, words")
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


@cases("question, place")
def test_a_place_that_is_not_there_is_said_to_be_absent(laws: Corpus, question: str, place: str) -> None:
    answer = laws.ask(question)
    assert not answer.answered
    assert answer.confidence == 0
    assert answer.absent == (MissingSource("", place),)
    assert answer_row(answer)["answer"] == f"En los documentos no hay {place}."
    assert place in answer_text(answer, translations_for("es"), 0)
    assert place in render_answer(answer, catalogue.page_translations_for("es"), laws.documents)


@cases("question, spanish, english")
def test_a_place_is_told_in_the_language_of_the_reader(question: str, spanish: str, english: str) -> None:
    citation_question = parse_citation_question(question)
    assert citation_question
    place = unit_in_words(citation_question.places[0])
    assert (place, translations_for("en").translate(place)) == (spanish, english)


def test_every_kind_of_place_can_be_told() -> None:
    provisions = [Unit(UnitKind.PROVISION, f"{sort} 2") for sort in PROVISION_SORTS]
    for unit in (*provisions, *(Unit(kind, "2") for kind in UNIT_WORDS)):
        assert unit_in_words((unit,)).endswith(" 2")


def test_an_english_reader_is_told_in_english_what_is_not_there(laws: Corpus) -> None:
    row = answer_row(laws.ask("art. 22.9"), language="en")
    assert row["absent"] == ["The documents have no article 22, paragraph 9."]


def test_what_is_there_is_quoted_and_what_is_not_is_said(laws: Corpus) -> None:
    answer = laws.ask("artículos 36 y 99 de la ley de bibliotecas")
    assert "11 euros por habitante" in answer.quotes[0].text
    assert answer.absent == (MissingSource(law.TITLE, "artículo 99"),)
    assert answer_row(answer)["absent"] == [f"En «{law.TITLE}» no hay artículo 99."]


def test_every_place_of_a_list_is_quoted(laws: Corpus) -> None:
    answer = laws.ask("artículos 21 y 22 de la ley de bibliotecas")
    labels = {quote.citation.label for quote in answer.quotes}
    assert labels >= {"artículo 21, apartado 1", "artículo 22, apartado 1"}
    labels = [quote.citation.label for quote in laws.ask("artículos 35 a 37 de la ley de bibliotecas").quotes]
    assert labels == ["artículo 35", "artículo 36", "artículo 37"]


@pytest.mark.parametrize(("question", "absent"), [
    ("artículo 22 del Código Civil", "El Código Civil"), ("art. 22 Ley 1/2000", "La Ley 1/2000"),
    ("art. 22 LOPJ", "LOPJ"), ("artículo 22 de la Ley Orgánica 7/2031", "La Ley Orgánica 7/2031"),
])  # fmt: skip
def test_no_other_law_answers_for_one_that_is_not_there(laws: Corpus, question: str, absent: str) -> None:
    answer = laws.ask(question)
    assert not answer.quotes
    assert answer_row(answer)["answer"] == f"{absent} no está entre los documentos."


SECTIONS = """# Informe

## 1. Objeto

Mide el ruido.

## 2. Método

Se midió una semana.

### 2.1. Aparatos

Con sonómetros.

### 2.2. Horas

De día.

## 3. Resultados

Hay ruido.
"""


@cases("question, words")
def test_sections_are_found_by_the_numbers_of_their_headings(question: str, words: str) -> None:
    answer = corpus_from([document_of(SECTIONS, "informe")]).ask(question)
    assert " ".join(quote.text for quote in answer.quotes) == words


@cases("before, question, places")
def test_a_following_citation_goes_on_from_the_one_before(before: str, question: str, places: str) -> None:
    first = parse_citation_question(before)
    assert first is not None
    following = continue_citation_question(question, first)
    assert places == (" | ".join(map(_in_words, following.places)) if following else "")


def test_a_following_citation_is_of_the_law_named_before(laws: Corpus) -> None:
    answer = laws.ask("¿y el artículo 22?", ["artículo 21 de la ordenanza"])
    assert {quote.document_id for quote in answer.quotes} == {"ordenanza"}


@cases("why, paragraphs, quoted")
def test_parts_are_found_by_their_marks(why: str, paragraphs: list[str], quoted: dict[str, str]) -> None:
    """Where nothing is expected, no part is quoted."""
    corpus = corpus_from([document_of("\n\n".join(paragraphs), "ley")])
    for question, words in quoted.items():
        texts = [quote.text for quote in corpus.ask(question).quotes]
        assert words in texts[0] if words else not texts, (why, question)


def test_a_page_is_that_of_the_sentences_and_goes_by_its_name() -> None:
    text = "La cuota es de 8 euros.\nEl plazo es de un mes.\nLa sede es la de siempre."
    (passage,) = make_passages(document_of(text), lay_out(document_of(text)))
    second, third = text.index("El plazo"), text.index("La sede")
    later = (PageStart(second, 4), PageStart(third, 5))
    places = PlaceFinder([replace(passage, page="iv", later_pages=later)])

    def on(page: str) -> list[tuple[int, int]]:
        citation_question = parse_citation_question(f"página {page}")
        assert citation_question is not None
        return [
            (place.first, place.last)
            for place in places.find(citation_question, [passage.document_id]).places
        ]

    found = {page: on(page) for page in ("IV", "4", "5", "4 a 5", "v")}
    assert found == {"IV": [(0, 0)], "4": [(1, 1)], "5": [(2, 2)], "4 a 5": [(1, 2)], "v": []}


def test_a_code_is_found_as_it_is_written(seed_corpus: Any) -> None:
    """Of the four documents, the resolution names other resolutions by codes that differ by a digit."""
    answer = seed_corpus.ask("AGN/65/RES/10")
    assert answer.answered
    assert "AGN/65/RES/10" in answer.quotes[0].text
    assert "AGN/65/RES/10" in seed_corpus.search("AGN/65/RES/10")[0].passage.text


def test_a_line_that_is_but_a_code_is_quoted_with_the_next(seed_corpus: Any) -> None:
    answer = seed_corpus.ask("GA-2021-89-RES-09")
    assert answer.quotes[0].text == (
        "GA-2021-89-RES-09 Asunto: Proteger a los menores frente a la explotación sexual en línea"
    )


def test_a_paragraph_of_a_resolution_is_found(seed_corpus: Any) -> None:
    quote = seed_corpus.ask("párrafo 2 de la parte dispositiva de la resolución").quotes[0]
    assert quote.text.startswith("INSTA a todos los países miembros")
    assert seed_corpus.ask("párrafo 3 de la resolución").quotes[0].citation.document_id == "interpol-2021"


def test_a_name_set_apart_by_emphasis_is_quoted_with_its_text() -> None:
    text = "# Norma\n\n**Artículo 1.** *Objeto.* Regula el ruido.\n"
    reading = Reading("a.md", text.encode())
    corpus = Corpus.from_passages([reading.document], reading.passages, FakeEncoder(), FakeReader())
    (quote,) = corpus.ask("artículo 1").quotes
    assert quote.text == "Artículo 1. Objeto. Regula el ruido."
