"""Answers, hits and checks as plain text for a terminal. Nothing here prints."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpie.app.answering.answer_types import (
    Answer,
    Part,
    Quote,
    Role,
    SearchStatement,
    WriterReport,
    WrittenSentence,
)
from alpie.app.answering.quoting.citation import cite, full_citation
from alpie.app.answering.quoting.cut import CutAnalysis
from alpie.app.checking.verification import (
    MatchedPlace,
    Verdict,
    Verification,
    sentence_line,
    verdict_key,
    verification_warnings,
)
from alpie.app.checking.word_alignment import DifferenceKind
from alpie.app.service.people_at_risk import Risk, help_lines
from alpie.app.service.record_check import RecordCheck
from alpie.app.translations import Translations, translations_for
from alpie.index.records import Document, Hit
from alpie.index.sources.document_folder import SOURCES_FILE
from alpie.index.sources.source_table import CompletedEntry, render_table
from alpie.index.spanish.characters import without_controls

if TYPE_CHECKING:
    from alpie.app.writer import Writing


_MAX_WIDTH = 100  # columns: the eye loses its place in longer lines
_INDENT = "   "
_MAX_TABLES = 20  # of documents that lack something, printed


def incomplete_text(incomplete: Sequence[CompletedEntry], docs: Path, translations: Translations) -> str:
    """Which fields of which documents are missing, and the tables to fill in."""
    lines = [translations("index.incomplete", table=docs / SOURCES_FILE)]
    for entry in incomplete[:_MAX_TABLES]:
        lines += [
            "",
            f"# {translations('index.incomplete.fields', fields=', '.join(entry.missing))}",
            render_table(entry, translations.translate).rstrip(),
        ]
    if len(incomplete) > _MAX_TABLES:
        more = translations.count("count.documents", len(incomplete) - _MAX_TABLES)
        lines += ["", translations("index.incomplete.more", documents=more)]
    return "\n".join(lines)


def terminal_width(stream: TextIO) -> int:
    """Columns to wrap at; 0 where nobody looks: a line in a pipe is a line."""
    return min(_MAX_WIDTH, shutil.get_terminal_size().columns) if stream.isatty() else 0


def answer_text(answer: Answer, translations: Translations, width: int, at_risk: Risk | None = None) -> str:
    """The quotations with their citations, or the refusal with the nearest passages.

    `at_risk`: who seems to be in danger; where to find help then comes before everything else.
    """
    lines = _help_lines(at_risk, answer.language, translations, width) if at_risk else []
    if answer.small_talk:
        return "\n".join([*lines, _wrap(translations("ask.small_talk"), width)]) + "\n"
    if answer.follows:
        lines += [_wrap(translations("ask.follows", question=" › ".join(answer.follows)), width), ""]
    if answer.understood is not None:
        lines += [_wrap(translations("ask.understood", question=answer.understood), width), ""]
    if answer.tentative and not answer.parts:
        lines += [translations("ask.tentative"), ""]
    lines += [_wrap(line, width) for line in answer.absence_sentences(translations)]
    if answer.answered:
        lines += _answer_lines(answer, translations, width)
    else:
        lines += ["" if answer.absent else translations("ask.none"), ""]
        if answer.nearest:
            lines += [translations("ask.nearest"), ""]
            for quote in answer.nearest:
                lines += _quote_lines(quote, " · ", translations, width)
    seconds = translations.number(answer.milliseconds.get("total", 0.0) / 1000, 2)
    lines.append(
        f"{search_statement(answer.search, translations)} {translations('ask.seconds', seconds=seconds)}"
    )
    if answer.writer:
        lines += ["", *(_written_line(sentence, translations, width) for sentence in answer.writer)]
    if answer.writer_report:
        lines += _report_lines(answer.writer_report, translations, width)
    return "\n".join(lines) + "\n"


def _help_lines(risk: Risk, language: str, translations: Translations, width: int) -> list[str]:
    """Who can help, in the language of the question, and that what follows is no substitute."""
    words = translations_for("en") if language == "en" else translations
    key = f"help.notice.{risk}"
    lines = [_wrap(f"{words(f'{key}.title')} {words(f'{key}.text')}", width), ""]
    for line in help_lines().lines:
        link = f" ({line.link})" if line.link.startswith("https:") else ""
        lines.append(_wrap(f" · {line.contact}: {line.names[words.language]}{link}", width, _INDENT))
    return [*lines, "", _wrap(words("ask.after_help"), width), ""]


def _answer_lines(answer: Answer, translations: Translations, width: int) -> list[str]:
    """The quotations with their numbers, part by part where there are parts."""
    numbered = {(quote.document_id, quote.spans): f"{n}. " for n, quote in enumerate(answer.quotes, start=1)}
    parts = answer.parts or (Part(Role.SIDE, quotes=answer.quotes),)
    lines: list[str] = []
    for part in parts:
        if answer.parts:
            lines += [f"== {_wrap(part.heading, 0) or translations(f'part.{part.role}')}", ""]
        if part.tentative and part.quotes:
            lines += [translations("ask.tentative"), ""]
        for quote in part.quotes:
            lines += _quote_lines(quote, numbered[quote.document_id, quote.spans], translations, width)
        if not part.quotes:
            lines += [translations("part.elsewhere" if part.shown_elsewhere else "part.empty"), ""]
    return lines


def written_lines(writing: Writing, translations: Translations, width: int) -> Iterator[str]:
    """The sentences of a language model as they come, then how the writing went."""
    yield ""
    for sentence in writing:
        yield _written_line(sentence, translations, width)
    yield from _report_lines(writing.report, translations, width)


def _written_line(sentence: WrittenSentence, translations: Translations, width: int) -> str:
    """Marked as generated, and never between quotation marks."""
    notes = "".join(f" [{number}]" for number in sentence.quotes)
    return _wrap(translations("ask.written", text=sentence.text) + notes, width, _INDENT)


def _report_lines(report: WriterReport, translations: Translations, width: int) -> list[str]:
    return [_wrap(text, width)] if (text := report.sentences(translations)) else []


def search_statement(search: SearchStatement, translations: Translations) -> str:
    """The sentence that says what was searched: «Se ha buscado en 4 documentos (221 fragmentos).»"""
    return translations(
        "ask.searched",
        documents=translations.count("count.documents", search.documents),
        passages=translations.count("count.passages", search.passages),
    )


def hits_text(
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    translations: Translations,
    width: int,
    *,
    only_near: bool = False,
    more: bool = False,
) -> str:
    """Passages found, each with its citation and address.

    `only_near`: no passage at all holds the words; `more`: the list was cut off here.
    """
    if not hits:
        return translations("search.none") + "\n"
    lines = [translations("search.none_of_the_words"), ""] if only_near else []
    for number, hit in enumerate(hits, start=1):
        if hit.verbatim is False and not only_near and (number == 1 or hits[number - 2].verbatim):
            lines += [translations("search.none_verbatim" if number == 1 else "search.not_verbatim"), ""]
        citation = full_citation(cite(documents[hit.passage.document_id], hit.passage), translations.language)
        lines += [
            _wrap(f"{number}. {hit.passage.text}", width, _INDENT),
            _wrap(f"{_INDENT}— {citation}", width, _INDENT + "  "),
            f"{_INDENT}{hit.passage.address}",
            "",
        ]
    lines = [*lines, translations.count("search.first", len(hits))] if more else lines[:-1]
    return "\n".join(lines) + "\n"


def verification_text(outcome: Verification, translations: Translations, width: int) -> str:
    """The verdict, where the words stand, and what differs."""
    similarity = translations.number(100 * outcome.similarity)
    lines = [translations(f"verify.{verdict_key(outcome)}", similarity=similarity), ""]
    if outcome.quoted:
        lines += [translations("verify.quoted"), ""]
        if not outcome.is_found:
            failed = translations("verify.failed", text=translations.quoted(outcome.quoted[0]))
            lines += [_wrap(failed, width, _INDENT), ""]
    if outcome.with_omissions:
        lines += [translations("verify.omissions"), ""]
    if warnings := verification_warnings(outcome, translations):
        lines += [_wrap(f" ! {warning}", width, _INDENT) for warning in warnings]
        for place in outcome.places[:1] if outcome.warnings else ():
            whole = _INDENT + _with_marks(place.cut)
            lines += ["", translations("verify.whole"), _wrap(whole, width, _INDENT)]
        lines.append("")
    for number, sentence in enumerate(outcome.sentences, start=1):
        lines.append(_wrap(f" · {sentence_line(number, sentence, translations)}", width, _INDENT))
    if outcome.sentences:
        lines += [translations("verify.apart"), ""] if outcome.verdict is Verdict.JOINED else [""]
    if outcome.differences and (outcome.verdict is Verdict.ALTERED or outcome.only_signs):
        differences = _wrap(_INDENT + _mark_differences(outcome), width, _INDENT)
        lines += [differences, "", translations("verify.legend"), ""]
    # of two quotations, each is in its place
    if outcome.occurrences > 1 and len(outcome.quoted) < 2 and not outcome.sentences:
        lines += [translations("verify.places", number=translations.number(outcome.occurrences)), ""]
    for place in outcome.places:
        lines += _place_lines(place, translations, width)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _with_marks(cut: CutAnalysis) -> str:
    """The whole sentences, with what was pasted between ⟦ and ⟧."""
    pieces: list[str] = []
    position = 0
    for span in cut.marked:
        pieces += [cut.text[position : span.start], "⟦", cut.text[span.start : span.end], "⟧"]
        position = span.end
    return "".join([*pieces, cut.text[position:]])


def record_check_text(check: RecordCheck, translations: Translations, width: int) -> str:
    """Each quotation of a record and what became of it."""
    lines = [
        translations("record.question", question=check.question),
        translations("record.of", date=check.date),
        translations("record.same_corpus" if check.same_corpus else "record.other_corpus"),
        "",
    ]
    for number, quote in enumerate(check.quotes, start=1):
        state = translations(f"record.{quote.state.value}")
        citation = "" if quote.citation_unchanged else f" {translations('record.citation_changed')}"
        lines.append(f"{number}. {state}{citation}")
        lines.append(_wrap(_INDENT + translations.quoted(_printable(quote.text)), width, _INDENT))
        for place in quote.verification.places if quote.verification else ():
            lines += _place_lines(place, translations, width)[:-1]
        lines.append("")
    lines.append(translations("record.holds" if check.holds else "record.fails"))
    return "\n".join(lines) + "\n"


def _quote_lines(quote: Quote, mark: str, translations: Translations, width: int) -> list[str]:
    citation = full_citation(quote.citation, translations.language)
    return [
        _wrap(mark + translations.quoted(_printable(quote.text)), width, _INDENT),
        _wrap(f"{_INDENT}— {citation}", width, _INDENT + "  "),
        f"{_INDENT}{quote.citation.address}",
        "",
    ]


def _place_lines(place: MatchedPlace, translations: Translations, width: int) -> list[str]:
    offsets = translations("verify.offsets", document=place.document_id, start=place.start, end=place.end)
    if place.citation is None:
        return [f"{_INDENT}{offsets}", ""]
    return [
        _wrap(f"{_INDENT}— {full_citation(place.citation, translations.language)}", width, _INDENT + "  "),
        f"{_INDENT}{place.address}  ({offsets})",
        "",
    ]


def _mark_differences(outcome: Verification) -> str:
    """The pasted text with [-what is not in the source-] and {+what the source says+}."""
    pieces: list[str] = []
    for difference in outcome.differences:
        if difference.kind is DifferenceKind.EQUAL:
            pieces.append(difference.source)
            continue
        if difference.pasted:
            pieces.append(f"[-{difference.pasted}-]")
        if difference.source:
            pieces.append(f"{{+{difference.source}+}}")
    return _printable(" ".join(pieces))


def _wrap(text: str, width: int, indent: str = "") -> str:
    safe = _printable(text)
    if not width:
        return safe
    return textwrap.fill(
        safe, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _printable(text: str) -> str:
    return without_controls(text, "\ufffd")
