"""Scanned pages: read where Tesseract is, marked as read off a picture wherever they are quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from alpie.app.answering.quoting.citation import cite, full_citation, short_citation
from alpie.app.service.rows import passage_row
from alpie.app.settings import load_settings
from alpie.app.terminal import commands as cli
from alpie.index.database.record_json import from_json, to_json
from alpie.index.errors import RecognitionMissing, SourceError
from alpie.index.formats import extract
from alpie.index.formats.pdf.recognition import ReadWord, RecognisedLine, Recogniser
from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import Passage
from alpie.index.sources.document_folder import read_sources
from support.examined import examined
from support.formats.pages import Drawn
from support.formats.reading import Reading

pytestmark = pytest.mark.heavy

LINES = (
    "El horno del pueblo abre los martes y los jueves, y la leña la ponen",
    "los vecinos por turnos. Quien falte a su turno paga veinte euros.",
)


def scan(*lines: str) -> bytes:
    """A PDF of one page that is a picture of `lines`."""
    text = Drawn(size=12)
    text.lines(*lines)
    drawn = Drawn()
    with PdfDocument(text.bytes()) as document:
        drawn.picture(document[0].render(scale=200 / 72, grayscale=True).to_pil())
    return drawn.bytes()


class Fixed(Recogniser):
    """Finds the lines it is given, whatever the picture; of «veinte» it is not sure."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    version = "fixed 1"

    def lines(self, picture: bytes) -> list[RecognisedLine]:
        assert picture.startswith(b"\x89PNG")
        return [
            RecognisedLine(
                tuple(ReadWord(word, 40 if word == "veinte" else 90) for word in line.split()),
                300, 300 + 60 * number, 2000, 340 + 60 * number,
            )
            for number, line in enumerate(self._lines)
        ]  # fmt: skip


def test_words_read_off_a_picture_are_cited_as_such_with_those_that_are_doubtful() -> None:
    found = Reading("a.pdf", scan(*LINES), Fixed(*LINES))
    assert found.extraction.parser.endswith(", fixed 1")
    assert found.extraction.notices == (Notice(NoticeKind.PAGES_RECOGNISED, 1, 1),)
    [passage] = found.passages
    assert passage.text == " ".join(LINES)
    assert from_json(Passage, to_json(Passage, passage)) == passage
    sure, doubted = (cite(found.document, passage, sentence.spans) for sentence in passage.sentences)
    assert (sure.recognised, sure.doubtful) == (90, ())
    assert doubted.doubtful == ("veinte",)
    assert full_citation(doubted).endswith(
        "p. 1, texto reconocido ópticamente (seguro al 84 %), palabras dudosas: «veinte»."
    )
    assert short_citation(sure).endswith("texto reconocido ópticamente")
    assert passage_row(passage, found.document)["doubtful"] == ["veinte"]


def test_text_that_is_text_is_not_marked() -> None:
    drawn = Drawn()
    drawn.lines(*LINES)
    [passage] = Reading("a.pdf", drawn.bytes(), Fixed("nada")).passages
    assert passage.recognised == ()
    assert "recognised" not in to_json(Passage, passage)


def test_without_the_program_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match=r"tesseract-ocr-spa.*«--ocr»"):
        extract(scan(*LINES), Path("a.pdf"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RecognitionMissing, match="tesseract-ocr-spa"):
        Recogniser.of_system()


def test_a_folder_with_scans_is_read_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bando.pdf").write_bytes(scan(*LINES))
    refused, read = read_sources(tmp_path), read_sources(tmp_path, recogniser=Fixed(*LINES))
    assert (len(refused.documents), len(refused.problems)) == (0, 1)
    assert (len(read.documents), len(read.problems)) == (1, 0)
    monkeypatch.setenv("PATH", "")
    assert cli.main(["index", "--ocr", "--docs", str(tmp_path), "--data", str(tmp_path / "data")]) == 1
    assert "tesseract-ocr-spa" in capsys.readouterr().err


def test_a_scan_is_read_and_read_once(tmp_path: Path) -> None:
    try:
        recogniser = Recogniser.of_system(tmp_path)
    except RecognitionMissing:
        pytest.skip("needs Tesseract, Spanish")
    data = scan(*LINES)
    assert Reading("a.pdf", data, recogniser).said == " ".join(LINES)
    [kept] = (tmp_path / "recognised").iterdir()
    kept.write_text(kept.read_text("utf-8").replace("martes", "lunes"), "utf-8")
    assert "lunes" in Reading("a.pdf", data, recogniser).said


@pytest.mark.parametrize(("programs", "said"), [(["tesseract"], "está instalado"), ([], "falta Tesseract")])
def test_doctor_says_whether_scans_could_be_read(
    programs: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    for name in programs:
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho spa\n", "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    docs = tmp_path / "docs"
    docs.mkdir()
    settings = load_settings({"docs": str(docs)}, environment={})
    (docs / "uno.txt").write_text(LINES[0], "utf-8")
    assert "escaneadas" not in examined("documents", settings).message
    (docs / "dos.pdf").write_bytes(scan(*LINES))
    assert said in examined("documents", settings).message
