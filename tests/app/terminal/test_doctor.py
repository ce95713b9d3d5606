"""`alpie doctor` looks at all that an answer needs, says what is wrong, and is stopped by nothing that it finds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest

from alpie.app.settings import Settings, load_settings
from alpie.app.terminal import commands as cli
from alpie.app.terminal import doctor
from alpie.app.terminal.doctor import Check, CheckResult, Outcome, run_checks
from alpie.app.translations import translations_for
from alpie.index.errors import AlpieError
from support.examined import examined
from support.places import ROOT
from support.sample_answer import TEXT

Captured = pytest.CaptureFixture[str]


def settings_in(folder: Path, **environment: str) -> Settings:
    (folder / "nota.txt").write_text(TEXT, encoding="utf-8")
    return load_settings(
        environment={"ALPIE_DOCS": ".", "ALPIE_DATA": "indice", "ALPIE_CACHE": "cache", **environment},
        working_folder=folder,
    )


def test_one_failing_check_never_stops_the_others(tmp_path: Path) -> None:
    def fails(settings: Settings, translations: object) -> CheckResult:
        raise AlpieError("Está roto; arréglalo.")

    def works(settings: Settings, translations: object) -> CheckResult:
        return Outcome.GOOD, "bien"

    checks = list(run_checks(settings_in(tmp_path), translations_for("es"), (fails, works)))
    assert [(check.name, check.state) for check in checks] == [
        ("fails", Outcome.BAD),
        ("works", Outcome.GOOD),
    ]
    assert checks[0].message == "Está roto; arréglalo."


def test_every_check_has_a_name_in_the_catalogues() -> None:
    for check, language in product(doctor.CHECK_FUNCTIONS, ("es", "en")):
        assert translations_for(language)(f"doctor.{check.__name__.removeprefix('_')}")


def test_doctor_looks_at_documents_index_writer_and_disk(tmp_path: Path) -> None:
    good = settings_in(tmp_path)
    for name in ("documents", "writer", "packages", "python"):
        assert examined(name, good).state is Outcome.GOOD
    index = examined("index", good)
    assert (index.state, "alpie index" in index.message) == (Outcome.ADVICE, True)
    assert examined("disk", good).message
    assert examined("writer", settings_in(tmp_path, ALPIE_WRITER="modelo")).state is Outcome.BAD
    missing = examined("writer", settings_in(tmp_path, ALPIE_WRITER="no_existe:modelo"))
    assert "langchain-no-existe" in missing.message
    (tmp_path / "malo.txt").write_bytes(b"\xff\xfe")
    assert "malo.txt" in examined("documents", good).message


def test_doctor_asks_an_uninstalled_checkout_for_what_is_declared_and_for_no_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(but: Sequence[str]) -> Callable[[str], str]:
        def version(name: str) -> str:
            if name in but:
                raise metadata.PackageNotFoundError(name)
            return "1"

        return version

    monkeypatch.setattr(metadata, "requires", installed(but=["alpie"]))
    words, settings = translations_for("es"), settings_in(tmp_path)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert examined("packages", settings).message == words("doctor.packages.good", count=len(declared))
    monkeypatch.setattr(metadata, "version", installed(but=["pypdfium2", "lxml", "bm25s"]))
    missing = Check("packages", Outcome.BAD, words("doctor.packages.missing", names="pypdfium2, lxml"))
    assert examined("packages", settings) == missing


def test_doctor_exits_with_1_when_something_is_wrong(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([(Check("disk", Outcome.ADVICE, "poco"),), (Check("disk", Outcome.BAD, "nada"),)])
    monkeypatch.setattr(doctor, "run_checks", lambda settings, words: next(states))
    assert cli.main(["doctor"]) == 0
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().out == "! Disco: poco\n✗ Disco: nada\n"
