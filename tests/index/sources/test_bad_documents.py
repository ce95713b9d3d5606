"""One bad file never stops the others: each is named with what is wrong and what to do, the rest is indexed.

Memory and time stay bounded: what is too large is refused before it is opened or unpacked.
"""

from __future__ import annotations

import os
import re
import struct
import sys
import unicodedata
from pathlib import Path

import pytest

from alpie.app.terminal import commands as cli
from alpie.index.chunking.passages import make_passages
from alpie.index.errors import SourceError
from alpie.index.formats import MAX_CHARACTERS, extract
from alpie.index.formats.html import html_page
from alpie.index.layout import lay_out
from alpie.index.sources.document_folder import read_sources
from support import fake_encoder
from support.formats import law, made
from support.formats.packed import docx, docx_of, epub, odt, odt_of, odt_xml, p, pptx, word_xml, zipped
from support.formats.pages import pdf_of

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300, func_only=True)]

GOOD = "La biblioteca abre de lunes a sábado y presta tres libros a cada lector.\n"
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ja">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
_ENCRYPTED = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    "<m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
)
_PROTECTED = '<e><CipherReference URI="O/a%20.xhtml"/></e>'


def lying(archive: bytes, size: int = 10) -> bytes:
    """`archive` whose directory says that every file in it has `size` bytes."""
    data = bytearray(archive)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", size)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


PDF, WORD = pdf_of("Hola"), docx(p("Hola"))
BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.txt", b"", "no contiene texto"),
    "white space": ("a.txt", b" \n\t\r\n\xc2\xa0", "no contiene texto"),
    "Latin-1": ("a.txt", "El niño".encode("latin-1"), "no es UTF-8 en el byte 5"),
    "Latin-1 after a mark": ("a.txt", b"\xef\xbb\xbf" + "El niño".encode("latin-1"), "byte 8 (0xf1)"),
    "Windows-1252": ("a.txt", "“Niño” – 5 €".encode("cp1252"), "iconv -f WINDOWS-1252"),
    "UTF-16 with mark": ("a.txt", "El niño".encode("utf-16"), "UTF-16"),
    "UTF-16 LE": ("a.txt", "El niño".encode("utf-16-le"), "UTF-16"),
    "UTF-16 BE": ("a.txt", "El niño".encode("utf-16-be"), "UTF-16"),
    "mixed encodings": ("a.txt", "niño".encode() + "niño".encode("latin-1"), "no es UTF-8 en el byte 7"),
    "nul bytes": ("a.txt", b"uno\0dos", "byte nulo en la posición 3"),
    "a program": ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(100), "byte nulo"),
    "a picture": ("a.md", b"\x89PNG\r\n\x1a\n" + bytes(100), "una imagen"),
    "a PDF named .txt": ("a.txt", PDF, "se llama .txt, pero es un PDF"),
    "a page named .txt": ("a.txt", b"\n<!DOCTYPE html><p>Hola", "es una página web"),
    "an empty PDF": ("a.pdf", b"", "está vacío"),
    "an old Word file": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "antiguo de Word"),
    "a text named .pdf": ("a.pdf", b"Hola, soy un texto.", "no empieza como tal"),
    "only the head of a PDF": ("a.pdf", b"%PDF-1.7\n" + bytes(50), ".pdf"),
    "half a PDF": ("a.pdf", PDF[:120], ".pdf"),
    "a page tree that is its own child": (
        "a.pdf",
        PDF.replace(b"/Kids [ 4 0 R ]", b"/Kids [ 7 0 R ]"),
        ".pdf",
    ),
    "pages that are pictures": ("a.pdf", made.scanned_pdf(), "OCR"),
    "a PDF with a password": ("a.pdf", made.law_pdf(law.law()[:6], encrypt="secreto"), "contraseña"),
    "half a DOCX": ("a.docx", WORD[:-60], "dañado"),
    "another archive": ("a.docx", zipped({"x.txt": "Hola"}), "no es un documento DOCX"),
    "an ODT named .docx": ("a.docx", odt(""), "Content_Types"),
    "DOCX bomb": ("a.docx", docx_of(word_xml(" " * 60_000_000)), "desempaquetado ocuparía"),
    "ODT bomb of many files": ("a.odt", zipped({f"f{n}": b"" for n in range(10_001)}), "desempaquetado"),
    "DOCX that lies on its sizes": ("a.docx", lying(WORD), ".docx"),
    "laughs in DOCX": ("a.docx", docx_of(_LAUGHS + word_xml(p("&j;"))), ".docx"),
    "laughs in ODT": ("a.odt", odt_of(_LAUGHS + odt_xml("<text:p>&j;</text:p>")), ".odt"),
    "broken XML": ("a.docx", docx_of("<w:document><w:body>"), "guárdelo de nuevo"),
    "broken XML of ODT": ("a.odt", odt_of("<a"), "dañado"),
    "an ODT with a password": (
        "a.odt",
        zipped({"content.xml": "<a/>", "META-INF/manifest.xml": _ENCRYPTED}),
        "contraseña",
    ),
    "a book of nothing": ("a.epub", epub({"a": ""}, "a"), "no contiene texto"),
    "a book without order": ("a.epub", zipped({"META-INF/container.xml": "<c/>"}), "sin índice"),
    "another archive, of a book": ("a.epub", zipped({"x": ""}), "falta «META-INF/container.xml»"),
    "a protected book": (
        "a.epub",
        epub({"a": "<p>Uno."}, "a", **{"META-INF__encryption.xml": _PROTECTED}),
        "protegido",
    ),
    "slides of nothing": ("a.pptx", pptx(""), "no contiene texto"),
    "broken slides": ("a.pptx", zipped({"ppt/presentation.xml": "<p"}), "dañado"),
    "a page without text": ("a.html", b"<script>document.write('Hola')</script>", "no contiene texto"),
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder with a good document."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "bueno.txt").write_text(GOOD, "utf-8")
    return folder


def the_problem(docs: Path, **limits: int) -> str:
    """The only one of a folder of which nothing but the good document can be read."""
    report = read_sources(docs, **limits)
    assert [document.text for document in report.documents] == [GOOD]
    [problem] = report.problems
    return str(problem)


def said_by_indexing(docs: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Of a folder with nothing to index."""
    assert cli.main(["--docs", str(docs), "--data", str(docs / "data"), "index"]) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(("name", "data", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_what_is_wrong_and_the_others_are_read(
    docs: Path, name: str, data: bytes, said: str
) -> None:
    (docs / name).write_bytes(data)
    message = the_problem(docs)
    assert str(docs / name) in message
    assert said in message
    assert len(message) < 700 + len(str(docs))


def test_all_bad_files_at_once_leave_an_index_of_the_good_one(docs: Path, tmp_path: Path) -> None:
    for number, (name, data, _) in enumerate(BAD.values()):
        (docs / str(number)).mkdir()
        (docs / str(number) / name).write_bytes(data)
    report = fake_encoder.build(docs, tmp_path / "data")
    assert (report.documents, len(report.problems)) == (1, len(BAD))
    assert fake_encoder.answers(tmp_path / "data", "biblioteca") == [GOOD.strip()]


def test_a_file_beyond_the_limit_is_refused_before_it_is_opened(docs: Path) -> None:
    (docs / "grande.txt").touch()
    os.truncate(docs / "grande.txt", 300_000_000)  # a hole: it takes no room
    assert "grande.txt: ocupa 300 MB; se admiten 200" in the_problem(docs)
    os.truncate(docs / "grande.txt", 2_000_001)
    assert "max_document_megabytes" in the_problem(docs, max_bytes=2_000_000)


def test_the_limit_is_a_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grande.txt").write_text(GOOD * 20_000, encoding="utf-8")
    monkeypatch.setenv("ALPIE_MAX_DOCUMENT_MEGABYTES", "1")
    assert "ocupa 2 MB; se admiten 1." in said_by_indexing(tmp_path, capsys)


def test_a_text_too_long_to_be_laid_out_is_refused() -> None:
    with pytest.raises(SourceError, match="se admiten 20000000"):
        extract(b"a " * (MAX_CHARACTERS // 2 + 1), Path("largo.txt"))


def test_whatever_a_parser_raises_is_a_problem_of_that_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(data: bytes, path: Path) -> None:
        raise RecursionError("demasiado hondo")

    monkeypatch.setattr(html_page, "extract_html", failing)
    with pytest.raises(SourceError, match=r"a\.html: no se puede leer.*RecursionError: demasiado hondo"):
        extract(b"<p>Hola", Path("a.html"))


ODD_NAMES = (
    "con espacios.txt", "'comillas' \"dobles\" `y` $HOME.txt", "salto\nde línea.txt", "tabulador\ty\x1b[31mcolor.txt",
    "emoji 🙂.txt", "\u202egpj.txt", "-rf.txt", "--help.txt", unicodedata.normalize("NFD", "niño.txt"),
    unicodedata.normalize("NFC", "niño.txt"), "文件.txt", "العربية.txt", "a" * 240 + ".txt", "<script>alert(1)<&.txt",
    "%2e%2e%2fpasswd.txt", "a;b|c&d.txt", "...txt", "\\barra.txt", "nul\u200b.txt", "SOURCES.TOML.txt",
)  # fmt: skip


def test_any_file_name_makes_a_document_with_an_id_and_a_title_to_show(tmp_path: Path) -> None:
    for number, name in enumerate(ODD_NAMES):
        (tmp_path / name).write_text(f"{GOOD}Número {number}.\n", encoding="utf-8")
    report = read_sources(tmp_path)
    assert report.problems == ()
    identities = {document.id for document in report.documents}
    assert len(identities) == len(report.documents) == sum(not name.startswith(".") for name in ODD_NAMES)
    for document in report.documents:
        assert re.fullmatch("[a-zA-Z0-9-]*[a-zA-Z0-9][a-zA-Z0-9-]*", document.id)
        assert document.title
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in document.title)


def test_a_file_name_does_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a\x1b[31m\u202e\x9b.txt").write_bytes(b"")
    said = said_by_indexing(tmp_path, capsys)
    assert r"a\u001b[31m\u202e\u009b.txt: no contiene texto" in said
    assert not set("\x1b\u202e\x9b") & set(said)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_a_file_name_that_is_no_text_is_named_and_not_taken(docs: Path) -> None:
    (docs / os.fsdecode(b"ni\xf1o.txt")).write_text("El texto.", encoding="utf-8")
    assert r"ni\xf1o.txt: el nombre del archivo no es UTF-8" in the_problem(docs)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and devices")
def test_pipes_devices_and_loops_are_not_waited_for(docs: Path) -> None:
    os.mkfifo(docs / "tubo.txt")
    (docs / "cero.txt").symlink_to("/dev/zero")
    (docs / "nada.txt").symlink_to("no-existe")
    (docs / "carpeta.txt").mkdir()
    (docs / "vuelta").symlink_to(docs, target_is_directory=True)
    report = read_sources(docs)
    assert [document.file for document in report.documents] == ["bueno.txt"]
    assert len(report.problems) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_named(docs: Path) -> None:
    (docs / "cerrado.txt").write_text("El texto.", encoding="utf-8")
    (docs / "cerrado.txt").chmod(0)
    (docs / "cerrada").mkdir(0)
    try:
        report = read_sources(docs)
    finally:
        (docs / "cerrada").chmod(0o700)
    assert len(report.documents) == 1
    assert {problem.path.name for problem in report.problems if problem.path} == {"cerrado.txt", "cerrada"}


def whole(data: bytes, name: str) -> str:
    return extract(data, Path(name)).text


def test_a_deeply_nested_page_is_read_and_one_of_a_hundred_thousand_levels_refused() -> None:
    for opening in (b"<div>", b"<table><tr><td>", b"<ul><li>", b"<b><i>"):
        assert "El fondo." in whole(opening * 500 + b"<p>El fondo.", "a.html")
        with pytest.raises(SourceError, match="uno dentro de otro"):
            extract(opening * 100_000 + b"<p>El fondo.", Path("a.html"))


def test_what_a_page_runs_or_hides_is_no_text_of_it() -> None:
    page = (
        "<title>T</title><style>p{color:red}</style><script>secreto1</script><template>secreto2</template>"
        "<p hidden>secreto3</p><p style='display: none'>secreto4</p><noscript>secreto5</noscript>"
        "<iframe srcdoc='secreto6'></iframe><svg><text>secreto7</text></svg><!-- secreto8 -->"
        "<img alt='secreto9' src=x onerror=alert(1)><p onclick='secreto10'>Se ve.</p>&lol9; "
    )
    text = whole(page.encode(), "a.html")
    assert "Se ve." in text
    assert "secreto" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_page_is_read_in_the_encoding_it_is_in(encoding: str) -> None:
    declared = "" if encoding.startswith("utf-16") else f"<meta charset={encoding.removesuffix('-sig')}>"
    assert whole(f"{declared}<p>El niño «dice» algo.".encode(encoding), "a.html") == "El niño «dice» algo."


def test_offsets_count_characters_of_the_decoded_text(tmp_path: Path) -> None:
    text = "\ufeffEl niño 🙂 dice:\r\n«algo» en España.\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    document = read_sources(tmp_path).documents[0]
    sentences = [s for p in make_passages(document, lay_out(document)) for s in p.sentences]
    assert document.text == text[1:]
    assert [document.text[s.start : s.end].split() for s in sentences] == [s.text.split() for s in sentences]


@pytest.mark.parametrize(("table", "said"), [
    ("[[document]\n", "line 1"), ("x = 1\n", "clave desconocida «x»"), ("document = 3\n", "deben ser tablas"),
    ("document = [1]\n", "deben ser tablas"), ("[document]\nid = 'a'\n", "deben ser tablas"),
    ("[[documents]]\n", "documents"),
])  # fmt: skip
def test_a_table_of_sources_that_cannot_be_read_says_where(docs: Path, table: str, said: str) -> None:
    (docs / "sources.toml").write_text(table, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"sources\.toml.*{said}"):
        read_sources(docs)  # by its name alone each file would be cited wrongly
