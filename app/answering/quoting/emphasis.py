"""Marks the answering words of a quotation for bold type, where the reader is sure of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from alpie.app.answering.judging.judgement import Candidate
from alpie.index.reader import Reading
from alpie.index.records import Sentence, Span
from alpie.index.spanish.analysis import fold, terms, tokens
from alpie.index.spanish.number_words import CARDINALS

# With these limits something is marked for 69 of 100 held-out questions (n = 700, on the right passage), and in 89 of
# 100 of these it is the answer, a part of it, or shares most of its words.
MIN_PROBABILITY = 0.2  # that these words and no others of the sentence answer
# … where a number is asked for and the sentence has several: of held-out ones 28 of 32 marks between the two limits were
# right, 109 of 113 above; a wrong number in bold is read as the answer.
MIN_PROBABILITY_AMONG_NUMBERS = 0.4
MIN_LOG_ODDS = 0.5  # that the sentence answers
MIN_LEAD = 2.0  # of its log-odds over any other sentence that holds as many words of the question
_ASKS_FOR_A_NUMBER = re.compile(r"\b(?:cuant[oa]s?|how (?:many|much))\b")  # in a folded question
_NUMBERS = frozenset(map(fold, CARDINALS.values()))
_LETTERS = 5  # words that begin with the same letters count as one: «España», «español»


def emphasise(candidate: Candidate, text: str, question: str = "") -> tuple[Span, ...]:
    """The range of `text`, the quotation of a candidate, to print bold, as a tuple of one; or an empty tuple.

    In doubt nothing is marked: a wrong mark misleads more than a missing one. Of sentences that are about as likely, the
    one with more words of the `question` is taken.
    """
    reading, sentences = candidate.reading, candidate.hit.passage.sentences
    if reading is None or not reading.words:
        return ()
    best = _answering_sentence(reading, sentences, candidate.first, candidate.last, question)
    words = reading.words[best] if best is not None else None
    if best is None or words is None or words.start >= words.end:
        return ()
    several = bool(_ASKS_FOR_A_NUMBER.search(fold(question))) and _count_numbers(sentences[best].text) > 1
    if words.probability < (MIN_PROBABILITY_AMONG_NUMBERS if several else MIN_PROBABILITY):
        return ()
    begins = text.find(sentences[best].text)
    if reading.sentence_log_odds[best] < MIN_LOG_ODDS or begins < 0:
        return ()  # begins < 0: the quotation shows the sentence otherwise than the index holds it
    return (Span(begins + words.start, begins + words.end),)


def _count_numbers(text: str) -> int:
    return sum(word.isdecimal() or word in _NUMBERS for word in map(str, tokens(text)))


def _answering_sentence(
    reading: Reading, sentences: Sequence[Sentence], first: int, last: int, question: str
) -> int | None:
    quoted = reading.sentence_log_odds[first : last + 1]
    likely = [first + int(n) for n in np.flatnonzero(quoted > quoted.max() - MIN_LEAD)]
    if len(likely) == 1:
        return likely[0]
    asked = {fold(word)[:_LETTERS] for word in terms(question)}
    shared = [len(asked & {fold(word)[:_LETTERS] for word in terms(sentences[n].text)}) for n in likely]
    return likely[int(np.argmax(shared))] if shared.count(max(shared)) == 1 else None
