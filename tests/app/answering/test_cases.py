"""Small files that were read wrongly once, each held to what a person sees in it: from the file to the answer.

The files lie beside the checkout and are no part of it; without them there is nothing to test.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder, FakeReader, build
from places import SHARED

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.corpus import Corpus
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.service.document_report import build_warnings
from alpie.app.service.rows import answer_row
from alpie.app.translations import translations_for
from alpie.index.chunking.passages import make_passages
from alpie.index.encoder import Encoder
from alpie.index.layout import lay_out
from alpie.index.notices import Notice, NoticeKind
from alpie.index.readable import readable_text
from alpie.index.records import BlockKind, Document, SentenceRole
from alpie.index.sources.document_folder import read_sources
from alpie.index.spanish.references import read_reference
from alpie.index.word_coverage import measured

CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the small files are not here")
NAMED = "nombrar-documento"
LAW = "md-ley-para-citas.md"
ROOM = "La sala abre de nueve a dos y cierra los fines de semana y los festivos del calendario."
PARKS = (
    "1. Los parques abren de 8:00 a 22:00. 2. En verano cierran a las 24:00. 1. Las infracciones leves se sancionan "
    "con multa de hasta 300 euros. 2. Las infracciones graves se sancionan con multa de 301 a 16.800 euros. "
    "3. El porcentaje de recargo por impago es del 3,5 %."
)
HISTORIC = "Se entiende por documento histórico el escrito de más de cuarenta años"


@cache
def documents() -> Sequence[Document]:
    return read_sources(CASES).documents


@cache
def corpus_of(name: str, encoder: Encoder | None = None) -> Corpus:
    """A file of the folder, or the files of a folder in it, indexed in memory."""
    found = [one for one in documents() if one.file == name or one.file.startswith(f"{name}/")]
    assert found, name
    layouts = {one.id: lay_out(one) for one in found}
    passages = {one.id: make_passages(one, layouts[one.id]) for one in found}
    found = [measured(one, layouts[one.id], passages[one.id]) for one in found]
    every = [passage for of_it in passages.values() for passage in of_it]
    made = Corpus.from_passages(found, every, encoder or FakeEncoder())
    index = made.index if encoder else replace(made.index, reader=FakeReader())
    return Corpus(made.documents, layouts, index, made.fingerprint, "")


def said(corpus: Corpus) -> str:
    """All that can be quoted."""
    return " ".join(passage.text for passage in corpus.passages)


def anywhere(corpus: Corpus) -> str:
    """All that is in a block, a heading or a title."""
    texts = [
        readable_text(corpus.documents[id_].text, block.spans)
        for id_, layout in corpus.layouts.items()
        for block in layout.blocks
    ]
    return " ".join([*texts, *(one.title for one in corpus.documents.values()), said(corpus)])


def rows(corpus: Corpus) -> list[str]:
    return [
        sentence.text
        for passage in corpus.passages
        for sentence in passage.sentences
        if sentence.role in (SentenceRole.HEADER, SentenceRole.ROW)
    ]


def blocks(corpus: Corpus) -> list[tuple[BlockKind, str | None, str]]:
    return [
        (block.kind, block.label, readable_text(corpus.documents[id_].text, block.spans))
        for id_, layout in corpus.layouts.items()
        for block in layout.blocks
    ]


def headings(corpus: Corpus) -> list[str]:
    return [text for kind, _, text in blocks(corpus) if kind is BlockKind.HEADING]


# What a file says, in order, as it can be quoted; and what nothing shown of it may hold.
SAYS: Mapping[str, Sequence[str]] = {
    "pdf-girada-90.pdf": [
        "El plan de evacuación se ensaya dos veces por curso. Lo coordina la jefatura de estudios del centro."
    ],
    "pdf-sello-vertical-margen.pdf": [
        "La norma regula el horario de las piscinas municipales. El aforo de la piscina es de 90 personas."
    ],
    "pdf-tres-columnas.pdf": [
        *["La junta abre un plazo de alegaciones de veinte días. Se presentan en el registro."] * 3,
        *["El presupuesto de cultura crece un cuatro por ciento. La partida de obras baja."] * 3,
        *["El concurso admite obras inéditas de autor novel. El premio es de mil euros."] * 3,
    ],
    "pdf-numeros-de-renglon.pdf": [
        "Las bibliotecas abren al menos veinte horas cada semana y prestan un máximo de cinco ejemplares por "
        "lector durante quince días prorrogables. El fondo se renueva cada año con cargo al presupuesto del centro."
    ],
    "pdf-marca-de-agua.pdf": [
        f"La norma número {n} del comedor se publica en el tablón del centro." for n in range(20)
    ],
    "pdf-guion-entre-columnas.pdf": ["las familias y del ayuntamiento de la localidad."],
    "pdf-guion-ante-cifra.pdf": ["el periodo 2019-2021", "covid-19", "A-17"],
    "pdf-espacio-estrecho.pdf": ["El mercado único suprime las barreras entre los países."],
    "pdf-campos-de-formulario.pdf": ["IES La Ribera", "Traslado laboral de la madre"],
    "pdf-texto-fuera-de-la-pagina.pdf": ["150 euros"],
    "pdf-definiciones-romanas.pdf": [
        "I. Consejo: El consejo de la biblioteca; II. Reservas: Las cantidades que se apartan cada año para los "
        "gastos que señala el artículo 28 de la ley, y III. Fondo: El conjunto de libros."
    ],
    "docx-tabla-anidada.docx": ["reserva 3"],
    "docx-oculto-simbolo-formula.docx": [
        "Texto visible. La tasa es ≥ 5 euros. a=b+c es la fórmula del reparto."
    ],
    "docx-numeros-ordinales-y-letra-28.docx": [
        "Primero. Aprobar la memoria anual. Segundo. Remitir el acta a la inspección.",
        "z) Opción de la letra número 26. aa) Opción de la letra número 27. bb) Opción de la letra número 28. "
        "cc) Opción de la letra número 29.",
    ],
    "DOCX-NOTA-AL-PIE.DOCX": ["Salvo los menores de 14 años"],
    "docx-indice-con-preguntas.docx": ["Este código fija las pautas de conducta"],
    "odt-lista-continuada-y-cabecera.odt": ["El alumnado debe:", "6. Cuidar el aula.", "7. Apagar la luz."],
    "odt-seccion-oculta.odt": ["El aforo es de 40 personas."],
    "html-llamada-de-nota.html": ["El plazo es de 15 días desde la firma y la multa es de 300 euros."],
    "html-tachado.html": ["La cuota es de 12 euros.", "La tasa es de 25 euros."],
    "md-enfasis-contiguos.md": [
        "Artículo 1. Objeto. Regula el ruido.",
        "El plazo máximo anual es de diez días.",
        "Nota uno y ambos x y a c.",
    ],
    "md-escapes.md": ["1. Regula el ruido y 5 * 3.", "2. El nivel es de 60 dB (máximo)."],
    "md-entidades-y-etiquetas.md": [
        "La multa es de 44 euros y el nº 3. Otra línea.",
        "Texto centrado de 45 euros.",
    ],
    "md-guion-blando.md": ["La directora preside las reuniones"],
}
SILENT: Mapping[str, Sequence[str]] = {
    "pdf-numeros-de-renglon.pdf": ["5", "10"],
    "pdf-marca-de-agua.pdf": ["BORRADOR"],
    "pdf-texto-fuera-de-la-pagina.pdf": ["9.999"],
    "docx-oculto-simbolo-formula.docx": ["999"],
    "odt-seccion-oculta.odt": ["888", "777"],
    "html-llamada-de-nota.html": ["días1", "(2)"],
    "html-tachado.html": ["10 euros"],
    "md-negrita-con-espacio.md": ["*", "_"],
    "md-escapes.md": ["\\"],
    "md-entidades-y-etiquetas.md": ["&", "<", "\xa0"],
    "md-guion-blando.md": ["\xad"],
}
ROWS = {
    "pdf-tabla-celdas-de-dos-lineas.pdf": [
        "Primaria Renta familiar inferior a 16.800 euros anuales 310 euros",
        "Secundaria Renta familiar inferior a 18.200 euros anuales 420 euros",
        "Bachillerato Nota media de 7 o más 615 euros",
    ],
    "docx-fila-en-control-de-contenido.docx": ["Matrícula 45 euros"],
    "html-tabla-con-p-en-celdas.html": ["Especie Cupo", "Perdiz 4 (dos por día)"],
    "pdf-definiciones-romanas.pdf": [],
    "pdf-numeros-de-renglon.pdf": [],
    "pdf-tres-columnas.pdf": [],
}
LABELS = {
    "docx-numeros-ordinales-y-letra-28.docx": ["artículo I"],
    "md-escapes.md": ["artículo 1, apartado 1", "artículo 1, apartado 2"],
    "md-articulos-de-una-linea.md": ["artículo 4", "artículo quinto", "artículo 7-A"],
    "md-articulos-guion-una-linea.md": ["artículo 4", "artículo único", "artículo I"],
    "md-articulos-quater-sexies.md": ["artículo 7 quáter", "artículo 7 sexies", "artículo 8 bis a"],
}
HEADINGS = {
    "docx-numeros-ordinales-y-letra-28.docx": ["Artículo I. Definiciones del tratado."],
    "md-negrita-con-espacio.md": ["TITULO II De las Funciones"],
}
NOTICES = {
    "pdf-una-pagina-con-texto-y-cuatro-escaneadas.pdf": Notice(NoticeKind.PAGES_WITHOUT_TEXT, 4, 5),
    "pdf-texto-fuera-de-la-pagina.pdf": Notice(NoticeKind.OUTSIDE_THE_PAGE, 8, 1),
    "pdf-marca-de-agua.pdf": Notice(NoticeKind.WATERMARKS, 1, 1),
    "odt-seccion-oculta.odt": Notice(NoticeKind.HIDDEN_TEXT, 7),
    "html-tachado.html": Notice(NoticeKind.STRUCK_TEXT, 4),
    "docx-oculto-simbolo-formula.docx": Notice(NoticeKind.HIDDEN_TEXT, 5),
}
PAGES = [
    ("pdf-etiquetas-i-1-2.pdf", "1", "El presente reglamento"),
    ("pdf-etiquetas-i-1-2.pdf", "2", "El precio del menú"),
    ("pdf-cita-en-la-pagina-siguiente.pdf", "1", "La piscina abre"),
    ("pdf-cita-en-la-pagina-siguiente.pdf", "2", "4. El abono de temporada cuesta 45 euros."),
]
# What a citation opens; "" where it is said that it is not there.
CITATIONS = [
    ("pdf-articulos-de-una-linea.pdf", "art. 5", "El fallo es inapelable."),
    ("pdf-articulos-de-una-linea.pdf", "art. 4", "El jurado lo forman tres profesoras."),
    ("pdf-guion-en-cita.pdf", "artículo 2", ROOM),
    ("pdf-definiciones-romanas.pdf", "artículo 2, fracción II", "II. Reservas: Las cantidades que se apartan cada año"),
    ("DOCX-NOTA-AL-PIE.DOCX", "menores de 14 años", "Salvo los menores de 14 años, que no pagan la tasa."),
    ("docx-numeros-ordinales-y-letra-28.docx", "artículo I", "Artículo I. Definiciones del tratado."),
    ("docx-numeros-ordinales-y-letra-28.docx", "artículo II, letra aa)", "aa) Opción de la letra número 27."),
    ("md-negrita-con-espacio.md", "artículo 4", "La oficina tiene su sede en la capital."),
    ("md-articulos-de-una-linea.md", "artículo 4", "La cuota no excede de 120 pesos."),
    ("md-articulos-de-una-linea.md", "artículo quinto", "La asamblea se reúne en enero."),
    ("md-articulos-de-una-linea.md", "artículo 7-A", "El libro se custodia en la sede."),
    ("md-articulos-guion-una-linea.md", "artículo 4", "El Ministerio supervisará"),
    ("md-articulos-guion-una-linea.md", "artículo único", "Ratifícase la enmienda."),
    ("md-articulos-guion-una-linea.md", "artículo I", "El reglamento ordena el préstamo."),
    ("md-articulos-quater-sexies.md", "artículo 7 quáter", "El juez puede acordar la venta anticipada de los bienes."),
    ("md-articulos-quater-sexies.md", "art. 8 bis a", "La medida se rige por el principio de necesidad."),
    ("md-enfasis-contiguos.md", "artículo 1", "Artículo 1. Objeto. Regula el ruido."),
    ("md-articulo-derogado.md", "artículo 22", "Artículo 22. (Derogado)"),
    ("md-articulo-derogado.md", "artículo 24", "Artículo 24. Derogado."),
    ("md-articulo-derogado.md", "disposición adicional primera", "Disposición adicional primera. (Suprimida)"),
    (NAMED, "Ley 4/2018, artículo 13", HISTORIC),
    (NAMED, "artículo 3 del Código del patrimonio", ""),
    (LAW, "art. 6.2 Ley 7/2019", "2. Las infracciones graves se sancionan con multa de 301 a 16.800 euros."),
    (LAW, "DA 2ª", "El mapa de parques se revisa cada 4 años."),
    (LAW, "DT única", "Las obras empezadas se rigen por la norma anterior."),
    (LAW, "anexo II", "El anexo enumera el olmo y la encina."),
    (LAW, "artículos 5 y 6", PARKS),
]  # fmt: skip
QUESTIONS = [
    (NAMED, "¿Qué se entiende por documento histórico en la Ley 4/2018?", HISTORIC),
    (NAMED, "¿Qué es documento histórico a efectos de la ley de archivos?", HISTORIC),
    ("docx-indice-con-preguntas.docx", "¿Cuál es el objeto del código?", "Este código fija las pautas"),
    ("pdf-cita-en-la-pagina-siguiente.pdf", "¿Cuánto cuesta el abono de temporada?", "45 euros."),
    ("html-tabla-con-p-en-celdas.html", "¿Cuál es el cupo de perdiz?", "Perdiz 4 (dos por día)"),
]
EXACT = [
    ("md-guion-blando.md", "La directora preside las reuniones de la comisión de dirección."),
    ("md-enfasis-contiguos.md", "El plazo máximo anual es de diez días."),
    ("md-enfasis-contiguos.md", "Artículo 1. Objeto. Regula el ruido."),
    ("pdf-guion-en-cita.pdf", ROOM),
    ("pdf-guion-en-cita.pdf", "2. Se aplica a todo el personal, sea cual sea su relación laboral con el centro."),
    ("DOCX-NOTA-AL-PIE.DOCX", "Salvo los menores de 14 años, que no pagan la tasa."),
]  # fmt: skip
SEARCHED = [
    ("md-guion-blando.md", "reuniones"),
    ("DOCX-NOTA-AL-PIE.DOCX", "menores"),
    ("pdf-guion-en-cita.pdf", "comportamientos"),
    ("pdf-guion-entre-columnas.pdf", "ayuntamiento"),
]


def test_every_file_is_held_to_something() -> None:
    tables: Sequence[Mapping[str, object]] = (SAYS, SILENT, ROWS, LABELS, HEADINGS, NOTICES)
    held = {file for table in tables for file in table} | {file for file, *_ in (*CITATIONS, *PAGES)}
    # in tests of their own; the last tells of all
    asked = {"Agenda 2030.md", "VALORES.md", "citas-no-entendidas.txt"}
    assert {one.file for one in documents() if not one.file.startswith(NAMED)} <= held | asked


@pytest.mark.parametrize("name", SAYS)
def test_says(name: str) -> None:
    """Each once and in order; what is said of a whole sentence is whole in one."""
    rest = said(corpus_of(name))
    for words in SAYS[name]:
        before, found, rest = rest.partition(words)
        assert found, words
        assert words not in before + rest or SAYS[name].count(words) > 1


@pytest.mark.parametrize("name", SILENT)
def test_keeps_silent(name: str) -> None:
    shown = anywhere(corpus_of(name))
    assert [words for words in SILENT[name] if words in shown] == []


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str) -> None:
    found = rows(corpus_of(name))
    assert [row for row in found if row in ROWS[name]] == ROWS[name]
    assert ROWS[name] or not found


@pytest.mark.parametrize("name", LABELS)
def test_labels(name: str) -> None:
    found = [label for _, label, _ in blocks(corpus_of(name)) if label]
    assert [label for label in LABELS[name] if label not in found] == []


@pytest.mark.parametrize("name", HEADINGS)
def test_headings(name: str) -> None:
    found = headings(corpus_of(name))
    assert [heading for heading in HEADINGS[name] if heading not in found] == []


@pytest.mark.parametrize("name", NOTICES)
def test_notices(name: str) -> None:
    assert NOTICES[name] in next(iter(corpus_of(name).documents.values())).notices


def test_no_words_are_missed_that_are_there() -> None:
    lost = {
        one.file: notice
        for one in documents()
        for notice in next(iter(corpus_of(one.file).documents.values())).notices
        if notice.kind in (NoticeKind.WORDS_LOST, NoticeKind.NO_PASSAGES)
    }
    assert lost == {}


@pytest.mark.parametrize(("name", "page", "words"), PAGES)
def test_a_page_is_that_of_the_words(name: str, page: str, words: str) -> None:
    quotes = corpus_of(name).ask(f"página {page}").quotes
    assert any(words in quote.text for quote in quotes)
    assert {(str(quote.citation.page), quote.citation.last_page) for quote in quotes} == {(page, None)}


def test_page_labels() -> None:
    (layout,) = corpus_of("pdf-etiquetas-i-1-2.pdf").layouts.values()
    assert [str(label) for label in layout.page_labels] == ["i", "1", "2"]


def test_a_year_to_come_is_no_date_and_a_mark_no_title() -> None:
    (agenda,) = corpus_of("Agenda 2030.md").documents.values()
    assert agenda.date == ""
    (marked,) = corpus_of("pdf-marca-de-agua.pdf").documents.values()
    assert "BORRADOR" not in marked.title
    assert headings(corpus_of("pdf-marca-de-agua.pdf")) == []


def told(answer: Answer) -> str:
    return " ".join(quote.text for quote in answer.quotes)


@pytest.mark.parametrize(("name", "question", "right"), CITATIONS)
def test_a_citation_opens_its_place(name: str, question: str, right: str) -> None:
    answer = corpus_of(name).ask(question)
    assert answer.answered is bool(right), told(answer)
    assert right in told(answer)
    if not right:
        assert "no está entre los documentos" in str(answer_row(answer)["answer"])


def test_a_citation_is_answered_by_its_place_alone() -> None:
    """Of the article that was asked for, and of no neighbour."""
    assert "Quinto" not in told(corpus_of("md-articulos-de-una-linea.md").ask("artículo 4"))
    assert "TITULO" not in told(corpus_of("md-negrita-con-espacio.md").ask("artículo 4"))
    assert "Cuota" not in told(corpus_of("md-articulo-derogado.md").ask("artículo 22"))
    assert "asamblea" not in told(corpus_of(LAW).ask("artículos 5 y 6"))


@pytest.mark.parametrize(("name", "question", "right"), QUESTIONS)
def test_a_question_is_answered(name: str, question: str, right: str, encoder: Encoder) -> None:
    answer = corpus_of(name, encoder).ask(question)
    assert answer.answered
    assert right in answer.quotes[0].text
    if name.startswith("pdf-cita"):
        citation = answer.quotes[0].citation
        assert 2 in (citation.page, citation.last_page)


@pytest.mark.parametrize(("name", "text"), EXACT)
def test_a_quotation_is_exact(name: str, text: str) -> None:
    assert QuotationChecker(corpus_of(name)).check(text).verdict is Verdict.EXACT


@pytest.mark.parametrize(("name", "words"), SEARCHED)
def test_words_are_found(name: str, words: str) -> None:
    assert words in corpus_of(name).search(words, retriever="lexical")[0].passage.text


def test_every_citation_is_understood() -> None:
    lines = (CASES / "citas-no-entendidas.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line.strip() and read_reference(line) is None] == []


def test_files_of_other_formats_are_named(tmp_path: Path) -> None:
    for name in ("otro-formato.rtf", "otro-formato.doc", "Agenda 2030.md"):
        shutil.copy(CASES / name, tmp_path / name)
    warnings = "\n".join(build_warnings(build(tmp_path, tmp_path / "var"), translations_for("es")))
    assert "otro-formato.rtf" in warnings
    assert "otro-formato.doc" in warnings
