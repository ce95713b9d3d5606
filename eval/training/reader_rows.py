"""Rows that the reader learns from: `python -m alpie.eval.training.reader_rows DATA OUT`.

DATA is a folder of public question sets, one gzipped JSON Lines file a set, as docs/quality.md lists them with their
licences; `training_rows` has what was written for the project. OUT gets four files:

- ``first.jsonl``: public rows and written ones, with passages beside the right one that do not answer;
- ``second.jsonl``: written rows again with other such passages, and rows on the documents that Al Pie comes with
  (their expansions, the fitting part of the questions): the last rows read weigh most;
- ``held-out.jsonl``: a tenth of the written ones, by document; ``held-out.json``: the same in SQuAD's form, for
  `alpie.eval.training.fit_weights`.

No evaluation question of the reporting part is read here, and articles that figures are reported on are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alpie.app.settings import load_settings
from alpie.eval.questions.squad import SquadFileRow, SquadQuestionRow, placed_answers
from alpie.eval.training.indexed_rows import shipped_rows
from alpie.eval.training.training_rows import ReaderRow, checksum_of, read_lines, write_rows, written_rows
from alpie.index.encoder import BUNDLED_ENCODER, Encoder
from alpie.index.encoder.factory import open_encoder
from alpie.index.records import Span

_MAX_CHARACTERS = 1_500  # of a passage: what a sequence of 288 tokens holds
_NEAR = 4  # of the nearest other passages, so many are drawn from: the first alone would always be the same
_MAX_OF_ARTICLE = 300  # rows of an article of a SQuAD file, so that none outweighs the rest
# rows taken of each public set; what is more would drown the project's own
_PUBLIC = {
    "qa_squad_es_dist": 900, "qa_faquad_pt": 700, "qa_squad2_train1000_en": 1_000, "qa_selqa_en": 1_200,
    "qa_clapnq_en": 600, "qa_fairytaleqa_en": 900, "qa_qamr_en": 1_000, "qa_pira_pt_en": 500, "qa_piaf_fr": 300,
    "qa_covidqa_en": 500, "pairs_law_pe_es": 900, "pairs_law_ar_es": 500, "pairs_law_boe_es": 100,
}  # fmt: skip
_OVERLAPS = ("overlaps_squad_dev", "overlaps_xquad")  # flags of rows whose text figures are reported on


def public_rows(data: Path, chance: random.Random) -> Iterator[ReaderRow]:
    """Rows of the public sets, and for some of them a passage of the same article that does not answer."""
    for name, most in _PUBLIC.items():
        path = data / f"{name}.jsonl.gz"
        if not path.exists():
            sys.stderr.write(f"{path} is not there: left out\n")
            continue
        rows = [
            line for line in read_lines(path) if line.get("passage") and not any(map(line.get, _OVERLAPS))
        ]
        by_article: dict[str, list[str]] = {}
        for row in rows:
            by_article.setdefault(str(row.get("article")), []).append(row["passage"])
        for row in chance.sample(rows, min(most, len(rows))):
            yield from _public_row(row, name, by_article[str(row.get("article"))], chance)


def _public_row(
    row: dict[str, Any], name: str, siblings: Sequence[str], chance: random.Random
) -> Iterator[ReaderRow]:
    """The rows made of one public row: itself, and at times a neighbouring passage that does not answer."""
    passage = row["passage"]
    if row.get("answerable") is False:
        yield ReaderRow(row["question"], passage[:_MAX_CHARACTERS], False, kind=name)
        return
    span = _public_span(row)
    if span is not None:
        passage, span = _window(passage, span, chance)
        yield ReaderRow(row["question"], passage, True, (span,), loose=bool(row.get("gold")), kind=name)
    elif not row.get("answers") and len(passage) < _MAX_CHARACTERS:
        yield ReaderRow(row["question"], passage, True, kind=name)
    others = [
        sibling
        for sibling in siblings
        if sibling != row["passage"] and not any(a in sibling for a in row.get("answers", ()))
    ]
    if others and chance.random() < 1 / 3:
        yield ReaderRow(row["question"], chance.choice(others)[:_MAX_CHARACTERS], False, kind=name)


def _public_span(row: dict[str, Any]) -> Span | None:
    """The sentence marked as gold, else the shortest answer that stands in the passage."""
    if row.get("gold") and row.get("sentences"):
        wanted = [row["sentences"][number] for number in row["gold"][:1] if number < len(row["sentences"])]
    else:
        wanted = sorted((answer for answer in row.get("answers", ()) if len(answer) > 1), key=len)
    starts = ((row["passage"].find(answer), len(answer)) for answer in wanted)
    return next((Span(start, start + length) for start, length in starts if start >= 0), None)


def _window(passage: str, span: Span, chance: random.Random) -> tuple[str, Span]:
    """A long passage cut so that the answer stands somewhere in it."""
    if len(passage) <= _MAX_CHARACTERS:
        return passage, span
    start = max(0, span.start - chance.randrange(_MAX_CHARACTERS // 2))
    at_sentence = passage.rfind(". ", max(0, start - _MAX_CHARACTERS // 4), start) + 1
    start = at_sentence or passage.rfind(" ", 0, start) + 1  # never so far back that the answer falls out
    end = start + _MAX_CHARACTERS
    return passage[start:end], Span(span.start - start, min(span.end, end) - start)


def squad_rows(paths: Sequence[Path]) -> Iterator[ReaderRow]:
    """Take every second article of the first SQuAD file, from all `paths`; figures are reported on the other articles.

    Articles are known by their title. A question that stands in several files is taken once, and of an article at most
    `_MAX_OF_ARTICLE`.
    """
    articles = [json.loads(path.read_text(encoding="utf-8"))["data"] for path in paths]
    taught = [article["title"] for article in articles[0][::2]] if articles else []
    for title in taught:
        rows = {
            (row.question, row.passage): row
            for of_file in articles
            for article in of_file
            if article["title"] == title
            for paragraph in article["paragraphs"]
            for row in _squad_paragraph(paragraph["context"], paragraph["qas"])
        }
        yield from sorted(rows.values(), key=lambda row: checksum_of(row.question))[:_MAX_OF_ARTICLE]


def _squad_paragraph(passage: str, questions: Iterable[SquadQuestionRow]) -> Iterator[ReaderRow]:
    """Its rows; an answer whose place the translation lost is left out, and so is a question that has no other."""
    for question in questions if len(passage) <= _MAX_CHARACTERS else ():
        given = () if question.get("is_impossible") else question["answers"]
        placed = placed_answers(question) if given else ()
        spans = sorted(
            {Span(answer["answer_start"], answer["answer_start"] + len(answer["text"])) for answer in placed}
        )
        if spans or not given:
            yield ReaderRow(question["question"], passage, bool(spans), tuple(spans), kind="squad")


class NearPassages:
    """For a question, passages of a pool that our own search ranks high and that are not the right one."""

    def __init__(self, passages: Iterable[str], encoder: Encoder) -> None:
        self._passages = sorted(set(passages))
        self._numbers = {passage: number for number, passage in enumerate(self._passages)}
        self._vectors = encoder.encode_passages(self._passages)
        self._encoder = encoder

    def beside(self, rows: Sequence[ReaderRow], chance: random.Random) -> Iterator[ReaderRow]:
        """Give each row a near passage that does not answer, which is never a rewording of the right one."""
        cosines = self._encoder.encode_queries([row.question for row in rows]) @ self._vectors.T
        for row, of_row in zip(rows, cosines, strict=True):
            own = self._numbers[row.passage]
            alike = self._vectors @ self._vectors[own] > 0.965  # n = 100 looked at: rewordings of one article
            order = np.argsort(-of_row)[: 4 * _NEAR]
            near = [int(number) for number in order if not alike[number]][:_NEAR]
            if near:
                yield replace(row, others=(self._passages[chance.choice(near)],))


def is_held_out(document: str) -> bool:
    """Whether the rows on a document are for validation: a tenth, whatever the order of files."""
    return int(hashlib.sha256(f"held out {document}".encode()).hexdigest()[:8], 16) % 10 == 0


def as_squad(rows: Iterable[ReaderRow]) -> SquadFileRow:
    """Rows as a file of SQuAD 2.0, each passage an article: for asking them of all the passages together."""
    asked: dict[str, list[SquadQuestionRow]] = {}
    for number, row in enumerate(rows):
        question: SquadQuestionRow = {
            "id": f"h{number}",
            "question": row.question,
            "answers": [
                {"text": row.passage[span.start : span.end], "answer_start": span.start} for span in row.spans
            ],
            "is_impossible": not row.answers,
        }
        asked.setdefault(row.passage, []).append(question)
    return {
        "data": [
            {"title": checksum_of(passage), "paragraphs": [{"context": passage, "qas": questions}]}
            for passage, questions in asked.items()
        ]
    }


def assemble(
    data: Path,
    out: Path,
    encoder: Encoder,
    shipped: Sequence[ReaderRow] = (),
    squad: Sequence[Path] = (),
    seed: int = 1,
) -> dict[str, int]:
    """Write the four files; `shipped` are rows on the documents that Al Pie comes with. Returns their sizes."""
    chance = random.Random(seed)
    written = list(written_rows(data))
    taught = [row for document, row in written if not is_held_out(document)]
    held_out = [row for document, row in written if is_held_out(document)]
    near = NearPassages([row.passage for _, row in written], encoder)

    def with_near(share: float) -> list[ReaderRow]:
        asked = [row for row in taught if row.answers and chance.random() < share]
        return [*taught, *near.beside(asked, chance)]

    of_squad = list(squad_rows(squad))
    near_squad = NearPassages([row.passage for row in of_squad], encoder) if of_squad else None
    beside = near_squad.beside([row for row in of_squad if row.answers][::3], chance) if near_squad else ()
    first = [*public_rows(data, chance), *of_squad, *beside, *with_near(0.45)]
    second = [*with_near(0.4), *shipped]
    answered = [row for row in held_out if row.answers]
    files = {"first": first, "second": second, "held-out": [*held_out, *near.beside(answered[::2], chance)]}
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        chance.shuffle(rows)
        write_rows(out / f"{name}.jsonl", rows)
    (out / "held-out.json").write_text(json.dumps(as_squad(held_out), ensure_ascii=False), encoding="utf-8")
    return {name: len(rows) for name, rows in files.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Assemble the rows from a data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--squad",
        type=Path,
        nargs="+",
        default=[],
        help="SQuAD files, of which every second article is taken",
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn, and of the order")
    options = parser.parse_args(argv)
    encoder = open_encoder(BUNDLED_ENCODER, load_settings().cache)
    sizes = assemble(options.data, options.out, encoder, shipped_rows(), options.squad, options.seed)
    sys.stdout.write(json.dumps(sizes) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
