"""Help: how to ask, what the tool can do, privacy; and where people at risk find help.

The help lines are data (`help_lines.toml`, or the file ALPIE_HELP_LINES names). A notice is added above
an answer when somebody writes as a person at risk; it never replaces the answer.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alpie.app.page.catalogue import Words
from alpie.app.page.html import escape, tag
from alpie.index.errors import SettingsError

__all__ = ["HelpLine", "at_risk", "gentle_notice", "help_lines", "render_help"]

_DEFAULT = Path(__file__).resolve().parent / "help_lines.toml"
_LINK = re.compile(r"(tel:[0-9+]+|https://[^\s\"'<>]+)")

# Somebody who speaks of themselves or of someone near: first person or a near one, and a threat.
# Questions about the subject («¿qué es la sextorsión?») hold no first person and pass untouched.
_ME = (
    r"\b(me|mi|mis|yo|conmigo|a mi hij[oa]|estoy|tengo|soy|he|siento|he encontrado|"
    r"my|i|i'm|im|me)\b"
)
_THREAT = (
    r"(chantaj\w*|extorsion\w*|amenaz\w*|acos\w*|abus(o|a|an|aron|ado) (de|sexual\w* de) mi|abusan? de mi|"
    r"fotos? (mias|desnud\w*|intimas)|desnud\w*|publicar mis|difundir mis|suicid\w*|quitarme la vida|matarme|"
    r"blackmail\w*|sextort\w*|threaten\w*|my nudes?|groom\w*|abus\w* me|kill myself|"
    r"encontre (fotos|videos|imagenes|material)|he encontrado (fotos|videos|imagenes|material)|"
    r"me atraen (los|las)? ?(nin\w+|menores)|attracted to (children|minors|kids)|miedo de (mi|hacer))"
)


@dataclass(frozen=True)
class HelpLine:
    """One place to turn to."""

    country: str
    who: str
    name: dict[str, str]  # by language
    note: dict[str, str]
    contact: str
    link: str


@lru_cache
def help_lines() -> tuple[str, tuple[HelpLine, ...]]:
    """The date the lines were checked, and the lines; raises SettingsError for an unusable file."""
    path = Path(os.environ.get("ALPIE_HELP_LINES") or _DEFAULT)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        lines = tuple(_line(entry) for entry in data["line"])
        return str(data["checked"]), lines
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SettingsError(f"help lines cannot be read from {path}: {error!r}") from error


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


def at_risk(question: str) -> bool:
    """Whether somebody seems to write about themselves and a threat."""
    folded = question.casefold().translate(str.maketrans("áéíóúüñ", "aeiouun"))
    return bool(re.search(_ME, folded)) and bool(re.search(_THREAT, folded))


def gentle_notice(words: Words) -> str:
    """A few lines above an answer; one line of HTML."""
    _, lines = help_lines()
    contacts = " · ".join(_contact(line, words) for line in lines)
    more = tag("a", words.html("help.notice.more"), class_="go", href="#ayuda")
    text = tag("p", [tag("b", words.html("help.notice.title")), " ", words.html("help.notice.text")])
    return tag("div", [text, tag("p", contacts + " · " + more)], class_="care", role="note")


def _contact(line: HelpLine, words: Words) -> str:
    name = escape(line.name[words.language])
    contact = tag("a", escape(line.contact), href=line.link) if line.link else escape(line.contact)
    return f"{name}: {contact}"


def render_help(words: Words) -> str:
    """The Help view."""
    checked, lines = help_lines()
    rows = (
        tag(
            "li",
            [
                tag("span", escape(line.name[words.language]), class_="line-name"),
                tag("span", tag("a", escape(line.contact), href=line.link) if line.link else escape(line.contact),
                    class_="line-contact"),
                tag("span", escape(line.note[words.language]), class_="line-note"),
            ],
        )
        for line in lines
    )
    sections = [
        tag("section", [tag("h3", words.html(f"help.{name}.title")), _paragraphs(words, f"help.{name}")])
        for name in ("asking", "limits", "privacy", "keys")
    ]
    urgent = tag(
        "section",
        [
            tag("h3", words.html("help.lines.title")),
            tag("p", words.html("help.lines.text")),
            tag("ul", rows, class_="lines"),
            tag("p", words.html("help.lines.checked", date=checked), class_="small"),
        ],
        class_="help-lines",
    )
    return tag("h2", words.html("nav.help")) + urgent + "".join(sections)


def _paragraphs(words: Words, prefix: str) -> str:
    found = [words.html(f"{prefix}.{n}") for n in range(1, 8) if f"{prefix}.{n}" in words.entries]
    return tag("ul", (tag("li", text) for text in found))
