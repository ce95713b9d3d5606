"""How well a folder's files are read: `python -m alpie.eval.document_figures FOLDER` prints a line for each.

Words are counted against pdftotext (poppler) or what the parser itself found before layout, headings against the
file's own outline or printed table of contents.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.errors import SourceError
from alpie.index.formats import extract, format_of
from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, Document, Layout, collapse, readable_text

_WORD = re.compile(r"[^\W_]+")
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\s*\n\s*(?=[a-záéíóúüñ])")
_COMPOUND = re.compile(r"(?=\b([^\W_]+)-([^\W_]+))")
_BEGUN = 25  # characters of a title that its first line is looked up by
_NUMBER = re.compile(r"^(?:[a-z] )?(?:\d{1,2} )+")  # of a heading, folded: «4 2 »
_ENTRY = re.compile(r"^\s*(\S.{3,200}?)\s*(?:\.\s?){4,}\s*\d{1,4}\s*$", re.MULTILINE)


class FileReading(NamedTuple):
    """Figures of how well one file was read: the columns of the table."""

    file: str
    pages: int
    read: int  # of the pages
    words: int  # that the other program finds
    recall: float  # of those, in what is read or left out by name
    fused: int  # pairs of its words that are one here
    divided: int  # its words that are two here
    headings: int  # that the file's own contents list
    found: int  # of those
    unshown: int  # listed there besides, and standing on no page
    passages: int
    seconds: float  # of CPU
    notices: str


class WordComparison(NamedTuple):
    """Words of another reading, and how many of them are missing, fused and divided in ours."""

    words: int
    missing: int
    fused: int
    divided: int


def compare_words(other: str, ours: str) -> WordComparison:
    """Compare the words that another program reads with ours."""
    theirs, mine = _words(_DIVIDED.sub("", other)), _words(ours)
    missing, extra = Counter(theirs) - Counter(mine), Counter(mine) - Counter(theirs)
    fused = _count_matched(theirs, missing, extra)
    # the other program takes the hyphen of a compound at a line end for one that divides a word
    compounds = {(match[1], match[2]) for match in _COMPOUND.finditer(ours.casefold())}
    divided = _count_matched(mine, extra, missing, compounds)
    return WordComparison(len(theirs), missing.total(), fused, divided)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _count_matched(
    words: Sequence[str],
    halves: Counter[str],
    wholes: Counter[str],
    compounds: Collection[tuple[str, str]] = (),
) -> int:
    """How many neighbours among `words`, both of `halves`, are together one of `wholes`; they are struck off."""
    count = 0
    for first, second in pairwise(words):
        if halves[first] and halves[second] and wholes[first + second]:
            halves[first] -= 1
            halves[second] -= 1
            wholes[first + second] -= 1
            count += (first, second) not in compounds
    return count


def measure_file(path: Path) -> FileReading:
    """Read one file and compare; raises `SourceError` for one that is refused."""
    data = path.read_bytes()
    began = time.process_time()
    extraction = extract(data, path)
    document = Document(
        path.stem, "", "", "", "", "es", path.name, extraction.text,
        notices=extraction.notices, coverage=extraction.coverage, structure=extraction.structure,
    )  # fmt: skip
    layout = lay_out(document)
    passages = make_passages(document, layout)
    document = measure_coverage(document, layout, passages)
    seconds = time.process_time() - began
    reference = _other_reading(path)
    text = _all_of(document, layout)
    if reference is None:
        coverage = document.coverage
        lost = coverage.words_found - coverage.words_kept
        counts = WordComparison(coverage.words_found, lost, 0, 0)
    else:
        counts = compare_words(reference, text)
    listed, unshown = _contents_entries(data, path, reference or "")
    headings = {
        _folded(readable_text(document.text, block.spans))
        for block in layout.blocks
        if block.kind is BlockKind.HEADING or (block.label and block.kind is BlockKind.PARAGRAPH)
    }
    return FileReading(
        file=path.name[:48],
        pages=document.coverage.pages,
        read=document.coverage.pages_read,
        words=counts.words,
        recall=round(1 - counts.missing / counts.words if counts.words else 1.0, 4),
        fused=counts.fused,
        divided=counts.divided,
        headings=len(listed),
        found=sum(any(heading.startswith(title[:60]) for heading in headings) for title in listed),
        unshown=unshown,
        passages=len(passages),
        seconds=round(seconds, 1),
        notices=", ".join(f"{notice.kind} {notice.count}" for notice in document.notices),
    )


def _all_of(document: Document, layout: Layout) -> str:
    """Blocks and what is left out of them by name, in the order of the text."""
    spans = [block.spans for block in layout.blocks]
    spans += [(span,) for span in (*layout.footers, *layout.note_calls)]
    return "\n".join(readable_text(document.text, run) for run in sorted(spans))


def _other_reading(path: Path) -> str | None:
    if format_of(path) != "pdf" or shutil.which("pdftotext") is None:
        return None
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _contents_entries(data: bytes, path: Path, text: str) -> tuple[list[str], int]:
    """The titles that the file's outline lists, else its printed table of contents, and how many more no page shows.

    A title counts where the lines of the other reading begin with it: on the page that the outline leads to, else
    on any, the entries of the table of contents apart.
    """
    pages = [
        [
            folded
            for line in _DIVIDED.sub("", page).splitlines()
            if not _ENTRY.match(line) and (folded := _folded(line))
        ]
        for page in text.split("\f")
    ]
    listed: list[tuple[str, int | None]] = []
    if format_of(path) == "pdf":
        from pypdfium2 import PdfDocument

        from alpie.index.formats.pdf.pdf_document import PDFIUM

        with PDFIUM, PdfDocument(data) as document:
            for entry in document.get_toc(max_depth=8):
                place = entry.get_dest()
                listed.append((_folded(entry.get_title() or ""), place.get_index() if place else None))
    listed = listed or [(_folded(match[1]), None) for match in _ENTRY.finditer(text)]
    listed = list(dict.fromkeys(entry for entry in listed if entry[0]))
    shown = [
        title
        for title, at in listed
        if any(_page_matches(title, pages if at is None else pages[at : at + 1]))
    ]
    return shown, len(listed) - len(shown)


def _page_matches(title: str, pages: Sequence[Sequence[str]]) -> Iterator[bool]:
    """Whether a page has it; its number may stand apart from its words in the other reading."""
    words = _NUMBER.sub("", title)[:60]
    for lines in pages:
        for number, line in enumerate(lines):
            line = _NUMBER.sub("", line)
            least = min(len(words), len(line), _BEGUN)
            if line[:least] == words[:least]:
                yield " ".join([line, *lines[number + 1 : number + 8]]).startswith(words)


def _folded(text: str) -> str:
    return collapse(re.sub(r"[\W_]+", " ", text.casefold()))


def _lines(folder: Path) -> Iterator[str]:
    yield "\t".join(FileReading._fields)
    for path in sorted(folder.rglob("*")):
        if format_of(path) is None or not path.is_file():
            continue
        try:
            yield "\t".join(map(str, measure_file(path)))
        except SourceError as error:
            yield f"{path.name}\t{error}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"peak memory {peak} MB, {time.process_time():.0f} s of CPU"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m alpie.eval.document_figures", description=__doc__)
    parser.add_argument("folder", type=Path)
    for line in _lines(parser.parse_args(arguments).folder):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
