"""Search: a question against all passages.

1. Candidates come from three retrievers: passage vectors, sentence vectors, stems; and where
   other ways to ask for a passage were written beforehand, from these, by meaning and by words.
2. They are fused by absolute scores, a weighted sum of cosines and normalised BM25. Fusion by rank
   gives a retriever that knows nothing of the question (BM25 on an English question, or on a paraphrase)
   as much say as one that does; absolute scores let it fade out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.index.database.text_database import StoredPassages, bounds_of, runs
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import Embedded, text_of
from alpie.index.reader import Reader
from alpie.index.records import Hit, Passage
from alpie.index.retrieval.bm25 import TermIndex, best_of
from alpie.index.retrieval.expansion_index import ExpansionIndex, filled
from alpie.index.retrieval.retrievers import RETRIEVERS
from alpie.index.retrieval.vector_backend import BACKEND_RETRIEVERS, RELATED_WEIGHT, Query, VectorBackend
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.acronyms import Acronyms, learn_acronyms
from alpie.index.spanish.analysis import Token, terms, words_by_stem
from alpie.index.spanish.query import Question
from alpie.index.spanish.spelling import Lexicons, corrected, lexicon_of

_CANDIDATES_PER_RETRIEVER = 100


@dataclass(frozen=True)
class HybridWeights:
    """Weights of the absolute fusion: cosines live between .7 and .95 here, BM25 between 0 and 1."""

    passage: float = 20.0
    sentence: float = 20.0
    lexical: float = 3.0
    expansion: float = 40.0
    expansion_words: float = 5.0

    def scaled(self, cosines: float) -> HybridWeights:
        """The weights for an encoder whose cosines lie that much closer together than the bundled one's."""
        return replace(
            self,
            passage=cosines * self.passage,
            sentence=cosines * self.sentence,
            expansion=cosines * self.expansion,
        )


@dataclass(frozen=True)
class EncodedQuestion:
    """Everything about a question that the retrievers need, computed once."""

    question: Question
    vector: NDArray[np.float32]  # (dimension,)
    terms: tuple[Token, ...]
    related: tuple[str, ...]
    milliseconds: float = 0.0  # that it took


@dataclass(frozen=True)
class _WordScores:
    """Of every passage how well its words fit, (passages,) each: worked out once, for the best and for the rest."""

    own: NDArray[np.float32]  # of the question's terms
    related: NDArray[np.float32]  # of what its acronyms stand for
    lines: NDArray[np.float32] | None  # of the question's terms in the expansions, where there are any


@dataclass(frozen=True)
class Retrieval:
    """The outcome of one search, with what the choice of sentences goes on from."""

    encoded: EncodedQuestion
    hits: tuple[Hit, ...]  # best first
    rows: NDArray[np.int64]  # passage number of each hit
    # of each hit, (sentences,): `ExpansionIndex.by_sentence`
    expansions: tuple[NDArray[np.float32], ...] = ()
    milliseconds: Mapping[str, float] = field(default_factory=dict)


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
    weights: HybridWeights = HybridWeights()
    reader: Reader | None = None  # None: the bundled one, opened at the first question
    backend: VectorBackend | None = None  # where candidates come from; None: from the vectors and terms above
    # tells which words of a question are misspelt; None: none are put right
    lexicon: Lexicons | None = lexicon_of

    @classmethod
    def from_embedded(cls, passages: Sequence[Passage], embedded: Embedded, encoder: Encoder) -> SearchIndex:
        """An index in memory from passages and their vectors."""
        texts = [passage.text for passage in passages]
        with_context = [text_of(passage) for passage in passages]
        return cls(
            passages=StoredPassages.of(passages),
            encoder=encoder,
            dense=VectorIndex.from_vectors(embedded.passages),
            sentence_vectors=VectorIndex.from_vectors(embedded.sentences),
            lexical=TermIndex.from_terms([terms(text) for text in with_context]),
            acronyms=Acronyms(learn_acronyms(texts)),
        )

    @property
    def sentence_bounds(self) -> NDArray[np.int64]:
        """Where the sentences of each passage begin, (passages + 1,): bounds[i] … bounds[i + 1] - 1."""
        return self.passages.sentence_bounds

    def passages_of(self, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
        """The passage each of some sentences belongs to."""
        return np.asarray(np.searchsorted(self.sentence_bounds, sentences, side="right") - 1, dtype=np.int64)

    def encode(self, question: Question) -> EncodedQuestion:
        """Vector and terms of a question, misspelt words put right."""
        started = perf_counter()
        if self.lexicon is not None:
            searched = corrected(question.searched, question.language, self.lexical.frequencies, self.lexicon)
            question = replace(question, searched=searched)
        question_terms = tuple(terms(question.searched))
        vector = self.encoder.encode_queries([question.searched])[0]
        related = tuple(self.acronyms.related(question_terms))
        return EncodedQuestion(question, vector, question_terms, related, 1000 * (perf_counter() - started))

    def search(
        self,
        question: Question,
        limit: int = 10,
        retriever: str = "hybrid",
        allowed: NDArray[np.bool_] | None = None,
    ) -> Retrieval:
        """The best `limit` passages for a question, best first; see `retrieve`."""
        return self.retrieve(self.encode(question), limit, retriever, allowed)

    def retrieve(
        self,
        encoded: EncodedQuestion,
        limit: int = 10,
        retriever: str = "hybrid",
        allowed: NDArray[np.bool_] | None = None,
    ) -> Retrieval:
        """The best `limit` passages for a question that is encoded already, best first.

        `retriever`: "hybrid" (all of them), "dense" (passage vectors only) or "lexical" (stems only).
        `allowed`, shape (passages,), keeps the search to some passages (one document, one publisher).
        """
        if retriever not in RETRIEVERS:
            raise ValueError(f"unknown retriever «{retriever}»; there are {', '.join(RETRIEVERS)}")
        started = perf_counter()
        words = self._word_scores(encoded)
        after_words = perf_counter()
        candidates = self._candidates(encoded, words, allowed)
        retrievers = {
            "dense": self.dense.rows(candidates) @ encoded.vector,
            "sentence": self._best_sentence_cosine(encoded, candidates),
        }
        after_vectors = perf_counter()
        retrievers["lexical"] = (words.own + RELATED_WEIGHT * words.related)[candidates]
        retrievers |= self._expansion_scores(encoded, words, candidates, retrievers)
        after_retrieval = perf_counter()
        if retriever == "hybrid":
            own = self._weighed(retrievers, BACKEND_RETRIEVERS)
            hybrid = own + self._weighed(retrievers, ("expansion", "expansion_words"))
        else:
            own = hybrid = retrievers[retriever]
        order = np.lexsort((candidates, -np.round(hybrid, 5)))[:limit]
        if retriever == "lexical":
            order = order[hybrid[order] > 0]
        nearest, by_sentence = self._lines(encoded, candidates[order]) if retriever == "hybrid" else ((), ())
        hits = self._hits(encoded, candidates, retrievers, hybrid, own, order, nearest)
        done = perf_counter()
        return Retrieval(
            encoded,
            hits,
            candidates[order],
            tuple(by_sentence),
            {
                "encode": encoded.milliseconds,
                "lexical": 1000 * (after_words - started + after_retrieval - after_vectors),
                "dense": 1000 * (after_vectors - after_words),
                "fuse": 1000 * (done - after_retrieval),
            },
        )

    def _word_scores(self, encoded: EncodedQuestion) -> _WordScores:
        return _WordScores(
            self.lexical.scores(encoded.terms),
            self.lexical.scores(encoded.related),
            self.expansions.word_scores(encoded.terms) if self.expansions else None,
        )

    def _candidates(
        self, encoded: EncodedQuestion, words: _WordScores, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Numbers of the passages that are among the best of any retriever, ascending."""
        if allowed is not None:
            return np.flatnonzero(allowed).astype(np.int64)
        if self.backend is not None:
            return self._proposed(self.backend, encoded, words)
        from_passages, _ = self.dense.search(encoded.vector, _CANDIDATES_PER_RETRIEVER)
        from_sentences, _ = self.sentence_vectors.search(encoded.vector, 2 * _CANDIDATES_PER_RETRIEVER)
        by_words = (best_of(scores, _CANDIDATES_PER_RETRIEVER) for scores in (words.own, words.related))
        found = [
            from_passages,
            self.passages_of(from_sentences),
            *by_words,
            *self._by_expansions(encoded, words),
        ]
        return np.unique(np.concatenate(found)).astype(np.int64)

    def _proposed(
        self, backend: VectorBackend, encoded: EncodedQuestion, words: _WordScores
    ) -> NDArray[np.int64]:
        """The same from a backend; the retrievers that it cannot search are searched here."""
        limit = _CANDIDATES_PER_RETRIEVER
        query = Query.of(encoded.vector, encoded.terms, encoded.related, self.lexical)
        found = backend.search(query, limit)
        rows = [self._rows_of(ids) for ids in found.values()]
        if "lexical" not in found:
            rows += [best_of(scores, limit) for scores in (words.own, words.related)]
        rows += self._by_expansions(encoded, words)
        return np.unique(np.concatenate(rows)).astype(np.int64)

    def _by_expansions(self, encoded: EncodedQuestion, words: _WordScores) -> list[NDArray[np.int64]]:
        """Numbers of the passages whose expansions are the best by meaning and by words."""
        if self.expansions is None or words.lines is None:
            return []
        nearest = self.expansions.nearest(encoded.vector, 2 * _CANDIDATES_PER_RETRIEVER)
        return [nearest, best_of(words.lines, _CANDIDATES_PER_RETRIEVER)]

    def _expansion_scores(
        self,
        encoded: EncodedQuestion,
        words: _WordScores,
        candidates: NDArray[np.int64],
        retrievers: Mapping[str, NDArray[np.float32]],
    ) -> dict[str, NDArray[np.float32]]:
        """Scores of the candidates by their expansions, in meaning and in words; none where no one has any."""
        if self.expansions is None or words.lines is None:
            return {}
        if not (has_lines := self.expansions.has_lines(candidates)).any():
            return {}
        cosines = self.expansions.best(encoded.vector, candidates)
        return {
            "expansion": filled(cosines, has_lines, retrievers["sentence"]),
            "expansion_words": filled(words.lines[candidates], has_lines, retrievers["lexical"]),
        }

    def _weighed(
        self, retrievers: Mapping[str, NDArray[np.float32]], names: Sequence[str]
    ) -> NDArray[np.float32]:
        """The weighted sum of the scores of some retrievers, those that are there."""
        weights = vars(self.weights) | {"dense": self.weights.passage}
        scores = (weights[name] * retrievers[name] for name in names if name in retrievers)
        return np.asarray(sum(scores), dtype=np.float32)

    def _lines(
        self, encoded: EncodedQuestion, passages: NDArray[np.int64]
    ) -> tuple[Sequence[str], Sequence[NDArray[np.float32]]]:
        """Of each hit the expansion nearest to the question, and how near those of each sentence are."""
        if self.expansions is None:
            return (), ()
        nearest: list[str] = []
        by_sentence: list[NDArray[np.float32]] = []
        sentences = self.sentence_bounds[passages + 1] - self.sentence_bounds[passages]
        cosines = self.expansions.cosines(encoded.vector, passages)
        for passage, count, of_lines in zip(passages.tolist(), sentences.tolist(), cosines, strict=True):
            own = self.expansions.lines[passage]
            nearest.append(own[int(of_lines.argmax())].text if own else "")
            by_sentence.append(self.expansions.by_sentence(passage, of_lines, count))
        return nearest, by_sentence

    def _rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The passages that backends know by these numbers, unknown ones left out."""
        return self.passages.rows_where("id IN (SELECT value FROM json_each(?))", ids.tolist())

    def _best_sentence_cosine(
        self, encoded: EncodedQuestion, candidates: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Of each candidate, the largest cosine between question and sentence, shape (candidates,)."""
        if not len(candidates):
            return np.zeros(0, dtype=np.float32)
        numbers, firsts = self.sentence_numbers(candidates)
        cosines = self.sentence_vectors.rows(numbers) @ encoded.vector
        return np.asarray(np.maximum.reduceat(cosines, firsts), dtype=np.float32)

    def sentence_numbers(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of all sentences of `passages`, in order, and where in that list each passage begins."""
        if not len(passages):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        starts = self.sentence_bounds[passages]
        counts = self.sentence_bounds[passages + 1] - starts
        return runs(starts, counts), bounds_of(counts)[:-1]

    def _hits(
        self,
        encoded: EncodedQuestion,
        candidates: NDArray[np.int64],
        retrievers: Mapping[str, NDArray[np.float32]],
        hybrid: NDArray[np.float32],
        own: NDArray[np.float32],
        order: NDArray[np.int64],
        nearest: Sequence[str],
    ) -> tuple[Hit, ...]:
        ranks = {
            name: np.argsort(np.argsort(-values, kind="stable"), kind="stable") + 1
            for name, values in retrievers.items()
        }
        asked = {str(term) for term in encoded.terms} | set(encoded.related)
        return tuple(
            Hit(
                passage=self.passages[int(candidates[i])],
                score=float(hybrid[i]),
                retrievers={name: float(values[i]) for name, values in retrievers.items()},
                ranks={
                    name: int(values[i])
                    for name, values in ranks.items()
                    if not name.startswith("expansion") or (nearest and nearest[place])
                },
                own=float(own[i]),
                line=nearest[place] if nearest else "",
                terms=_matched_words(self.passages[int(candidates[i])].text, asked),
            )
            for place, i in enumerate(order)
        )


def _matched_words(text: str, asked: set[str]) -> tuple[str, ...]:
    """The words of `text` whose stems were asked for, as written, each once, in order."""
    words = (word for stem, word in words_by_stem(text) if stem in asked)
    return tuple(dict.fromkeys(words))[:12]
