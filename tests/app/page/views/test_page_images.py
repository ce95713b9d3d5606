"""Pages of a document as pictures: of bounded size, and only of the file that was indexed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.views.page_images import page_png, sheet_at
from alpie.app.settings import load_settings
from alpie.index.errors import SourceError
from alpie.index.formats import extract
from alpie.index.layout import lay_out
from alpie.index.records import Document
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import FakeEncoder, build
from support.formats import law, made
from support.page_routes import page_routes

TEXT = "Los parques abren a las siete de la mañana."


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Document]:
    folder = tmp_path_factory.mktemp("docs")
    (folder / "ley.pdf").write_bytes(made.law_pdf(law.law()))
    return folder, read_sources(folder).documents[0]


def test_a_page_is_a_picture_of_bounded_size(shown: tuple[Path, Document]) -> None:
    from PIL import Image

    folder, document = shown
    first, second = (page_png(folder, document, sheet) for sheet in (1, 2))
    assert first != second
    assert page_png(folder, document, 1) is first
    picture = Image.open(io.BytesIO(first))
    assert picture.width == 1100
    dark = sum(picture.convert("L").histogram()[:128])
    assert 0.01 < dark / picture.width / picture.height < 0.5


def test_a_page_as_large_as_a_field_is_drawn_small(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "plano.pdf"), pagesize=(200, 14_000))
    canvas.drawString(10, 10, "Un plano muy largo de la comarca.")
    canvas.save()
    document = read_sources(tmp_path).documents[0]
    picture = Image.open(io.BytesIO(page_png(tmp_path, document, 1)))
    assert picture.width * picture.height <= 4_100_000


def test_the_sheet_of_a_place_is_that_of_the_file(shown: tuple[Path, Document]) -> None:
    layout = lay_out(shown[1])
    text = shown[1].text
    assert sheet_at(layout, 0) == 1
    assert sheet_at(layout, text.index("Pág. 2")) == 2
    assert sheet_at(layout, len(text) - 1) == len(layout.page_starts)


def test_what_is_not_the_indexed_file_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "ley.pdf").write_bytes(made.law_pdf(law.law()[:4]))
    document = read_sources(tmp_path).documents[0]
    with pytest.raises(SourceError, match="no tiene página 9"):
        page_png(tmp_path, document, 9)
    (tmp_path / "ley.pdf").write_bytes(made.law_pdf(law.law()[:9]))
    with pytest.raises(SourceError, match="ha cambiado"):
        page_png(tmp_path, document, 1)
    (tmp_path / "ley.pdf").unlink()
    with pytest.raises(SourceError, match="ya no está"):
        page_png(tmp_path, document, 1)
    with pytest.raises(SourceError, match="páginas"):
        page_png(None, document, 1)


def test_pages_of_a_pdf_are_served_as_pictures(tmp_path: Path) -> None:
    docs, data = tmp_path / "docs", tmp_path / "data"
    docs.mkdir()
    (docs / "ley.pdf").write_bytes(made.law_pdf(law.law()))
    (docs / "nota.txt").write_text(TEXT, encoding="utf-8")
    build(docs, data)
    corpus = Corpus.open(load_settings({"docs": str(docs), "data": str(data)}, environment={}), FakeEncoder())
    web = page_routes(PageOptions(docs=docs), corpus)
    passage = next(one for one in corpus.passages if "11 euros" in one.text)
    panel = web.get("/al/panel", params={"p": passage.address}).text
    source = panel.partition('<img src="')[2].partition('"')[0].replace("&amp;", "&")
    assert f"n={passage.page}" in source
    answer = web.get(source)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    for wrong in ("n=0", "n=99", "n=-1", "n=1e3", "n=١", "n=" + "9" * 40, ""):
        assert web.get(f"/al/page?d=ley&{wrong}").status_code == 404
    assert web.get("/al/page?d=nota&n=1").status_code == 404
    assert web.get("/al/page?d=nada&n=1").text == "No existe esa página."
    assert web.get("/al/page?d=nada&n=1&lang=en").text == "There is no such page."
    assert web.get("/al/page?d=../ley&n=1").status_code == 404
    note = next(one for one in corpus.passages if one.document_id == "nota")
    assert "page-view" not in web.get("/al/panel", params={"p": note.address}).text
    assert extract((docs / "ley.pdf").read_bytes(), docs / "ley.pdf").text == corpus.documents["ley"].text
