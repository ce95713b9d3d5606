"""The rows that the reader learns from: written and read, found again, split by document, beside near passages."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from alpie.eval.questions.question_file import read_questions
from alpie.eval.questions.question_records import Evidence, GoldQuestion
from alpie.eval.training import indexed_rows
from alpie.eval.training.reader_rows import NearPassages, as_squad, is_held_out, public_rows, squad_rows
from alpie.eval.training.training_rows import (
    IMAGINED,
    OWN,
    WRITTEN,
    ReaderRow,
    TrainingRow,
    checksum_of,
    imagined_rows,
    own_rows,
    passages_of,
    public_set_rows,
    read_lines,
    read_rows,
    write_rows,
    written_rows,
)
from alpie.index.records import Span
from support.fake_encoder import FakeEncoder, corpus_of
from support.places import SHARED
from support.row_faults import evaluation_questions, find_faults

DATA = SHARED / "training"
PASSAGE = "El museo abre a las diez. La entrada cuesta seis euros, y los lunes es gratuita."
OTHERS = [
    "El parque cierra al anochecer y sus fuentes se apagan en invierno.",
    "La biblioteca presta libros durante un mes a quien tenga carné.",
    "Los autobuses pasan cada veinte minutos por la plaza del mercado.",
]

CONSUMPTION = "Consumo\n\nEl agua es de todos. Cada vecino gasta doscientos litros al día.\n"


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [
        ReaderRow("¿Cuánto cuesta?", PASSAGE, True, (Span(37, 53),), loose=True, kind="plain"),
        ReaderRow("¿Quién lo dirige?", PASSAGE, False, kind="un"),
    ]
    write_rows(tmp_path / "rows.jsonl", rows)
    assert read_rows(tmp_path / "rows.jsonl") == rows


def answer_of(row: ReaderRow) -> str:
    """The words of the passage that answer, where they are in one place."""
    (span,) = row.spans
    return row.passage[span.start : span.end]


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """A gzipped JSON Lines file of these objects."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_a_document_is_held_out_whatever_else_there_is() -> None:
    held_out = {f"ley {number}" for number in range(1_000) if is_held_out(f"ley {number}")}
    assert 60 < len(held_out) < 140
    assert sorted(held_out)[:3] == ["ley 0", "ley 10", "ley 110"]  # the same in every process and version


def test_a_near_passage_is_never_the_right_one_nor_a_copy_of_it() -> None:
    copy = PASSAGE.replace("gratuita.", "gratuita")
    rows = [ReaderRow("¿Cuánto cuesta la entrada del museo?", PASSAGE, True, (Span(37, 53),))] * 20
    near = list(NearPassages([PASSAGE, copy, *OTHERS], FakeEncoder()).beside(rows, random.Random(1)))
    assert len(near) == 20
    assert {other for row in near for other in row.others} <= set(OTHERS)
    assert {(row.passage, len(row.others)) for row in near} == {(PASSAGE, 1)}


def imagined(kind: str = "chat", why: str | None = None) -> list[TrainingRow]:
    """Rows of forty questions, each on the same passage of an imagined document of three."""
    asked = [
        {"question": f"{n} y cuanto cuesta", "kind": kind, "answer": "seis euros", "why": why}
        for n in range(40)
    ]
    passages = [{"heading": "Horario", "text": PASSAGE, "rows": asked}]
    passages += [{"heading": "Otros", "text": text, "rows": []} for text in OTHERS]
    document = {"id": "a", "publisher": "Ayuntamiento de Soto", "title": "Guía", "passages": passages}
    return list(imagined_rows([document]))


def test_passages_of_an_imagined_document_are_shown_under_the_same_names() -> None:
    rows = imagined()
    begins = {row.passage.removesuffix(PASSAGE) for row in rows if row.passage}
    assert begins == {"Ayuntamiento de Soto. Guía. Horario. ", "Guía. Horario. ", "Horario. "}
    for row in rows:
        assert row.passage is not None
        assert [row.passage[span.start : span.end] for span in row.spans] == ["seis euros"]
        names = row.passage.removesuffix(f"Horario. {PASSAGE}")
        assert len(set(row.others)) == 2
        assert set(row.others) <= {f"{names}Otros. {text}" for text in OTHERS}


def test_a_question_that_goes_by_a_name_is_asked_under_all_names() -> None:
    for row in (*imagined("publisher"), *imagined("title")):
        assert str(row.passage).startswith("Ayuntamiento de Soto. Guía. ")


def test_public_spans_are_loose_where_sentences_are_marked(tmp_path: Path) -> None:
    sentences = ["Abre a las diez.", "Cuesta seis euros."]
    marked = {"question": "¿Cuánto?", "passage": " ".join(sentences), "sentences": sentences, "gold": [1]}
    write_lines(tmp_path / "qa_selqa_en.jsonl.gz", [{**marked, "answers": [], "article": "museo"}])
    found = ["seis euros", "Custa seis"]
    short = {"question": "Quanto custa?", "passage": "Custa seis euros.", "answers": found}
    seen = {**short, "question": "visto", "overlaps_xquad": True}
    write_lines(tmp_path / "qa_faquad_pt.jsonl.gz", [short, seen])
    rows = {row.kind: row for row in public_rows(tmp_path, random.Random(1))}
    cut = {kind: answer_of(row) for kind, row in rows.items()}
    assert cut == {"qa_selqa_en": "Cuesta seis euros.", "qa_faquad_pt": "seis euros"}
    assert [rows[kind].loose for kind in cut] == [row == "qa_selqa_en" for row in cut]
    assert rows["qa_faquad_pt"].question != "visto"


@pytest.mark.parametrize("between", [". ", ", "])
def test_a_long_passage_is_cut_around_its_answer(tmp_path: Path, between: str) -> None:
    passage = between.join(f"frase {number} de muchas" for number in range(400))
    row = {"question": "¿Cuál?", "passage": passage, "answers": ["frase 333"]}
    write_lines(tmp_path / "qa_faquad_pt.jsonl.gz", [row])
    for seed in range(30):
        (cut,) = public_rows(tmp_path, random.Random(seed))
        assert answer_of(cut) == "frase 333"
        assert len(cut.passage) < len(passage) / 5


def test_passages_of_public_sets_are_found_by_their_checksum(tmp_path: Path) -> None:
    write_lines(tmp_path / "laws.jsonl.gz", [{"title": "Objeto", "text": "Esta ley regula el agua."}])
    found = passages_of(tmp_path, ["laws", "absent"])
    assert found[checksum_of("Objeto. Esta ley regula el agua.")] == "Objeto. Esta ley regula el agua."
    assert checksum_of("Esta ley regula el agua.") in found


def test_passages_of_norms_are_those_of_their_files(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "ley.md").write_text(
        "---\ntitle: Ley del agua\n---\n## Objeto\n\nEsta ley regula el agua.\n", "utf-8"
    )
    assert indexed_rows.main([str(docs), str(tmp_path)]) == 0
    found = passages_of(tmp_path, ["norms"])
    assert set(found.values()) == {
        "Objeto. Esta ley regula el agua.", "Ley del agua. Objeto. Esta ley regula el agua."
    }  # fmt: skip


def test_rows_of_the_index_are_what_the_reader_sees() -> None:
    corpus = corpus_of(
        CONSUMPTION, "Préstamo\n\nLa biblioteca presta tres libros a cada lector durante un mes.\n"
    )
    evidence = Evidence("uno", "Cada vecino gasta doscientos litros al día.")
    question = GoldQuestion("1", "¿Cuántos litros gasta cada vecino?", "factual", evidence=(evidence,))
    answers, *beside = indexed_rows.question_rows(corpus, [question])
    assert answer_of(answers) == evidence.quote
    assert answers.passage.startswith("Uno. Consumo. ")
    assert answers.loose
    assert [(row.answers, row.spans) for row in beside] == [(False, ())] * len(beside)
    assert beside[0].passage.startswith("Dos. ")


def asked(question: str, answer: str | None, kind: str = "plain", why: str | None = None) -> TrainingRow:
    line = {"passage": PASSAGE, "rows": [{"question": question, "kind": kind, "answer": answer, "why": why}]}
    return next(own_rows([line]))


@pytest.mark.parametrize(("wrong", "kind"), [
    (asked("¿A qué hora abre?", None), "form"),  # neither an answer nor a reason
    (asked("¿A qué hora abre?", "las diez", "un", "attr"), "form"),
    (asked("¿A qué hora abre?", "a las once"), "span"), (asked("¿A qué hora abre?", "diez. La entr"), "span"),
    (asked("¿Hasta cuándo hay que pagar la entrada?", "seis euros", "para"), "paraphrase"),
    (asked("¿CUANTO pago por entrar, en euros", "seis euros"), "resembles"),
])  # fmt: skip
def test_what_is_wrong_with_a_row_is_said(wrong: TrainingRow, kind: str) -> None:
    found = find_faults([wrong], ["¿Cuánto pago por entrar, en euros?"])
    assert [fault.partition(":")[0] for fault in found] == [kind]


def test_a_question_is_asked_once_of_a_passage() -> None:
    row = {"question": "¿A qué hora abre?", "kind": "plain", "answer": "las diez", "why": None}
    rows = [row, {**row, "question": "a que hora abre"}]
    found = find_faults(list(own_rows([{"passage": PASSAGE, "rows": rows}])), [])
    assert [fault.partition(":")[0] for fault in found] == ["duplicate"]
    elsewhere = [{"passage": passage, "rows": [row]} for passage in (PASSAGE, f"{PASSAGE} Cierra a las dos.")]
    assert find_faults(list(own_rows(elsewhere)), []) == []


def test_a_paraphrase_may_share_what_turns_a_sentence_round() -> None:
    row = asked("¿Qué importe no se perdona a quien visita la colección?", "seis euros", "para")
    assert find_faults([row], []) == []


@pytest.mark.heavy  # eighty thousand of them
def test_the_questions_that_ship_are_sound() -> None:
    own = (*own_rows(read_lines(OWN)), *imagined_rows(read_lines(IMAGINED)))
    rows = [*own, *public_set_rows(list(read_lines(WRITTEN)), DATA)]
    assert len(rows) > 80_000
    assert find_faults(rows, evaluation_questions()) == []


@pytest.mark.skipif(not DATA.exists(), reason="the public sets are not there")
def test_what_was_written_on_public_passages_is_found_there() -> None:
    own = len([*own_rows(read_lines(OWN)), *imagined_rows(read_lines(IMAGINED))])
    there = [row for row in read_lines(WRITTEN) if row["source"] != "norms"]  # made by indexed_rows
    assert len(list(written_rows(DATA))) == own + len(there)


def test_held_out_rows_can_be_asked_as_squad(tmp_path: Path) -> None:
    rows = [
        ReaderRow("¿Quién firma?", "Firma la ministra. Rige desde mayo.", True, (Span(6, 17),)),
        ReaderRow("¿Quién paga?", "Firma la ministra. Rige desde mayo.", False),
    ]
    path = tmp_path / "held-out.json"
    path.write_text(json.dumps(as_squad(rows)), encoding="utf-8")
    read = read_questions(path)
    assert [paragraph.context for paragraph in read.paragraphs] == [rows[0].passage]
    assert [question.answer for question in read.questions] == [("la ministra",), ()]
    assert [question.answerable for question in read.questions] == [True, False]


def test_every_second_article_of_a_squad_file_is_taught_and_lost_places_are_left_out(tmp_path: Path) -> None:
    def article(title: str, *questions: dict[str, object]) -> dict[str, object]:
        return {"title": title, "paragraphs": [{"context": "Oslo es la capital.", "qas": list(questions)}]}

    right = {"question": "¿Cuál es la capital?", "answers": [{"text": "Oslo", "answer_start": 0}] * 2}
    lost = {"question": "¿Qué es Oslo?", "answers": [{"text": "la capital", "answer_start": -1}]}
    absent = {"question": "¿Cuántos viven en Oslo?", "is_impossible": True, "answers": []}
    files = {
        "one": [article("a", right, lost), article("b", right)],
        "two": [article("b", absent), article("a", right, absent)],
    }
    paths = [tmp_path / name for name in files]
    for path in paths:
        path.write_text(json.dumps({"data": files[path.name]}), encoding="utf-8")
    rows = {row.question: row for row in squad_rows(paths)}
    assert {question: row.spans for question, row in rows.items()} == {
        "¿Cuál es la capital?": (Span(0, 4),),
        "¿Cuántos viven en Oslo?": (),
    }
    assert not rows["¿Cuántos viven en Oslo?"].answers
