"""Files of questions: what is read, what is refused, how they are divided, and that ours are sound."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from alpie.app.translations import translations_for
from alpie.eval.errors import QuestionsFileError
from alpie.eval.questions.matching import SourceTexts, folded_text
from alpie.eval.questions.question_file import KINDS, OWN_QUESTIONS, read_own_questions, read_questions
from alpie.eval.questions.question_records import UNANSWERABLE, Evidence, GoldQuestion
from alpie.eval.questions.split import split_questions
from alpie.eval.questions.squad import plain_sentences, squad_corpus
from alpie.index.chunking.passages import make_passages
from alpie.index.errors import ArgumentError
from alpie.index.layout import lay_out
from alpie.index.records import Span, proves
from alpie.index.sources.document_folder import read_sources
from support.places import DOCS_SRC
from support.tables import cases

TEXT = "Hubo 25 detenidos\nen dos países. Se incautaron móviles y discos."
QAS = [
    {"id": "1", "question": "¿Dónde nace?", "answers": [{"text": "León", "answer_start": 15}]},
    {"id": "2", "question": "¿Cuánto mide?",
     "answers": [{"text": "90 km", "answer_start": 26}, {"text": "", "answer_start": -1}]},
    {"id": "3", "question": "¿Quién lo mide?", "answers": [], "is_impossible": True},
]  # fmt: skip
PARAGRAPH = {"context": "El río nace en León. Mide 90 km.", "qas": QAS}
SQUAD = {"version": "1.1", "data": [{"title": "Río Ñ", "paragraphs": [PARAGRAPH]}]}


def _write(folder: Path, *records: object) -> Path:
    path = folder / "preguntas.jsonl"
    lines = [
        record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- reading --------------------------------------------------------------------------------------


def test_every_field_is_read(tmp_path: Path) -> None:
    record = {
        "id": "q1", "kind": "list", "question": "¿Y qué más?", "unknown": {"x": 1},
        "evidence": [{"doc": "nota", "quote": "25 detenidos", "page": 3}],
        "evidence_all": [[{"doc": "nota", "quote": "móviles"}], [{"doc": "nota", "quote": "discos"}]],
        "answer": "25", "answer_all": ["móviles", "discos"], "turns": ["¿Cuántos?", "¿Y  qué más?"],
    }  # fmt: skip
    (question,) = read_questions(_write(tmp_path, record)).questions
    assert question.evidence == (Evidence("nota", "25 detenidos"),)
    assert [len(group) for group in question.groups] == [1, 1]
    assert (question.answer, question.answer_all) == (("25",), ("móviles", "discos"))
    assert question.earlier == ("¿Cuántos?",)  # the last turn is the question itself
    assert question.answerable is True


def test_fields_may_be_absent(tmp_path: Path) -> None:
    questions = read_questions(_write(tmp_path, {"question": "¿Qué?"}, "", {"turns": ["a", "b"]})).questions
    assert [question.id for question in questions] == ["line-1", "line-3"]
    assert [question.answerable for question in questions] == [None, None]
    assert (questions[1].text, questions[1].earlier) == ("b", ("a",))


@cases("line, message")
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = _write(tmp_path, {"question": "buena"}, line)
    with pytest.raises(QuestionsFileError) as raised:
        read_questions(path)
    assert str(raised.value).startswith(f"{path}:2: ")
    assert message in str(raised.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"question": "¿Qué?"}'.encode("latin-1"))
    for path, message in (
        (tmp_path / "none", "no se puede leer"),
        (latin, "no es UTF-8"),
        (_write(tmp_path), "ninguna pregunta"),
    ):
        with pytest.raises(QuestionsFileError, match=message):
            read_questions(path)


# --- SQuAD ----------------------------------------------------------------------------------------


def test_squad_questions_and_paragraphs_are_read(tmp_path: Path) -> None:
    path = _write(tmp_path, SQUAD)
    read = read_questions(path)
    where, how_long, impossible = read.questions
    assert where.evidence == (Evidence("000-rio-n-000", "El río nace en León.", 0),)
    assert how_long.evidence == (Evidence("000-rio-n-000", "Mide 90 km.", 21),)
    assert how_long.source == f"{path}: article 1, paragraph 1, question 2"
    assert how_long.answer == ("90 km",)  # the lost answer at -1 is dropped
    assert (impossible.answerable, impossible.groups) == (False, ())
    documents, passages = squad_corpus(read.paragraphs)
    assert [sentence.text for sentence in passages[0].sentences] == ["El río nace en León.", "Mide 90 km."]
    assert all(proves(documents[0].text, s.spans, s.text) for s in passages[0].sentences)


def test_squad_may_be_spread_over_lines_and_bring_its_sentences(tmp_path: Path) -> None:
    squad = json.loads(json.dumps(SQUAD))
    squad["data"][0]["paragraphs"][0]["sentence_breaks"] = [[0, 32]]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad, indent=1), encoding="utf-8")
    read = read_questions(path)
    assert read.paragraphs[0].sentences == (Span(0, 32),)
    assert read.questions[0].evidence[0].quote == "El río nace en León. Mide 90 km."


def test_squad_with_a_wrong_offset_is_refused(tmp_path: Path) -> None:
    squad = json.loads(json.dumps(SQUAD))
    squad["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 14
    with pytest.raises(QuestionsFileError, match="artículo 1, párrafo 1: la respuesta «León»") as raised:
        read_questions(_write(tmp_path, squad))
    told = translations_for("en").translate(raised.value)
    assert told.endswith(
        ": article 1, paragraph 1: the answer “León” is not at offset 14. Correct “answer_start”."
    )
    with pytest.raises(QuestionsFileError, match="sin ninguna pregunta"):
        read_questions(_write(tmp_path, {"data": []}))


def test_a_plain_text_is_cut_into_its_sentences() -> None:
    text = " Nació en 1.5 a. C. en León.  ¿Y después? «Nada». "
    assert [text[span.start : span.end] for span in plain_sentences(text)] == [
        "Nació en 1.5 a.", "C. en León.", "¿Y después?", "«Nada».",
    ]  # fmt: skip
    assert plain_sentences("  ") == ()


# --- splitting ------------------------------------------------------------------------------------


def _many() -> list[GoldQuestion]:
    def on(n: int, kind: str, lead: str = "") -> GoldQuestion:
        words = f"{lead}uno{n} dos{n} tres{n} cuatro{n} cinco{n} seis{n} siete"
        return GoldQuestion(f"{kind[0]}{n}", f"¿{n}?", kind, evidence=(Evidence("nota", words),))

    plain, english = [on(n, "factual") for n in range(40)], [on(n, "english", "Y ") for n in range(9)]
    return [*plain, *english, *(GoldQuestion(f"u{n}", f"¿no {n}?", "unanswerable") for n in range(21))]


def test_halves_are_complete_disjoint_and_balanced_by_kind() -> None:
    questions = _many()
    fit, report = split_questions(questions, "fit"), split_questions(questions, "report")
    assert sorted(q.id for q in fit + report) == sorted(q.id for q in questions)
    assert split_questions(questions, "all") == tuple(questions)
    for kind, count in Counter(question.kind for question in questions).items():
        assert abs(sum(question.kind == kind for question in fit) - count / 2) <= 1, kind


def test_questions_on_the_same_words_stay_together_whatever_their_order() -> None:
    questions = _many()
    fit = {question.id for question in split_questions(questions, "fit")}
    assert fit == {question.id for question in split_questions(questions[::-1], "fit")}
    assert all((f"f{n}" in fit) == (f"e{n}" in fit) for n in range(9))


def test_questions_of_an_article_and_of_a_conversation_stay_together() -> None:
    article = [GoldQuestion(f"s{n}", f"¿{n}?", "squad", article="a") for n in range(6)]
    turns = [GoldQuestion("t0", "¿Qué es?"), GoldQuestion("t1", "¿Y?", earlier=("¿Qué es?",)),
             GoldQuestion("t2", "¿Por?", earlier=("¿qué es?", "¿Y?"))]  # fmt: skip
    fit = {question.id for question in split_questions([*article, *turns], "fit")}
    assert len(fit & {q.id for q in article}) in (0, 6)
    assert len(fit & {q.id for q in turns}) in (0, 3)


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ArgumentError, match="ninguna parte «half»; elija una de fit, report, all"):
        split_questions([], "half")


# --- our own questions ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "folder",
    [OWN_QUESTIONS, *(OWN_QUESTIONS / name for name in ("fitting", "reporting"))],
    ids=lambda folder: folder.name,
)
def test_our_own_questions_are_sound(folder: Path) -> None:
    documents = read_sources(DOCS_SRC).documents
    passages = [passage for document in documents for passage in make_passages(document, lay_out(document))]
    texts = SourceTexts({document.id: document for document in documents}, passages)
    questions = read_own_questions(folder)
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        evidence = [*question.evidence, *(one for group in question.evidence_all for one in group)]
        assert question.kind in KINDS, question.source
        assert bool(evidence) == (question.kind != UNANSWERABLE), question.source
        for one in evidence:
            assert texts.occurrences(one.doc, one.quote, one.start), f"{question.source}: {one.quote}"
        folded = [folded_text(one.quote) for one in evidence]
        held = [any(folded_text(answer) in quote for quote in folded) for answer in question.answer]
        assert any(held) or not held, f"{question.source}: {question.answer}"
        for answer in question.answer_all:
            assert any(folded_text(answer) in quote for quote in folded), f"{question.source}: {answer}"


def test_every_kind_is_reported_on_with_eight_questions_at_least() -> None:
    reported = [
        *split_questions(read_own_questions(), "report"),
        *read_own_questions(OWN_QUESTIONS / "reporting"),
    ]
    times = Counter(question.kind for question in reported)
    assert {kind: times[kind] for kind in KINDS if times[kind] < 8} == {}
