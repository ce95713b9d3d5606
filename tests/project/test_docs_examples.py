"""The examples in the documentation run, as they stand there."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import alpie.app
from alpie.app.answering.answer_types import WriterFailure
from alpie.app.settings import Settings, settings_table
from alpie.app.translations import translations_for
from alpie.eval.training import fit_weights
from support.places import ROOT

pytestmark = pytest.mark.heavy

DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(?P<language>\w+)(?P<kind>[^\n]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_PAGES = ("python", "operations", "documents", "architecture", "quality", "contributing")
_SERVED = "http://127.0.0.1:7860"


def blocks(language: str, kind: str = "", pages: tuple[str, ...] = _PAGES) -> list[Any]:
    """The code blocks of a kind, each named by its page and number."""
    found = []
    for page in pages:
        text = (DOCS / f"{page}.md").read_text("utf-8")
        for number, match in enumerate(_BLOCK.finditer(text), start=1):
            if match["language"] == language and match["kind"].strip() == kind:
                found.append(pytest.param(match["code"], id=f"{page}-{number}"))
    return found


def run(code: str, **environment: str) -> str:
    """What an example prints."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ALPIE_")}
    printed = io.StringIO()
    with (
        warnings.catch_warnings(),
        patch.dict(os.environ, own | environment, clear=True),
        redirect_stdout(printed),
    ):
        warnings.simplefilter("ignore")
        exec(compile(code, "example", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.mark.parametrize("code", blocks("python"))
def test_python_examples_run(code: str, seed_settings: Settings, openai_server: Any) -> None:
    writer = {"ALPIE_WRITER": "openai:good", "ALPIE_WRITER_URL": openai_server.url}
    printed = run(code, ALPIE_DATA=str(seed_settings.data), **writer)
    assert "print(" not in code or printed.strip()


@pytest.mark.parametrize("code", blocks("python", "server"))
def test_client_examples_run(code: str, seed_server: str) -> None:
    assert "exact" in run(code.replace(_SERVED, seed_server))


@pytest.mark.parametrize("code", blocks("sh", "server"))
def test_curl_examples_run(code: str, seed_server: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    command = ["bash", "-ec", code.replace(_SERVED, seed_server)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "event: complete" in ran.stdout
    data = next(line for line in ran.stdout.splitlines() if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))[0]["answered"] is True


def test_json_examples_are_json() -> None:
    for block in blocks("json"):
        json.loads(block.values[0])


def test_the_three_lines_of_the_readme_are_those_of_the_docs() -> None:
    found = _BLOCK.finditer((ROOT / "README.md").read_text("utf-8"))
    readme = [match["code"] for match in found if match["language"] == "python"]
    first = blocks("python", pages=("python",))[0].values[0]
    assert first in readme


# --- what the docs name exists ----------------------------------------------------------------------


def test_what_the_package_exports_is_there_and_documented() -> None:
    text = (DOCS / "python.md").read_text("utf-8")
    for name in alpie.app.__all__:
        assert getattr(alpie.app, name).__name__ == name
        assert f"`{name}`" in text or f"import {name}" in text or f", {name}" in text, name
    assert sorted(alpie.app.__all__) == alpie.app.__all__
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = alpie.app.NoSuchName


def test_every_failure_and_endpoint_is_in_the_docs() -> None:
    text = (DOCS / "python.md").read_text("utf-8")
    for failure in WriterFailure:
        assert f"`{failure}`" in text
        assert translations_for("es")(f"writer.{failure}", model="m")
    for name in ("ask", "search", "verify", "passage", "documents"):
        assert f"| `{name}` |" in text


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")):
        text = _BLOCK.sub("", page.read_text("utf-8"))
        for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\(([^)\s:]+)\)", text)):
            linked = page.parent / target if target else page
            assert linked.exists(), f"{page.name} → {target}"
            if anchor:
                heads = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_setting_the_docs_name_is_one() -> None:
    known = {f"ALPIE_{name.upper()}" for name in settings_table()}
    known |= {"ALPIE_CONFIG", "ALPIE_WRITE_DOCS", "ALPIE_PROPERTY_EXAMPLES"}
    known |= {"ALPIE_TEST_KILLS", "ALPIE_TEST_SEED", "ALPIE_TEST_REAL_KILLS"}
    for path in (*DOCS.glob("*.md"), DOCS / "container" / "Containerfile"):
        named = set(re.findall(r"\bALPIE_[A-Z_]+\b", path.read_text("utf-8")))
        assert named <= known, f"{path.name}: {sorted(named - known)}"


# --- the container, as far as a machine without a container engine can tell -----------------------------


def _instructions() -> list[tuple[str, str]]:
    text = (DOCS / "container" / "Containerfile").read_text("utf-8")
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_copies_what_there_is_and_installs_what_is_declared() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    copied = [rest.split() for name, rest in _instructions() if name == "COPY" and "--from" not in rest]
    sources = {source for words in copied for source in words[:-1]}
    for source in sources - {"constraints.txt"}:
        assert (ROOT / source).exists(), source
    packages = {path.split("/")[0] for path in project["tool"]["setuptools"]["package-dir"].values()}
    assert packages <= sources


def test_the_container_runs_as_nobody_special_and_says_how_it_is() -> None:
    names = [name for name, _ in _instructions()]
    assert set(names) <= {
        "FROM", "WORKDIR", "ARG", "ENV", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"
    }  # fmt: skip
    assert names.index("USER") < names.index("CMD")
    command = json.loads(dict(_instructions())["CMD"])
    assert command == ["alpie", "serve"]


def test_the_health_check_of_the_container_works(seed_server: str) -> None:
    check = next(rest for name, rest in _instructions() if name == "HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    run(command[-1].replace(_SERVED, seed_server))


def module_commands() -> list[Any]:
    """Each `python -m alpie…` of the documentation: the module, and the options that are given to it."""
    commands: dict[tuple[str, ...], set[str]] = {}
    for page in _PAGES:
        for line in (DOCS / f"{page}.md").read_text("utf-8").splitlines():
            for found in re.finditer(r"python -m (alpie[\w.]+)([^#`]*)", line):
                verb = re.match(r"\s+(plan|embed|load)\b", found[2])
                key = (found[1], verb[1]) if verb else (found[1],)
                commands.setdefault(key, set()).update(re.findall(r"--[\w-]+", found[2]))
    return [pytest.param(key, options, id=" ".join(key)) for key, options in commands.items()]


@pytest.mark.parametrize(("command", "options"), module_commands())
def test_documented_modules_run_and_know_their_options(command: tuple[str, ...], options: set[str]) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", *command, "--help"], capture_output=True, text=True, timeout=120, check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert options <= set(re.findall(r"--[\w-]+", asked.stdout))


def test_the_tables_are_written_where_answers_read_them() -> None:
    assert fit_weights.WEIGHTS_FILE.is_file()
    assert fit_weights.WEIGHTS_FILE.parent == Path(alpie.app.__file__).parent / "answering"
