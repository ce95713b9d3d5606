"""PDF pages drawn line by line, so that a test knows where each word stands."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 595.0, 842.0


@dataclass
class Drawn:
    """A PDF being drawn: `lines` from the top down, `at` for anything else."""

    size: float = 11.0
    labels: Sequence[str] = ()
    title: str = ""
    _file: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas: Any = Canvas(self._file, pagesize=(WIDTH, HEIGHT), invariant=1)
        if self.title:
            self.canvas.setTitle(self.title)

    def at(self, x: float, y: float, text: str, size: float = 0, font: str = "Times-Roman") -> None:
        self.canvas.setFont(font, size or self.size)
        self.canvas.drawString(x, y, text)

    def lines(self, *texts: str, x: float = 70, y: float = 760, font: str = "Times-Roman") -> float:
        """Lines one under the other; "" leaves a gap as between paragraphs. Returns the next y."""
        for text in texts:
            if text:
                self.at(x, y, text, font=font)
            y -= 14 if text else 10
        return y

    def page(self) -> None:
        self.canvas.showPage()

    def bytes(self) -> bytes:
        self.canvas.save()
        return self._file.getvalue()
