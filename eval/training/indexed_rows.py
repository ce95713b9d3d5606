"""Rows and passages of indexed documents, as the reader sees them: under the names of the document and the heading.

`shipped_rows` are of the documents that Al Pie comes with: their expansions and the fitting questions.

`python -m alpie.eval.training.indexed_rows DOCS DATA` writes the passages of public norms that the rows of source «norms»
were written on, as ``norms.jsonl.gz``, where `training_rows` finds them by their checksum. DOCS is a folder of the files
whose ids these rows name: `pe-pe-ds-093-2019-pcm` is `pe/DS-093-2019-PCM.md` of crafter-research/legalize-pe, put there as
`pe__pe__DS-093-2019-PCM.md`; `ar-…` and `uy-…` are of legalize-dev/legalize-ar and legalize-uy. A file that is read
otherwise by now gives other passages: their rows are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.read_passages import names_shown, reader_input
from alpie.app.settings import load_settings
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.questions.split import fitting_questions, off_topic_questions
from alpie.eval.scores import gold_places
from alpie.eval.training.training_rows import ReaderRow
from alpie.index.records import Passage, Span

_BESIDE = 2  # passages that the search ranks high and that do not answer, for each question
_SKIPPED = 2  # first passages passed over: they may answer too, where a line is as general as a heading


class SeenPassage(NamedTuple):
    """A passage as one text, which begins with the names of its document and its heading."""

    text: str
    sentences: tuple[Span, ...]  # their places in the text

    @classmethod
    def of(cls, corpus: Corpus, passage: Passage) -> SeenPassage:
        """A passage of `corpus`, put together as `alpie.index.reader.bundled` does."""
        read = reader_input(passage, corpus.documents[passage.document_id])
        starts = [len(read.opening) + int(start) for start in read.starts]
        ends = (start + len(sentence) for start, sentence in zip(starts, read.sentences, strict=True))
        return cls(read.opening + read.text, tuple(map(Span, starts, ends)))

    def row(self, question: str, numbers: Sequence[int], kind: str) -> ReaderRow:
        """The row of a question that the sentences from the first to the last of `numbers` answer; none: no answer."""
        spans = (
            (Span(self.sentences[min(numbers)].start, self.sentences[max(numbers)].end),) if numbers else ()
        )
        return ReaderRow(question, self.text, bool(spans), spans, loose=bool(spans), kind=kind)


def shipped_rows(corpus: Corpus | None = None) -> list[ReaderRow]:
    """Rows of the index in use; the reporting part of the questions is not read."""
    corpus = corpus or Corpus.open()
    questions = [*fitting_questions(), *off_topic_questions()]
    return [*_of_expansions(corpus), *question_rows(corpus, questions)]


def _of_expansions(corpus: Corpus) -> Iterator[ReaderRow]:
    expansions = corpus.index.expansions.of_passages if corpus.index.expansions else ()
    for passage, of_passage in zip(corpus.passages, expansions, strict=False):
        seen = SeenPassage.of(corpus, passage)
        for expansion in of_passage:
            if expansion.sentences:
                yield seen.row(expansion.text, expansion.sentences, "expansion")
                for other in _near_passages(corpus, expansion.text, {passage.address}, _SKIPPED, 1):
                    yield other.row(expansion.text, (), "expansion")


def question_rows(corpus: Corpus, questions: Sequence[GoldQuestion]) -> Iterator[ReaderRow]:
    """Each question beside the passages that answer it, by its gold places, and beside near ones that do not."""
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
            yield SeenPassage.of(corpus, corpus.passage(address)).row(question.text, numbers, "question")
        if places or not question.groups:
            for other in _near_passages(corpus, question.text, set(right), 0, _BESIDE):
                yield other.row(question.text, (), "question")


def _near_passages(
    corpus: Corpus, text: str, right: set[str], skipped: int, most: int
) -> Iterator[SeenPassage]:
    hits = corpus.search(text, limit=most + skipped + len(right))
    wrong = [hit.passage for hit in hits if hit.passage.address not in right]
    return (SeenPassage.of(corpus, passage) for passage in wrong[skipped : skipped + most])


def norm_passages(docs: Path) -> Iterator[dict[str, str]]:
    """The passages of the files in `docs` under their headings, and the titles that the reader sees before them."""
    with TemporaryDirectory() as scratch:
        settings = load_settings({"docs": docs, "data": Path(scratch)})
        Corpus.build(settings)
        corpus = Corpus.open(settings)
        for passage in corpus.passages:
            text = ". ".join([*passage.path[-1:], passage.text])
            yield {"title": names_shown(corpus.documents[passage.document_id]).title, "passage": text}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file of passages of norms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs", type=Path)
    parser.add_argument("data", type=Path)
    options = parser.parse_args(argv)
    with gzip.open(options.data / "norms.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in norm_passages(options.docs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
