"""Nothing is left out silently: files, pages and words that are not in the index are named, with what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alpie.app.operation.document_report import build_warnings, coverage_text, notice_text
from alpie.app.page.views import page_translations as catalogue
from alpie.app.page.views.documents_view import DocumentsViewOptions, render_documents
from alpie.app.page.views.panel import Panels
from alpie.app.settings import load_settings
from alpie.app.terminal.doctor import Outcome
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.build import BuildReport, build_index
from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.layout import lay_out
from alpie.index.notices import Coverage, Notice, NoticeKind, UnreadFile
from alpie.index.records import Document, Element, Structure
from alpie.index.storage.store import open_version
from support.examined import examined
from support.fake_corpus import FakeCorpus
from support.fake_encoder import FakeEncoder
from support.formats.reading import Reading
from support.places import SHARED

WORDS = translations_for("es")


def built(folder: Path, **files: str) -> BuildReport:
    docs = folder / "docs"
    for name, text in files.items():
        path = docs / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return build_index(docs, folder / "data", FakeEncoder())


@pytest.mark.parametrize(("name", "remedy"), [
    ("acta_doc", "Guárdelo como .docx"), ("acta_RTF", "guárdelo como .docx"),
    ("notas__cuentas_xlsx", "Guárdela como PDF"), ("charla_odp", "Guárdela como .pptx o como PDF"),
    ("cartel_png", "OCR"), ("todo_zip", "Descomprímalo"), ("datos_xyz", "Se leen: .txt"),
])  # fmt: skip
def test_a_file_of_another_format_is_named_with_what_to_do(tmp_path: Path, name: str, remedy: str) -> None:
    report = built(tmp_path, uno_txt="El parque cierra a las diez.", **{name: "x"})
    assert report.problems == ()
    (one,) = report.others
    assert one.file == name.replace("__", "/").replace("_", ".")
    assert remedy in one.reason
    assert any(one.file in line and remedy in line for line in build_warnings(report, WORDS))
    settings = load_settings({"docs": str(tmp_path / "docs")}, environment={})
    check = examined("documents", settings)
    assert check.state is Outcome.ADVICE
    assert one.reason in check.message
    kept = open_version(tmp_path / "data", FakeEncoder()).manifest.unread
    assert kept == (one,)


def test_what_is_no_document_is_not_named(tmp_path: Path) -> None:
    """Hidden files, READMEs, the table of sources, and an index that lies among the documents."""
    docs = tmp_path / "docs"
    files = {"uno_txt": "Uno.", "README_rst": "x", "LICENSE": "x", "sources_toml": "", "_oculto": "x"}
    built(tmp_path, **files)
    for is_first in (True, False):  # at first the index is nothing but its lock
        report = build_index(docs, docs / "indice", FakeEncoder())
        assert (report.problems, report.others, report.changed) == ((), (), is_first)


def test_a_document_without_anything_to_quote_is_named(tmp_path: Path) -> None:
    report = built(tmp_path, uno_txt="El parque cierra a las diez.", vacio_md="# Solo un título\n")
    assert report.notices == (("vacio.md", Notice(NoticeKind.NO_PASSAGES)),)
    assert any("vacio.md" in line for line in build_warnings(report, WORDS))


def test_how_a_document_was_read_is_kept_with_it(tmp_path: Path) -> None:
    report = built(tmp_path, uno_txt="El parque cierra a las diez.")
    version = open_version(tmp_path / "data", FakeEncoder())
    assert version.documents["uno"].coverage == Coverage(words_found=6, words_kept=6)
    assert report.notices == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_is_said_in_every_language(language: str) -> None:
    translations = translations_for(language)
    for kind in NoticeKind:
        assert ("12" in notice_text(Notice(kind, 12, 40), translations)) == (
            kind is not NoticeKind.NO_PASSAGES
        )
    assert "3" in coverage_text(Coverage(4, 3, 812, 812), translations)


def test_the_documents_page_tells_what_was_not_read() -> None:
    documents = FakeCorpus().documents
    name, document = next(iter(documents.items()))
    notice = Notice(NoticeKind.PAGES_WITHOUT_TEXT, 4, 5)
    told = replace(document, notices=(notice,), coverage=Coverage(5, 1, 20, 20))
    unread = (UnreadFile("acta <1>.doc", "es un documento antiguo."),)
    corpus = FakeCorpus(documents={**documents, name: told}, unread=unread)
    page = render_documents(Panels(corpus), catalogue.page_translations_for("es"), DocumentsViewOptions())
    assert "acta &lt;1&gt;.doc: es un documento antiguo." in page
    assert "páginas sin texto, quizá escaneadas: 4 de 5" in page
    assert "páginas leídas: 1 de 5; palabras leídas: 20 de 20" in page


@pytest.mark.parametrize("path", sorted(SHARED.glob("*/*.*")), ids=lambda path: path.name)
def test_no_words_of_real_files_are_lost(path: Path) -> None:
    if path.suffix.lower() not in (".txt", ".md", ".html", ".docx", ".odt"):
        return
    found = Reading(path.name.lower(), path.read_bytes())
    coverage = measure_coverage(found.document, found.layout, found.passages).coverage
    assert coverage.words_kept >= 0.95 * coverage.words_found


def test_a_divided_word_is_not_lost_but_one_that_is_glued_is() -> None:
    lines = ["El día del ayunta-", "El plan del", "miento de la villa.", "pueblo."]
    for read, notices in (
        ("El día del ayuntamiento de la villa. El plan del pueblo.", ()),
        ("El día del ayuntamiento de la villa. El plandel pueblo.", (Notice(NoticeKind.WORDS_LOST, 2, 12),)),
    ):
        structure = Structure((Element(0, len(read)),), found="\n".join(lines))
        document = Document("d", "-", "", "", "", "es", "a.pdf", read, structure=structure)
        layout = lay_out(document)
        assert measure_coverage(document, layout, make_passages(document, layout)).notices == notices
