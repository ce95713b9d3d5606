"""The commands: what each prints and builds; results on standard output only, everything else apart."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from alpie.app.operation import document_report
from alpie.app.operation.document_report import Freshness
from alpie.app.service.rows import REFUSAL, answer_row
from alpie.app.settings import Settings
from alpie.app.terminal import commands as cli
from alpie.eval import command_line
from support.answering_corpus import AnsweringCorpus
from support.sample_answer import ANSWER, PASSAGE, QUOTE, TEXT
from support.tables import cases

Captured = pytest.CaptureFixture[str]
REFUSED = replace(ANSWER, answered=False, confidence=0.1, quotes=(), nearest=(QUOTE,))


def printed(capsys: Captured, *arguments: str) -> str:
    """What the command writes to standard output; it succeeds."""
    assert command_line.main([*arguments]) == 0
    return capsys.readouterr().out


# --- the contract ---------------------------------------------------------------------------------


def test_ask_prints_the_quotation_with_its_citation(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    assert cli.main(["ask", "¿Cuántas?"]) == 0
    out, err = capsys.readouterr()
    assert "«Hubo 25 detenciones.»" in out
    assert "Policía. «Nota». Nota de prensa, 2025. Sección Detenciones, párr. 1." in out
    assert PASSAGE.address in out
    assert "Se ha buscado en 1 documento (1 fragmento)." in out
    assert err == ""


def test_ask_json_is_one_row_of_the_contract(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    (line,) = printed(capsys, "ask", "--json", "¿Cuántas?").splitlines()
    row = json.loads(line)
    assert (row["answered"], row["answer"], row["writer"]) == (True, "Hubo 25 detenciones.", None)
    quote = row["quotes"][0]
    assert {"doc", "text", "start", "end", "page", "path", "address", "score"} <= quote.keys()
    assert TEXT[quote["start"] : quote["end"]] == quote["text"]
    assert quote["spans"] == [[0, 20]]
    assert {"doc", "text", "start", "end", "address", "score"} == row["passages"][0].keys()
    assert row["search"] == {"documents": 1, "passages": 1, "above_threshold": 1, "threshold": 0.5}


@pytest.mark.parametrize(
    ("question", "risk", "said"),
    [
        ("oye si un tio me pide fotos x insta q hago", "self", "no es culpa tuya"),
        ("a mi hija le piden fotos por instagram", "other", "no está solo"),
    ],
)
def test_whoever_writes_of_danger_reads_first_where_to_find_help(
    corpus: type[AnsweringCorpus], capsys: Captured, question: str, risk: str, said: str
) -> None:
    corpus.answer = replace(ANSWER, question=question)
    out = printed(capsys, "ask", question)
    places = [out.index(part) for part in (said, "116 111", "Lo que sigue no es ayuda", "«Hubo 25")]
    assert places == sorted(places)
    corpus.answer = replace(corpus.answer, language="en")
    assert printed(capsys, "ask", question).startswith("If this is happening to you")
    assert json.loads(printed(capsys, "ask", "--json", question))["at_risk"] == risk


def test_a_refusal_says_so_and_keeps_the_nearest_apart(
    corpus: type[AnsweringCorpus], capsys: Captured
) -> None:
    corpus.answer = REFUSED
    out = printed(capsys, "ask", "¿Mongolia?")
    said = ("No he encontrado una respuesta segura", "que no es una respuesta", "«Hubo")
    assert sorted(said, key=out.index) == [*said]
    row = json.loads(printed(capsys, "ask", "--json", "¿Mongolia?"))
    assert (row["answered"], row["answer"], row["quotes"]) == (False, REFUSAL, [])
    assert row["nearest"][0]["text"] == QUOTE.text


def test_the_row_is_that_of_the_predictions_file() -> None:
    predictions = pytest.importorskip("alpie.eval.questions.predictions")
    for answer in (ANSWER, REFUSED):
        ours, theirs = answer_row(answer), predictions.answer_row(answer)
        for name in theirs.keys() - {"quotes"}:
            assert ours[name] == theirs[name]
        for own, other in zip(ours["quotes"], theirs["quotes"], strict=True):
            assert other.items() <= own.items()


def test_search_prints_passages_and_json(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    assert printed(capsys, "search", "detenciones", "--limit", "1").startswith("1. Hubo 25 detenciones.")
    rows = json.loads(printed(capsys, "search", "--json", "detenciones"))
    assert (rows[0]["address"], rows[0]["terms"]) == (PASSAGE.address, ["detenciones"])
    assert rows[0]["verbatim"] is None


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("Hubo 25 detenciones", "exact"), ("Hubo 26 detenciones. La operación", "altered"), ("xyz", "absent")],
)
def test_verify_tells_the_verdict(
    corpus: type[AnsweringCorpus], capsys: Captured, text: str, verdict: str
) -> None:
    assert json.loads(printed(capsys, "verify", text, "--json"))["verdict"] == verdict
    assert ("[-26-] {+25+}" in printed(capsys, "verify", text)) == (verdict == "altered")


def test_verify_says_what_was_not_checked_and_what_differs_in_signs(
    corpus: type[AnsweringCorpus], capsys: Captured
) -> None:
    said = printed(capsys, "verify", "Según ellos, «Hubo 25 detenciones.»")
    assert "lo que va entre comillas; el resto no" in said
    assert "Literal, salvo la ortografía o los signos." in printed(capsys, "verify", "hubo 25 detenciones")
    row = json.loads(printed(capsys, "verify", "Dice: «hubo 25 detenciones»", "--json"))
    assert (row["verdict"], row["only_signs"], row["quoted"]) == ("altered", True, ["hubo 25 detenciones"])


def test_verify_reads_standard_input(
    corpus: type[AnsweringCorpus], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = SimpleNamespace(buffer=io.BytesIO("La operación\nsigue abierta.".encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    assert json.loads(printed(capsys, "verify", "-", "--json"))["verdict"] == "exact"


def test_a_record_can_be_saved_and_checked(
    corpus: type[AnsweringCorpus], capsys: Captured, tmp_path: Path
) -> None:
    path = str(tmp_path / "registro.json")
    assert cli.main(["ask", "¿Cuántas?", "--record", path]) == 0
    assert path in capsys.readouterr().err
    checked = json.loads(printed(capsys, "verify", "--record", path, "--json"))
    assert (checked["holds"], checked["same_corpus"]) == (True, True)
    assert "Todas las citas siguen siendo literales." in printed(capsys, "verify", "--record", path)
    assert cli.main(["verify", "--record", str(tmp_path / "nada.json")]) == 1
    assert cli.main(["ask", "¿Cuántas?", "--record", str(tmp_path / "no" / "hay.json")]) == 1


def test_index_reports_what_it_did_and_what_it_left_out(
    corpus: type[AnsweringCorpus], capsys: Captured
) -> None:
    assert cli.main(["index", "--rebuild"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 documento, 1 fragmento (1 nuevos, 0 reutilizados)")
    assert out.endswith("Motor: 9 fragmentos (2 escritos, 1 borrados)\n")
    # `file` is of the table to fill in
    missing = "sin title, publisher, date, kind, language"
    for said in ("malo.txt", "Sin indexar: 1 documento", 'file = "acta.html"', missing):
        assert said in err


@pytest.mark.parametrize("command", [["ask", "x"], ["search", "x"], ["verify", "Hubo 25"]])
def test_a_missing_index_is_built_first_saying_so_apart(
    corpus: type[AnsweringCorpus], capsys: Captured, command: list[str]
) -> None:
    corpus.is_built = False
    assert cli.main(command) == 0
    out, err = capsys.readouterr()
    assert "Indexando" in err
    assert "Indexando" not in out


@pytest.mark.parametrize(
    ("freshness", "said", "unsaid"),
    [
        (Freshness(("nueva",), ("nota",), ()), ["nueva, nota", "«alpie index»"], []),
        (Freshness(tuple("abcdefgh"), (), (), kept=2), ["(a, b, c, d, e, … y 3 más.)"], ["f,"]),
        (
            Freshness(("nueva",), (), ("ajena",)),
            ["ningún documento del índice", "--docs"],
            ["nueva", "ajena"],
        ),
    ],
)
def test_changed_documents_are_mentioned_apart_and_many_briefly(
    freshness: Freshness,
    said: list[str],
    unsaid: list[str],
    corpus: type[AnsweringCorpus],
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(document_report, "compare_index_with_folder", lambda *_: freshness)
    assert cli.main(["ask", "¿Cuántas?"]) == 0
    out, err = capsys.readouterr()
    assert all(part in err for part in said)
    assert not any(part in err for part in unsaid)
    assert "nueva" not in out


@pytest.mark.parametrize(
    "argv", [["--docs", "d", "--data", "e", "ask", "x"], ["ask", "x", "--docs", "d", "--data", "e"]]
)
def test_folders_are_taken_before_and_after_the_command(
    corpus: type[AnsweringCorpus], argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(argv) == 0
    assert (corpus.opened_with.docs, corpus.opened_with.data) == (tmp_path / "d", tmp_path / "e")


def test_the_language_can_be_chosen(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    assert "Searched 1 document (1 passage)" in printed(capsys, "ask", "x", "--language", "en")


def test_serve_builds_what_is_missing_and_hands_over_host_and_port(
    corpus: type[AnsweringCorpus], capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[tuple[str, int]] = []

    def serve(settings: Settings, on_listening: Callable[[str], None]) -> None:
        assert corpus.is_built
        assert "Ya se puede abrir" not in capsys.readouterr().err
        on_listening("http://[::1]:40123/")
        served.append((settings.host, settings.port))
        raise KeyboardInterrupt  # the ordinary way to stop it

    server = ModuleType("alpie.app.page.serving.server")
    server.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "alpie.app.page.serving.server", server)
    corpus.is_built = False
    assert cli.main(["--data", str(tmp_path), "--host", "0.0.0.0", "--port", "8123"]) == 0
    out, err = capsys.readouterr()
    assert served == [("0.0.0.0", 8123)]
    assert out == ""
    assert "Ya se puede abrir: http://[::1]:40123/\n" in err


@cases("argv, command")
def test_a_folder_called_like_a_command_is_a_folder(
    argv: list[str], command: str, corpus: type[AnsweringCorpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    for name in cli._RUN:
        monkeypatch.setitem(cli._RUN, name, lambda arguments, *_: ran.append(arguments.command) or 0)
    assert cli.main(argv) == 0
    assert ran == [command]


# --- usage and errors -----------------------------------------------------------------------------


def test_a_clear_error_is_1_and_one_sentence(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    assert cli.main(["ask", " "]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Error: La pregunta está vacía.\n")
    assert cli.main(["serve", "--port", "70000"]) == 1
    assert "65535" in capsys.readouterr().err
