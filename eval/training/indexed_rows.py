"""Rows for the reader on the documents that Al Pie comes with: their expansions and the fitting questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.read_passages import reader_input
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.questions.split import fitting_questions, off_topic_questions
from alpie.eval.scores import gold_places
from alpie.eval.training.training_rows import ReaderRow
from alpie.index.records import Passage

_BESIDE = 2  # passages that the search ranks high and that do not answer, for each question
_SKIPPED = 2  # first passages passed over: they may answer too, where a line is as general as a heading


def shipped_rows() -> list[ReaderRow]:
    """Rows of the index in use; the reporting part of the questions is not read."""
    corpus = Corpus.open()
    return [*_of_expansions(corpus), *_of_questions(corpus, [*fitting_questions(), *off_topic_questions()])]


def _text(passage: Passage) -> str:
    return reader_input(passage).text


def _span(passage: Passage, numbers: Sequence[int]) -> tuple[int, int]:
    read = reader_input(passage)
    first, last = min(numbers), max(numbers)
    return int(read.starts[first]), int(read.starts[last]) + len(read.sentences[last])


def _of_expansions(corpus: Corpus) -> Iterator[ReaderRow]:
    expansions = corpus.index.expansions.of_passages if corpus.index.expansions else ()
    for number, of_passage in enumerate(expansions):
        passage = corpus.passages[number]
        for expansion in of_passage:
            if not expansion.sentences:
                continue
            span = _span(passage, expansion.sentences)
            yield ReaderRow(expansion.text, _text(passage), True, (span,), loose=True, kind="expansion")
            for other in _near_passages(corpus, expansion.text, {passage.address}, _SKIPPED, 1):
                yield ReaderRow(expansion.text, other, False, kind="expansion")


def _of_questions(corpus: Corpus, questions: Sequence[GoldQuestion]) -> Iterator[ReaderRow]:
    texts = SourceTexts(corpus.documents, corpus.passages)
    for question in questions:
        if question.earlier:  # it cannot be read alone
            continue
        right: dict[str, list[int]] = {}
        places = gold_places([evidence for group in question.groups for evidence in group], texts)
        for passage in corpus.passages:
            for number, sentence in enumerate(passage.sentences):
                if any(
                    passage.document_id == place.doc
                    and sentence.start < word.end
                    and word.start < sentence.end
                    for place in places
                    for word in place.words
                ):
                    right.setdefault(passage.address, []).append(number)
        for address, numbers in right.items():
            passage = corpus.passage(address)
            yield ReaderRow(
                question.text, _text(passage), True, (_span(passage, numbers),), loose=True, kind="question"
            )
        if places or not question.groups:
            for other in _near_passages(corpus, question.text, set(right), 0, _BESIDE):
                yield ReaderRow(question.text, other, False, kind="question")


def _near_passages(corpus: Corpus, text: str, right: set[str], skipped: int, most: int) -> list[str]:
    hits = corpus.search(text, limit=most + skipped + len(right))
    wrong = [_text(hit.passage) for hit in hits if hit.passage.address not in right]
    return wrong[skipped : skipped + most]
