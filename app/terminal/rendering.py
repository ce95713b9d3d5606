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
from alpie.app.answering.quoting.cut import CutReading
from alpie.app.answering.routing.absence import absence_lines
from alpie.app.checking.verification import (
    MatchedPlace,
    Verdict,
    Verification,
    sentence_line,
    told_warnings,
    verdict_key,
)
from alpie.app.checking.word_alignment import DifferenceKind
from alpie.app.service.answer_record import RecordCheck
from alpie.app.translations import Translations
from alpie.index.characters import without_controls
from alpie.index.records import Document, Hit
from alpie.index.sources.document_folder import SOURCES_FILE
from alpie.index.sources.source_table import CompletedEntry, render_table

if TYPE_CHECKING:
    from alpie.app.writer import Writing


_WIDEST = 100
_INDENT = "   "
_MAX_TABLES = 20  # of documents that lack something, printed


def incomplete_text(incomplete: Sequence[CompletedEntry], docs: Path, words: Translations) -> str:
    """Which fields of which documents nobody gave, and the tables to fill in."""
    lines = [words("index.incomplete", table=docs / SOURCES_FILE)]
    for entry in incomplete[:_MAX_TABLES]:
        lines += [
            "",
            f"# {words('index.incomplete.fields', fields=', '.join(entry.missing))}",
            render_table(entry, words.translate).rstrip(),
        ]
    if len(incomplete) > _MAX_TABLES:
        more = words.count("count.documents", len(incomplete) - _MAX_TABLES)
        lines += ["", words("index.incomplete.more", documents=more)]
    return "\n".join(lines)


def terminal_width(stream: TextIO) -> int:
    """Columns to wrap at; 0 where nobody looks: a line in a pipe is a line."""
    return min(_WIDEST, shutil.get_terminal_size().columns) if stream.isatty() else 0


def answer_text(answer: Answer, words: Translations, width: int) -> str:
    """The quotations with their citations, or the refusal with the nearest passages."""
    lines: list[str] = []
    if answer.small_talk:
        return _wrap(words("ask.small_talk"), width) + "\n"
    if answer.follows:
        lines += [_wrap(words("ask.follows", question=" › ".join(answer.follows)), width), ""]
    if answer.understood is not None:
        lines += [_wrap(words("ask.understood", question=answer.understood), width), ""]
    if answer.tentative and not answer.parts:
        lines += [words("ask.tentative"), ""]
    lines += [_wrap(line, width) for line in absence_lines(answer, words)]
    if answer.answered:
        lines += _answer_lines(answer, words, width)
    else:
        lines += ["" if answer.absent else words("ask.none"), ""]
        if answer.nearest:
            lines += [words("ask.nearest"), ""]
            for quote in answer.nearest:
                lines += _quote_lines(quote, " · ", words, width)
    seconds = words.number(answer.milliseconds.get("total", 0.0) / 1000, 2)
    lines.append(f"{search_statement(answer.search, words)} {words('ask.seconds', seconds=seconds)}")
    if answer.writer:
        lines += ["", *(_written_line(sentence, words, width) for sentence in answer.writer)]
    if answer.writer_report:
        lines += _report_lines(answer.writer_report, words, width)
    return "\n".join(lines) + "\n"


def _answer_lines(answer: Answer, words: Translations, width: int) -> list[str]:
    """The quotations with their numbers, part by part where there are parts."""
    numbered = {(one.document_id, one.spans): f"{n}. " for n, one in enumerate(answer.quotes, start=1)}
    parts = answer.parts or (Part(Role.SIDE, quotes=answer.quotes),)
    lines: list[str] = []
    for part in parts:
        if answer.parts:
            lines += [f"== {_wrap(part.heading, 0) or words(f'part.{part.role}')}", ""]
        if part.tentative and part.quotes:
            lines += [words("ask.tentative"), ""]
        for quote in part.quotes:
            lines += _quote_lines(quote, numbered[quote.document_id, quote.spans], words, width)
        if not part.quotes:
            lines += [words("part.elsewhere" if part.shown_elsewhere else "part.empty"), ""]
    return lines


def written_lines(writing: Writing, words: Translations, width: int) -> Iterator[str]:
    """The sentences of a language model as they come, then how the writing went."""
    yield ""
    for sentence in writing:
        yield _written_line(sentence, words, width)
    yield from _report_lines(writing.report, words, width)


def _written_line(sentence: WrittenSentence, words: Translations, width: int) -> str:
    """Marked as generated, and never between quotation marks."""
    notes = "".join(f" [{number}]" for number in sentence.quotes)
    return _wrap(words("ask.written", text=sentence.text) + notes, width, _INDENT)


def _report_lines(report: WriterReport, words: Translations, width: int) -> list[str]:
    parts = [words.count("writer.dropped", report.dropped_count)] if report.dropped_count else []
    if report.failure:
        parts.append(words(f"writer.{report.failure}", model=report.model))
    return [_wrap(" ".join(parts), width)] if parts else []


def search_statement(search: SearchStatement, words: Translations) -> str:
    """The sentence that says what was searched: «Se ha buscado en 4 documentos (221 fragmentos).»"""
    return words(
        "ask.searched",
        documents=words.count("count.documents", search.documents),
        passages=words.count("count.passages", search.passages),
    )


def hits_text(
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    words: Translations,
    width: int,
    *,
    only_near: bool = False,
    more: bool = False,
) -> str:
    """Passages found, each with its citation and address.

    `only_near`: none of all passages holds the words; `more`: the list was cut off here.
    """
    if not hits:
        return words("search.none") + "\n"
    lines = [words("search.none_of_the_words"), ""] if only_near else []
    for number, hit in enumerate(hits, start=1):
        if hit.verbatim is False and not only_near and (number == 1 or hits[number - 2].verbatim):
            lines += [words("search.none_verbatim" if number == 1 else "search.not_verbatim"), ""]
        citation = full_citation(cite(documents[hit.passage.document_id], hit.passage), words.language)
        lines += [
            _wrap(f"{number}. {hit.passage.text}", width, _INDENT),
            _wrap(f"{_INDENT}— {citation}", width, _INDENT + "  "),
            f"{_INDENT}{hit.passage.address}",
            "",
        ]
    lines = [*lines, words.count("search.first", len(hits))] if more else lines[:-1]
    return "\n".join(lines) + "\n"


def verification_text(outcome: Verification, words: Translations, width: int) -> str:
    """The verdict, where the words stand, and what differs."""
    lines = [words(f"verify.{verdict_key(outcome)}", similarity=words.number(100 * outcome.similarity)), ""]
    if outcome.quoted:
        lines += [words("verify.quoted"), ""]
        if not outcome.is_found:
            failed = words("verify.failed", text=words.quoted(outcome.quoted[0]))
            lines += [_wrap(failed, width, _INDENT), ""]
    if outcome.with_omissions:
        lines += [words("verify.omissions"), ""]
    if told := told_warnings(outcome, words):
        lines += [_wrap(f" ! {one}", width, _INDENT) for one in told]
        for place in outcome.places[:1] if outcome.warnings else ():
            whole = _INDENT + _with_marks(place.reading)
            lines += ["", words("verify.whole"), _wrap(whole, width, _INDENT)]
        lines.append("")
    for number, one in enumerate(outcome.sentences, start=1):
        lines.append(_wrap(f" · {sentence_line(number, one, words)}", width, _INDENT))
    if outcome.sentences:
        lines += [words("verify.apart"), ""] if outcome.verdict is Verdict.JOINED else [""]
    if outcome.differences and (outcome.verdict is Verdict.ALTERED or outcome.only_signs):
        lines += [
            _wrap(_INDENT + _mark_differences(outcome), width, _INDENT),
            "",
            words("verify.legend"),
            "",
        ]
    # of two quotations, each is in its place
    if outcome.occurrences > 1 and len(outcome.quoted) < 2 and not outcome.sentences:
        lines += [words("verify.places", number=words.number(outcome.occurrences)), ""]
    for place in outcome.places:
        lines += _place_lines(place, words, width)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _with_marks(reading: CutReading) -> str:
    """The whole sentences, with what was pasted between ⟦ and ⟧."""
    pieces: list[str] = []
    position = 0
    for start, end in reading.marked:
        pieces += [reading.text[position:start], "⟦", reading.text[start:end], "⟧"]
        position = end
    return "".join([*pieces, reading.text[position:]])


def record_check_text(check: RecordCheck, words: Translations, width: int) -> str:
    """Each quotation of a record and what became of it."""
    lines = [
        words("record.question", question=check.question),
        words("record.of", date=check.date),
        words("record.same_corpus" if check.same_corpus else "record.other_corpus"),
        "",
    ]
    for number, quote in enumerate(check.quotes, start=1):
        state = words(f"record.{quote.state.value}")
        citation = "" if quote.citation_unchanged else f" {words('record.citation_changed')}"
        lines.append(f"{number}. {state}{citation}")
        lines.append(_wrap(_INDENT + words.quoted(_printable(quote.text)), width, _INDENT))
        for place in quote.verification.places if quote.verification else ():
            lines += _place_lines(place, words, width)[:-1]
        lines.append("")
    lines.append(words("record.holds" if check.holds else "record.fails"))
    return "\n".join(lines) + "\n"


def _quote_lines(quote: Quote, mark: str, words: Translations, width: int) -> list[str]:
    citation = full_citation(quote.citation, words.language)
    return [
        _wrap(mark + words.quoted(_printable(quote.text)), width, _INDENT),
        _wrap(f"{_INDENT}— {citation}", width, _INDENT + "  "),
        f"{_INDENT}{quote.citation.address}",
        "",
    ]


def _place_lines(place: MatchedPlace, words: Translations, width: int) -> list[str]:
    offsets = words("verify.offsets", document=place.document_id, start=place.start, end=place.end)
    if place.citation is None:
        return [f"{_INDENT}{offsets}", ""]
    return [
        _wrap(f"{_INDENT}— {full_citation(place.citation, words.language)}", width, _INDENT + "  "),
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
        safe,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _printable(text: str) -> str:
    return without_controls(text, "\ufffd")
