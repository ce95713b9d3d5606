"""How many quotations are shown, and how long they are: every number that decides this is here.

People look at one quotation of an answer, perhaps at three. More are only shown if the question asks for several
things, and each further one must be likely enough to be worth a glance.
"""

from __future__ import annotations

from dataclasses import dataclass

from alpie.app.settings import Settings


@dataclass(frozen=True)
class QuotePolicy:
    """How many quotations a ranking of candidates gives. Probabilities are among all candidates of the question.

    Where no other reason is given, a default was chosen on the fitting part of the questions: see docs/quality.md.
    """

    max_quotes: int = (
        Settings.max_quotes
    )  # what the operator allows; reached where several things are asked for
    usual_quotes: int = 3  # no more than these where one thing is asked for
    min_quotes: int = 1  # these are shown however improbable they are
    two_things: bool = True  # a question that asks two things gets two quotations at least
    enough_probability: float = 0.9  # once the quotations together have this, there is no further one
    enough_for_two: float = (
        0.95  # the same for a question that asks two things: the second is often the less likely
    )
    min_ratio: float = 0.2  # of a further quotation's probability to the first's
    # of a further quotation's probability; on 184 fitting questions .1 put .845 right among three with
    # precision .72, and .07 put .867 with .70
    min_probability: float = 0.085
    extend_ratio: float = 0.1  # from this ratio of probability on, a neighbouring sentence is quoted, too


# A refusal shows the three nearest passages, each a single sentence or list: they are not an answer, only a place to look.
NEAREST = QuotePolicy(max_quotes=3, min_quotes=3, extend_ratio=1.0)
MAX_PART_QUOTES = 2  # of a side of a comparison, or of one document: several parts share a screen
# Of a side, before the sides are compared: two sides often have the same best quotation, and one of them needs another.
SIDE_CANDIDATES = 3
# Documents that are shown one by one, each with its quotations: more are a page to scroll through.
MAX_PARTS = 8
# Documents that get a quotation each when all of them are asked about: a list to skim.
MAX_OVERVIEW_DOCUMENTS = 20
MAX_EXPLAINED = 2  # quotations of the last answer that «explícamelo» shows in their context
MAX_DEFINITIONS = 3  # of words of these quotations, shown below them
