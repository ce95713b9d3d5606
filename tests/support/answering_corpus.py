"""A corpus for the command line that answers everything alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alpie.app.answering.answer_types import Answer
from alpie.app.settings import Settings
from alpie.index.build import BuildReport
from alpie.index.database.text_database import StoredPassages
from alpie.index.errors import IndexMissing, QuestionError
from alpie.index.formats import Metadata
from alpie.index.records import Hit
from alpie.index.retrieval.backends.select import Synchronised
from alpie.index.sources.source_table import complete_entry, entry_from_file_name
from support.sample_answer import ANSWER, DOCUMENT, HIT, PASSAGE


class AnsweringCorpus:
    """Answers everything alike; remembers whether it had to be built."""

    documents = {"nota": DOCUMENT}  # noqa: RUF012 - a fake that nobody changes
    layouts: dict[str, object] = {}  # noqa: RUF012
    passages = StoredPassages.from_passages([PASSAGE])
    fingerprint = "abc"
    encoder = None
    is_built = True
    answer = ANSWER
    opened_with: Settings

    @classmethod
    def open(cls, settings: Settings) -> AnsweringCorpus:
        """The corpus, if it is built."""
        if not cls.is_built:
            raise IndexMissing("No hay índice.", settings.data)
        cls.opened_with = settings
        return cls()

    @classmethod
    def build(cls, settings: Settings, *, rebuild: bool = False, on_progress: object = None) -> BuildReport:
        """Builds it, with one problem and one document without metadata."""
        cls.is_built = True
        told = complete_entry(entry_from_file_name(Path("acta.html"), set()), Metadata(), date(2026, 1, 2))
        return BuildReport(
            documents=1, passages=1, embedded=int(rebuild), reused=int(not rebuild), seconds=0.1, folder=Path("index"),
            problems=("malo.txt: no",), incomplete=(told,), backend=Synchronised(9, 2, 1),
        )  # fmt: skip

    def ask(self, question: str, *_: object) -> Answer:
        """`answer`, whatever is asked."""
        if not question.strip():
            raise QuestionError("La pregunta está vacía.")
        return self.answer

    def holds_none_of(self, *_: object) -> bool:
        """It holds all words."""
        return False

    def search(self, question: str, limit: int = 10, **_: object) -> tuple[Hit, ...]:
        """Two hits, whatever is asked."""
        return (HIT,) * min(limit, 2)
