"""SQuAD 1.1/2.0 and XQuAD-R files: their questions, and a corpus made from their paragraphs.

The gold sentence of an answer comes from the file's own sentence breaks or, if it has none, from a plain rule of this
module: the yardstick must not move when the sentence splitter of the index changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

from alpie.app.translations import message
from alpie.eval.questions.question_records import (
    UNANSWERABLE,
    Evidence,
    GoldQuestion,
    QuestionFile,
    SquadParagraph,
    fault_at,
)
from alpie.index.messages import translate
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span, readable_text
from alpie.index.spanish.analysis import slug_of

SQUAD_KIND = "squad"
_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*\s+(?=[\"'«“‘(\[¿¡]*[A-ZÁÉÍÓÚÜÑ0-9])")


class SquadAnswerRow(TypedDict):
    """An answer in a SQuAD file."""

    text: str
    answer_start: int  # offset in the paragraph


class SquadQuestionRow(TypedDict):
    """A question in a SQuAD file."""

    id: str
    question: str
    answers: NotRequired[list[SquadAnswerRow]]
    is_impossible: NotRequired[bool]  # of SQuAD 2.0


class SquadParagraphRow(TypedDict):
    """A paragraph in a SQuAD file, with the questions on it."""

    context: str
    qas: list[SquadQuestionRow]
    sentence_breaks: NotRequired[list[list[int]]]  # of XQuAD-R: start and end


class SquadArticleRow(TypedDict):
    """An article in a SQuAD file."""

    title: NotRequired[str]
    paragraphs: NotRequired[list[SquadParagraphRow]]


class SquadFileRow(TypedDict):
    """A SQuAD file."""

    data: list[SquadArticleRow]


def plain_sentences(text: str) -> tuple[Span, ...]:
    """Sentences of running text: cut after a final mark that white space and a capital follow."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    spans = []
    for start, end in pairwise(cuts):
        stripped = text[start:end].rstrip()
        start += len(stripped) - len(stripped.lstrip())
        if stripped.strip():
            spans.append(Span(start, start + len(stripped.lstrip())))
    return tuple(spans)


def squad_questions(path: Path, articles: Iterable[SquadArticleRow]) -> QuestionFile:
    """Questions and paragraphs of the "data" of a SQuAD file; raises `QuestionsFileError` naming article and paragraph."""
    questions: list[GoldQuestion] = []
    paragraphs: list[SquadParagraph] = []
    for article_number, article in enumerate(articles):
        title = str(article.get("title", ""))
        article_id = f"{article_number:03d}-{slug_of(title) or 'article'}"
        for number, record in enumerate(article.get("paragraphs", ())):
            place = message("eval.squad.place", path=path, article=article_number + 1, paragraph=number + 1)
            try:
                paragraph = _paragraph(record, f"{article_id}-{number:03d}", title, place)
                paragraphs.append(paragraph)
                questions += [_question(qa, paragraph, article_id, place) for qa in record["qas"]]
            except (KeyError, TypeError, ValueError) as error:
                raise fault_at(place, "eval.squad.other", error=repr(error)) from error
    if not questions:
        raise fault_at(path, "eval.squad.none")
    return QuestionFile(path, tuple(questions), tuple(paragraphs))


class SquadCorpus(NamedTuple):
    """Documents of one passage each."""

    documents: list[Document]
    passages: list[Passage]


def squad_corpus(
    paragraphs: Sequence[SquadParagraph], split_sentences: Callable[[str], Sequence[Span]] = plain_sentences
) -> SquadCorpus:
    """Every paragraph as a document of one passage, ready for ``Corpus.from_passages``."""
    documents, passages = [], []
    for paragraph in paragraphs:
        documents.append(_document(paragraph))
        spans = paragraph.sentences or tuple(split_sentences(paragraph.context))
        sentences = tuple(Sentence(readable_text(paragraph.context, [span]), (span,)) for span in spans)
        digest = hashlib.sha256(paragraph.context.encode()).hexdigest()[:12]
        address = f"{paragraph.document_id}/{digest}"
        kind = BlockKind.PARAGRAPH
        passages.append(Passage(address, paragraph.document_id, sentences, (), kind, paragraph=1))
    return SquadCorpus(documents, passages)


def _document(paragraph: SquadParagraph) -> Document:
    return Document(
        id=paragraph.document_id,
        title=paragraph.title,
        publisher="",
        date="",
        kind="artículo",
        language="es",
        file="",
        text=paragraph.context,
        sha256=hashlib.sha256(paragraph.context.encode()).hexdigest(),
    )


def _paragraph(record: SquadParagraphRow, document_id: str, title: str, place: str) -> SquadParagraph:
    context = record["context"]
    if not isinstance(context, str) or not context.strip():
        raise fault_at(place, "eval.squad.no_context")
    sentences = tuple(Span(start, end) for start, end in record.get("sentence_breaks") or ())
    return SquadParagraph(document_id, title, context, sentences)


def placed_answers(record: SquadQuestionRow) -> list[SquadAnswerRow]:
    """The answers of a SQuAD question that stand in its paragraph: machine translation lost some (empty, offset -1)."""
    return [answer for answer in record.get("answers", ()) if answer["text"] and answer["answer_start"] >= 0]


def _question(record: SquadQuestionRow, paragraph: SquadParagraph, article: str, place: str) -> GoldQuestion:
    impossible = bool(record.get("is_impossible", False))
    answers = placed_answers(record)
    evidence = () if impossible else tuple(_answer_sentence(paragraph, answer, place) for answer in answers)
    return GoldQuestion(
        id=str(record["id"]),
        text=record["question"],
        kind=UNANSWERABLE if impossible else SQUAD_KIND,
        evidence=tuple(dict.fromkeys(evidence)),
        answer=() if impossible else tuple(dict.fromkeys(answer["text"] for answer in answers)),
        article=article,
        source=f"{translate(place, message.catalogue('en'))}, question {record['id']}",  # reports are in English
    )


def _answer_sentence(paragraph: SquadParagraph, answer: SquadAnswerRow, place: str) -> Evidence:
    """The sentence, or the sentences, that hold the answer."""
    context, start = paragraph.context, int(answer["answer_start"])
    end = start + len(answer["text"])
    if context[start:end] != answer["text"]:
        raise fault_at(place, "eval.squad.offset", answer=answer["text"], start=start)
    spans = paragraph.sentences or plain_sentences(context)
    held = [span for span in spans if span.start < end and start < span.end]
    first = min([start, *(span.start for span in held)])
    return Evidence(paragraph.document_id, context[first : max([end, *(span.end for span in held)])], first)
