"""The expansions that ship: sound for today's passages, and no question of the evaluation among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

import alpie.docs_src
from alpie.eval.questions.matching import folded_words
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_questions
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.sources.document_folder import read_sources
from alpie.index.sources.expansions import EXPANSIONS_FOLDER, place_expansions

DOCS = Path(alpie.docs_src.__path__[0])
NEARLY_EQUAL = 90  # of 100: the same words but for an article or an ending


def shipped() -> list[str]:
    rows = [
        json.loads(row)
        for file in sorted((DOCS / EXPANSIONS_FOLDER).glob("*.jsonl"))
        for row in file.read_text("utf-8").splitlines()
    ]
    return [line["text"] for row in rows for line in row["lines"]]


def test_every_expansion_has_its_passage_and_its_sentences() -> None:
    sources = read_sources(DOCS)
    assert not sources.unused
    assert set(sources.expansions) == {document.id for document in sources.documents}
    for document in sources.documents:
        passages = make_passages(document, lay_out(document))
        placed = place_expansions(sources.expansions[document.id], passages, document.id)
        assert placed.faults == ()
        assert all(placed.of_passages)  # no passage is without


def test_no_line_stands_twice() -> None:
    lines = shipped()
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("scorer", [fuzz.ratio, fuzz.token_sort_ratio])
def test_no_line_is_a_question_of_the_evaluation(scorer: object) -> None:
    lines = [" ".join(folded_words(line)) for line in shipped()]
    asked = [
        " ".join(folded_words(text))
        for file in OWN_QUESTIONS.rglob("*.jsonl")
        for question in read_questions(file).questions
        for text in (question.text, *question.earlier)
    ]
    scores = process.cdist(lines, asked, scorer=scorer, score_cutoff=NEARLY_EQUAL, workers=1)
    assert [line for line, near in zip(lines, scores.max(axis=1), strict=True) if near] == []
