"""The documents, ready to be asked: what every page, command and program talks to.

from alpie.app import Corpus

answer = Corpus.open().ask("¿Cuántas detenciones hubo en España?")
print(answer.quotes[0].text)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpie.app.answer import answer_question
from alpie.app.conversation import complete
from alpie.app.quotes import QuotePolicy
from alpie.app.records import Answer
from alpie.app.reference_answer import answer_reference, hits_at
from alpie.app.settings import Settings, load_settings
from alpie.app.weights import Weights, load_weights
from alpie.index.embed import embed_passages
from alpie.index.encoder import Encoder, open_encoder
from alpie.index.engines.choice import EngineChoice
from alpie.index.errors import AddressError, SettingsError
from alpie.index.hits import Hit
from alpie.index.lexicon import lexicon_of
from alpie.index.notices import Unread
from alpie.index.query import Question, read_question
from alpie.index.record_file import PassageFile
from alpie.index.records import Document, Layout, Passage
from alpie.index.references import Place, Places, places_with, read_reference
from alpie.index.search import SearchIndex
from alpie.index.store import corpus_fingerprint, open_generation

if TYPE_CHECKING:
    from alpie.index.build import BuildReport

__all__ = ["Corpus"]

_CODE_CANDIDATES = 100  # passages with words of a code that are looked through for it


class Corpus:
    """An opened index with everything that answering needs. Immutable; safe to share between threads."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        layouts: Mapping[str, Layout],
        search: SearchIndex,
        fingerprint: str,
        built_at: str,
        policy: QuotePolicy | None = None,
        threshold: float | None = None,
        weights: Weights | None = None,
        unread: Sequence[Unread] = (),
    ) -> None:
        self.documents = documents
        self.layouts = layouts
        self.index = search
        self.fingerprint = fingerprint
        self.built_at = built_at  # ISO 8601
        self.unread = tuple(unread)  # files of the folder that are not in the index
        self._policy = policy or QuotePolicy()
        self._threshold = threshold
        self._weights = weights or load_weights()

    @classmethod
    def open(cls, settings: Settings | None = None, encoder: Encoder | None = None) -> Corpus:
        """Open the index in use, with the encoder of the settings or one that is open already.

        What is opened stays as it is, also when a newer index is built meanwhile.

        Raises `IndexMissing` (nothing built: `Corpus.build`), `IndexDamaged`, `IndexMismatch`.
        """
        settings = settings or load_settings()
        encoder = encoder or open_encoder_of(settings)
        generation = open_generation(settings.data, encoder)
        choice = engine_choice_of(settings)
        return cls(
            generation.documents,
            generation.layouts,
            replace(
                generation.search,
                engine=choice.open(encoder) if choice else None,
                lexicon=partial(lexicon_of, cache=Path(settings.cache)),
            ),
            generation.fingerprint,
            str(generation.manifest["built_at"]),
            QuotePolicy(most=settings.max_quotes),
            settings.threshold,
            unread=[Unread(**row) for row in generation.manifest.get("unread", ())],
        )

    @staticmethod
    def build(
        settings: Settings | None = None,
        *,
        rebuild: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
        encoder: Encoder | None = None,
    ) -> BuildReport:
        """Build or update the index of `settings.docs` in `settings.data`; `encoder` as in `open`."""
        from alpie.index.build import build_index  # late: reading layouts is not needed for answering
        from alpie.index.formats.recognition import Recogniser

        settings = settings or load_settings()
        recogniser = Recogniser.of_system(Path(settings.cache)) if settings.ocr else None
        encoder = encoder or open_encoder_of(settings)
        for language in ("es", "en"):  # who asks may not be allowed to write there
            lexicon_of(language, Path(settings.cache))
        report = build_index(
            settings.docs,
            settings.data,
            encoder,
            rebuild=rebuild,
            on_progress=on_progress,
            most_bytes=settings.max_document_bytes,
            recogniser=recogniser,
        )
        if choice := engine_choice_of(settings):
            generation = open_generation(settings.data, encoder)
            filled = choice.fill(encoder, generation.documents, generation.search, rebuild, on_progress)
            report = replace(report, engine=filled)
        return report

    @classmethod
    def from_passages(
        cls,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        encoder: Encoder,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Corpus:
        """A corpus in memory, from passages that are there already; nothing is written."""
        embedded, mean = embed_passages(passages, encoder, None, on_progress)
        return cls(
            {document.id: document for document in documents},
            {},
            SearchIndex.from_embedded(passages, embedded, mean, encoder),
            corpus_fingerprint(documents, passages),
            "",
        )

    @property
    def encoder(self) -> Encoder:
        return self.index.encoder

    @property
    def passages(self) -> Sequence[Passage]:
        return self.index.passages

    @cached_property
    def _by_address(self) -> dict[str, Passage]:
        return {passage.address: passage for passage in self.passages}

    @cached_property
    def _rows_by_document(self) -> dict[str, NDArray[np.int64]]:
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            rows.setdefault(passage.document_id, []).append(row)
        return {document: np.array(of_it, dtype=np.int64) for document, of_it in rows.items()}

    def _at(self, address: str) -> Passage:
        if not isinstance(self.passages, PassageFile):
            return self._by_address[address]
        if (row := self.passages.row_of(address)) is None:
            raise KeyError(address)
        return self.passages[row]

    def passage(self, address: str) -> Passage:
        """The passage with this address. Raises `AddressError` when there is none, or no longer."""
        try:
            return self._at(address)
        except KeyError:
            document = self.documents.get(address.split("/", 1)[0])
            reason = (
                f"El texto de «{document.title}» que había en esta dirección ha cambiado o ya no está."
                if document
                else "Ningún documento del índice tiene esta dirección."
            )
            raise AddressError(reason, address) from None

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        """Answer a question; `turns` are the earlier questions of the conversation, oldest first.

        Raises `QuestionError` when there is nothing to search in the question.
        """
        read = read_question(question)
        if places := self._cited(read):
            answer = answer_reference(
                self.index, self.documents, read, places, self._weights, self._policy, self._threshold
            )
            if answer is not None:
                return answer
        asked = complete(read, turns)
        return answer_question(
            self.index, self.documents, asked, self._weights, self._policy, self._threshold
        )

    def search(
        self, question: str, limit: int = 10, leg: str = "fused", document: str | None = None
    ) -> tuple[Hit, ...]:
        """The best passages for a question or some words, best first.

        A citation («artículo 22», «AGN/65/RES/10») gives the passages it names before all others.
        `leg`: "fused", "dense" or "lexical"; `document`: an id, to search in that one only.
        """
        allowed = None if document is None else self._rows_of(document)
        read = read_question(question)
        hits = self.index.search(read, limit, leg, allowed).hits
        places = self._cited(read, document) if leg == "fused" else ()
        return hits_at(places, hits, limit) if places else hits

    def _cited(self, question: Question, document: str | None = None) -> tuple[Place, ...]:
        """The places that a question names, if it is a citation."""
        reference = read_reference(question.typed)
        if reference is None:
            return ()
        if not reference.code:
            return self._places.find(reference, document)
        allowed = None if document is None else self._rows_of(document)
        code = replace(question, searched=reference.code)
        hits = self.index.search(code, _CODE_CANDIDATES, "lexical", allowed).hits
        return places_with(reference.code, [hit.passage for hit in hits])

    @cached_property
    def _places(self) -> Places:
        return Places(self.passages, self.documents)

    def _rows_of(self, document: str) -> NDArray[np.bool_]:
        if document not in self.documents:
            known = ", ".join(self.documents)
            raise SettingsError(f"No hay ningún documento «{document}». Los que hay: {known}.")
        allowed = np.zeros(len(self.passages), dtype=np.bool_)
        if isinstance(self.passages, PassageFile):
            allowed[self.passages.rows_of_document(list(self.documents).index(document))] = True
        else:
            allowed[self._rows_by_document.get(document, np.zeros(0, dtype=np.int64))] = True
        return allowed


def open_encoder_of(settings: Settings) -> Encoder:
    """The encoder that the settings name."""
    return open_encoder(settings.encoder, Path(settings.cache), settings.runtime)


def engine_choice_of(settings: Settings) -> EngineChoice | None:
    """The engine that the settings name; None: the local one."""
    if not settings.index:
        return None
    return EngineChoice(settings.index, settings.index_token, settings.index_timeout_seconds)
