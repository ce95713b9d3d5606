"""How many of a file's words are in the blocks that were read from it, so that a loss is reported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import Document, Layout, Passage, readable_text
from alpie.index.spanish.analysis import normalize

_WORD = re.compile(r"[^\W_]+")
_DIVIDED = re.compile(r"([^\W\d_]+)-\n")
_MAX_LOST = 0.01  # of the words: more is told


def count_words(text: str) -> Counter[str]:
    """How often each word stands in a text, however its accents and exponents are composed."""
    return Counter(_WORD.findall(normalize("NFKC", text)))


def measure_coverage(document: Document, layout: Layout, passages: Sequence[Passage]) -> Document:
    """Count the words that the blocks keep: returns `document` with its coverage, and notices of what is lost.

    What the layout leaves out on purpose (running heads and feet, marks) counts as kept: it is told apart by
    being left out. Of a text file the file itself is what the blocks are compared with.
    """
    raw = normalize("NFKC", document.structure.found if document.structure else document.text)
    found = count_words(raw)
    apart = (*layout.footers, *layout.note_calls)
    spans = [block.spans for block in layout.blocks] + [(span,) for span in apart]
    read = count_words("\n".join(readable_text(document.text, one) for one in spans))
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
    """How many of the `lost` words are halves that a line end divides, and were read as one word."""
    halves = 0
    for first, times in Counter(_DIVIDED.findall(raw)).items():
        for word in [word for word in gained if word.startswith(first) and word != first]:
            rest = word.removeprefix(first)
            joined = min(times, gained[word], lost[first], lost[rest])
            gained[word] -= joined
            lost.subtract((first, rest) * joined)
            halves += 2 * joined
    return halves
