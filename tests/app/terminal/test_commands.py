"""The command line: results on standard output only, and exit codes 0 done, 1 a clear error, 2 wrong usage."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from alpie.app.answering.answer_types import Answer
from alpie.app.operation.document_report import Freshness
from alpie.app.service.rows import REFUSAL, answer_row
from alpie.app.settings import Settings, load_settings
from alpie.app.terminal import commands as cli
from alpie.app.terminal import doctor
from alpie.app.terminal.options import COMMANDS
from alpie.eval import command_line
from alpie.index.build import BuildReport
from alpie.index.database.text_database import StoredPassages
from alpie.index.errors import AlpieError, IndexMissing, QuestionError
from alpie.index.formats import Metadata
from alpie.index.records import Hit
from alpie.index.retrieval.backends.select import Synchronised
from alpie.index.sources.source_table import complete_entry, entry_from_file_name
from support.examined import examined
from support.places import ROOT
from support.sample_answer import ANSWER, DOCUMENT, HIT, PASSAGE, QUOTE, TEXT
from support.tables import cases

Captured = pytest.CaptureFixture[str]
REFUSED = replace(ANSWER, answered=False, confidence=0.1, quotes=(), nearest=(QUOTE,))


class AnsweringCorpus:
    """Answers everything alike; remembers whether it had to be built."""

    documents = {"nota": DOCUMENT}  # noqa: RUF012 - a fake that nobody changes
    layouts: dict[str, object] = {}  # noqa: RUF012
    passages = StoredPassages.from_passages([PASSAGE])
    fingerprint = "abc"
    encoder = None
    is_built = True
    answer = ANSWER
    opened_with: Settings

    @classmethod
    def open(cls, settings: Settings) -> AnsweringCorpus:
        if not cls.is_built:
            raise IndexMissing("No hay índice.", settings.data)
        cls.opened_with = settings
        return cls()

    @classmethod
    def build(cls, settings: Settings, *, rebuild: bool = False, on_progress: object = None) -> BuildReport:
        cls.is_built = True
        told = complete_entry(entry_from_file_name(Path("acta.html"), set()), Metadata(), date(2026, 1, 2))
        return BuildReport(
            documents=1, passages=1, embedded=int(rebuild), reused=int(not rebuild), seconds=0.1, folder=Path("index"),
            problems=("malo.txt: no",), incomplete=(told,), backend=Synchronised(9, 2, 1),
        )  # fmt: skip

    def ask(self, question: str, *_: object) -> Answer:
        if not question.strip():
            raise QuestionError("La pregunta está vacía.")
        return self.answer

    def holds_none_of(self, *_: object) -> bool:
        return False

    def search(self, question: str, limit: int = 10, **_: object) -> tuple[Hit, ...]:
        return (HIT,) * min(limit, 2)


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> type[AnsweringCorpus]:
    fresh = type("Corpus", (AnsweringCorpus,), {})
    module = ModuleType("alpie.app.answering.corpus")
    module.Corpus = fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "alpie.app.answering.corpus", module)
    monkeypatch.setattr(
        "alpie.app.operation.document_report.compare_index_with_folder", lambda *_: Freshness((), (), ())
    )
    for name in [name for name in os.environ if name.startswith("ALPIE_")]:
        monkeypatch.delenv(name)
    return fresh


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


def test_changed_documents_are_mentioned_apart(
    corpus: type[AnsweringCorpus], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = Freshness(("nueva",), ("nota",), ())
    monkeypatch.setattr("alpie.app.operation.document_report.compare_index_with_folder", lambda *_: stale)
    assert cli.main(["ask", "¿Cuántas?"]) == 0
    out, err = capsys.readouterr()
    assert "nueva, nota" in err
    assert "«alpie index»" in err
    assert "nueva" not in out


@pytest.mark.parametrize(
    ("freshness", "said", "unsaid"),
    [
        (Freshness(tuple("abcdefgh"), (), (), kept=2), ["(a, b, c, d, e, … y 3 más.)"], ["f,"]),
        (
            Freshness(("nueva",), (), ("ajena",)),
            ["ningún documento del índice", "--docs"],
            ["nueva", "ajena"],
        ),
    ],
)
def test_the_warning_of_many_changes_is_short(
    freshness: Freshness,
    said: list[str],
    unsaid: list[str],
    corpus: type[AnsweringCorpus],
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alpie.app.operation.document_report.compare_index_with_folder", lambda *_: freshness)
    assert cli.main(["ask", "¿Cuántas?"]) == 0
    err = capsys.readouterr().err
    assert all(part in err for part in said)
    assert not any(part in err for part in unsaid)


def test_a_command_that_leaves_its_output_closed_has_succeeded(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """As `alpie mcp` does, whose last client closes it."""
    monkeypatch.setitem(cli._RUN, "mcp", lambda *_: sys.stdout.close() or 0)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert cli.main(["mcp"]) == 0


@pytest.mark.parametrize(
    "argv", [["--docs", "d", "--data", "e", "ask", "x"], ["ask", "x", "--docs", "d", "--data", "e"]]
)
def test_folders_are_taken_before_and_after_the_command(
    corpus: type[AnsweringCorpus], argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(argv) == 0
    assert (corpus.opened_with.docs, corpus.opened_with.data) == (tmp_path / "d", tmp_path / "e")


def test_errors_are_told_in_the_language_asked_for(tmp_path: Path, capsys: Captured) -> None:
    assert cli.main(["serve", "--port", "99999", "--language", "en"]) == 1
    assert capsys.readouterr().err == (
        "Error: option --port: 99999 is not valid; "
        "give a whole number from 0 to 65535 (port; 0 takes a free one).\n"
    )
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "b.doc").write_bytes(b"x")
    check = examined("documents", load_settings({"docs": str(tmp_path)}, environment={}), "en")
    assert f"{tmp_path / 'a.pdf'}: it is empty. Remove the file or copy it again." in check.message
    assert "b.doc: it is an old Word document, a format that is not read." in check.message


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


def test_the_program_has_eval_and_the_commands_of_the_app_by_themselves_do_not(
    tmp_path: Path, capsys: Captured
) -> None:
    asked = ["eval", "--questions", str(tmp_path / "none.jsonl"), "--data", str(tmp_path)]
    assert command_line.main(asked) == 1
    assert "none.jsonl" in capsys.readouterr().err
    assert cli.main(asked) == 2
    assert "eval" in capsys.readouterr().err


# --- usage and errors -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize(("language", "usage"), [("es", "uso: alpie"), ("en", "usage: alpie")])
def test_every_command_has_help(
    command: tuple[str, ...], language: str, usage: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPIE_LANGUAGE", language)
    out = printed(capsys, *command, "--help")
    assert out.startswith(usage)
    assert "--docs" in out
    assert "--data" in out


@pytest.mark.parametrize("argv", [
    ["--language", "en", "--help"], ["ask", "--language=en", "--help"], ["--language", "en", "ask"],
])  # fmt: skip
def test_the_language_that_is_asked_for_is_that_of_help_and_usage_too(
    argv: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPIE_LANGUAGE", "es")
    cli.main(argv)
    assert "usage: alpie" in "".join(capsys.readouterr())


@pytest.mark.parametrize("argv", [["--help"], ["doctor"], ["ask", "--", "--language", "en"]])
def test_a_language_that_there_is_none_of_is_refused_in_spanish(
    argv: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPIE_LANGUAGE", "fr")
    assert cli.main(argv) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "Error: variable de entorno ALPIE_LANGUAGE: 'fr' no vale; se admite es, en.\n"


@cases("argv, said")
def test_wrong_usage_is_2_and_explained(argv: list[str], said: str, capsys: Captured) -> None:
    assert cli.main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "--help" in err


def test_a_clear_error_is_1_and_one_sentence(corpus: type[AnsweringCorpus], capsys: Captured) -> None:
    assert cli.main(["ask", " "]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Error: La pregunta está vacía.\n")
    assert cli.main(["serve", "--port", "70000"]) == 1
    assert "65535" in capsys.readouterr().err


@pytest.mark.parametrize(("raised", "said"), [
    (AlpieError("Falta algo."), "Error: Falta algo."),
    (ValueError("interno"), "Error inesperado (ValueError: interno)"), (KeyboardInterrupt(), "Interrumpido."),
])  # fmt: skip
def test_nothing_ends_in_a_traceback(
    raised: BaseException, said: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr(doctor, "run_checks", fail)
    assert cli.main(["doctor"]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


# --- the process ----------------------------------------------------------------------------------


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=300, **options
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom alpie.app.terminal.commands import main\nassert main(['ask', '--help']) == 0\n"
        "heavy = {'numpy', 'torch', 'faiss', 'gradio', 'langchain', 'langchain_core', 'onnxruntime', 'rapidfuzz',"
        " 'sentence_transformers', 'bm25s', 'tokenizers', 'fastapi', 'platformdirs'} & {*sys.modules}\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    finished = run("-c", code)
    assert finished.returncode == 0, finished.stderr


def test_a_reader_who_leaves_early_is_no_error() -> None:
    code = (
        "import sys\nfrom alpie.app.terminal import commands, doctor\n"
        "doctor.run_checks = lambda *_: [doctor.Check('disk', doctor.Outcome.GOOD, 'línea')] * 100_000\n"
        "sys.exit(commands.main(['doctor']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_spanish_is_printed_whatever_the_locale() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    code = "import sys\nfrom alpie.app.terminal.commands import main\nsys.exit(main(['--help']))"
    finished = run("-c", code, env=environment)
    assert finished.returncode == 0
    assert "órdenes" in finished.stdout


def test_a_checkout_runs_without_being_installed() -> None:
    finished = run("-m", "app", "--help", cwd=ROOT)
    assert finished.returncode == 0, finished.stderr
    assert "ask" in finished.stdout
