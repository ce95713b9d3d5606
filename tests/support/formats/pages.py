"""PDF pages drawn line by line, so that a test knows where each word stands."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from support.formats.reading import Reading
from support.promise import assert_promise

WIDTH, HEIGHT = 595.0, 842.0
TEXT = ("El horno del pueblo abre los martes y los jueves.", "La leña la ponen los vecinos por turnos.")
PARKS = (
    "La red de parques se extiende por toda la", "comarca y suma cuarenta hectáreas de césped.",
    "Cada parque tiene un guarda y una fuente de", "agua potable que se revisa todos los meses.",
)  # fmt: skip
BUDGET = (
    "El presupuesto de los parques se aprueba en", "diciembre y se publica en el tablón del pueblo.",
    "Los bancos de madera se pintan de verde cada", "dos años, siempre antes de que llegue mayo.",
)  # fmt: skip
WIDE = "Este párrafo va de un lado al otro de la hoja y está delante de las dos columnas que siguen, que son prosa."
GREY = Image.new("L", (60, 80), 200)


class Drawn:
    """A PDF being drawn: `lines` from the top down, `columns` side by side, `at` for anything else."""

    def __init__(self, size: float = 11.0, title: str = "") -> None:
        self.size = size
        self._file = io.BytesIO()
        self.canvas: Any = Canvas(self._file, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=0)
        if title:
            self.canvas.setTitle(title)

    def at(self, x: float, y: float, text: str, size: float = 0, font: str = "Times-Roman") -> float:
        """Returns where the text ends."""
        self.canvas.setFont(font, size or self.size)
        self.canvas.drawString(x, y, text)
        return x + float(self.canvas.stringWidth(text, font, size or self.size))

    def lines(self, *texts: str, x: float = 70, y: float = 760) -> float:
        """Lines one under the other; "" leaves a gap as between paragraphs. Returns the next y."""
        for text in texts:
            if text:
                self.at(x, y, text)
            y -= 14 if text else 10
        return y

    def columns(self, columns: Mapping[float, Sequence[str]], y: float, step: float = 14) -> None:
        """The lines of each column by its x, drawn line by line across the page, as some programs do."""
        for number, line in enumerate(zip_longest(*columns.values(), fillvalue="")):
            for x, text in zip(columns, line, strict=True):
                self.at(x, y - step * number, text)

    def picture(self, image: Any) -> None:
        """A picture that fills the page."""
        self.canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)

    def page(self) -> None:
        self.canvas.showPage()

    def bytes(self) -> bytes:
        self.canvas.save()
        return self._file.getvalue()

    def read(self) -> Reading:
        """What is read of it; the promise holds."""
        found = Reading("a.pdf", self.bytes())
        assert_promise(found.document)
        return found


def pdf_of(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    drawn = Drawn()
    for text in pages:
        drawn.at(72, 720, text)
        drawn.page()
    return drawn.bytes()
