"""What a check says beside its verdict, in words: warnings, and what became of each sentence."""

from __future__ import annotations

from collections.abc import Sequence

from alpie.app.answering.citation import short_citation
from alpie.app.answering.cut import CutWarning
from alpie.app.checking.verification import Verdict, Verification
from alpie.app.translations import Translations


def verdict_key(outcome: Verification) -> str:
    """The verdict as catalogues name it; what differs in signs alone has a name of its own."""
    only_signs = outcome.only_signs and outcome.verdict is Verdict.ALTERED
    return "signs" if only_signs else outcome.verdict.value


def warning_sentences(warnings: Sequence[CutWarning], words: Translations) -> list[str]:
    """Each warning as a sentence."""
    return [words(f"warn.{one.kind}", word=one.word, around=_going_on(one.around)) for one in warnings]


def _going_on(around: str) -> str:
    """Marked as going on, unless the sentence ends there."""
    return around if around.endswith((".", "?", "!", "…")) else f"{around} …"


def sentence_line(number: int, outcome: Verification, words: Translations) -> str:
    """«Frase 2: literal en …»"""
    citation = outcome.places[0].citation if outcome.places else None
    where = short_citation(citation, words.language) if citation else ""
    return words(f"verify.sentence.{verdict_key(outcome)}", number=number, citation=where)
