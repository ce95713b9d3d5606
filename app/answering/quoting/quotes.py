"""Turns ranked candidates into a few quotations: joins neighbours, drops near-duplicates, proves each quotation.

A quotation is one to three neighbouring sentences of one passage, or a whole list or table. A sentence that refers
back («Esto…», «En su lugar…») is quoted with the sentence before it, since nobody could understand it alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from alpie.app.answering.answer_types import Quote
from alpie.app.answering.judging.candidates import CandidateSpan, needs_sentence_before
from alpie.app.answering.judging.judgement import Candidate
from alpie.app.answering.quoting.citation import cite
from alpie.app.answering.quoting.cut import governs_list
from alpie.app.answering.quoting.emphasis import emphasise
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.index.records import Document, Sentence, SentenceRole, Span, proves, readable_text
from alpie.index.spanish.analysis import fold, stems
from alpie.index.spanish.query import Question
from alpie.index.spanish.word_tables import any_expression, read_tables
from alpie.index.typography.contents_titles import is_contents_title

_MAX_SENTENCES = 3  # in a quotation: more are a passage, which people would have to search
_MAX_JOINED_WORDS = 90  # half a passage, for the same reason
_NEAR_DUPLICATE = 0.7  # of the stems of the shorter one: two quotations with so many in common say the same
_WHITE_OR_EMPHASIS = re.compile(r"[\s*_~`]*")
_WHITE = re.compile(r"\s+")
_TABLES: dict[str, str] = read_tables(__file__)
_REFERS_BACK = re.compile(rf"{any_expression(_TABLES['refers_back'])}\b")
_PAGE = r"(?:\d{1,4}|[ivxlc]{1,6}|[a-z]-?\d{1,3})"
_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…(?: ?…)+|_{4,}|·{4,})")
_TO_PAGE = re.compile(rf"\S.*\t[ \t]*{_PAGE}[ \t\r]*", re.IGNORECASE)  # a title, a tab, its page


class _SentenceKey(NamedTuple):
    rank: int  # of the hit
    number: int  # of the sentence in its passage


def select_quotes(
    ranking: Sequence[Candidate],
    question: Question,
    documents: Mapping[str, Document],
    confidence: float,
    policy: QuotePolicy,
) -> tuple[Quote, ...]:
    """The quotations to show, best first.

    `confidence` is the probability that the documents answer; the score of a quotation is `confidence` times the
    probability of its candidate. Every quotation is proved: a candidate whose words do not stand at its place in the
    source is left out. An intact index has none.
    """
    limit = policy.max_quotes if question.asks_for_list else min(policy.max_quotes, policy.usual_quotes)
    two = policy.two_things and question.asks_two_things
    always = max(policy.min_quotes, 2 if two else 1)
    enough = policy.enough_for_two if two else policy.enough_probability
    quotes: list[Quote] = []
    shown = 0.0
    used: set[_SentenceKey] = set()
    for candidate in ranking:
        if (candidate.rank, candidate.first) in used or _is_mere_lead_in(candidate):
            continue
        is_likely = (
            shown < enough
            and candidate.probability >= policy.min_ratio * ranking[0].probability
            and candidate.probability * confidence >= policy.min_probability
        )
        if len(quotes) >= limit or not (is_likely or len(quotes) < always):
            break
        source = documents[candidate.hit.passage.document_id].text
        answering = _quotable(candidate, used, source)
        if answering is None:
            continue
        longer = _add_antecedent(_extend(answering, ranking, policy.extend_ratio, used, source), used, source)
        used |= {_SentenceKey(candidate.rank, position) for position in range(longer.first, longer.last + 1)}
        shown += longer.probability
        quote = quote_candidate(longer, longer.probability * confidence, documents, question.searched)
        if quote is not None and not any(_is_near_duplicate(quote, other) for other in quotes):
            quotes.append(quote)
    return tuple(quotes)


def _quotable(candidate: Candidate, used: set[_SentenceKey], source: str) -> Candidate | None:
    """`candidate`, together with the next sentence where `candidate` asks a question; None where it answers nothing."""
    if are_contents_entries(candidate.sentences, source):
        return None
    if not all(map(is_question, candidate.sentences)):
        return candidate
    sentences, following = candidate.hit.passage.sentences, candidate.last + 1
    if following == len(sentences) or (candidate.rank, following) in used:
        return None
    answers = sentences[following].role is SentenceRole.SENTENCE and not is_question(sentences[following])
    if not answers or not are_adjacent(sentences, candidate.last, source):
        return None
    return replace(candidate, span=CandidateSpan(candidate.first, following))


def _is_mere_lead_in(candidate: Candidate) -> bool:
    """Whether `candidate` introduces a list without it: «Este informe se propone:» says nothing by itself."""
    return candidate.first == candidate.last and candidate.sentences[0].role is SentenceRole.LEAD_IN


def are_adjacent(sentences: Sequence[Sentence], first: int, source: str) -> bool:
    """Whether only white space and signs of emphasis lie between sentence `first` and the next one.

    Sentences are not joined across a footnote call or a footer: offsets that cut exactly the quotation out of the file are
    worth more than a longer quotation.
    """
    return bool(_WHITE_OR_EMPHASIS.fullmatch(source, sentences[first].end, sentences[first + 1].start))


def _extend(
    candidate: Candidate,
    ranking: Sequence[Candidate],
    min_ratio: float,
    used: set[_SentenceKey],
    source: str,
) -> Candidate:
    """Lengthen a sentence by likely neighbours; lists and tables stay whole as they are."""
    if candidate.sentences[0].group is not None:
        return candidate
    of_passage = {
        other.first: other for other in ranking if other.rank == candidate.rank and other.first == other.last
    }
    longer = candidate
    while longer.last - longer.first + 1 < _MAX_SENTENCES:
        neighbours = [of_passage.get(longer.first - 1), of_passage.get(longer.last + 1)]
        fitting = [
            other
            for other in neighbours
            if other is not None
            and (other.rank, other.first) not in used
            and other.sentences[0].group is None
            and not (is_question(other.sentences[0]) or are_contents_entries(other.sentences, source))
            and are_adjacent(candidate.hit.passage.sentences, min(other.last, longer.last), source)
            and other.probability >= min_ratio * candidate.probability
            and longer.words + other.words <= _MAX_JOINED_WORDS
        ]
        if not fitting:
            break
        best = max(fitting, key=lambda other: other.probability)
        span = CandidateSpan(min(longer.first, best.first), max(longer.last, best.last))
        longer = replace(longer, span=span, probability=longer.probability + best.probability)
    return longer


def _add_antecedent(candidate: Candidate, used: set[_SentenceKey], source: str) -> Candidate:
    """`candidate` with the sentence before, where `candidate` refers back to that sentence."""
    sentences = candidate.hit.passage.sentences
    if (candidate.rank, candidate.first - 1) in used:
        return candidate  # the sentence before is quoted already
    if candidate.first and not are_adjacent(sentences, candidate.first - 1, source):
        return candidate
    if needs_sentence_before(sentences, candidate.first):
        return replace(candidate, span=CandidateSpan(candidate.first - 1, candidate.last))
    first = sentences[candidate.first]
    is_sentence = candidate.first > 0 and first.role is SentenceRole.SENTENCE
    if (
        not (is_sentence and _REFERS_BACK.match(fold(first.text)))
        or sentences[candidate.first - 1].role is not SentenceRole.SENTENCE
    ):
        return candidate
    longer = replace(candidate, span=CandidateSpan(candidate.first - 1, candidate.last))
    fits = longer.last - longer.first < _MAX_SENTENCES and longer.words <= _MAX_JOINED_WORDS
    return longer if fits else candidate


def quote_candidate(
    candidate: Candidate, probability: float, documents: Mapping[str, Document], asked: str = ""
) -> Quote | None:
    """The quotation of a candidate, proved against its source; None where it cannot be.

    An item of a list whose introduction denies or excepts («No podrán:») is quoted from that introduction on.
    """
    passage = candidate.hit.passage
    candidate = _add_governing_lead_in(candidate)
    document = documents[passage.document_id]
    spans = _join_spans(candidate.sentences, document.text)
    text = readable_text(document.text, spans)
    if text.replace(" ", "") != "".join(sentence.text for sentence in candidate.sentences).replace(" ", ""):
        return None
    if not any(map(str.isalnum, text)) or any(sentence.text not in text for sentence in candidate.sentences):
        return None
    if not proves(document.text, spans, text):
        return None
    return Quote(
        text=text,
        document_id=document.id,
        spans=spans,
        passage=passage,
        citation=cite(document, passage, spans),
        score=probability,
        emphasis=emphasise(candidate, text, asked),
    )


def _add_governing_lead_in(candidate: Candidate) -> Candidate:
    """`candidate` from the introduction of its list on, where the introduction denies or excepts the items."""
    first = candidate.sentences[0]
    if first.role is not SentenceRole.ITEM:
        return candidate
    for position, sentence in enumerate(candidate.hit.passage.sentences[: candidate.first]):
        introduces = sentence.role is SentenceRole.LEAD_IN and sentence.group == first.group
        if introduces and governs_list(sentence.text):
            return replace(candidate, span=CandidateSpan(position, candidate.last))
    return candidate


def _join_spans(sentences: Sequence[Sentence], source: str) -> tuple[Span, ...]:
    """The spans of neighbouring sentences, joined where nothing but white space lies between two sentences.

    Where a footnote call or a footer lies between, the white space beside it is quoted: «récord.⁹ Esto» is shown as
    «récord. Esto». The spans of one sentence are not joined: the end of a line that divides a word may lie between.
    """
    joined: list[Span] = []
    for sentence in sentences:
        first, *others = sentence.spans
        if joined:
            gap = source[joined[-1].end : first.start]
            if not gap.strip():
                first = Span(joined.pop().start, first.end)
            elif white := len(gap) - len(gap.rstrip()):
                first = Span(first.start - white, first.end)
            elif blank := _WHITE.search(gap):
                at = joined[-1].end
                begin = at + blank.start() if blank.start() else joined.pop().start
                joined.append(Span(begin, at + blank.end()))
        joined += [first, *others]
    return tuple(joined)


def _is_near_duplicate(quote: Quote, other: Quote) -> bool:
    if quote.text == other.text:
        return True
    a, b = stems(quote.text), stems(other.text)
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= _NEAR_DUPLICATE


def are_contents_entries(sentences: Sequence[Sentence], source: str) -> bool:
    """Whether all `sentences` are entries of a table of contents, or its title."""
    return all(_is_contents_entry(sentence, source) for sentence in sentences)


def _is_contents_entry(sentence: Sentence, source: str) -> bool:
    if _LEADERS.search(sentence.text) or is_contents_title(sentence.text):
        return True
    if sentence.role in (SentenceRole.ROW, SentenceRole.HEADER):
        return False  # between the cells of a row there are tabs, too
    start = source.rfind("\n", 0, sentence.start) + 1
    end = source.find("\n", sentence.end)
    return _TO_PAGE.fullmatch(source[start : end if end >= 0 else len(source)]) is not None


def is_question(sentence: Sentence) -> bool:
    """Whether a sentence asks; an item of a list does not, as it may be a question that the text is about."""
    return sentence.role is SentenceRole.SENTENCE and sentence.text.rstrip("»”\"' )").endswith("?")
