"""Documentation under test: what it names exists and is described; settings page and figures are generated."""

from __future__ import annotations

import argparse
import json
import os
import re
import textwrap
from dataclasses import MISSING
from pathlib import Path
from typing import Any

import pytest

from alpie.app.checking.verify import verify_quotation
from alpie.app.setting_kinds import allowed_values
from alpie.app.settings import Setting, settings_table
from alpie.app.terminal.options import COMMANDS, make_argument_parser
from alpie.app.translations import translations_for
from support.places import ROOT

pytestmark = pytest.mark.heavy

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
GUIDE = (DOCS / "usuario.md").read_text("utf-8")
# Of other programs: of pytest, and of podman.
FOREIGN_OPTIONS = {"--fast", "--read-only", "--tmpfs"}
FOREIGN_VARIABLES = {"ALPIE_CONFIG", "ALPIE_WRITE_DOCS", "ALPIE_PROPERTY_EXAMPLES"}


def settings_page() -> str:
    """docs/settings.md down to what is said of encoders, as it should be; write it with ALPIE_WRITE_DOCS=1."""
    lines = [
        "# Settings", "",
        "Later sources win: defaults, `alpie.toml` in the working directory (or the file `$ALPIE_CONFIG` names),",
        "environment variables `ALPIE_<NAME>`, command-line options. An unknown name is refused.", "",
        "| setting, in the environment `ALPIE_<NAME>` | admits | default | what it does |", "|---|---|---|---|",
    ]  # fmt: skip
    english = translations_for("en")
    for name, setting in settings_table().items():
        allowed, told = (
            str(english.translate(text)).replace("|", "\\|")
            for text in (allowed_values(setting.kind), setting.help)
        )
        lines.append(f"| `{name}` | {allowed} | {_default(name, setting)} | {told} |")
    return "\n".join(lines) + "\n"


# Defaults that depend on where Al Pie is installed and on the other settings: see `load_settings`.
_DEFAULT_FOLDERS = {
    "docs": "`docs_src` of Al Pie: the four documents that come with it",
    "data": "`var/index` in a checkout, else `index` in the user's data folder; "
    "for documents of your own, `index-` and a checksum of their path",
    "cache": "`models` in the user's cache folder for `alpie`",
}


def _default(name: str, setting: Setting) -> str:
    """As one would write it; in words, where it is a folder that is chosen when Al Pie starts."""
    value = setting.default
    if value is MISSING:
        return _DEFAULT_FOLDERS[name]
    if value is None and "auto" in allowed_values(setting.kind):
        value = "auto"
    if value in (None, "", ()):
        return "empty"
    written = str(value).lower() if isinstance(value, bool) else value
    return f"`{','.join(map(str, written)) if isinstance(written, tuple) else written}`"


@pytest.mark.generated
def test_settings_page_is_what_the_code_says() -> None:
    page = ROOT / "docs" / "settings.md"
    table, heading, encoders = page.read_text("utf-8").partition("\n## Encoders\n")
    if os.environ.get("ALPIE_WRITE_DOCS"):
        page.write_text(settings_page() + heading + encoders, encoding="utf-8")
    assert encoders
    assert table == settings_page()


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    written = set(re.findall(r"\balpie ([a-z]+)", readme))
    assert [command for command in COMMANDS if command not in written] == []


def figures() -> str:
    """What the README says of the answers, from the report; write it with ALPIE_WRITE_DOCS=1."""
    report = json.loads((ROOT / "app" / "page" / "published" / "report.json").read_text("utf-8"))
    own, kinds = (report["pipelines"]["alpie"][part] for part in ("overall", "by_kind"))
    tutorial = report["pipelines"]["tutorial"]["overall"]

    def percent(estimate: dict[str, Any]) -> str:
        return f"{100 * estimate['value']:.0f} %"

    facts, english, chat, paraphrases = (
        percent(kinds[kind]["right@3"]) for kind in ("factual", "english", "colloquial", "paraphrase")
    )
    more_words = tutorial["quoted words"]["value"] / own["quoted words"]["value"]
    told = f"""On {report["questions"]} questions that nothing was fitted on:
    - the right quotation is shown first for {percent(own["right@1"])}, among those shown for
      {percent(own["right@3"])} (facts {facts}, English {english}, chat Spanish {chat}, paraphrases without a common word
      {paraphrases}); every quotation is proved verbatim;
    - {percent(own["answer rate"])} of the answerable questions are answered; of those that the documents do not answer,
      most of them near the topic or on a false premise, {percent(own["refusal rate"])} are refused
      (n = {own["refusal rate"]["n"]});
    - the usual tutorial pipeline with the same encoder shows the right words for {percent(tutorial["right@3"])}, refuses
      nothing and quotes {more_words:.0f} times the words.
    Other collections, and every figure with its n and interval: [docs/quality.md](docs/quality.md)."""
    lines = re.split(r"\n *(?=- |Other)", told)
    filled = (
        textwrap.fill(
            " ".join(line.split()),
            118,
            subsequent_indent="  " if line[0] == "-" else "",
            break_long_words=False,
        )
        for line in lines
    )
    first, *points, last = filled
    return "\n" + "\n\n".join((first, "\n".join(points), last)) + "\n"


@pytest.mark.generated
def test_figures_of_the_readme_are_those_of_the_report() -> None:
    page = ROOT / "README.md"
    before, heading, rest = page.read_text("utf-8").partition("\n## How good it is\n")
    said, following, after = rest.partition("\n## ")
    if os.environ.get("ALPIE_WRITE_DOCS"):
        page.write_text(before + heading + figures() + following + after, encoding="utf-8")
        said = figures()
    assert heading
    assert said == figures()


# --- what the pages name exists ---------------------------------------------------------------------


def _settings_named(text: str) -> set[str]:
    """What stands in code letters after «setting»."""
    lists = re.findall(r"\b[Ss]ettings?\s+((?:`\w+`(?:,\s|\sand\s)?)+)", text)
    return {name for names in lists for name in re.findall(r"`(\w+)`", names)}


def test_every_setting_and_variable_the_pages_name_is_one() -> None:
    settings = settings_table()
    variables = {f"ALPIE_{name.upper()}" for name in settings} | FOREIGN_VARIABLES
    named = {page.name: _settings_named(page.read_text("utf-8")) for page in PAGES}
    assert {name: names - settings.keys() for name, names in named.items() if names - settings.keys()} == {}
    assert named["quality.md"] >= {"answer_threshold", "reader"}
    for page in PAGES:
        written = re.findall(r"\bALPIE_[A-Z_]+\b", page.read_text("utf-8"))
        assert {one for one in written if "_TEST_" not in one} <= variables, page.name


def _options() -> dict[str, set[str]]:
    """The options of each command."""
    parser = make_argument_parser(translations_for("en"))
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {name: set(command._option_string_actions) for name, command in commands.choices.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_the_page_names_is_one(page: Path) -> None:
    text, known = page.read_text("utf-8"), _options()
    for line in re.findall(r"(?:^\$ |`|&& |bin/|^)alpie ((?!=)[^`&#]*)", text, re.MULTILINE):
        command, *words = line.split() or ["serve"]
        command, words = (command, words) if command[0] != "-" else ("serve", [command, *words])
        if re.fullmatch("[a-z]+", command):
            assert command in known, line
            named = {word for word in words if re.fullmatch(r"--[a-z-]+", word)}
            assert named <= known[command], line
    alone = {option for span in re.findall(r"`(--[^`]+)`", text) for option in re.findall(r"--[a-z-]+", span)}
    assert alone <= set().union(*known.values()) | FOREIGN_OPTIONS


def test_the_pages_can_be_read_in_one_sitting() -> None:
    texts = {page.name: page.read_text("utf-8") for page in PAGES}
    assert sum(text.count("\n") for name, text in texts.items() if name != "README.md") <= 900
    for name in ("architecture.md", "quality.md", "operations.md", "usuario.md"):
        lines = [line for line in texts[name].splitlines() if not line.startswith("<!--")]
        assert [line for line in lines if line[0:1] != "|" and len(line) > 118] == []
        assert [
            cell for line in lines if line[0:1] == "|" for cell in line.split("|") if len(cell) > 200
        ] == []


# --- the guide in Spanish -----------------------------------------------------------------------------


def test_the_guide_names_what_stands_on_the_page() -> None:
    catalogues = (ROOT / "app" / "page" / "locale" / "es.json", ROOT / "app" / "locale" / "es.json")
    words = [text for path in catalogues for text in json.loads(path.read_text("utf-8")).values()]
    quoted = {re.sub(r"\s+", " ", text) for text in re.findall(r"«([^»]+)»", GUIDE)}
    labels = {text.rstrip(" …") for text in quoted if not text.endswith(".")} - set(ASKED)
    labels |= set(re.findall(r"^- \*\*(.+?)\*\*", GUIDE, re.MULTILINE)) | {"Cita exacta", "Cita alterada"}
    assert {text for text in labels if not any(word.startswith(text) for word in words)} == set()


ASKED = {"¿Cuántas detenciones hubo?": True, "¿Y en España?": True, "¿Cuál es la capital de Mongolia?": False}


def test_questions_of_the_guide_are_answered_as_it_says(seed_corpus: Any) -> None:
    turns: tuple[str, ...] = ()
    for question, answered in ASKED.items():
        assert f"«{question}»" in re.sub(r"\s+", " ", GUIDE)
        assert seed_corpus.ask(question, turns=turns if question[:3] == "¿Y " else ()).answered is answered
        turns = (question,)


def test_quotations_of_the_guide_are_judged_as_it_says(seed_corpus: Any) -> None:
    rows = re.findall(r"^\| «(.+?)» \| Cita (\w+)", GUIDE, re.MULTILINE)
    verdicts = {"exacta": "exact", "alterada": "altered"}
    assert {told for _, told in rows} == verdicts.keys()
    for text, told in rows:
        assert verify_quotation(text, seed_corpus).verdict == verdicts[told]
