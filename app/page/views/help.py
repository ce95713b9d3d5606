"""Help: how to ask, what the tool can do, privacy; and where people at risk find help.

The help lines are data (`help_lines.toml`, or a file of the operator's). A notice is added above
an answer when somebody writes as a person at risk; it never replaces the answer.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.index.errors import SettingsError

__all__ = ["HelpLine", "HelpLines", "gentle_notice", "load_help_lines", "render_help"]

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


def gentle_notice(words: Translations, help_lines: HelpLines) -> str:
    """A few lines above an answer; one line of HTML."""
    contacts = " · ".join(_contact(line, words) for line in help_lines.lines)
    more = tag("a", words.html("help.notice.more"), class_="go", href="#ayuda")
    text = tag("p", [tag("b", words.html("help.notice.title")), " ", words.html("help.notice.text")])
    return tag("div", [text, tag("p", contacts + " · " + more)], class_="care", role="note")


def _contact(line: HelpLine, words: Translations) -> str:
    name = escape(line.name[words.language])
    contact = tag("a", escape(line.contact), href=line.link) if line.link else escape(line.contact)
    return f"{name}: {contact}"


def render_help(words: Translations, help_lines: HelpLines, writer: bool = False) -> str:
    """The Help view; `writer`: questions and quotations go to a language model."""
    rows = (
        tag(
            "li",
            [
                tag("span", escape(line.name[words.language]), class_="line-name"),
                tag(
                    "span",
                    tag("a", escape(line.contact), href=line.link) if line.link else escape(line.contact),
                    class_="line-contact",
                ),
                tag("span", escape(line.note[words.language]), class_="line-note"),
            ],
        )
        for line in help_lines.lines
    )
    sections = [
        tag("section", [tag("h3", words.html(f"help.{name}.title")), _paragraphs(words, f"help.{name}")])
        for name in ("asking", "limits", "privacy", "keys")
    ]
    if writer:
        sections.insert(2, tag("p", tag("b", words.html("help.writer"))))
    urgent = tag(
        "section",
        [
            tag("h3", words.html("help.lines.title")),
            tag("p", words.html("help.lines.text")),
            tag("ul", rows, class_="lines"),
            tag("p", words.html("help.lines.checked", date=help_lines.checked), class_="small"),
        ],
        class_="help-lines",
    )
    return tag("h2", words.html("nav.help")) + urgent + "".join(sections)


def _paragraphs(words: Translations, prefix: str) -> str:
    found = [words.html(f"{prefix}.{n}") for n in range(1, 8) if f"{prefix}.{n}" in words.entries]
    return tag("ul", (tag("li", text) for text in found))
