"""Help: how to ask, what the tool can do, privacy; where people at risk find help.

The help lines are data (`help_lines.toml`). A notice is added above an answer when somebody writes that it happens to
them, or to someone near (`people_at_risk`); what the documents say is then folded away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render
from alpie.app.service.people_at_risk import Risk

_SERVICE = Path(__file__).resolve().parents[2] / "service"


@dataclass(frozen=True)
class HelpLines:
    """The organisations to turn to, and when what is said of them was last checked."""

    checked: str  # a day: 2026-11-22
    lines: tuple[Mapping[str, str], ...]  # as `help_lines.toml` has them; names and notes in every language


@lru_cache(maxsize=1)
def help_lines() -> HelpLines:
    """The help lines that come with the program."""
    table = tomllib.loads((_SERVICE / "help_lines.toml").read_text(encoding="utf-8"))
    return HelpLines(table["checked"], tuple(table["line"]))


def with_help_notice(answer: Markup, risk: Risk, translations: PageTranslations) -> Markup:
    """Put where to find help before `answer`, which is folded away: a case story is no help to who lives through it."""
    return render("care", translations, key=f"help.notice.{risk}", lines=help_lines().lines, answer=answer)


def render_help(translations: PageTranslations, writer: bool = False) -> Markup:
    """The Help view; `writer`: questions and quotations go to a language model."""
    known = help_lines()
    return render(
        "help", translations, lines=known.lines, checked=translations.date(known.checked), writer=writer
    )
