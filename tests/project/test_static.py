"""Style, types and the repository's own promises: what a reviewer would otherwise have to look for."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path

import pytest

from alpie.app.page.serving.page_options import PageOptions
from alpie.app.settings import load_settings
from support.places import ROOT

CODE = ("index", "app", "eval")


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | (environment or {}), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_finds_nothing() -> None:
    _run(["ruff", "check", *CODE, "tests"])
    _run(["ruff", "format", "--check", *CODE, "tests"])


@pytest.mark.heavy  # most of a fast run would be this
def test_mypy_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "alpie").symlink_to(ROOT)  # mypy cannot see the editable install's mapping
    packages = [argument for name in CODE for argument in ("-p", f"alpie.{name}")]
    _run(["mypy", "--cache-dir", str(ROOT / ".mypy_cache"), *packages], {"MYPYPATH": str(tmp_path)})


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = {
        "alpie." + ".".join(path.parent.relative_to(ROOT).parts)
        for name in CODE
        for path in (ROOT / name).rglob("__init__.py")
    }
    assert found <= listed, f"not in pyproject.toml, so not in the wheel: {sorted(found - listed)}"


def test_every_prompt_and_table_of_words_and_the_published_report_are_in_the_wheel() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    report = PageOptions.from_settings(load_settings()).reports[-1]
    assert str(report.relative_to(ROOT / "app" / "page")) in data["alpie.app.page"]
    read = {
        path: path.parent.parent if kind == "prompts/*" else path.parent
        for kind, name in product(("prompts/*", "*.toml"), CODE)
        for path in (ROOT / name).rglob(kind)
    }
    assert len(read) >= 8
    for path, folder in read.items():
        package = "alpie." + ".".join(folder.relative_to(ROOT).parts)
        assert any(path.match(pattern) for pattern in data.get(package, ())), f"not in the wheel: {path}"


def test_top_level_names_are_not_imported() -> None:
    code = "import alpie.app, alpie.app.answering.corpus, sys; print(sorted({'app', 'index', 'eval'} & set(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "[]"


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    command = (ROOT / ".ci" / "run").read_text("utf-8").strip().splitlines()[-1]
    assert command in (ROOT / "README.md").read_text("utf-8")
