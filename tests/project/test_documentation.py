"""Documentation under test: every setting and command is described; settings page and figures are generated."""

from __future__ import annotations

import json
import os
import re
import textwrap
from dataclasses import MISSING
from typing import Any

import pytest

from alpie.app.setting_kinds import allowed_values
from alpie.app.settings import Setting, settings_table
from alpie.app.terminal.options import COMMANDS
from alpie.app.translations import translations_for
from support.places import ROOT

pytestmark = pytest.mark.heavy


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
    text = f"""On {report["questions"]} questions that nothing was fitted on, the right quotation is shown first for
    {percent(own["right@1"])}, among those shown for {percent(own["right@3"])} (facts {facts}, English {english},
    chat Spanish {chat}, paraphrases without a common word {paraphrases}); every quotation is proved verbatim.
    {percent(own["answer rate"])} of the answerable questions are answered; of questions that the documents do not
    answer, most of them near the topic or on a false premise, {percent(own["refusal rate"])} are refused
    (n = {own["refusal rate"]["n"]}). The usual tutorial pipeline with the same encoder shows the right words for
    {percent(tutorial["right@3"])}, refuses nothing and quotes {more_words:.0f} times the words. Collections that
    nothing was fitted on, and every figure with its n and interval: [docs/quality.md](docs/quality.md)."""
    return "\n" + textwrap.fill(" ".join(text.split()), 118, break_long_words=False) + "\n"


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
