"""Answers from the documents that a question is put to: by search, by citation, and by what each says as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer, MissingSource
from alpie.app.answering.judging.judgement import JudgedQuestion
from alpie.app.answering.quoting.quote_policy import MAX_OVERVIEW_DOCUMENTS, NEAREST
from alpie.app.answering.routing.answer_pipeline import AnswerPipeline
from alpie.app.answering.routing.mentions import mentions_of
from alpie.app.answering.routing.quoted_places import answer_from_places
from alpie.app.answering.routing.whole_documents import operative_passages, overview_places
from alpie.app.answering.understanding.overview import Overview
from alpie.index.records import Document, Passage
from alpie.index.retrieval.place_matching import unit_in_words
from alpie.index.retrieval.places import FoundPlaces, PlaceFinder, places_with
from alpie.index.retrieval.search import EncodedQuestion, SearchIndex
from alpie.index.spanish.citation_questions import CitationQuestion
from alpie.index.spanish.named_documents import DocumentNames, looks_like_name
from alpie.index.spanish.query import Question
from alpie.index.spanish.unit_kinds import Units

_NAMED_MARGIN = 0.15  # of confidence: the answer of a document that is named may be less sure by this
_DEMANDS_MARGIN = 0.3  # the same for operative paragraphs, where a question is what a document asks for
_ABOUT = re.compile(r"\s+sobre\s", re.IGNORECASE)
_MAX_SCANNED = 100  # passages with words of a code or a name, among which the whole is looked for, best first


@dataclass(frozen=True)
class ChosenDocuments:
    """All documents of an index or some: which passages are theirs, and where the places stand that a question names."""

    documents: Mapping[str, Document]
    index: SearchIndex
    places: Callable[[], PlaceFinder]  # of the index, looked through at the first citation
    limited: bool = False  # `documents` are not all of the index

    @classmethod
    def of_index(cls, documents: Mapping[str, Document], index: SearchIndex) -> ChosenDocuments:
        """All documents of an index."""
        return cls(documents, index, cache(partial(PlaceFinder, index.passages)))

    def restricted_to(self, documents: Collection[str]) -> ChosenDocuments:
        """Those of these documents that have one of the ids `documents`."""
        chosen = {id_: document for id_, document in self.documents.items() if id_ in documents}
        return replace(self, documents=chosen, limited=True)

    @cached_property
    def names(self) -> DocumentNames:
        """By which names the documents are known."""
        return DocumentNames(self.documents)

    def documents_named(self, citation_question: CitationQuestion) -> frozenset[str]:
        """The documents that a citation names; all where it names none.

        «La ley sobre el ruido» may be a name, or ask what the law says about noise.
        """
        names = self.names
        return (
            names.fitting(citation_question.name) or names.fitting(_ABOUT.split(citation_question.name)[0])
            if citation_question.name
            else names.all
        )

    def rows_in(self, documents: Collection[str]) -> NDArray[np.bool_]:
        """Which passages are of one of `documents`, shape (passages,)."""
        allowed = np.zeros(len(self.index.passages), dtype=np.bool_)
        for document in documents:
            allowed[self.index.passages.rows_of_document(document)] = True
        return allowed

    @property
    def allowed(self) -> NDArray[np.bool_] | None:
        """Which passages may answer; None: all of the index."""
        return self.rows_in(self.documents) if self.limited else None

    def find_places(
        self, question: Question, citation_question: CitationQuestion, documents: Collection[str]
    ) -> FoundPlaces:
        """Where the places that a question names stand, in some documents."""
        if not citation_question.code:
            named = self.documents_named(citation_question)
            chosen = [id_ for id_ in self.documents if id_ in documents]
            allowed = [id_ for id_ in chosen if id_ in named]
            inner = (
                self.places().within(citation_question.name, allowed or chosen)
                if citation_question.name
                else None
            )
            if inner and ((found := inner.find(citation_question, chosen)).groups or not allowed):
                return found
            return self.places().find(citation_question, allowed) if allowed else FoundPlaces(())
        rows = self.rows_in(documents) if self.limited or len(documents) < len(self.documents) else None
        places = places_with(
            citation_question.code, self.passages_with(question, citation_question.code, rows)
        )
        return FoundPlaces((places,) if places else ())

    def passages_with(self, question: Question, words: str, rows: NDArray[np.bool_] | None) -> list[Passage]:
        """The passages at `rows` that are nearest to `words` by stems, best first."""
        hits = self.index.search(replace(question, searched=words), _MAX_SCANNED, "lexical", rows).hits
        return [hit.passage for hit in hits]


@dataclass(frozen=True, kw_only=True)
class CollectionPipeline(AnswerPipeline):
    """Answers from the documents that questions are put to: all of an index, or those that somebody chose."""

    chosen: ChosenDocuments

    def restricted_to(self, documents: Collection[str]) -> Self:
        """This pipeline, restricted to some of its documents."""
        chosen = self.chosen.restricted_to(documents)
        return replace(self, documents=chosen.documents, chosen=chosen)

    def judge(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> JudgedQuestion:
        return super().judge(encoded, self.chosen.allowed if allowed is None else allowed)

    def answer_preferring(
        self, encoded: EncodedQuestion, rows: NDArray[np.bool_], margin: float = _NAMED_MARGIN
    ) -> Answer:
        """The answer of the passages at `rows`, unless that of all passages is surer by more than `margin`."""
        answer, of_all = self.answer(encoded, rows), self.answer(encoded)
        return answer if answer.answered and answer.confidence >= of_all.confidence - margin else of_all

    def answer_overview(self, question: Question, overview: Overview) -> Answer | None:
        """What documents say of themselves as wholes; None where a search answers better."""
        ids = overview.documents or tuple(self.documents)
        if overview.has_topic:
            rows = self.chosen.rows_in(ids)
            passages = {int(row): self.index.passages[int(row)] for row in np.flatnonzero(rows)}
            asking = {passage.address for passage in operative_passages(list(passages.values()))}
            rows[[row for row, passage in passages.items() if passage.address not in asking]] = False
            return (
                self.answer_preferring(self.index.encode(question), rows, _DEMANDS_MARGIN)
                if rows.any()
                else None
            )
        limit = self.policy.max_quotes if len(ids) == 1 else 1
        groups = [
            [place]
            for id_ in ids[:MAX_OVERVIEW_DOCUMENTS]
            for place in overview_places(
                overview, self.documents[id_], self.index.passages.of_document(id_), limit
            )
        ]
        return answer_from_places(self, question, groups)

    def answer_citation(self, question: Question, citation_question: CitationQuestion) -> Answer | None:
        """What stands at the places that a question names, or that they are missing; None where it names no place."""
        found = self.chosen.find_places(question, citation_question, self.documents)
        absent = [
            MissingSource(self._title_of(citation_question), unit_in_words(units)) for units in found.absent
        ]
        if found.groups:
            return answer_from_places(self, question, found.groups, absent)
        if citation_question.name and not (absent or self.chosen.documents_named(citation_question)):
            if mentions := self.answer_mentions(question, citation_question.name, citation_question.places):
                return mentions
            absent = (
                [MissingSource(citation_question.name)] if looks_like_name(citation_question.name) else []
            )
        return as_refusal(self.answer(self.index.encode(question)), absent) if absent else None

    def answer_mentions(self, question: Question, name: str, places: Sequence[Units]) -> Answer | None:
        """What documents say of places of a norm that is not among them, marked as such; None where they say nothing."""
        passages = self.chosen.passages_with(question, name, self.chosen.allowed) if places else []
        found = [mentions_of(name, units, passages) for units in places]
        absent = [MissingSource(name, mentioned=True)]
        return answer_from_places(self, question, found, absent) if any(found) else None

    def _title_of(self, citation_question: CitationQuestion) -> str:
        """The title of the one document that a citation names, or of the only one there is; "" for several."""
        named = self.chosen.documents_named(citation_question)
        return self.documents[next(iter(named))].title if len(named) == 1 else ""


def as_refusal(answer: Answer, absent: Sequence[MissingSource]) -> Answer:
    """`answer` as a refusal, with its quotations as what is nearest.

    The confidence is 0, because it is certain that the text is missing.
    """
    return replace(
        answer,
        answered=False,
        confidence=0.0,
        quotes=(),
        nearest=(answer.nearest or answer.quotes)[: NEAREST.max_quotes],
        search=replace(answer.search, above_threshold=0),
        absent=tuple(absent),
    )
