"""Usage: help and errors in the language asked for, exit codes, and a process that never ends in a traceback."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alpie.app.settings import load_settings
from alpie.app.terminal import commands as cli
from alpie.app.terminal import doctor
from alpie.app.terminal.options import COMMANDS
from alpie.eval import command_line
from alpie.index.errors import AlpieError
from support.examined import examined
from support.places import ROOT
from support.tables import cases

Captured = pytest.CaptureFixture[str]


def test_a_command_that_leaves_its_output_closed_has_succeeded(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """As `alpie mcp` does, whose last client closes it."""
    monkeypatch.setitem(cli._RUN, "mcp", lambda *_: sys.stdout.close() or 0)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert cli.main(["mcp"]) == 0


def test_errors_are_told_in_the_language_asked_for(tmp_path: Path, capsys: Captured) -> None:
    assert cli.main(["serve", "--port", "99999", "--language", "en"]) == 1
    assert capsys.readouterr().err == (
        "Error: option --port: “99999” is not valid; "
        "give a whole number from 0 to 65535 (port; 0 takes a free one).\n"
    )
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "b.doc").write_bytes(b"x")
    check = examined("documents", load_settings({"docs": str(tmp_path)}, environment={}), "en")
    assert f"{tmp_path / 'a.pdf'}: it is empty. Remove the file or copy it again." in check.message
    assert "b.doc: it is an old Word document, a format that is not read." in check.message


def test_the_program_has_eval_and_the_commands_of_the_app_by_themselves_do_not(
    tmp_path: Path, capsys: Captured
) -> None:
    asked = ["eval", "--questions", str(tmp_path / "none.jsonl"), "--data", str(tmp_path)]
    assert command_line.main(asked) == 1
    assert "none.jsonl" in capsys.readouterr().err
    assert cli.main(asked) == 2
    assert "eval" in capsys.readouterr().err


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize(("language", "usage"), [("es", "uso: alpie"), ("en", "usage: alpie")])
def test_every_command_has_help(
    command: tuple[str, ...], language: str, usage: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPIE_LANGUAGE", language)
    assert command_line.main([*command, "--help"]) == 0
    out = capsys.readouterr().out
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
    assert err == "Error: variable de entorno ALPIE_LANGUAGE: «fr» no vale; se admite es, en.\n"


@cases("argv, said")
def test_wrong_usage_is_2_and_explained(argv: list[str], said: str, capsys: Captured) -> None:
    assert cli.main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "--help" in err


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
