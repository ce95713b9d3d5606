"""Documentation under test: every setting and command is described, and the settings page is generated."""

from __future__ import annotations

import os
import re

from places import ROOT

from alpie.app.settings import settings_table
from alpie.app.terminal.options import COMMANDS


def settings_page() -> str:
    """docs/settings.md down to what is said of encoders, as it should be; write it with ALPIE_WRITE_DOCS=1."""
    lines = [
        "# Settings", "",
        "Later sources win: defaults, `alpie.toml` in the working directory (or the file `$ALPIE_CONFIG` names),",
        "environment variables `ALPIE_<NAME>`, command-line options. An unknown name is refused.", "",
        "| setting | environment | admits | what it does |", "|---|---|---|---|",
    ]  # fmt: skip
    for name, setting in settings_table():
        allowed = setting.kind.allowed.replace("|", "\\|")
        lines.append(f"| `{name}` | `ALPIE_{name.upper()}` | {allowed} | {setting.help} |")
    return "\n".join(lines) + "\n"


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
