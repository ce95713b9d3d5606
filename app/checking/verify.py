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
or short beside it (`alpie.app.checking.attribution`). Every quoted stretch must be exact. Where the reference names
another publisher, law, year, page or article than the place has, that is told; the verdict is on the words.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

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
from alpie.app.exporting.reference_files import LATEX, spreadsheet_cell
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.named_documents import law_name, law_numbers

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_MAX_QUOTED = 100  # stretches in one text; a basket holds as many


def verify_quotation(text: str, corpus: Corpus) -> Verification:
    """Check one text. For many, keep a `QuotationChecker`: it prepares the documents once."""
    return QuotationChecker(corpus).check(text)


class QuotationChecker:
    """Checks texts against the documents of a corpus. Safe to share between threads."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._texts = TextChecker(corpus)

    def check(self, text: str) -> Verification:
        """Check a text. Raises `QuestionError` for one without words, or too long and not exact."""
        return self._texts.check_literal(text) or self._check_quoted(text) or self._texts.check_nearest(text)

    def check_whole(self, text: str) -> Verification:
        """Check a text that is a quotation and nothing else: none of it goes unchecked."""
        return self._texts.check(text)

    def _check_quoted(self, text: str) -> Verification | None:
        """The outcome for what `text` quotes; None where it is to be checked as a whole."""
        whole: Verification | None = None
        exported = quotations_of(text)
        parts = () if exported else quoted_parts(text)
        stretches = exported or tuple(text[part.start : part.end] for part in parts)
        if not 1 <= len(stretches) <= _MAX_QUOTED or not all(map(lowercase_words, stretches)):
            return None
        outcomes = [self.check_whole(stretch) for stretch in stretches]
        citations = [place.citation for one in outcomes for place in one.places if place.citation]
        titles = quoted_in_references(citations)
        kept = [n for n, stretch in enumerate(stretches) if not is_quoted_in_reference(stretch, titles)]
        kept = kept or list(range(len(stretches)))
        others = (
            [text]
            if exported
            else [text[gap.start : gap.end] for gap in unquoted_parts(text, [parts[n] for n in kept])]
        )
        if not exported:
            beside = words_outside(others, citations)
            quoted = [word for n in kept for word in lowercase_words(stretches[n])]
            if not is_mostly_quoted(beside, len(quoted)):
                return None
            whole = self._texts.check_nearest(text) if beside else None
            if whole and (whole.is_found or belong_to_the_source(beside, quoted, whole.differences)):
                return whole
        chosen = [outcomes[n] for n in kept]
        failed = next((one for one in chosen if not one.is_found), None)
        unchecked = any(map(lowercase_words, others))
        wrong = () if exported else self._misattributed(others, chosen)
        if failed is None:
            return replace(_combine_stretches(text, chosen, unchecked), misattributed=wrong)
        if failed.verdict is Verdict.ABSENT:
            whole = whole or self._texts.check_nearest(text)
            if whole.verdict is Verdict.ALTERED:
                return whole
        alone = (failed.text,) if unchecked or len(chosen) > 1 else ()
        return replace(failed, text=text, quoted=alone, misattributed=wrong)

    def _misattributed(
        self, others: Sequence[str], outcomes: Sequence[Verification]
    ) -> tuple[Misattribution, ...]:
        """What the words before, between and after quotations say of their sources that is not so."""
        documents = self.corpus.documents.values()
        names = [one.short_publisher or one.publisher for one in documents]
        laws = [one.law for document in documents for one in law_numbers(fold(law_name(document.title)))]
        lead_in = others[0] if len(outcomes) == 1 else ""
        found = (
            misattributed(
                lead_in,
                reference_beside(others, number),
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
    cut = any(one.verdict is Verdict.CUT for one in exact)
    places = exact[0].places if len(exact) == 1 else tuple(one.places[0] for one in exact)
    return Verification(
        text,
        Verdict.CUT if cut else Verdict.EXACT,
        places,
        sum(one.occurrences for one in exact),
        1.0,
        with_omissions=any(one.with_omissions for one in exact),
        quoted=tuple(one.text for one in exact) if unchecked else (),
    )


_NEXT_NOTE = re.compile(r"(?<=\S\)) (?=[«“])")
_RIS_NOTE = re.compile(r"^N1  - (.*)$", re.MULTILINE)
_BIBTEX_NOTE = re.compile(r"^[ \t]*annote = \{(.*)\},?[ \t\r]*$", re.MULTILINE)
_FIRST_QUOTE = re.compile("[«“]")
# The bracket after a quotation that is set apart has author and year.
_BRACKET = re.compile(r" \((?=[^()]*, \[?(?:\d{4}|s\. f\.|n\.d\.))")
_READERS_NOTES = tuple(translations_for(language)("export.note", note="").strip() for language in LANGUAGES)
_MARKDOWN_QUOTE = re.compile(r"^> (.*)\[\^[^\[\]\s]+\][ \t\r]*$", re.MULTILINE)
_MARKDOWN_LINE = re.compile(r"^(?:> .*\[\^[^\[\]\s]+\]|\[\^[^\[\]\s]+\]: .*|)\s*$")
_LATEX_SIGN = re.compile("|".join(re.escape(written) for written in LATEX.values()))
_FROM_LATEX = {written: sign for sign, written in LATEX.items()}
_CELL_SIGN = re.compile(r"""(^|;[\s"']*)'(?=[\s']*[=+@＝＋＠﹦﹢﹫\-－﹣])""")


def quotations_of(text: str) -> tuple[str, ...]:
    """The quotations of a BibTeX, RIS, CSL-JSON, CSV or Markdown export; none for any other text."""
    file = text.strip().removeprefix("\ufeff")
    if file.startswith("@"):
        fields = map(_unescape_latex, _BIBTEX_NOTE.findall(file))
        return _note_quotations([note for field in fields for note in _NEXT_NOTE.split(_after_remark(field))])
    if file.startswith("TY  - "):
        return _note_quotations([note for note in _RIS_NOTE.findall(file) if _FIRST_QUOTE.match(note)])
    if file.startswith("[") and file.endswith("]"):
        return _note_quotations(_json_notes(file))
    if file.startswith("quote,citation,"):
        return _csv_quotations(file)
    if file.startswith("> ") and all(map(_MARKDOWN_LINE.match, file.splitlines())):
        return tuple(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", quote) for quote in _MARKDOWN_QUOTE.findall(file))
    return _paragraph_quotations(file)


def _paragraph_quotations(text: str) -> tuple[str, ...]:
    """The quotations before a list of references, of which one at least is a paragraph without quotation marks."""
    found: list[str] = []
    apart = False
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith(_READERS_NOTES):
            continue
        *_, last = (None, *_BRACKET.finditer(line))
        words = line[: last.start()] if last and line.endswith((")", ").")) else ""
        is_block = line.endswith(")")
        if not words or (not is_block and not _FIRST_QUOTE.match(words)):
            return tuple(found) if apart else ()
        apart |= is_block
        found.append(words if is_block else words[1:-1])
    return ()


def _after_remark(field: str) -> str:
    first = _FIRST_QUOTE.search(field)
    return field[first.start() :].removesuffix("}") if first else ""


def _note_quotations(notes: list[str]) -> tuple[str, ...]:
    read = [_note_quotation(note.strip()) for note in notes]
    return tuple(read) if all(read) else ()


def _note_quotation(note: str) -> str:
    """The quotation in a note as `reference_files` writes it, «words» (place; address); "" for another text."""
    close = max(note.rfind("» ("), note.rfind("” ("))
    place = note[close + len("» (") : -1].split()
    is_note = note[:1] in "«“" and note.endswith(")") and close > 0 and place and "/" in place[-1]
    return note[1:close] if is_note else ""


def _csv_quotations(text: str) -> tuple[str, ...]:
    try:
        return tuple(_plain_cell(row["quote"] or "") for row in csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error:
        return ()


def _json_notes(text: str) -> list[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return []
    fields = [item.get("annote") if isinstance(item, dict) else None for item in items]
    notes = [line for field in fields for line in (field.split("\n") if isinstance(field, str) else [""])]
    return [note for note in notes if not note or _FIRST_QUOTE.match(note)]


def _unescape_latex(text: str) -> str:
    return _LATEX_SIGN.sub(lambda match: _FROM_LATEX[match.group()], text)


def _plain_cell(written: str) -> str:
    """A cell without the apostrophes that `alpie.app.exporting.reference_files.spreadsheet_cell` put in."""
    plain = _CELL_SIGN.sub(r"\1", written)
    return plain if spreadsheet_cell(plain) == written else written
