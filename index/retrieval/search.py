"""Searches all passages for a question: collects candidates, fuses their scores, gives the best.

1. Candidates come from three retrievers, passage vectors, sentence vectors and stems, and from expansions, by meaning
   and by words, if there are any.
2. The score of a candidate is a weighted sum of cosines and normalised BM25. Fusion by rank would give a retriever
   that knows nothing about the question (BM25 for a question in English, or for a paraphrase) as much weight as the
   others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import NamedTuple

import numpy as np

from alpie.index.arrays import Flags, Floats, Integers
from alpie.index.database.text_database import StoredPassages, bounds_of, concatenated_ranges
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import PassageVectors, indexed_text
from alpie.index.records import Hit, Passage
from alpie.index.retrieval import HybridWeights, RetrieverName, retriever_named
from alpie.index.retrieval.bm25 import TermIndex, top_rows
from alpie.index.retrieval.expansion_index import ExpansionIndex, impute_scores
from alpie.index.retrieval.vector_backend import BACKEND_RETRIEVERS, RELATED_WEIGHT, Query, VectorBackend
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.acronyms import Acronyms, learn_acronyms
from alpie.index.spanish.analysis import Token, stemmed_words, terms
from alpie.index.spanish.query import Question
from alpie.index.spanish.spelling import Lexicons, correct_spelling, lexicon_of

_CANDIDATES_PER_RETRIEVER = 100  # ten times as many as a reader reads
_PARTS_PER_PASSAGE = 2  # of the nearest sentences or expansions, so many are often of one passage
_MAX_WORDS_SHOWN = 12  # of a question's words that a passage has
SCORE_DECIMALS = 5  # scores that differ by less are equal, so that the order does not depend on the machine


@dataclass(frozen=True)
class EncodedQuestion:
    """A question with everything that the retrievers need, computed once."""

    question: Question
    vector: Floats  # (dimension,)
    terms: tuple[Token, ...]
    related: tuple[str, ...]  # further terms: see `Acronyms.related`
    milliseconds: float = 0.0  # that the encoding took


@dataclass(frozen=True)
class _WordScores:
    """The BM25 scores of all passages, (passages,) each, by which candidates are found and then scored."""

    own: Floats  # by the terms of the question
    related: Floats  # by its related terms
    expansions: Floats | None  # by the terms of the question in expansions, where there are any


@dataclass(frozen=True)
class _FusedScores:
    """The scores of the candidates of a search, (candidates,) each."""

    candidates: Integers  # passage numbers, ascending
    by_retriever: Mapping[str, Floats]
    own: Floats  # fused, of the passages' own words
    fused: Floats  # the same with what expansions add; by it they are ordered

    def best(self, limit: int) -> Integers:
        """The places of the best among the candidates, best first."""
        return np.lexsort((self.candidates, -np.round(self.fused, SCORE_DECIMALS)))[:limit]


@dataclass(frozen=True)
class Retrieval:
    """The outcome of one search, with the rows of the hits, by which their sentence vectors are found."""

    encoded: EncodedQuestion
    hits: tuple[Hit, ...]  # best first
    rows: Integers  # passage number of each hit
    milliseconds: Mapping[str, float] = field(default_factory=dict)


class SentenceNumbers(NamedTuple):
    """The numbers of the sentences of some passages, and where in them each passage begins."""

    numbers: Integers
    firsts: Integers  # (passages,)


@dataclass(frozen=True)
class SearchIndex:
    """Passages of all documents with their vectors and terms; immutable, shared between threads."""

    passages: StoredPassages
    encoder: Encoder
    dense: VectorIndex
    sentence_vectors: VectorIndex
    lexical: TermIndex
    acronyms: Acronyms
    expansions: ExpansionIndex | None = None
    weights: HybridWeights = field(default_factory=HybridWeights)
    backend: VectorBackend | None = None  # where candidates come from; None: from the vectors and terms above
    # by which misspelt words of a question are corrected; None: none are
    lexicon: Lexicons | None = lexicon_of

    @classmethod
    def from_embedded(
        cls, passages: Sequence[Passage], embedded: PassageVectors, encoder: Encoder
    ) -> SearchIndex:
        """An index in memory from passages and their vectors."""
        texts = [passage.text for passage in passages]
        with_context = [indexed_text(passage) for passage in passages]
        return cls(
            passages=StoredPassages.from_passages(passages),
            encoder=encoder,
            dense=VectorIndex.from_vectors(embedded.passages),
            sentence_vectors=VectorIndex.from_vectors(embedded.sentences),
            lexical=TermIndex.from_terms([terms(text) for text in with_context]),
            acronyms=Acronyms(learn_acronyms(texts)),
        )

    @property
    def sentence_bounds(self) -> Integers:
        """Where the sentences of each passage begin, (passages + 1,): bounds[i] … bounds[i + 1] - 1."""
        return self.passages.sentence_bounds

    def passages_of(self, sentences: Integers) -> Integers:
        """The rows of the passages that some sentences belong to."""
        return np.asarray(np.searchsorted(self.sentence_bounds, sentences, side="right") - 1, dtype=np.int64)

    def encode(self, question: Question) -> EncodedQuestion:
        """The vector and the terms of a question, misspelt words corrected."""
        started = perf_counter()
        if self.lexicon is not None:
            searched = correct_spelling(
                question.searched, question.language, self.lexical.frequencies, self.lexicon
            )
            question = replace(question, searched=searched)
        question_terms = tuple(terms(question.searched))
        vector = self.encoder.encode_queries([question.searched])[0]
        related = tuple(self.acronyms.related(question_terms))
        return EncodedQuestion(question, vector, question_terms, related, 1000 * (perf_counter() - started))

    def search(
        self,
        question: Question,
        limit: int = 10,
        retriever: RetrieverName = "hybrid",
        allowed: Flags | None = None,
    ) -> Retrieval:
        """The best `limit` passages for a question, best first; see `retrieve`."""
        return self.retrieve(self.encode(question), limit, retriever, allowed)

    def retrieve(
        self,
        encoded: EncodedQuestion,
        limit: int = 10,
        retriever: RetrieverName = "hybrid",
        allowed: Flags | None = None,
    ) -> Retrieval:
        """The best `limit` passages for an encoded question, best first.

        `retriever`: "hybrid" (all retrievers), "dense" (passage vectors only) or "lexical" (stems only).
        `allowed`, shape (passages,), restricts the search to some passages (one document, one publisher).
        Raises `ArgumentError` for another retriever.
        """
        retriever = retriever_named(retriever)
        started = perf_counter()
        words = self._word_scores(encoded)
        after_words = perf_counter()
        candidates = self._candidates(encoded, words, allowed)
        scores = {
            "dense": self.dense.rows(candidates) @ encoded.vector,
            "sentence": self._best_sentence_cosine(encoded, candidates),
        }
        after_vectors = perf_counter()
        scores["lexical"] = (words.own + RELATED_WEIGHT * words.related)[candidates]
        scores |= self._expansion_scores(encoded, words, candidates, scores)
        after_retrieval = perf_counter()
        own, fused = self._fuse(scores) if retriever == "hybrid" else (scores[retriever],) * 2
        scored = _FusedScores(candidates, scores, own, fused)
        order = scored.best(limit)
        if retriever == "lexical":
            order = order[fused[order] > 0]
        nearest = self._nearest_expansions(encoded, candidates[order]) if retriever == "hybrid" else ()
        hits = self._hits(encoded, scored, order, nearest)
        milliseconds = {
            "encode": encoded.milliseconds,
            "lexical": 1000 * (after_words - started + after_retrieval - after_vectors),
            "dense": 1000 * (after_vectors - after_words),
            "fuse": 1000 * (perf_counter() - after_retrieval),
        }
        return Retrieval(encoded, hits, candidates[order], milliseconds)

    def _word_scores(self, encoded: EncodedQuestion) -> _WordScores:
        own, related = self.lexical.scores(encoded.terms), self.lexical.scores(encoded.related)
        return _WordScores(
            own, related, self.expansions.word_scores(encoded.terms) if self.expansions else None
        )

    def _candidates(self, encoded: EncodedQuestion, words: _WordScores, allowed: Flags | None) -> Integers:
        """The rows of the passages that are among the best of any retriever, ascending."""
        if allowed is not None:
            return np.flatnonzero(allowed).astype(np.int64)
        limit = _CANDIDATES_PER_RETRIEVER
        if self.backend is None:
            from_passages = self.dense.search(encoded.vector, limit).rows
            from_sentences = self.sentence_vectors.search(encoded.vector, _PARTS_PER_PASSAGE * limit).rows
            found, has_words = [from_passages, self.passages_of(from_sentences)], False
        else:
            query = Query.build(encoded.vector, encoded.terms, encoded.related, self.lexical)
            proposed = self.backend.search(query, limit)
            has_id = "id IN (SELECT value FROM json_each(?))"
            found = [self.passages.rows_where(has_id, ids.tolist()) for ids in proposed.values()]
            has_words = "lexical" in proposed
        if not has_words:
            found += [top_rows(scores, limit) for scores in (words.own, words.related)]
        if self.expansions is not None and words.expansions is not None:
            nearest = self.expansions.nearest(encoded.vector, _PARTS_PER_PASSAGE * limit)
            found += [nearest, top_rows(words.expansions, limit)]
        return np.unique(np.concatenate(found)).astype(np.int64)

    def _expansion_scores(
        self,
        encoded: EncodedQuestion,
        words: _WordScores,
        candidates: Integers,
        scores: Mapping[str, Floats],
    ) -> dict[str, Floats]:
        """The scores of the candidates by meaning and words of their expansions; empty where no candidate has any."""
        if self.expansions is None or words.expansions is None:
            return {}
        if not (is_expanded := self.expansions.has_expansions(candidates)).any():
            return {}
        cosines = self.expansions.best(encoded.vector, candidates)
        return {
            "expansion": impute_scores(cosines, is_expanded, scores["sentence"]),
            "expansion_words": impute_scores(words.expansions[candidates], is_expanded, scores["lexical"]),
        }

    def _fuse(self, scores: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """The weighted sum of the scores of the passages' own words, and the same with what expansions add."""
        own, added = (
            np.asarray(sum(getattr(self.weights, name) * scores[name] for name in names if name in scores))
            for names in (BACKEND_RETRIEVERS, ("expansion", "expansion_words"))
        )
        return own, own + added

    def _nearest_expansions(self, encoded: EncodedQuestion, passages: Integers) -> Sequence[str]:
        """The expansion of each passage that is nearest to the question, "" without any; () in an index without."""
        if self.expansions is None:
            return ()
        cosines = self.expansions.cosines(encoded.vector, passages)
        expansions = (self.expansions.of_passages[passage] for passage in passages.tolist())
        return [
            of_passage[int(near.argmax())].text if of_passage else ""
            for of_passage, near in zip(expansions, cosines, strict=True)
        ]

    def _best_sentence_cosine(self, encoded: EncodedQuestion, candidates: Integers) -> Floats:
        """The largest cosine between the question and a sentence of each candidate, shape (candidates,)."""
        numbers, firsts = self.sentence_numbers(candidates)
        cosines = self.sentence_vectors.rows(numbers) @ encoded.vector
        return np.asarray(np.maximum.reduceat(cosines, firsts), dtype=np.float32)

    def sentence_numbers(self, passages: Integers) -> SentenceNumbers:
        """The numbers of all sentences of `passages`, in order."""
        starts = self.sentence_bounds[passages]
        counts = self.sentence_bounds[passages + 1] - starts
        return SentenceNumbers(concatenated_ranges(starts, counts), bounds_of(counts)[:-1])

    def _hits(
        self, encoded: EncodedQuestion, scored: _FusedScores, order: Integers, nearest: Sequence[str]
    ) -> tuple[Hit, ...]:
        """The candidates at the places in `order`, each with its scores and ranks, so that an answer can be explained.

        `nearest`: the nearest expansion of each; () in an index without.
        """
        candidates, scores = scored.candidates, scored.by_retriever
        best_first = {name: np.argsort(-values, kind="stable") for name, values in scores.items()}
        ranks = {name: np.argsort(rows, kind="stable") + 1 for name, rows in best_first.items()}
        asked = {str(term) for term in encoded.terms} | set(encoded.related)
        return tuple(
            Hit(
                passage=self.passages[int(candidates[i])],
                score=float(scored.fused[i]),
                retrievers={name: float(values[i]) for name, values in scores.items()},
                ranks={
                    name: int(values[i])
                    for name, values in ranks.items()
                    if not name.startswith("expansion") or (nearest and nearest[place])
                },
                own_score=float(scored.own[i]),
                expansion=nearest[place] if nearest else "",
                terms=_matched_words(self.passages[int(candidates[i])].text, asked),
            )
            for place, i in enumerate(order)
        )


def _matched_words(text: str, asked: set[str]) -> tuple[str, ...]:
    words = (word for stem, word in stemmed_words(text) if stem in asked)
    return tuple(dict.fromkeys(words))[:_MAX_WORDS_SHOWN]
