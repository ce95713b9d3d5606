"""Exported files read back, each form by a parser of its own: every excerpt has its place, and nothing acts."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Sequence

import bibtexparser
import rispy
from markdown_it import MarkdownIt
from pybtex.database import parse_string

from alpie.app.exporting.reference_files import Excerpt, plain_line, spreadsheet_cell

BASE = "https://alpie.example"
SIGNS = tuple("=+-@")


def as_styled(text: str, excerpts: Sequence[Excerpt]) -> None:
    """References in a style, below the quotations."""
    assert text.count("\n\nReferencias\n\n") == 1
    quotes, references = text.split("\n\nReferencias\n\n")
    lines = [*quotes.splitlines(), ""]
    assert lines[1::2] == [""] * len(excerpts)
    for line, excerpt in zip(lines[::2], excerpts, strict=True):
        text = plain_line(excerpt.text)
        block = line.startswith("    ")  # APA sets a long quotation apart, without quotation marks
        assert line.startswith(f"    {text}" if block else f"«{text}» (")
        assert not block or len(text.split()) >= 40
    assert len(references.splitlines()) == len({one.citation.document_id for one in excerpts})


def as_bibtex(text: str, excerpts: Sequence[Excerpt]) -> None:
    """BibTeX, read by two parsers."""
    ids = list(dict.fromkeys(excerpt.citation.document_id for excerpt in excerpts))
    entries = parse_string(text, "bibtex").entries
    assert list(entries) == ids
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert [one.key for one in library.entries] == ids
    for entry in entries.values():
        for name, value in entry.fields.items():
            if name == "url":  # read as it stands: only what could end it, or a command, must not be there
                assert not re.search(r"[\\{}]", value)
                continue
            inert = re.sub(
                r"\\(?:text(?:backslash|brace(?:left|right)|ascii(?:tilde|circum))\{\}|[&%$#_])", "", value
            )
            assert not re.search(r"[\\%$&#_^~]", inert), "no command and no comment of LaTeX but ours"


def as_ris(text: str, excerpts: Sequence[Excerpt]) -> None:
    """RIS."""
    items = rispy.loads(text.replace("\r\n", "\n"))
    assert [item["id"] for item in items] == list(
        dict.fromkeys(excerpt.citation.document_id for excerpt in excerpts)
    )
    assert {re.match(r"(?:[A-Z][A-Z0-9]  - |$)", line) is not None for line in text.split("\r\n")} == {True}


def as_csl_json(text: str, excerpts: Sequence[Excerpt]) -> None:
    """CSL-JSON."""
    items = json.loads(text)
    titles = {excerpt.citation.document_id: plain_line(excerpt.citation.title) for excerpt in excerpts}
    assert {item["id"]: item["title"] for item in items} == titles
    assert "<" not in text


def as_csv(text: str, excerpts: Sequence[Excerpt]) -> None:
    """A table, also as a spreadsheet with another separator cuts it."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row, excerpt in zip(rows, excerpts, strict=True):
        assert None not in row
        assert None not in row.values()
        assert row["quote"] in (
            spreadsheet_cell(excerpt.text),
            f"'{plain_line(excerpt.text)}",
            plain_line(excerpt.text),
        )
        assert row["quote"].replace("'", "") == plain_line(excerpt.text).replace("'", "")
        assert (row["start"], row["end"]) == (str(excerpt.start), str(excerpt.end))
        for value in row.values():
            assert not begins_as_formula(value)
    for separator in (";", "\t"):  # as a spreadsheet that is set to it would cut the same file
        for cut in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [one for one in cut if unicodedata.normalize("NFKC", one).startswith(SIGNS)]


def begins_as_formula(value: str) -> bool:
    """Read otherwise than `spreadsheet_cell` does it: by taking away from the front what is not seen."""
    value = unicodedata.normalize("NFKC", value)
    while value and (value[0].isspace() or unicodedata.category(value[0]) in ("Cc", "Cf")):
        value = value[1:]
    return value.startswith(SIGNS)


def as_markdown(text: str, excerpts: Sequence[Excerpt]) -> None:
    """Markdown with footnotes."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    outer = [token.type for token in tokens if token.level == 0]
    number = len(excerpts)
    assert outer[: 2 * number] == ["blockquote_open", "blockquote_close"] * number
    assert outer[2 * number :] == ["paragraph_open", "paragraph_close"] * number
    shown = [token for token in tokens if token.type == "inline"]
    for inline, excerpt in zip(shown[:number], excerpts, strict=True):
        assert {token.type for token in inline.children or ()} == {"text"}
        seen = "".join(token.content for token in inline.children or ())
        assert re.sub(r"\[\^[a-z0-9-]+\]$", "", seen, flags=re.IGNORECASE) == plain_line(excerpt.text)
    for inline in shown[number:]:
        children = inline.children or ()
        assert {token.type for token in children} <= {"text", "link_open", "link_close"}
        for token in children:
            assert token.type != "link_open" or str(token.attrs["href"]).startswith(
                (f"{BASE}/?p=", "https://example.org/", "http://testserver/?p=")
            )
    without_ours = re.sub(r"(?<!\\)<[^<>\s]+>", "", text)
    assert not re.search(r"https?://|\bwww\.|(?<!\\)@", without_ours, re.IGNORECASE), "nor a link by itself"


READERS: dict[str, Callable[[str, Sequence[Excerpt]], None]] = {
    "apa": as_styled, "iso690": as_styled, "bibtex": as_bibtex, "ris": as_ris, "csl-json": as_csl_json, "csv": as_csv,
    "markdown": as_markdown,
}  # fmt: skip
