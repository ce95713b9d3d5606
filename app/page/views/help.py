"""Help: how to ask, what the tool can do, privacy; and where people at risk find help.

The help lines are data (`help_lines.toml`, or a file of the operator's). A notice is added above
an answer when somebody writes as a person at risk; what the documents say is then folded away.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.risk import Risk
from alpie.app.page.views.templates import Markup, render
from alpie.index.errors import SettingsError

_DEFAULT = Path(__file__).resolve().parents[1] / "help_lines.toml"
_LINK = re.compile(r"(tel:[0-9+]+|https://[^\s\"'<>]+)")


@dataclass(frozen=True)
class HelpLine:
    """One place to turn to."""

    country: str
    who: str
    name: dict[str, str]  # by language
    note: dict[str, str]
    contact: str
    link: str


@dataclass(frozen=True)
class HelpLines:
    """The lines and the day they were checked."""

    checked: str
    lines: tuple[HelpLine, ...]


def load_help_lines(path: Path | None = None) -> HelpLines:
    """From a file of the form of `help_lines.toml`, by default that one; raises SettingsError."""
    path = path or _DEFAULT
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return HelpLines(str(data["checked"]), tuple(_line(entry) for entry in data["line"]))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SettingsError(f"{path}: no es un archivo de líneas de ayuda válido ({error!r}).") from error


def _line(entry: dict[str, str]) -> HelpLine:
    link = entry.get("link", "")
    if link and not _LINK.fullmatch(link):
        raise SettingsError(f"help lines: link must be tel: or https:, not {link!r}")
    return HelpLine(
        country=entry["country"],
        who=entry["who"],
        name={"es": entry["name_es"], "en": entry.get("name_en", entry["name_es"])},
        note={"es": entry.get("note_es", ""), "en": entry.get("note_en", entry.get("note_es", ""))},
        contact=entry["contact"],
        link=link,
    )


def with_notice(answer: Markup, risk: Risk, words: Translations, help_lines: HelpLines) -> Markup:
    """Where to find help, and `answer` behind a line: a case story is no help to who lives through it."""
    return render("care", words, key=f"help.notice.{risk}", lines=help_lines.lines, answer=answer)


def render_help(words: Translations, help_lines: HelpLines, writer: bool = False) -> Markup:
    """The Help view; `writer`: questions and quotations go to a language model."""
    return render(
        "help", words, lines=help_lines.lines, checked=words.date(help_lines.checked), writer=writer
    )
