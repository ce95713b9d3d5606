"""The documents, ready to be asked: what every page, command and program talks to.

from alpie.app import Corpus

answer = Corpus.open().ask("¿Cuántas detenciones hubo en España?")
print(answer.quotes[0].text)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.absence import refused
from alpie.app.answering.answer import answer_question
from alpie.app.answering.answer_weights import Weights, load_weights
from alpie.app.answering.answers import Absent, Answer
from alpie.app.answering.asked_question import read_asked
from alpie.app.answering.calibration import numbers_for
from alpie.app.answering.overview import Overview, demanding, places_told
from alpie.app.answering.quotes import QuotePolicy
from alpie.app.answering.reference_answer import answer_reference, hits_at
from alpie.app.settings import Settings, load_settings
from alpie.index.database.stored_records import PassagesByDocument, StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import embed_passages
from alpie.index.encoder.factory import open_encoder
from alpie.index.errors import AddressError, SettingsError, Uncalibrated
from alpie.index.notices import Unread
from alpie.index.reader import Reader
from alpie.index.reader.open_reader import open_reader
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.backends.select import BackendChoice
from alpie.index.retrieval.hits import Hit
from alpie.index.retrieval.places import Found, Places, places_with, said
from alpie.index.retrieval.search import EncodedQuestion, SearchIndex
from alpie.index.retrieval.word_search import Held, WordIndex, WordQuery
from alpie.index.spanish.lexicon import lexicon_of
from alpie.index.spanish.named_documents import DocumentNames, looks_like_name
from alpie.index.spanish.query import Question, read_question
from alpie.index.spanish.references import Reference
from alpie.index.storage.store import corpus_fingerprint, open_generation

if TYPE_CHECKING:
    from alpie.index.build import BuildReport

__all__ = ["Corpus"]

_PREFERRED = 0.15  # by so much the answer of a document that is named may be less sure than another's
_DEMANDED = 0.3  # … and that of the paragraphs that ask for something, where it is asked what is asked for
_MAX_TOLD = 20  # documents of which a question tells at once
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
        weights: Weights | Uncalibrated | None = None,
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
        self._fitted = weights or load_weights()

    @classmethod
    def open(cls, settings: Settings | None = None, encoder: Encoder | None = None) -> Corpus:
        """Open the index in use, with the encoder of the settings or one that is open already.

        What is opened stays as it is, also when a newer index is built meanwhile.

        Raises `IndexMissing` (nothing built: `Corpus.build`), `IndexDamaged`, `IndexMismatch`.
        """
        settings = settings or load_settings()
        encoder = encoder or open_encoder_of(settings)
        generation = open_generation(settings.data, encoder)
        choice = backend_choice_of(settings)
        weights, fusion = numbers_for(encoder, settings.data)
        return cls(
            generation.documents,
            generation.layouts,
            replace(
                generation.search,
                reader=open_reader_of(settings),
                backend=choice.open(encoder) if choice else None,
                lexicon=partial(lexicon_of, cache=Path(settings.cache)),
                weights=fusion,
            ),
            generation.fingerprint,
            str(generation.manifest["built_at"]),
            QuotePolicy(most=settings.max_quotes),
            settings.threshold,
            weights,
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
        if choice := backend_choice_of(settings):
            generation = open_generation(settings.data, encoder)
            filled = choice.fill(encoder, generation.documents, generation.search, rebuild, on_progress)
            report = replace(report, backend=filled)
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
        embedded = embed_passages(passages, encoder, on_progress)
        return cls(
            {document.id: document for document in documents},
            {},
            SearchIndex.from_embedded(passages, embedded, encoder),
            corpus_fingerprint(documents, passages),
            "",
        )

    def without_expansions(self) -> Corpus:
        """The same documents as if nobody had written expansions for them: for fitting and comparing."""
        bare = replace(self.index, expansions=None)
        return Corpus(
            self.documents, self.layouts, bare, self.fingerprint, self.built_at, self._policy, self._threshold,
            self._fitted,
        )  # fmt: skip

    @property
    def _weights(self) -> Weights:
        if isinstance(self._fitted, Uncalibrated):
            raise self._fitted
        return self._fitted

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
    def _by_document(self) -> Mapping[str, Sequence[Passage]]:
        return PassagesByDocument(self.passages)

    @cached_property
    def _rows_by_document(self) -> dict[str, NDArray[np.int64]]:
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            rows.setdefault(passage.document_id, []).append(row)
        return {document: np.array(of_it, dtype=np.int64) for document, of_it in rows.items()}

    def _at(self, address: str) -> Passage:
        if not isinstance(self.passages, StoredPassages):
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
        asked = read_asked(question, turns, self._names)
        if asked.reference and (answer := self._quoted_from(asked.question, asked.reference)):
            return answer
        if asked.overview and (answer := self._told(asked.question, asked.overview)):
            return answer
        scope, encoded = asked.scope, self.index.encode(asked.scope.question)
        if scope.absent:
            return refused(self._answered(encoded), [Absent(scope.absent)])
        if not scope.documents:
            return self._answered(encoded)
        of_those = self._rows_in(scope.documents)
        if scope.only:
            return self._answered(encoded, of_those)
        if scope.question.asks_two_things:  # «… según INTERPOL y según WeProtect»
            return self._answered(encoded)
        return self._preferred(encoded, of_those)

    def _preferred(
        self, encoded: EncodedQuestion, rows: NDArray[np.bool_], margin: float = _PREFERRED
    ) -> Answer:
        """The answer of some passages, unless others answer far better."""
        answer, of_all = self._answered(encoded, rows), self._answered(encoded)
        return answer if answer.answered and answer.confidence >= of_all.confidence - margin else of_all

    def _told(self, question: Question, overview: Overview) -> Answer | None:
        """What documents say of themselves as wholes; None where the question is better searched as any other."""
        ids = overview.documents or tuple(self.documents)
        if overview.about:
            rows = self._rows_in(ids)
            passages = {int(row): self.passages[int(row)] for row in np.flatnonzero(rows)}
            asking = {one.address for one in demanding(list(passages.values()))}
            rows[[row for row, one in passages.items() if one.address not in asking]] = False
            return self._preferred(self.index.encode(question), rows, _DEMANDED) if rows.any() else None
        most = self._policy.most if len(ids) == 1 else 1
        groups = [
            [place]
            for id_ in ids[:_MAX_TOLD]
            for place in places_told(overview, self.documents[id_], self._by_document[id_], most)
        ]
        return answer_reference(
            self.index, self.documents, question, groups, self._weights, self._policy, self._threshold
        )

    def _answered(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> Answer:
        return answer_question(
            self.index, self.documents, encoded, self._weights, self._policy, self._threshold, allowed
        )

    def search(
        self, question: str, limit: int = 10, retriever: str = "fused", document: str | None = None
    ) -> tuple[Hit, ...]:
        """The best passages for a question or some words, best first.

        A citation («artículo 22», «AGN/65/RES/10») gives the passages it names before all others.
        `retriever`: "fused", "dense" or "lexical"; `document`: an id, to search in that one only.
        """
        allowed = None if document is None else self._rows_of(document)
        read = read_question(question)
        hits = self.index.search(read, limit, retriever, allowed).hits
        reference = read.reference if retriever == "fused" else None
        places = self._found(read, reference, document).places if reference else ()
        return hits_at(places, hits, limit) if places else hits

    def holding(self, query: WordQuery) -> Sequence[Held]:
        """All passages that hold the words of a query, in their order."""
        return self._words.holding(query, lambda row: self.passages[row].text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex.of(self.passages)

    def _quoted_from(self, question: Question, reference: Reference) -> Answer | None:
        """What stands at the places a question names, or that they are not there; None: it names none after all."""
        found = self._found(question, reference)
        absent = [Absent(self._title_of(reference), said(units)) for units in found.absent]
        if found.groups:
            return answer_reference(
                self.index,
                self.documents,
                question,
                found.groups,
                self._weights,
                self._policy,
                self._threshold,
                absent,
            )
        if reference.name and not self._names.fitting(reference.name):
            absent = [Absent(reference.name)] if looks_like_name(reference.name) else []
        return refused(self._answered(self.index.encode(question)), absent) if absent else None

    def _title_of(self, reference: Reference) -> str:
        """The title of the one document that a citation names, or of the only one there is; "" for several."""
        named = self._names.fitting(reference.name) if reference.name else self._names.all
        return self.documents[next(iter(named))].title if len(named) == 1 else ""

    def _found(self, question: Question, reference: Reference, document: str | None = None) -> Found:
        """Where the places that a question names stand; `document`: in that one only."""
        if not reference.code:
            named = self._names.fitting(reference.name) if reference.name else self._names.all
            allowed = [id_ for id_ in self.documents if id_ in named and document in (None, id_)]
            return self._places.find(reference, allowed) if allowed else Found(())
        rows = None if document is None else self._rows_of(document)
        code = replace(question, searched=reference.code)
        hits = self.index.search(code, _CODE_CANDIDATES, "lexical", rows).hits
        places = places_with(reference.code, [hit.passage for hit in hits])
        return Found((places,) if places else ())

    @cached_property
    def _places(self) -> Places:
        return Places(self.passages)

    @cached_property
    def _names(self) -> DocumentNames:
        return DocumentNames(self.documents)

    def _rows_of(self, document: str) -> NDArray[np.bool_]:
        if document not in self.documents:
            known = ", ".join(self.documents)
            raise SettingsError(f"No hay ningún documento «{document}». Los que hay: {known}.")
        return self._rows_in((document,))

    def _rows_in(self, documents: Collection[str]) -> NDArray[np.bool_]:
        allowed = np.zeros(len(self.passages), dtype=np.bool_)
        for document in documents:
            if isinstance(self.passages, StoredPassages):
                allowed[self.passages.rows_of_document(document)] = True
            else:
                allowed[self._rows_by_document.get(document, np.zeros(0, dtype=np.int64))] = True
        return allowed


def open_encoder_of(settings: Settings) -> Encoder:
    """The encoder that the settings name."""
    return open_encoder(settings.encoder, Path(settings.cache), settings.runtime)


def open_reader_of(settings: Settings) -> Reader:
    """The reader that the settings name, with the language model before it where they say so."""
    reader = open_reader(settings.reader, Path(settings.cache))
    if not (settings.writer and settings.writer_reads):
        return reader
    from alpie.app.answering.model_reader import (
        ModelReader,
    )  # late: only who configured a model loads its library
    from alpie.app.chat_model import stream_of

    # opened at each question: a provider that is missing must not keep the documents from being asked
    return ModelReader(
        lambda messages: stream_of(settings)(messages),
        settings.writer,
        reader,
        settings.writer_timeout_seconds,
    )


def backend_choice_of(settings: Settings) -> BackendChoice | None:
    """The backend that the settings name; None: the local one."""
    if not settings.index:
        return None
    return BackendChoice(settings.index, settings.index_token, settings.index_timeout_seconds)
