"""Draws the pages of a PDF as pictures. The file itself never goes to the browser, which would run its scripts."""

from __future__ import annotations

import io
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render
from alpie.app.translations import message
from alpie.index.errors import SourceError
from alpie.index.formats import MAX_BYTES, format_of
from alpie.index.records import Document, Layout, PageLabel
from alpie.index.system.files import checksum

_WIDTH = 1_100  # pixels
# three times as high as it is wide, at the width above; what is longer is drawn narrower
_MAX_PIXELS = 4_000_000
_MAX_SCALE = 4.0  # dots a point: a small page is not drawn larger than it can be read
_KEPT = 48  # pictures, some 200 kB each


def has_pages(document: Document) -> bool:
    """Whether pages of the document can be shown."""
    return format_of(document.file) == "pdf"


def sheet_at(layout: Layout, offset: int) -> int:
    """Which sheet of the file, from 1, the character at `offset` stands on; 0 where there are none."""
    return bisect_right(layout.page_starts, offset)


def page_figure(
    document: Document, sheet: int, page: PageLabel | None, root_path: str, translations: PageTranslations
) -> Markup:
    """A page of a PDF behind a button; its picture is fetched when a visitor opens it."""
    number = page if page is not None else sheet
    source = f"{root_path}/al/page?d={document.id}&n={sheet}&v={document.sha256[:12]}"
    text = translations("panel.page_image", page=number, title=document.title)
    return render("page_figure", translations, number=number, source=source, text=text)


def page_png(folder: Path | None, document: Document, sheet: int) -> bytes:
    """Sheet `sheet` (from 1) of `document` in `folder`. Raises `SourceError` when it cannot be shown.

    A file that was changed since it was indexed is not shown. The last pictures are kept.
    """
    if folder is None or not has_pages(document):
        raise SourceError(message("pages.none", file=document.file))
    path = folder / document.file
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
        status = path.stat()
        if not inside or not path.is_file() or status.st_size > MAX_BYTES:
            raise SourceError(message("pages.hidden", file=document.file, most=MAX_BYTES // 1_000_000), path)
        if _checksum(path, status.st_mtime_ns, status.st_size) != document.sha256:
            raise SourceError(message("pages.changed", file=document.file), path)
    except OSError as error:
        raise SourceError(message("pages.gone", file=document.file), path) from error
    return _draw_page(path, sheet, document.sha256)


@lru_cache
def _checksum(path: Path, modified: int, size: int) -> str:
    return checksum(path)


@lru_cache(maxsize=_KEPT)
def _draw_page(path: Path, sheet: int, sha256: str) -> bytes:
    """The page as a PNG; PDFium must not be called from two threads at once."""
    import pypdfium2 as pdfium

    from alpie.index.formats.pdf.pdf_document import PDFIUM

    with PDFIUM:
        try:
            with pdfium.PdfDocument(path) as document:
                if not 1 <= sheet <= len(document):
                    raise SourceError(message("pages.no_page", file=path.name, page=sheet), path)
                page = document[sheet - 1]
                width, height = page.get_size()
                area = max(width * height, 1.0)
                scale = min(_WIDTH / max(width, 1.0), (_MAX_PIXELS / area) ** 0.5, _MAX_SCALE)
                image = page.render(scale=scale, may_draw_forms=False).to_pil()
        except (pdfium.PdfiumError, ValueError, MemoryError) as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise SourceError(
                message("pages.not_drawn", file=path.name, page=sheet, error=reason), path
            ) from error
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
