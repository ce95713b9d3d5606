"""Quotations read back from the files that `alpie.app.export` writes for other programs.

A file is taken for one of them only if all of its entries read as such; the styles for people to read (APA,
ISO 690) are plain text with quotation marks and are not read here.
"""

from __future__ import annotations

import csv
import io
import json
import re

from alpie.app.escaping import LATEX, cell

__all__ = ["quotations_of"]

_NEXT_NOTE = re.compile(r"(?<=\S\)) (?=[«“])")
_RIS_NOTE = re.compile(r"^N1  - (.*)$", re.MULTILINE)
_BIBTEX_NOTE = re.compile(r"^[ \t]*annote = \{\{(.*)\}\},?[ \t\r]*$", re.MULTILINE)
_MARKDOWN_QUOTE = re.compile(r"^> (.*)\[\^[^\[\]\s]+\][ \t\r]*$", re.MULTILINE)
_MARKDOWN_LINE = re.compile(r"^(?:> .*\[\^[^\[\]\s]+\]|\[\^[^\[\]\s]+\]: .*|)\s*$")
_LATEX_SIGN = re.compile("|".join(re.escape(written) for written in LATEX.values()))
_FROM_LATEX = {written: sign for sign, written in LATEX.items()}
_CELL_SIGN = re.compile(r"""(^|;[\s"']*)'(?=\s*[=+@＝＋＠﹦﹢﹫\-－﹣])""")


def quotations_of(text: str) -> tuple[str, ...]:
    """The quotations of a BibTeX, RIS, CSL-JSON, CSV or Markdown export; none for any other text."""
    file = text.strip().removeprefix("\ufeff")
    if file.startswith("@"):
        return _from_notes(
            [n for match in _BIBTEX_NOTE.findall(file) for n in _NEXT_NOTE.split(_unlatexed(match))]
        )
    if file.startswith("TY  - "):
        return _from_notes(_RIS_NOTE.findall(file))
    if file.startswith("[") and file.endswith("]"):
        return _from_notes(_json_notes(file))
    if file.startswith("quote,citation,"):
        return _cells(file)
    if file.startswith("> ") and all(map(_MARKDOWN_LINE.match, file.splitlines())):
        return tuple(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", quote) for quote in _MARKDOWN_QUOTE.findall(file))
    return ()


def _from_notes(notes: list[str]) -> tuple[str, ...]:
    read = [_quotation(note.strip()) for note in notes]
    return tuple(read) if all(read) else ()


def _quotation(note: str) -> str:
    """Of a note as `alpie.app.reference_files` writes it, «words» (place; address); "" for none."""
    close = max(note.rfind("» ("), note.rfind("” ("))
    place = note[close + len("» (") : -1].split()
    is_note = note[:1] in "«“" and note.endswith(")") and close > 0 and place and "/" in place[-1]
    return note[1:close] if is_note else ""


def _cells(text: str) -> tuple[str, ...]:
    try:
        return tuple(_plain_cell(row["quote"] or "") for row in csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error:
        return ()


def _json_notes(text: str) -> list[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return []
    notes = [item.get("note") if isinstance(item, dict) else None for item in items]
    return [line for note in notes for line in (note.split("\n") if isinstance(note, str) else [""])]


def _unlatexed(text: str) -> str:
    return _LATEX_SIGN.sub(lambda match: _FROM_LATEX[match.group()], text)


def _plain_cell(written: str) -> str:
    """A cell without the apostrophes that `alpie.app.escaping.cell` put in."""
    plain = _CELL_SIGN.sub(r"\1", written)
    return plain if cell(plain) == written else written
