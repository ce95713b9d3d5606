"""Check a quotation: is this text in the documents, word for word? There are five verdicts, the names of `Verdict`.

- *Exact*: the text stands in a document as it was pasted, each run of white space as one space and typographic quotation
  marks as their typewriter forms. What the layout marks as running footer, footnote call or call-out may be left out,
  and what cannot be seen is no difference; capitals, accents, punctuation, digits and every letter count. Quotation
  marks around the whole text are not part of it. «[…]» stands for words left out, up to 2 000 characters; so does «…»
  between words, where the text is not exact otherwise.
- *Cut*: exact, but it leaves a negation, condition, doubt or source out of its sentence (`alpie.app.answering.quoting.cut`).
- *Joined*: every sentence stands in the documents, signs apart, but they do not follow one another there.
- *Altered*: a stretch of a document is close; the difference is given word by word.
- *Absent*: nothing of the documents is close.

A text that is not exact as a whole is checked for what it quotes between marks, if what stands outside is a reference
or short beside it (`alpie.app.checking.attribution`). Every quoted stretch must be exact. If the reference names
another publisher, law, year, page or article than the place has, the result says so; the verdict is about the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from alpie.app.checking.attribution import (
    belong_to_the_source,
    is_mostly_quoted,
    is_quoted_in_reference,
    lowercase_words,
    misattributed,
    quoted_in_references,
    quoted_parts,
    reference_beside,
    unquoted_parts,
    words_outside,
)
from alpie.app.checking.text_check import TextChecker
from alpie.app.checking.verification import Misattribution, Verdict, Verification
from alpie.app.exporting.exported_files import quotations_of
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.named_documents import law_name, law_numbers

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_MAX_QUOTED = 100  # stretches in one text; a basket holds as many


class _Quotations(NamedTuple):
    outcomes: list[Verification]  # of each quoted stretch
    words: list[str]  # that are quoted
    outside: list[str]  # the text before, between and after the stretches
    beside: list[str]  # the words of `outside`, references apart
    exported: bool  # the text is a file that Al Pie wrote


def verify_quotation(text: str, corpus: Corpus) -> Verification:
    """Check one text. For many, keep a `QuotationChecker`: it prepares the documents once."""
    return QuotationChecker(corpus).check(text)


class QuotationChecker:
    """Checks texts against the documents of a corpus. Safe to share between threads."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._texts = TextChecker(corpus)

    def check(self, text: str) -> Verification:
        """Check a text. Raises `ArgumentError` for one without words, or too long and not exact."""
        return self._texts.check_literal(text) or self._check_quoted(text) or self._texts.check_nearest(text)

    def check_whole(self, text: str) -> Verification:
        """Check a text that is a quotation and nothing else: none of it goes unchecked."""
        return self._texts.check(text)

    def _check_quoted(self, text: str) -> Verification | None:
        """The outcome for what `text` quotes; None where it is to be checked as a whole."""
        found = self._gather_quotations(text)
        if found is None or not (found.exported or is_mostly_quoted(found.beside, len(found.words))):
            return None
        whole = self._texts.check_nearest(text) if found.beside else None
        if whole and (whole.is_found or belong_to_the_source(found.beside, found.words, whole.differences)):
            return whole
        return self._combine_quotations(text, found, whole)

    def _gather_quotations(self, text: str) -> _Quotations | None:
        """The quoted stretches of `text`, each checked, without the titles that its references quote."""
        exported = quotations_of(text)
        parts = () if exported else quoted_parts(text)
        stretches = exported or tuple(text[part.start : part.end] for part in parts)
        if not 1 <= len(stretches) <= _MAX_QUOTED or not all(map(lowercase_words, stretches)):
            return None
        outcomes = [self.check_whole(stretch) for stretch in stretches]
        citations = [place.citation for outcome in outcomes for place in outcome.places if place.citation]
        titles = quoted_in_references(citations)
        kept = [n for n, stretch in enumerate(stretches) if not is_quoted_in_reference(stretch, titles)]
        kept = kept or list(range(len(stretches)))
        chosen = [outcomes[n] for n in kept]
        words = [word for n in kept for word in lowercase_words(stretches[n])]
        if exported:
            return _Quotations(chosen, words, [text], [], exported=True)
        outside = [text[gap.start : gap.end] for gap in unquoted_parts(text, [parts[n] for n in kept])]
        return _Quotations(chosen, words, outside, words_outside(outside, citations), exported=False)

    def _combine_quotations(self, text: str, found: _Quotations, whole: Verification | None) -> Verification:
        """One outcome for the stretches of `text`: of the first that fails, or of all; `whole`: of the text, if known."""
        failed = next((outcome for outcome in found.outcomes if not outcome.is_found), None)
        unchecked = any(map(lowercase_words, found.outside))
        wrong = () if found.exported else self._misattributed(found.outside, found.outcomes)
        if failed is None:
            return replace(_combine_stretches(text, found.outcomes, unchecked), misattributed=wrong)
        if failed.verdict is Verdict.ABSENT:
            whole = whole or self._texts.check_nearest(text)
            if whole.verdict is Verdict.ALTERED:
                return whole
        alone = (failed.text,) if unchecked or len(found.outcomes) > 1 else ()
        return replace(failed, text=text, quoted=alone, misattributed=wrong)

    def _misattributed(
        self, outside: Sequence[str], outcomes: Sequence[Verification]
    ) -> tuple[Misattribution, ...]:
        """What the words before, between and after quotations say of their sources that is not so."""
        documents = self.corpus.documents.values()
        names = [document.short_publisher or document.publisher for document in documents]
        laws = [
            number.law for document in documents for number in law_numbers(fold(law_name(document.title)))
        ]
        lead_in = outside[0] if len(outcomes) == 1 else ""
        found = (
            misattributed(
                lead_in,
                reference_beside(outside, number),
                [place.citation for place in outcome.places if place.citation],
                names,
                laws,
            )
            for number, outcome in enumerate(outcomes)
            if outcome.is_found or outcome.only_signs
        )
        return tuple(filter(None, found))


def _combine_stretches(text: str, exact: Sequence[Verification], unchecked: bool) -> Verification:
    """One outcome for quoted stretches that were all found: exact, or cut where one of them is.

    It has all places of a single stretch, and the first place of each of several.
    """
    cut = any(outcome.verdict is Verdict.CUT for outcome in exact)
    places = exact[0].places if len(exact) == 1 else tuple(outcome.places[0] for outcome in exact)
    return Verification(
        text,
        Verdict.CUT if cut else Verdict.EXACT,
        places,
        sum(outcome.occurrences for outcome in exact),
        1.0,
        with_omissions=any(outcome.with_omissions for outcome in exact),
        quoted=tuple(outcome.text for outcome in exact) if unchecked else (),
    )
