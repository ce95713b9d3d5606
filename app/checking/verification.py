"""The result of checking a quotation: a verdict, where the words stand, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import short_citation
from alpie.app.answering.quoting.cut import CutAnalysis, CutWarning
from alpie.app.checking.word_alignment import Difference, DifferenceKind
from alpie.app.translations import Translations
from alpie.index.records import Span, collapse


class Verdict(StrEnum):
    """Whether a text stands in the documents, and how."""

    EXACT = "exact"
    CUT = "cut"  # exact, but what it leaves out of its sentence may turn its meaning: see `warnings`
    JOINED = "joined"  # each of its sentences stands there, signs apart, and they do not follow one another
    ALTERED = "altered"
    ABSENT = "absent"


@dataclass(frozen=True)
class MatchedPlace:
    """Where the text, or what it was made from, stands. `text` are the document's own words.

    `shown` are the same with «[…]» where words between them were left out.
    """

    document_id: str
    spans: tuple[Span, ...]
    text: str
    shown: str
    citation: Citation | None  # of the passage it stands in, or before; None for a document without passages
    # the whole sentences it stands in, and what it leaves out of them
    cut: CutAnalysis = field(default_factory=CutAnalysis)

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    @property
    def address(self) -> str:
        return self.citation.address if self.citation else ""


@dataclass(frozen=True)
class Misattribution:
    """What the words beside a quotation say of its source, and where it stands instead."""

    claims: tuple[str, ...]  # names, years, pages, articles, as they were pasted
    citation: Citation


@dataclass(frozen=True)
class Verification:
    """The outcome of checking `text`. An altered text has one place and its `differences` from it; an absent one has no place."""

    text: str
    verdict: Verdict
    places: tuple[MatchedPlace, ...] = ()
    occurrences: int = 0  # places in all, of which `places` are the first
    similarity: float = 0.0  # 1 exact; else of the nearest stretch found, 0 … 1
    differences: tuple[Difference, ...] = ()
    with_omissions: bool = False  # exact but for what the text itself marks as left out
    only_signs: bool = False  # altered in accents, capitals, spaces or punctuation alone; or cut besides
    # What stands between quotation marks, where that alone was checked and words outside them were not: all
    # stretches of an exact text, else the first that is not exact. Empty: the whole text was checked.
    quoted: tuple[str, ...] = ()
    misattributed: tuple[Misattribution, ...] = ()  # of what `quoted` is attributed to; the verdict stays
    sentences: tuple[Verification, ...] = ()  # joined or altered: each sentence on its own, if that says more

    @property
    def is_found(self) -> bool:
        """Whether every word of the checked text stands in the documents as it was pasted, cut short or not."""
        return self.verdict in (Verdict.EXACT, Verdict.CUT) and not self.only_signs

    @property
    def warnings(self) -> tuple[CutWarning, ...]:
        """The warnings about what a text that was cut leaves out."""
        if self.verdict is not Verdict.CUT:
            return ()
        return tuple(dict.fromkeys(warning for place in self.places for warning in place.cut.warnings))


def exact_or_cut(
    text: str, places: Sequence[MatchedPlace], occurrences: int, with_omissions: bool = False
) -> Verification:
    """The outcome for a text found at `places`, those first that leave nothing out which may turn its meaning.

    The text is cut where every place leaves something of the kind out, and exact otherwise.
    """
    ordered = sorted(places, key=lambda place: bool(place.cut.warnings))
    verdict = Verdict.CUT if ordered[0].cut.warnings else Verdict.EXACT
    return Verification(text, verdict, tuple(ordered), occurrences, 1.0, with_omissions=with_omissions)


def combine_sentences(text: str, verdict: Verdict, sentences: Sequence[Verification]) -> Verification:
    """The outcome of a text from the outcomes of its sentences, each with the first of its places."""
    words = [len(sentence.text.split()) for sentence in sentences]
    weighted = (sentence.similarity * n for sentence, n in zip(sentences, words, strict=True))
    similarity = sum(weighted) / sum(words)
    places = tuple(place for sentence in sentences for place in sentence.places[:1])
    differences = tuple(run for sentence in sentences for run in _runs_of(sentence))
    if verdict is Verdict.JOINED:
        differences = ()
    return Verification(
        text, verdict, places, len(places), similarity, differences, sentences=tuple(sentences)
    )


def _runs_of(outcome: Verification) -> tuple[Difference, ...]:
    if outcome.differences:
        return outcome.differences
    if outcome.places:
        return (Difference(DifferenceKind.EQUAL, collapse(outcome.text), outcome.places[0].text),)
    return (Difference(DifferenceKind.INSERTED, collapse(outcome.text), ""),)


def verdict_key(outcome: Verification) -> str:
    """The verdict as catalogues name it; a text that differs in signs alone has a name of its own."""
    only_signs = outcome.only_signs and outcome.verdict is Verdict.ALTERED
    return "signs" if only_signs else outcome.verdict.value


def verification_warnings(outcome: Verification, translations: Translations) -> list[str]:
    """All warnings about a text, a sentence each: what it leaves out, and which source it wrongly names."""
    named = (
        translations(
            "warn.reference",
            claims=", ".join(map(translations.quoted, wrong.claims)),
            citation=short_citation(wrong.citation, translations.language),
        )
        for wrong in outcome.misattributed
    )
    return [*warning_sentences(outcome.warnings, translations), *named]


def warning_sentences(warnings: Sequence[CutWarning], translations: Translations) -> list[str]:
    """The warnings about a cut quotation, a sentence each."""
    return [
        translations(f"warn.{warning.kind}", word=warning.word, around=_with_ellipsis(warning.around))
        for warning in warnings
    ]


def _with_ellipsis(around: str) -> str:
    """Marked as going on, unless the sentence ends there."""
    return around if around.endswith((".", "?", "!", "…")) else f"{around} …"


def sentence_line(number: int, outcome: Verification, translations: Translations) -> str:
    """The outcome for one sentence of a text: «Frase 2: literal en …»."""
    citation = outcome.places[0].citation if outcome.places else None
    where = short_citation(citation, translations.language) if citation else ""
    return translations(f"verify.sentence.{verdict_key(outcome)}", number=number, citation=where)
