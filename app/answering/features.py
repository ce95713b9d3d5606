"""What is known of a candidate that may answer: one row of numbers a sentence, or a list as a whole.

The reader's word comes first; what retrieval knows of passage and sentence stands beside it, and what the candidate is.
Nothing here knows a document, a subject or a language beyond the words that ask for several things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.candidates import CandidateSpan, candidate_spans
from alpie.index.reader import Reading
from alpie.index.records import Hit, SentenceRole
from alpie.index.retrieval.search import Retrieval, SearchIndex

CANDIDATE_FEATURES = (
    "reader",  # log-odds that the answer begins in the candidate
    "hybrid",  # score of the passage, by all retrievers
    "cosine",  # of question and sentence, the best of the candidate
    "list",  # several list items or table rows
    "list_asked",  # … and the question asks for several things
    "item",  # a list item or table row by itself
    "lead_in",  # a lead-in by itself
    "short",  # under six words
)
_SHORT_WORDS = 6


@dataclass(frozen=True)
class Candidates:
    """The candidates of the passages that were read, each with its numbers."""

    hit: NDArray[np.int64]  # (candidates,): index into the retrieval's hits
    spans: tuple[CandidateSpan, ...]  # (candidates,): which sentences of that passage
    features: NDArray[np.float32]  # (candidates, len(CANDIDATE_FEATURES))

    def __len__(self) -> int:
        return len(self.spans)

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of all candidates, shape (candidates,)."""
        return self.features[:, CANDIDATE_FEATURES.index(name)]


def candidates_of(index: SearchIndex, retrieval: Retrieval, readings: Sequence[Reading]) -> Candidates:
    """All candidates of the hits of a search that were read: the first ``len(readings)``."""
    lists = retrieval.encoded.question.asks_for_list
    of_hit: list[int] = []
    spans: list[CandidateSpan] = []
    rows: list[list[float]] = []
    for number, (hit, reading) in enumerate(zip(retrieval.hits, readings, strict=False)):
        sentences, _ = index.sentence_numbers(retrieval.rows[number : number + 1])
        cosines = index.sentence_vectors.rows(sentences) @ retrieval.encoded.vector
        for span in candidate_spans(hit.passage.sentences, lists):
            chosen = slice(span.first, span.last + 1)
            of_hit.append(number)
            spans.append(span)
            rows.append(
                [
                    float(np.logaddexp.reduce(reading.sentences[chosen])),
                    hit.score,
                    float(cosines[chosen].max()),
                    *_shape(hit, span, lists),
                ]
            )
    features = np.array(rows, np.float32).reshape(-1, len(CANDIDATE_FEATURES))
    return Candidates(np.array(of_hit, np.int64), tuple(spans), features)


def _shape(hit: Hit, span: CandidateSpan, lists: bool) -> tuple[float, ...]:
    """What a candidate is: the features from «list» on."""
    sentences = hit.passage.sentences[span.first : span.last + 1]
    grouped = sentences[0].role is not SentenceRole.SENTENCE
    several = len(sentences) > 1
    lead_in = sentences[0].role is SentenceRole.LEAD_IN and not several
    return (
        grouped and several,
        grouped and several and lists,
        grouped and not several and not lead_in,
        lead_in,
        sum(len(sentence.text.split()) for sentence in sentences) < _SHORT_WORDS,
    )
