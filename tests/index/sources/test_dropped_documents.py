# ruff: noqa: E501 - a document a line
"""Documents of one's own, dropped into a folder: indexed without a word about them, asked, cited, described."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date as day
from pathlib import Path
from typing import Any

import pytest

from alpie.app.answering.configured_parts import open_configured_reader
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.citation import full_citation
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import verify_quotation
from alpie.app.operation.document_report import compare_index_with_folder
from alpie.app.settings import load_settings
from alpie.app.terminal.rendering import incomplete_text
from alpie.app.translations import translations_for
from alpie.index.build import build_index
from alpie.index.formats import Metadata
from alpie.index.records import collapse
from alpie.index.sources import document_folder
from alpie.index.sources.document_folder import read_sources
from alpie.index.sources.source_table import complete_entry, entry_from_file_name, render_table
from alpie.index.storage.store import open_version
from support.fake_encoder import FakeEncoder
from support.formats import law, made
from support.formats.pages import Drawn

pytestmark = pytest.mark.heavy

FACTS = {  # format → what its document says, a question, words of the answer
    "molino.txt": ("El molino de Valdeluna muele 300 kilos de trigo al día.", "¿Cuánto trigo muele el molino?", "300 kilos"),
    "faro.md": ("El faro de **Punta Brava** se encendió en 1904.", "¿En qué año se encendió el faro?", "1904"),
    "puente.html": ("El puente de hierro mide 212 metros de largo.", "¿Cuánto mide el puente de hierro?", "212 metros"),
    "feria.docx": ("La feria del ganado reúne 90 puestos cada otoño.", "¿Cuántos puestos reúne la feria del ganado?", "90 puestos"),
    "coro.odt": ("El coro de la villa ensaya los jueves por la tarde.", "¿Qué día ensaya el coro?", "jueves"),
    "tren.pdf": ("El tren de la sierra tarda 74 minutos en llegar a la costa.", "¿Cuánto tarda el tren en llegar a la costa?", "74 minutos"),
}  # fmt: skip


MAKERS = {
    ".txt": made.law_text, ".md": made.law_markdown, ".html": made.law_html, ".docx": made.law_docx,
    ".odt": made.law_odt,
}  # fmt: skip


def file_of(name: str, text: str) -> bytes:
    if name.endswith(".pdf"):
        drawn = Drawn()
        drawn.lines("Hoja de información municipal.", "", text)
        return drawn.bytes()
    return MAKERS[Path(name).suffix]([law.Part("title", f"Noticia {name[:4]}"), law.Part("text", text)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    docs = tmp_path_factory.mktemp("docs")
    for name, (text, _, _) in FACTS.items():
        (docs / name).write_bytes(file_of(name, text))
    (docs / "escaneo.pdf").write_bytes(made.scanned_pdf())
    (docs / "cifrado.pdf").write_bytes(made.law_pdf(law.law()[:5], encrypt="x"))
    (docs / "foto.docx").write_bytes(made.png())
    return docs


@pytest.fixture(scope="module")
def own(folder: Path, encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    data = tmp_path_factory.mktemp("data")
    settings = load_settings({"docs": str(folder), "data": str(data)}, environment={})
    report = build_index(folder, data, encoder)
    assert report.documents == len(FACTS)
    assert len(report.problems) == 3
    for name, said in (("escaneo.pdf", "OCR"), ("cifrado.pdf", "contraseña"), ("foto.docx", "imagen")):
        assert any(name in line and said in line for line in report.problems)
    assert compare_index_with_folder(folder, data).is_fresh
    version = open_version(data, encoder)
    return Corpus(
        version.documents, version.layouts, version.search, open_configured_reader(settings), version.fingerprint,
        policy=QuotePolicy(max_quotes=settings.max_quotes),
    )  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_a_question_is_answered_from_a_document_of_each_format(own: Corpus, name: str) -> None:
    _, question, words = FACTS[name]
    answer = own.ask(question)
    quote = (answer.quotes or answer.nearest)[0]
    document = own.documents[quote.document_id]
    assert document.file == name
    assert words in quote.text
    assert collapse(document.text[quote.start : quote.end]).replace("**", "") == quote.text
    assert verify_quotation(quote.text, own).verdict is Verdict.EXACT


def test_the_index_keeps_the_text_the_parser_and_the_checksum_of_the_file(own: Corpus, folder: Path) -> None:
    for document in own.documents.values():
        data = (folder / document.file).read_bytes()
        assert document.sha256 == hashlib.sha256(data).hexdigest()
        assert (document.parser == "") == document.file.endswith(".txt")
        assert document.structure is None
        if document.file.endswith(".txt"):
            assert document.text.encode() == data


def test_a_citation_leaves_out_what_nobody_knows(own: Corpus) -> None:
    answer = own.ask(FACTS["molino.txt"][1])
    citation = (answer.quotes or answer.nearest)[0].citation
    assert citation.publisher == ""
    # its title is the line at its head, and no name of ours
    assert full_citation(citation) == "«Noticia moli». S. f. Párr. 1."


def test_files_that_are_not_new_are_not_parsed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_sources(folder)
    parsed: list[str] = []
    plain = document_folder.extract

    def counting(data: bytes, path: Path, recogniser: Any = None) -> Any:
        parsed.append(path.name)
        return plain(data, path, recogniser)

    monkeypatch.setattr(document_folder, "extract", counting)
    assert read_sources(folder).documents == before.documents
    assert set(parsed) == {"molino.txt", "escaneo.pdf", "cifrado.pdf", "foto.docx"}  # and those that failed


def test_an_index_of_formats_is_the_same_however_often_it_is_built(folder: Path, tmp_path: Path) -> None:
    first, again = (build_index(folder, tmp_path, FakeEncoder()) for _ in range(2))
    assert (again.embedded, again.passages, again.changed) == (0, first.passages, False)


# --- what files and tables say -------------------------------------------------------------------


def test_a_table_overrides_the_file_and_may_leave_fields_to_it(tmp_path: Path) -> None:
    (tmp_path / "ley.html").write_bytes(made.law_html(law.law()[:4]))
    (tmp_path / "sources.toml").write_text(
        '[[document]]\nid = "ley"\nfile = "ley.html"\ntitle = "Título propio"\nkind = "ley"\n'
        'date = "2024-03-04/05"\nplace = "Valdeluna"\nurl = "https://boletin.example/ley"\n',
        encoding="utf-8",
    )
    report = read_sources(tmp_path)
    assert (report.problems, report.incomplete) == ((), ())
    [document] = report.documents
    assert (document.title, document.publisher, document.date, document.place, document.editorial) == (
        "Título propio", "Boletín de Valdeluna", "2024-03-04/05", "Valdeluna", (),
    )  # fmt: skip


def test_a_kind_that_the_title_says_is_not_called_ours(tmp_path: Path) -> None:
    (tmp_path / "ley.html").write_text("<title>Ley de montes</title><p>Se podan.", encoding="utf-8")
    (tmp_path / "ordenanza-2.txt").write_text("se nada.", encoding="utf-8")
    law, ordinance = read_sources(tmp_path).documents
    assert (law.kind, "kind" in law.editorial) == ("ley", False)
    assert (ordinance.kind, "kind" in ordinance.editorial) == ("ordenanza", True)


def test_what_is_missing_is_asked_for_with_a_table_to_paste(tmp_path: Path) -> None:
    (tmp_path / "acta 2024.html").write_text("<p>Se levanta la sesión.", encoding="utf-8")
    report = read_sources(tmp_path)
    told = report.incomplete[0]
    assert told.missing == ("title", "publisher", "kind", "language", "place", "url")
    table = tomllib.loads(render_table(told))["document"][0]
    assert table["file"] == "acta 2024.html"
    assert table["date"] == "2024"
    shown = incomplete_text(report.incomplete, tmp_path, translations_for("es"))
    assert str(tmp_path / "sources.toml") in shown
    assert "sin title, publisher, kind, language, place, url" in shown
    assert "# organismo que lo publica" in shown
    assert "# body that publishes it" in incomplete_text(report.incomplete, tmp_path, translations_for("en"))
    # pasted as it is, the document is complete
    (tmp_path / "sources.toml").write_text(render_table(told), encoding="utf-8")
    assert read_sources(tmp_path).incomplete == ()


def test_of_a_document_with_a_table_only_what_lacks_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "ley.html").write_bytes(made.law_html(law.law()[:4]))
    listed = '[[document]]\nid = "ley"\nfile = "ley.html"\nkind = "ley"\ndate = "2024"\n'
    (tmp_path / "sources.toml").write_text(listed, encoding="utf-8")
    told = read_sources(tmp_path).incomplete[0]
    assert told.missing == ("place", "url")
    assert tomllib.loads(render_table(told)) == {"document": [{"id": "ley", "place": "", "url": ""}]}
    (tmp_path / "sources.toml").write_text(listed + 'place = ""\nurl = ""\n', encoding="utf-8")
    assert read_sources(tmp_path).incomplete == ()  # known to have none


def test_the_day_a_file_was_made_is_no_date_of_publication(tmp_path: Path) -> None:
    (tmp_path / "acta.pdf").write_bytes(made.law_pdf(law.law()[1:4]))  # without the title, which is dated
    report = read_sources(tmp_path)
    assert report.documents[0].date == ""
    assert "date" in report.incomplete[0].missing
    assert any("El archivo es del 2000-01-01" in note for note in report.documents[0].notes)


@pytest.mark.parametrize(("name", "said", "date"), [
    ("Informe 2024.md", "", "2024"), ("Agenda 2030.md", "", ""), ("Plan 2021-2024.md", "", ""), ("Acta.md", "", ""),
    ("a.html", "2031-03-04", ""), ("a.html", "2024-03-04", "2024-03-04"),
])  # fmt: skip
def test_a_date_of_publication_may_be_the_year_in_the_name_of_the_file_and_is_past(
    name: str, said: str, date: str
) -> None:
    """And not the years of which it speaks."""
    nobody_says = entry_from_file_name(Path(name), set())
    told = complete_entry(nobody_says, Metadata(title="Agenda", date=said), today=day(2026, 11, 28))
    assert told.entry.date == date
    assert ("date" in told.missing) == (not date)
    assert ("date" in told.entry.editorial) == bool(date and not said)


def test_what_a_file_says_of_itself_is_data(tmp_path: Path) -> None:
    page = '<title>\x1b[2J<script>x</script>\n"quote</title><html lang="../x"><meta name="dc.date" content="ayer"><p>Hola.'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    document = read_sources(tmp_path).documents[0]
    assert document.language == "es"
    assert document.date == ""
    assert "\x1b" not in document.title
    assert "\n" not in document.title
    assert tomllib.loads(render_table(read_sources(tmp_path).incomplete[0]))
