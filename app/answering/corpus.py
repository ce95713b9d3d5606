"""The documents, ready to be asked: what every page, command and program talks to.

from alpie.app import Corpus

answer = Corpus.open().ask("¿Cuántas detenciones hubo en España?")
print(answer.quotes[0].text)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.answer_weights import MissingWeights, Weights, load_calibration, load_weights
from alpie.app.answering.configured_parts import (
    configured_backend,
    open_configured_encoder,
    open_configured_reader,
)
from alpie.app.answering.judging.read_passages import CachingReader
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.answering.routing.collection_pipeline import ChosenDocuments
from alpie.app.answering.routing.question_routing import QuestionRouter
from alpie.app.answering.routing.quoted_places import hits_at
from alpie.app.errors import AddressError, Uncalibrated
from alpie.app.settings import Settings, load_settings
from alpie.app.translations import message
from alpie.index.database.text_database import StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import embed_passages
from alpie.index.errors import ArgumentError
from alpie.index.notices import UnreadFile
from alpie.index.reader import Reader
from alpie.index.records import Document, Hit, Layout, Passage
from alpie.index.retrieval import RetrieverName
from alpie.index.retrieval.places import Place
from alpie.index.retrieval.search import EncodedQuestion, SearchIndex
from alpie.index.retrieval.word_search import MAX_WEIGHED, WordIndex, WordMatch, WordQuery
from alpie.index.spanish.analysis import terms
from alpie.index.spanish.query import parse_question
from alpie.index.spanish.spelling import lexicon_of
from alpie.index.storage.store import corpus_fingerprint, open_version

if TYPE_CHECKING:
    from alpie.index.build import BuildReport

# Passages looked through for a word: where so many have one of the words, the words are there.
_MAX_PASSAGES_WITH_WORD = 100


@dataclass(frozen=True, eq=False, repr=False)  # equal to itself alone: a comparison would read all texts
class Corpus:
    """An opened index with everything that answering needs; immutable, and safe to share between threads."""

    documents: Mapping[str, Document]
    layouts: Mapping[str, Layout]
    index: SearchIndex
    reader: Reader
    fingerprint: str
    built_at: str = ""  # ISO 8601; "" for what was never written
    policy: QuotePolicy = field(default_factory=QuotePolicy)
    threshold: float | None = None  # of `AnswerPipeline`
    weights: Weights | MissingWeights = field(default_factory=load_weights)
    unread: tuple[UnreadFile, ...] = ()  # files of the folder that are not in the index

    @classmethod
    def open(cls, settings: Settings | None = None, encoder: Encoder | None = None) -> Corpus:
        """Open the index in use, with the encoder of the settings or one that is open already.

        An opened corpus stays as it is when a newer index is built.

        Raises `IndexMissing` (nothing built: `Corpus.build`), `IndexDamaged`, `IndexMismatch`.
        """
        settings = settings or load_settings()
        encoder = encoder or open_configured_encoder(settings)
        version = open_version(settings.data, encoder)
        choice = configured_backend(settings)
        calibration = load_calibration(encoder, settings.data)
        return cls(
            documents=version.documents,
            layouts=version.layouts,
            index=replace(
                version.search,
                backend=choice.open(encoder) if choice else None,
                lexicon=partial(lexicon_of, cache=settings.cache),
                weights=calibration.fusion,
            ),
            reader=open_configured_reader(settings),
            fingerprint=version.fingerprint,
            built_at=version.manifest.built_at,
            policy=QuotePolicy(max_quotes=settings.max_quotes),
            threshold=settings.answer_threshold,
            weights=calibration.weights,
            unread=version.manifest.unread,
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
        from alpie.index.formats.pdf.recognition import Recogniser
        from alpie.index.sources.document_folder import RECOGNITION_FILE

        settings = settings or load_settings()
        wanted = settings.ocr or (settings.docs / RECOGNITION_FILE).is_file()
        recogniser = Recogniser.of_system(settings.cache) if wanted else None
        encoder = encoder or open_configured_encoder(settings)
        for language in ("es", "en"):  # made now: who asks may not be allowed to write into the cache
            lexicon_of(language, settings.cache)
        report = build_index(
            settings.docs,
            settings.data,
            encoder,
            rebuild=rebuild,
            on_progress=on_progress,
            max_bytes=settings.max_document_bytes,
            recogniser=recogniser,
        )
        if choice := configured_backend(settings):
            version = open_version(settings.data, encoder)
            filled = choice.fill(encoder, version.search, rebuild, on_progress)
            report = replace(report, backend=filled)
        return report

    @classmethod
    def from_passages(
        cls,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        encoder: Encoder,
        reader: Reader,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Corpus:
        """A corpus in memory, made of passages; nothing is written."""
        embedded = embed_passages(passages, encoder, on_progress)
        return cls(
            documents={document.id: document for document in documents},
            layouts={},
            index=SearchIndex.from_embedded(passages, embedded, encoder),
            reader=reader,
            fingerprint=corpus_fingerprint(documents, passages),
        )

    def without_expansions(self) -> Corpus:
        """A corpus of the same documents without their expansions: for fitting and comparing."""
        return replace(self, index=replace(self.index, expansions=None))

    @property
    def encoder(self) -> Encoder:
        return self.index.encoder

    @property
    def passages(self) -> StoredPassages:
        return self.index.passages

    def passage(self, address: str) -> Passage:
        """The passage with this address. Raises `AddressError` when there is none, or no longer."""
        if (row := self.passages.row_of(address)) is not None:
            return self.passages[row]
        document = self.documents.get(address.split("/", 1)[0])
        raise AddressError(
            message("address.changed", title=document.title) if document else message("address.unknown"),
            address=address,
        )

    def ask(
        self,
        question: str,
        turns: Sequence[str] = (),
        documents: Sequence[str] = (),
        each_document: bool = False,
    ) -> Answer:
        """Answer a question; `turns` are the earlier questions of the conversation, oldest first.

        `documents`: ids of the documents that the question is put to, none for all; `each_document`: ask each one separately.
        Raises `QuestionError` when there is nothing to search in the question, `ArgumentError` for an unknown id.
        """
        for document in documents:
            self.require_document(document)
        router = self._router.restricted_to(documents) if documents else self._router
        return router.ask(question, turns, each_document)

    @cached_property
    def _router(self) -> QuestionRouter:
        weights = self.weights
        if isinstance(weights, MissingWeights):
            raise Uncalibrated(weights.reason, weights.data)
        reader = CachingReader(self.reader)
        return QuestionRouter(
            self.documents,
            self.index,
            reader,
            weights,
            self.policy,
            self.threshold,
            chosen=self._all_documents,
        )

    @cached_property
    def _all_documents(self) -> ChosenDocuments:
        return ChosenDocuments.of_index(self.documents, self.index)

    def search(
        self,
        question: str,
        limit: int = 10,
        retriever: RetrieverName = "hybrid",
        document: str | None = None,
    ) -> tuple[Hit, ...]:
        """The best passages for a question or some words, best first.

        A citation («artículo 22», «AGN/65/RES/10») gives the passages that it names before all others. Quotation marks,
        operators (`WordQuery`) and a number on its own are literal: passages that hold them come first.
        `retriever`: "hybrid", "dense" or "lexical"; `document`: the id of the only document to search in.
        Raises `ArgumentError` for another retriever and for an unknown id.
        """
        allowed = (
            None if document is None else self._all_documents.rows_in((self.require_document(document),))
        )
        parsed = parse_question(question)
        encoded = self.index.encode(parsed)
        hits = self.index.retrieve(encoded, limit, retriever, allowed).hits
        citation_question = parsed.citation_question if retriever not in ("dense", "lexical") else None
        within = self.documents if document is None else (document,)
        places = (
            self._all_documents.find_places(parsed, citation_question, within).places
            if citation_question
            else ()
        )
        if retriever == "hybrid" and not places:
            places = tuple(Place(one, 0, 0) for one in self.openings(question) if one.document_id in within)
        hits = hits_at(places, hits, limit) if places else hits
        literal = WordQuery.parse(question).literal
        if retriever != "hybrid" or not literal.clauses or (places and not literal.has_phrases):
            return hits
        rows = [match.row for match in self.word_matches(literal)]
        if allowed is not None:
            rows = [row for row in rows if allowed[row]]
        first = self.best_of_rows(encoded, rows[:MAX_WEIGHED], limit)
        held = {hit.passage.address for hit in first}
        rest = [replace(hit, verbatim=False) for hit in hits if hit.passage.address not in held]
        return (*(replace(hit, verbatim=True) for hit in first), *rest)[:limit]

    def openings(self, text: str) -> list[Passage]:
        """The first passage of each document whose title opens with `text`: no passage may hold the words of a title."""
        titled = sorted(self._all_documents.names.titled(text))
        return [passage for id_ in titled for passage in self.passages.of_document(id_)[:1]]

    def best_of_rows(
        self, encoded: EncodedQuestion, rows: Sequence[int], limit: int | None = None
    ) -> tuple[Hit, ...]:
        """The passages in these `rows`, all or the best `limit` of them, in the order of the hybrid search.

        Passages that hold certain words are found by those words, and each is as good a match as the others; only the
        search shows which of them is most about the question.
        """
        if not rows:
            return ()
        chosen = np.zeros(len(self.passages), bool)
        chosen[list(rows)] = True
        return self.index.retrieve(encoded, len(rows) if limit is None else limit, "hybrid", chosen).hits

    def holds_none_of(
        self, text: str, document: str | None = None, admits: Callable[[Hit], bool] = lambda _: True
    ) -> bool:
        """Whether no passage that `admits` lets through has a content word of `text`, in any form, or its correction.

        What a search by meaning finds is then only near. The result is False for a text of function words alone, and for
        a text that names a place («artículo 22»).
        """
        question = parse_question(text)
        if not terms(question.typed) or question.citation_question is not None:
            return False
        hits = self.search(text, _MAX_PASSAGES_WITH_WORD, "lexical", document)
        return len(hits) < _MAX_PASSAGES_WITH_WORD and not any(map(admits, hits))

    def word_matches(self, query: WordQuery) -> Sequence[WordMatch]:
        """All passages that hold the words of a query, in their order."""
        return self._words.word_matches(query, lambda row: self.passages[row].text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self.passages)

    def require_document(self, document: str) -> str:
        """The id `document`, if there is such a document; raises `ArgumentError` for an unknown one."""
        if document not in self.documents:
            known = ", ".join(self.documents)
            raise ArgumentError(message("api.document", document=document, known=known))
        return document
