"""Counts how many words of a file end up in its blocks, so that losses are reported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import Document, Layout, Passage, readable_text
from alpie.index.spanish.analysis import normalize

_WORD = re.compile(r"[^\W_]+")
_DIVIDED = re.compile(r"(?<![^\W\d_])([^\W\d_]++)-\n")  # from the beginning of words only: else quadratic
_MAX_LOST = 0.01  # share of the words: a larger loss is reported


def count_words(text: str) -> Counter[str]:
    """How often each word stands in a text, however its accents and exponents are composed."""
    return Counter(_WORD.findall(normalize("NFKC", text)))


def measure_coverage(document: Document, layout: Layout, passages: Sequence[Passage]) -> Document:
    """`document` with its coverage, the words of the file and those in blocks, and with notices of what is lost.

    What the layout leaves out on purpose (running heads and feet, marks) counts as kept. The blocks of a text file are
    compared with the file itself, those of other formats with the text of another extractor.
    """
    raw = normalize("NFKC", document.structure.found if document.structure else document.text)
    found = count_words(raw)
    apart = (*layout.footers, *layout.note_calls)
    spans = [block.spans for block in layout.blocks] + [(span,) for span in apart]
    read = count_words("\n".join(readable_text(document.text, run) for run in spans))
    kept = (found & read).total() + _count_rejoined(raw, found - read, read - found)
    coverage = replace(document.coverage, words_found=found.total(), words_kept=kept)
    notices = list(document.notices)
    lost = coverage.words_found - coverage.words_kept
    if lost > _MAX_LOST * coverage.words_found:
        notices.append(Notice(NoticeKind.WORDS_LOST, lost, coverage.words_found))
    if not passages:
        notices.append(Notice(NoticeKind.NO_PASSAGES))
    return replace(document, coverage=coverage, notices=tuple(notices))


def _count_rejoined(raw: str, lost: Counter[str], gained: Counter[str]) -> int:
    """How many of the `lost` words are halves of a word at the end of a line, which the blocks hold as one word."""
    halves = 0
    for first, times in Counter(_DIVIDED.findall(raw)).items():
        for word in [word for word in gained if word.startswith(first) and word != first]:
            rest = word.removeprefix(first)
            joined = min(times, gained[word], lost[first], lost[rest])
            gained[word] -= joined
            lost.subtract((first, rest) * joined)
            halves += 2 * joined
    return halves
