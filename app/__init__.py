"""Questions in, quotations out: everything a person or a program talks to.

>>> from alpie.app import Corpus
>>> Corpus.open().ask("¿Cuántas detenciones hubo en España?")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alpie.app.answering.answer_types import (
    Answer,
    Citation,
    Quote,
    SearchStatement,
    WriterReport,
    WrittenSentence,
)

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

__all__ = ["Answer", "Citation", "Corpus", "Quote", "SearchStatement", "WriterReport", "WrittenSentence"]


def __getattr__(name: str) -> Any:
    # The corpus pulls in NumPy and FAISS; `alpie --help` must not.
    if name == "Corpus":
        from alpie.app.answering.corpus import Corpus

        return Corpus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
