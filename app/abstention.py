"""Whether the documents answer at all: a calibrated probability from how well the best sentence fits.

Near-topic questions score high on every single similarity. What gives them away is what the best
passages do *not* hold: a name or figure the question gives, the word of it that nothing there is like,
the kind of thing it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.app.answer_types import asked_types
from alpie.app.choice import Unit
from alpie.app.features import UNIT_FEATURES, Candidates
from alpie.index.analysis import STOP_WORDS, stem, stems, terms, tokens
from alpie.index.embed import context_of
from alpie.index.records import Passage
from alpie.index.search import EncodedQuestion, Retrieval, SearchIndex

__all__ = ["ANSWERABLE_FEATURES", "answerable_features", "names_in"]

ANSWERABLE_FEATURES = (
    "fused",  # fused score of the best passage, without what expansions add: not every collection has them
    "margin",  # fused score of the best passage over the second
    "sentence",  # log-odds of the best sentence
    "share",  # its share of belief
    "passage_share",  # its passage's
    "tokens",
    "tokens_low",
    "cosine",
    "passage_cosine",
    "coverage",
    "lexical",
    "grams",
    "missing",  # weight of the rarest question word held by none of the best passages, against the rarest there is
    "name_missing",  # share of the names and figures of the question that none of the best passages holds or is called by
    "name_match",  # of the name or figure least like anything in the passage of the best sentence
    "word_match",  # the same for all content words
    "word_match_any",  # … in any of the best passages, mean of the worst two
    "type_missing",  # asks for a number, date, name … and none stands in the best sentence
    "spanish",
    "words",  # content words of the question, as a share of eight, at most 1: small talk has few
    "late",  # of the best sentence: beside a low cosine, a high one comes from function words alone
)
_NEAR = 6  # passages that count as best
_MOST_WORDS = 8
_NO_NAME = 0.8  # what a matched name has: a question without names misses none


@dataclass(frozen=True)
class _Words:
    """How well each content word of the question is matched, 0 … 1; shape (words,) each."""

    best: NDArray[np.float32]  # in the passage of the best sentence
    anywhere: NDArray[np.float32]  # in any of the best passages
    is_name: NDArray[np.bool_]


def names_in(question: str) -> list[tuple[int, int]]:
    """Character ranges of the names, acronyms, codes and figures of a question.

    A capitalised first word is no name unless it is all capitals or holds a digit.
    """
    found: list[tuple[int, int]] = []
    position = 0
    number = -1
    for word in question.split():
        start = question.index(word, position)
        position = start + len(word)
        bare = word.strip("¿?¡!.,;:()[]«»\"'“”")
        if not bare:
            continue
        number += 1
        acronym = len(bare) > 1 and bare.isupper()
        if acronym or any(c.isdigit() for c in bare) or (number and bare[0].isupper()):
            offset = start + word.index(bare)
            found.append((offset, offset + len(bare)))
    return found


def _names_of_document(passage: Passage) -> frozenset[str]:
    """Stems of what its document is called by: who asks what INTERPOL demands need not find the name in the text."""
    return stems(passage.document_id.replace("-", " "))


def _words_of(
    encoded: EncodedQuestion, matches: Sequence[NDArray[np.float32]], best: int, given: frozenset[str]
) -> _Words:
    """Content words matched through their tokens' best cosines, but for the stems `given` otherwise."""
    strongest = [match.max(axis=0, initial=0.0) for match in matches]
    anywhere = np.max(strongest, axis=0) if strongest else np.zeros(len(encoded.tokens))
    names = names_in(encoded.question.searched)
    starts, ends = encoded.token_offsets[:, 0], encoded.token_offsets[:, 1]
    rows: list[tuple[float, float, bool]] = []
    for token in tokens(encoded.question.searched):
        of_word = np.flatnonzero((starts < token.end) & (ends > token.start))
        if token in STOP_WORDS or len(token) < 2 or not len(of_word) or stem(token) in given:
            continue
        named = any(start < token.end and end > token.start for start, end in names)
        rows.append((float(strongest[best][of_word].mean()), float(anywhere[of_word].mean()), named))
    if not rows:
        rows = [(0.0, 0.0, False)]
    table = np.array([row[:2] for row in rows], dtype=np.float32)
    return _Words(table[:, 0], table[:, 1], np.array([row[2] for row in rows]))


def answerable_features(
    index: SearchIndex, retrieval: Retrieval, candidates: Candidates, units: Sequence[Unit]
) -> NDArray[np.float32]:
    """One row, shape (1, len(ANSWERABLE_FEATURES)); all zero when nothing was found."""
    if not retrieval.hits or not units:
        return np.zeros((1, len(ANSWERABLE_FEATURES)), dtype=np.float32)
    best = units[0]
    sentence = dict(zip(UNIT_FEATURES, candidates.features[best.candidate].tolist(), strict=True))
    near = [*range(min(_NEAR, len(retrieval.hits)))]
    near = near if best.rank in near else [*near, best.rank]
    matches = [retrieval.matches[rank] for rank in near]
    words = _words_of(retrieval.encoded, matches, near.index(best.rank), _names_of_document(best.hit.passage))
    values = (
        _score_features(retrieval, units)
        | {
            name: sentence[name]
            for name in ("tokens", "tokens_low", "cosine", "passage_cosine", "coverage", "late")
        }
        | _word_features(index, retrieval, near)
        | {
            "name_match": float(words.best[words.is_name].min()) if words.is_name.any() else _NO_NAME,
            "word_match": float(words.best.min()),
            "word_match_any": float(np.sort(words.anywhere)[:2].mean()),
            "type_missing": _type_missing(retrieval.encoded.question.searched, sentence),
            "spanish": float(retrieval.encoded.question.language != "en"),
        }
    )
    return np.array([[values[name] for name in ANSWERABLE_FEATURES]], dtype=np.float32)


def _score_features(retrieval: Retrieval, units: Sequence[Unit]) -> dict[str, float]:
    hits, best = retrieval.hits, units[0]
    return {
        "fused": hits[0].own,
        "margin": hits[0].score - hits[1].score if len(hits) > 1 else 0.0,
        "sentence": best.score,
        "share": best.share,
        "passage_share": sum(unit.share for unit in units if unit.rank == best.rank),
        "lexical": hits[0].legs["lexical"],
        "grams": hits[0].legs["grams"],
    }


def _word_features(index: SearchIndex, retrieval: Retrieval, near: Sequence[int]) -> dict[str, float]:
    encoded = retrieval.encoded
    passages = [retrieval.hits[rank].passage for rank in near]
    anywhere = frozenset().union(
        *(stems(one.text) | stems(context_of(one)) | _names_of_document(one) for one in passages)
    )
    weights = encoded.term_weights
    largest = index.lexical.idf("")  # of a word nobody wrote
    text = encoded.question.searched
    names = {str(term) for start, end in names_in(text) for term in terms(text[start:end])}
    return {
        "missing": max((w for t, w in weights.items() if t not in anywhere), default=0.0) / largest,
        "name_missing": len(names - anywhere) / max(1, len(names)),
        "words": min(len(weights), _MOST_WORDS) / _MOST_WORDS,
    }


def _type_missing(question: str, sentence: Mapping[str, float]) -> float:
    types = asked_types(question)
    return float(bool(types) and not any(sentence[kind] for kind in types))
