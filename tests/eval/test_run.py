"""An evaluation from questions to report, on a small corpus that searches by shared words."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.translations import translations_for
from alpie.eval.pipelines import bm25_pipeline, chunks_of, other_pipelines, quoted_chunks, txtai_pipeline
from alpie.eval.questions.predictions import predict
from alpie.eval.questions.question_file import read_questions
from alpie.eval.run import EvaluationOptions, evaluate
from alpie.index.errors import ArgumentError
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span
from support.fake_encoder import corpus_from

SENTENCES = (
    "La operación terminó con 25 detenidos.",
    "Se registraron 33 domicilios en España.",
    "Los agentes incautaron móviles y discos.",
)
QUESTIONS = (
    {"id": "1", "kind": "factual", "question": "¿Cuántos detenidos hubo en la operación?",
     "evidence": [{"doc": "nota", "quote": "25 detenidos"}], "answer": ["25"]},
    {"id": "2", "kind": "list", "question": "¿Qué incautaron los agentes?",
     "evidence": [{"doc": "nota", "quote": SENTENCES[2]}], "answer_all": ["móviles", "discos"]},
    {"id": "3", "kind": "follow-up", "question": "¿Y en España?",
     "turns": ["¿Registraron domicilios?", "¿Y en España?"],
     "evidence": [{"doc": "nota", "quote": SENTENCES[1]}], "answer": ["33"]},
    {"id": "4", "kind": "unanswerable", "question": "¿Quién ganó la liga?"},
    {"id": "5", "kind": "unanswerable", "question": "¿"},
)  # fmt: skip
GOLD = ("kind", "evidence", "evidence_all", "answer", "answer_all")


class FakeSource:
    """Opens a small corpus that is searched by words, or one of any passages."""

    translations = translations_for("en")

    def open(self) -> Corpus:
        text, passages = "\n".join(SENTENCES), []
        for number, sentence in enumerate(SENTENCES):
            start = text.index(sentence)
            record = Sentence(sentence, (Span(start, start + len(sentence)),))
            passages.append(
                Passage(f"nota/{number}", "nota", (record,), ("Título",), BlockKind.PARAGRAPH, page=3)
            )
        return self.from_passages([Document("nota", "Nota", "", "", "", "es", "", text)], passages)

    def from_passages(self, documents: Iterable[Document], passages: Sequence[Passage]) -> Corpus:
        return corpus_from(documents, passages)


def _questions_file(folder: Path, without: Sequence[str] = ()) -> Path:
    path = folder / f"preguntas{len(without)}.jsonl"
    kept = [{key: value for key, value in record.items() if key not in without} for record in QUESTIONS]
    path.write_text("\n".join(json.dumps(record) for record in kept), encoding="utf-8")
    return path


def _evaluate(**options: object) -> tuple[int, str, str]:
    out, progress = io.StringIO(), io.StringIO()
    chosen = EvaluationOptions(**{"resamples": 50, **options})
    code = evaluate(chosen, FakeSource(), out, progress, today=lambda: date(2025, 1, 2))
    return code, out.getvalue(), progress.getvalue()


def test_predictions_follow_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rows.jsonl"
    _evaluate(questions=_questions_file(tmp_path), predictions=path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["answered"] for row in rows] == [True, True, True, False, False]
    fields = {"id", "answered", "answer", "quotes", "passages", "confidence", "ms"}
    assert all(set(row) == fields for row in rows)
    assert set(rows[0]["passages"][0]) == {"doc", "text", "start", "end", "address", "score"}
    (quote,) = rows[0]["quotes"]
    assert set(quote) == {"doc", "text", "start", "end", "page", "path", "address", "score"}
    assert (quote["text"], quote["start"], quote["page"], quote["path"]) == (SENTENCES[0], 0, 3, ["Título"])
    assert rows[0]["answer"] == SENTENCES[0]
    assert rows[3]["quotes"] == []
    assert (rows[4]["confidence"], rows[4]["passages"]) == (0.0, [])  # it could not even be searched
    assert rows[3]["answer"].startswith("No ")


def test_gold_does_not_change_the_predictions(tmp_path: Path) -> None:
    with_gold = read_questions(_questions_file(tmp_path)).questions
    without = read_questions(_questions_file(tmp_path, GOLD)).questions
    assert [question.answerable for question in without] == [None] * 5
    corpus, clock = FakeSource().open(), lambda: 0.0
    assert predict(corpus, with_gold, clock=clock) == predict(corpus, without, clock=clock)


def test_time_is_measured_by_the_given_clock(tmp_path: Path) -> None:
    ticks = iter(range(100))
    questions = read_questions(_questions_file(tmp_path)).questions
    rows = predict(FakeSource().open(), questions, clock=lambda: next(ticks) / 4)
    assert {row["ms"] for row in rows} == {250.0}


@pytest.mark.heavy
def test_report_says_what_was_measured(tmp_path: Path) -> None:
    code, out, progress = _evaluate(questions=_questions_file(tmp_path), report=tmp_path / "report")
    assert code == 0
    data = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert (data["date"], data["part"], data["questions"], data["passages"]) == ("2025-01-02", "all", 5, 3)
    assert data["questions_files"] == ["preguntas0.jsonl"]
    assert data["corpus_fingerprint"]
    assert data["versions"]["numpy"]
    own = data["pipelines"]["alpie"]
    assert own["overall"]["right@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 3}
    assert own["overall"]["refusal rate"]["value"] == 1.0
    assert set(own["by_kind"]) == {"factual", "list", "follow-up", "unanswerable"}
    assert 0.9 < data["refusal_curve"][0]["threshold"] <= 1.0
    for text in (out, (tmp_path / "report" / "report.md").read_text(encoding="utf-8")):
        assert "right@3" in text
        assert "100.0 % [100.0, 100.0] n=3" in text
    assert "report.json" in progress
    assert "report.json" not in out
    # the other pipelines are asked the questions that stand alone
    assert list(data["pipelines"]) == ["alpie", "dense", "lexical", "hybrid", "tutorial", "txtai", "bm25s"]
    assert data["pipelines"]["hybrid"]["overall"]["recall@1"]["n"] == 2
    assert "right@1" not in data["pipelines"]["hybrid"]["overall"]  # it only retrieves
    assert data["pipelines"]["tutorial"]["overall"]["verbatim"]["value"] == 1.0
    assert data["differences"]["alpie - tutorial"]["right@1"]["n"] == 2
    assert data["differences"]["alpie - hybrid"]["recall@1"]["value"] == 0


@pytest.mark.heavy
def test_questions_without_gold_are_asked_and_reported(tmp_path: Path) -> None:
    code, out, _ = _evaluate(questions=_questions_file(tmp_path, GOLD), report=tmp_path, compare=True)
    assert code == 0
    assert "5 questions have no gold" in out


def test_evidence_that_is_nowhere_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    record = {**QUESTIONS[0], "evidence": [{"doc": "nota", "quote": "26 presos"}]}
    path.write_text(json.dumps(record), encoding="utf-8")
    _, out, _ = _evaluate(questions=path)
    assert "1 evidence quotes are not in the documents" in out


def test_squad_paragraphs_become_the_corpus(tmp_path: Path) -> None:
    context = " ".join(SENTENCES)
    answers = [{"text": "33", "answer_start": context.index("33")}]
    qas = [{"id": "x", "question": "¿Cuántos domicilios se registraron?", "answers": answers}]
    other = {"context": "El río nace en León.", "qas": []}
    squad = tmp_path / "squad.json"
    paragraphs = [{"context": context, "qas": qas}, other]
    squad.write_text(json.dumps({"data": [{"title": "Nota", "paragraphs": paragraphs}]}), encoding="utf-8")
    _evaluate(questions=squad, corpus_from_questions=True, report=tmp_path, compare=False)
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (data["documents"], data["passages"], data["part"]) == (2, 2, "all")
    assert data["pipelines"]["alpie"]["overall"]["recall@1"]["value"] == 1
    assert data["pipelines"]["alpie"]["overall"]["first in place"]["value"] == 1


@pytest.mark.parametrize(("options", "said"), [
    ({"corpus_from_questions": True}, "--corpus-from-questions necesita un archivo SQuAD"),
    ({"part": "half"}, "ninguna parte «half»"), ({"resamples": 0}, "1 como mínimo, no 0"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(tmp_path: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        _evaluate(questions=_questions_file(tmp_path), **options)


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, options = Terminal(), EvaluationOptions(questions=_questions_file(tmp_path), resamples=10)
    evaluate(options, FakeSource(), io.StringIO(), terminal)
    assert "5/5" in terminal.getvalue()
    assert _evaluate(questions=_questions_file(tmp_path))[2] == ""


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("missing", "left"),
    [
        ([], ["tutorial", "txtai", "bm25s"]),
        (["txtai"], ["tutorial", "bm25s"]),
        (["bm25s"], ["tutorial", "txtai"]),
        (["langchain_text_splitters"], []),
    ],
)
def test_what_lacks_its_package_is_left_out_of_the_comparison_and_told(
    missing: list[str], left: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in missing:
        monkeypatch.setitem(sys.modules, module, None)
    code, _, progress = _evaluate(questions=_questions_file(tmp_path), report=tmp_path)
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (code, list(data["pipelines"])) == (0, ["alpie", "dense", "lexical", "hybrid", *left])
    told = [line for line in progress.splitlines() if 'pip install -e ".[eval]"' in line]
    assert len(told) == 3 - len(left)
    assert all(missing[0].replace("_", "-") in line for line in told)


@pytest.mark.heavy
def test_bm25_and_txtai_find_the_chunk_that_says_it_and_nothing_found_is_a_refusal() -> None:
    corpus = FakeSource().open()
    chunks = chunks_of(corpus.documents.values())
    for pipeline in (bm25_pipeline(chunks), txtai_pipeline(chunks, corpus.encoder)):
        assert SENTENCES[2] in pipeline.ask("¿Incautaron discos?")["quotes"][0]["text"]
    assert not bm25_pipeline(chunks).ask("hipopótamos")["answered"]
    assert not quoted_chunks([])["answered"]


@pytest.mark.heavy
def test_tutorial_quotes_its_four_best_chunks(tmp_path: Path) -> None:
    text = "\n\n".join(f"Párrafo {number}. " + "palabra " * 90 for number in range(12))
    corpus = FakeSource().from_passages([Document("largo", "", "", "", "", "es", "", text)], [])
    questions = read_questions(_questions_file(tmp_path)).questions
    row = next(
        pipeline.rows[0] for pipeline in other_pipelines(corpus, questions) if pipeline.name == "tutorial"
    )
    assert (len(row["quotes"]), len(row["passages"])) == (4, 10)
    assert all(text[quote["start"] : quote["end"]] == quote["text"] for quote in row["quotes"])
