"""An invented Spanish law as a list of its parts, to be written in any format; its words are in `law.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

_LAW = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TITLE: str = _LAW["title"]


@dataclass(frozen=True)
class Part:
    """One paragraph of the law. `sort`: title, division, article, provision (headings), text, item."""

    sort: str
    text: str
    level: int = 0  # of a heading: 1 título, 2 capítulo, 3 artículo or disposición


def law() -> list[Part]:
    """The whole law: forty articles, six provisions."""
    parts = [Part("title", TITLE)]
    for number, subject in enumerate(_LAW["articles"], start=1):
        for name, words in zip(*[iter(_LAW["divisions"].get(str(number), ()))] * 2, strict=True):
            parts.append(Part("division", f"{name}. {words}", 1 if name.startswith("TÍTULO") else 2))
        title, *paragraphs = subject.split("|")
        parts.append(Part("article", f"Artículo {number}. {title}.", 3))
        clauses = [text for text in paragraphs if text[1] != ")"]
        numbered = len(clauses) > 1
        count = 0
        for text in paragraphs:
            if text[1] == ")":
                parts.append(Part("item", text))
                continue
            count += 1
            parts.append(Part("text", f"{count}. {text}" if numbered else text))
    for heading, text in _LAW["provisions"]:
        parts += [Part("provision", heading, 1), Part("text", text)]
    return parts
