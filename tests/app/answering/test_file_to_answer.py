"""Small files of shapes that were read wrongly once, each held to what a person sees in it: from file to answer.

The files are in `cases`, what is asked of them in the TOML beside this module; `tests/index/formats` tells how each is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.corpus import Corpus
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.service.rows import answer_row
from alpie.app.settings import load_settings
from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.encoder import Encoder
from alpie.index.layout import lay_out
from alpie.index.notices import NoticeKind
from alpie.index.reader.bundled import BUNDLED_READER, open_reader
from alpie.index.records import Document
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import corpus_from
from support.formats.packed import docx, p
from support.formats.pages import Drawn
from support.tables import cases

SOFT_HYPHENS = "# Banda\n\n##### Artículo 1. Sede.\n\nLa alcal\u00addesa convoca los en\u00adsayos de la banda municipal.\n"


def one_line_pdf() -> bytes:
    drawn = Drawn()
    lines = (
        "Art. 4.º El tribunal lo forman dos panaderas.",
        "Art. 5.º La masa no se toca.",
        "El pan se sirve frío.",
    )
    drawn.lines(*(line for text in lines for line in (text, "", "")))
    return drawn.bytes()


def divided_pdf() -> bytes:
    drawn = Drawn()
    drawn.lines("Artículo 1. Fin.", "1. Esta guía ordena los traba-", "jos del huerto y quién los hace.", "",
                "Artículo 2. Riego.", "El pozo se abre de ocho a diez y des-", "cansa los domin-", "gos del año.")  # fmt: skip
    return drawn.bytes()


def roman_pdf() -> bytes:
    drawn = Drawn()
    drawn.lines("Artículo 2. Para los fines de esta guía se entiende por:")
    for row, (mark, words) in enumerate(
        (("I.", "Huerto: El que está junto al río;"), ("II.", "Semillas: Las que se guardan para lo que dice"),
         ("", "el artículo 9 de la guía, y"), ("III.", "Pozo: El de la plaza."))
    ):  # fmt: skip
        drawn.at(70, 735 - 14 * row, mark)
        drawn.at(110, 735 - 14 * row, words)
    return drawn.bytes()


def paged_pdf() -> bytes:
    """Its pages are called «i», «1» and «2», and a list goes on from one to the next."""
    drawn = Drawn()
    for number, style in enumerate(("ROMAN_LOWER", "ARABIC")):
        drawn.canvas.addPageLabel(number, style=style, start=1)
    drawn.lines("Guía del refugio", y=600)
    drawn.page()
    drawn.lines("1. El refugio abre de mayo a octubre.", "2. Duermen en él veinte personas.", y=140)
    drawn.page()
    drawn.lines("3. Los perros duermen fuera.", "4. La noche en el refugio cuesta 14 euros.")
    return drawn.bytes()


def footnote_docx() -> bytes:
    note = f'<w:footnote w:id="2">{p("Salvo las abuelas, que entran gratis.")}</w:footnote>'
    return docx(p("Todo el mundo paga", '<w:footnoteReference w:id="2"/>', " dos euros."), footnotes=note)


def numbered_docx() -> bytes:
    """«Artículo I.», «Artículo II.» and under it twenty-eight letters, all of them written by Word."""
    forms = (("upperRoman", "Artículo %1."), ("lowerLetter", "%1)"))
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        f'</w:lvl></w:abstractNum><w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>'
        for n, (form, text) in enumerate(forms, start=1)
    )
    texts = [(1, "Definiciones del pacto."), (1, "Entrada en vigor del pacto.")]
    texts += [(2, f"Cosa que va en el lugar {n}.") for n in range(1, 29)]
    body = "".join(
        p(text, properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{n}"/></w:numPr>')
        for n, text in texts
    )
    return docx(body, numbering=numbering)


def contents_docx() -> bytes:
    asked = {
        "¿Cuál es el fin de la guía?": "Esta guía fija cómo se reparten las tareas del albergue y quién las hace.",
        "¿A quién obliga la guía?": "Las normas obligan a quien duerme en el albergue y a quien lo cuida.",
    }
    entries = "".join(
        p(text, "<w:tab/>", str(n), properties='<w:pStyle w:val="TDC1"/>') for n, text in enumerate(asked)
    )
    heading = '<w:outlineLvl w:val="0"/>'
    return docx(entries + "".join(p(one, properties=heading) + p(answer) for one, answer in asked.items()))


MADE: Mapping[str, Callable[[], bytes]] = {
    "blandos.md": SOFT_HYPHENS.encode, "una-linea.pdf": one_line_pdf, "dividido.pdf": divided_pdf, "romanos.pdf": roman_pdf,
    "paginas.pdf": paged_pdf, "NOTA.DOCX": footnote_docx, "numerado.docx": numbered_docx, "indice.docx": contents_docx,
}  # fmt: skip


@cache
def documents() -> tuple[Document, ...]:
    """The files of `cases`, beside this one, and those that are made."""
    with TemporaryDirectory() as folder:
        copytree(Path(__file__).with_name("cases"), folder, dirs_exist_ok=True)
        for name, made in MADE.items():
            Path(folder, name).write_bytes(made())
        report = read_sources(Path(folder))
    assert report.problems == ()
    return tuple(report.documents)


@cache
def corpus_of(name: str) -> Corpus:
    """A file, or those of a folder, indexed in memory."""
    return corpus_from(document for document in documents() if document.file.startswith(name))


def told(answer: Answer) -> str:
    return " ".join(quote.text for quote in answer.quotes)


# What a citation opens, and a word that stands next to it; no words: it is said that there is no such place.
@cases("name, question, right, wrong")
def test_a_citation_opens_its_place_and_no_neighbour(
    name: str, question: str, right: str, wrong: str
) -> None:
    answer = corpus_of(name).ask(question)
    assert answer.answered is bool(right), told(answer)
    assert right in told(answer)
    assert wrong not in told(answer)
    assert right or "no está entre los documentos" in str(answer_row(answer)["answer"])


@pytest.mark.parametrize(
    ("page", "words"), [("1", "El refugio abre"), ("2", "4. La noche en el refugio cuesta 14 euros.")]
)
def test_a_page_is_that_of_the_words_and_goes_by_its_name(page: str, words: str) -> None:
    corpus = corpus_of("paginas.pdf")
    (layout,) = corpus.layouts.values()
    assert [str(label) for label in layout.page_labels] == ["i", "1", "2"]
    quotes = corpus.ask(f"página {page}").quotes
    assert any(words in quote.text for quote in quotes)
    assert {(str(quote.citation.page), quote.citation.last_page) for quote in quotes} == {(page, None)}


@cases("name, question, right")
def test_a_question_is_answered(name: str, question: str, right: str, encoder: Encoder) -> None:
    fake = corpus_of(name)
    reader = open_reader(BUNDLED_READER, load_settings().cache)
    answer = Corpus.from_passages(fake.documents.values(), fake.passages, encoder, reader).ask(question)
    assert answer.answered
    assert right in answer.quotes[0].text


@cases("name, quotation, word")
def test_what_a_person_reads_is_exact_and_found(name: str, quotation: str, word: str) -> None:
    corpus = corpus_of(name)
    assert QuotationChecker(corpus).check(quotation).verdict is Verdict.EXACT
    assert word in corpus.search(word, retriever="lexical")[0].passage.text


def test_no_words_are_missed_that_are_there() -> None:
    for document in documents():
        layout = lay_out(document)
        notices = measure_coverage(document, layout, make_passages(document, layout)).notices
        assert not [n for n in notices if n.kind in (NoticeKind.WORDS_LOST, NoticeKind.NO_PASSAGES)], (
            document.file
        )
