"""Reads the quotations back from files that Al Pie exported, so that a pasted file is checked for what it quotes."""

from __future__ import annotations

import csv
import io
import json
import re

from alpie.app.exporting.reference_files import LATEX, spreadsheet_cell
from alpie.app.translations import LANGUAGES, translations_for

# A note ends with an address; a bracket before a quotation mark may be the words of the quotation.
_NOTE_END = re.compile(r"(/[0-9a-f]{10}(?:-\d+)?\)) (?=[«“])")
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
        fields = (
            _LATEX_SIGN.sub(lambda sign: _FROM_LATEX[sign[0]], note) for note in _BIBTEX_NOTE.findall(file)
        )
        notes = [_NOTE_END.sub(r"\1\n", _after_remark(field)).split("\n") for field in fields]
        return _note_quotations([note for of_field in notes for note in of_field])
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


def _plain_cell(written: str) -> str:
    """A cell without the apostrophes that `alpie.app.exporting.reference_files.spreadsheet_cell` put in."""
    plain = _CELL_SIGN.sub(r"\1", written)
    return plain if spreadsheet_cell(plain) == written else written
