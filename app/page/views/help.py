"""Help: how to ask, what the tool can do, privacy; where people at risk find help.

A notice is added above an answer when somebody writes that it happens to them, or to someone near (`people_at_risk`);
what the documents say is then folded away.
"""

from __future__ import annotations

from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render
from alpie.app.service.people_at_risk import Risk, help_lines


def with_help_notice(answer: Markup, risk: Risk, translations: PageTranslations) -> Markup:
    """Put where to find help before `answer`, which is folded away: a case story is no help to who lives through it."""
    return render("care", translations, key=f"help.notice.{risk}", lines=help_lines().lines, answer=answer)


def render_help(translations: PageTranslations, writer: bool = False) -> Markup:
    """The Help view; `writer`: questions and quotations go to a language model."""
    known = help_lines()
    return render(
        "help", translations, lines=known.lines, checked=translations.date(known.checked), writer=writer
    )
