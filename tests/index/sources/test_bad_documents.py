"""One bad file never stops the others: each is named with what is wrong and what to do, the rest is indexed.

Memory and time stay bounded: what is too large is refused before it is opened or unpacked.
"""

from __future__ import annotations

import os
import struct
import sys
import unicodedata
from pathlib import Path

import fake_encoder
import pytest
from places import TESTS

from alpie.app.terminal import commands as cli
from alpie.index.chunking.passages import make_passages
from alpie.index.errors import SourceError
from alpie.index.formats import MAX_CHARACTERS, extract
from alpie.index.layout import lay_out
from alpie.index.sources.document_folder import read_sources

sys.path.append(str(TESTS / "fuzz"))
from seeds import docx_of, odt_of, packed, pdf_of  # the small whole files that fuzzing starts from

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300, func_only=True)]

GOOD = "La biblioteca abre de lunes a sábado y presta tres libros a cada lector.\n"
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ja">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
_OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def lying(archive: bytes, size: int = 10) -> bytes:
    """`archive` whose directory says that every file in it has `size` bytes."""
    data = bytearray(archive)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", size)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def looped_pdf() -> bytes:
    """A PDF whose page tree is its own child."""
    return pdf_of("Uno").replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]")


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
    "a PDF named .txt": ("a.txt", pdf_of("Hola"), "se llama .txt, pero es un PDF"),
    "a page named .txt": ("a.txt", b"\n<!DOCTYPE html><p>Hola", "es una página web"),
    "an empty PDF": ("a.pdf", b"", "está vacío"),
    "an old Word file": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "antiguo de Word"),
    "a text named .pdf": ("a.pdf", b"Hola, soy un texto.", "no empieza como tal"),
    "only the head of a PDF": ("a.pdf", b"%PDF-1.7\n" + bytes(50), ".pdf"),
    "half a PDF": ("a.pdf", pdf_of("Hola")[:120], ".pdf"),
    "page tree loop": ("a.pdf", looped_pdf(), ".pdf"),
    "half a DOCX": ("a.docx", docx_of()[:-60], "dañado"),
    "another archive": ("a.docx", packed({"x.txt": "Hola"}), "no es un documento DOCX"),
    "DOCX bomb": (
        "a.docx",
        docx_of(f"<w:document {_WORD}>".encode() + b" " * 60_000_000 + b"</w:document>"),
        "desempaquetado ocuparía",
    ),
    "ODT bomb of many files": ("a.odt", packed({f"f{n}": b"" for n in range(10_001)}), "desempaquetado"),
    "DOCX that lies on its sizes": ("a.docx", lying(docx_of()), ".docx"),
    "laughs in DOCX": (
        "a.docx",
        docx_of(
            f"{_LAUGHS}<w:document {_WORD}><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
        ),
        ".docx",
    ),
    "laughs in ODT": (
        "a.odt",
        odt_of(
            f"{_LAUGHS}<office:document-content {_OFFICE}><office:body><office:text><text:p>&j;</text:p>"
            "</office:text></office:body></office:document-content>"
        ),
        ".odt",
    ),
    "broken XML": ("a.docx", docx_of("<w:document><w:body>"), "guárdelo de nuevo"),
    "a page without text": ("a.html", b"<script>document.write('Hola')</script>", "no contiene texto"),
}


@pytest.mark.parametrize(("name", "data", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_what_is_wrong_and_the_others_are_read(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / "bueno.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / name).write_bytes(data)
    report = read_sources(tmp_path)
    assert [document.text for document in report.documents] == [GOOD]
    assert len(report.problems) == 1
    message = str(report.problems[0])
    assert str(tmp_path / name) in message
    assert said in message
    assert len(message) < 700 + len(str(tmp_path))


def test_all_bad_files_at_once_leave_an_index_of_the_good_one(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    for number, (name, data, _) in enumerate(BAD.values()):
        place = docs / str(number)
        place.mkdir(parents=True)
        (place / name).write_bytes(data)
    (docs / "zz.txt").write_text(GOOD, encoding="utf-8")
    report = fake_encoder.build(docs, tmp_path / "data")
    assert report.documents == 1
    assert len(report.problems) == len(BAD)
    assert fake_encoder.answers(tmp_path / "data", "biblioteca") == [GOOD.strip()]


def test_a_file_beyond_the_limit_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "bueno.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "grande.txt").touch()
    os.truncate(tmp_path / "grande.txt", 300_000_000)  # a hole: it takes no room
    report = read_sources(tmp_path)
    assert len(report.documents) == 1
    assert "grande.txt: ocupa 300 MB; se admiten 200" in str(report.problems[0])
    os.truncate(tmp_path / "grande.txt", 2_000_001)
    report = read_sources(tmp_path, most_bytes=2_000_000)
    assert "max_document_megabytes" in str(report.problems[0])


def test_the_limit_is_a_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "grande.txt").write_text(GOOD * 20_000, encoding="utf-8")
    monkeypatch.setenv("ALPIE_MAX_DOCUMENT_MEGABYTES", "1")
    assert cli.main(["--docs", str(docs), "--data", str(tmp_path / "data"), "index"]) == 1
    assert "ocupa 2 MB; se admiten 1." in capsys.readouterr().err


def test_a_text_too_long_to_be_laid_out_is_refused() -> None:
    with pytest.raises(SourceError, match="se admiten 20000000"):
        extract(b"a " * (MAX_CHARACTERS // 2 + 1), Path("largo.txt"))


def test_whatever_a_parser_raises_is_a_problem_of_that_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(data: bytes, path: Path) -> None:
        raise RecursionError("demasiado hondo")

    monkeypatch.setattr("alpie.index.formats.html.extract_html", failing)
    with pytest.raises(SourceError, match=r"a\.html: no se puede leer.*RecursionError: demasiado hondo"):
        extract(b"<p>Hola", Path("a.html"))


def test_the_same_bytes_under_two_names_are_indexed_once_and_said(tmp_path: Path) -> None:
    for name in ("uno.txt", "dos.txt", "tres.md"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    report = read_sources(tmp_path)
    assert [document.file for document in report.documents] == ["dos.txt"]
    assert ["mismo documento que «dos.txt»" in str(problem) for problem in report.problems] == [True, True]


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
    hidden = [name for name in ODD_NAMES if name.startswith(".")]
    assert len(report.documents) == len(ODD_NAMES) - len(hidden)
    assert report.problems == ()
    identities = [document.id for document in report.documents]
    assert len(set(identities)) == len(identities)
    for document in report.documents:
        assert document.id.replace("-", "").isalnum()
        assert document.id.isascii()
        assert document.title
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in document.title)


def test_a_file_name_does_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a\x1b[31m\u202e\x9b.txt").write_bytes(b"")
    assert cli.main(["--docs", str(docs), "--data", str(tmp_path / "data"), "index"]) == 1
    said = capsys.readouterr().err
    assert r"a\u001b[31m\u202e\u009b.txt: no contiene texto" in said
    assert not set("\x1b\u202e\x9b") & set(said)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_a_file_name_that_is_no_text_is_named_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "bueno.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / os.fsdecode(b"ni\xf1o.txt")).write_text("El texto.", encoding="utf-8")
    report = read_sources(tmp_path)
    assert len(report.documents) == 1
    assert r"ni\xf1o.txt: el nombre del archivo no es UTF-8" in str(report.problems[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and devices")
def test_pipes_devices_and_loops_are_not_waited_for(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "dentro").mkdir(parents=True)
    (docs / "bueno.txt").write_text(GOOD, encoding="utf-8")
    os.mkfifo(docs / "tubo.txt")
    (docs / "cero.txt").symlink_to("/dev/zero")
    (docs / "nada.txt").symlink_to("no-existe")
    (docs / "carpeta.txt").mkdir()
    (docs / "dentro" / "vuelta").symlink_to(docs, target_is_directory=True)
    report = read_sources(docs)
    assert [document.file for document in report.documents] == ["bueno.txt"]
    assert len(report.problems) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bueno.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "cerrado.txt").write_text("El texto.", encoding="utf-8")
    (tmp_path / "cerrada").mkdir()
    (tmp_path / "cerrado.txt").chmod(0)
    (tmp_path / "cerrada").chmod(0)
    try:
        report = read_sources(tmp_path)
    finally:
        (tmp_path / "cerrada").chmod(0o700)
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
def test_a_table_of_sources_that_cannot_be_read_says_where(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "bueno.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "sources.toml").write_text(table, encoding="utf-8")
    with pytest.raises(SourceError, match=said) as caught:
        read_sources(tmp_path)  # by its name alone each file would be cited wrongly
    assert "sources.toml" in str(caught.value)
