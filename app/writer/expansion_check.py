"""Whether a line that a model wrote may stand among the expansions of a passage.

It is searched and never quoted, so it may say things otherwise; but a figure or a name that the passage lacks
would lead people to a place that does not speak of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz import fuzz

from alpie.app.writer.expansion_prompt import ExpansionDraft
from alpie.app.writer.names import Evidence, unsupported_names
from alpie.app.writer.stated_figures import figures_of, unsupported_figures
from alpie.index.encoder.embed import text_of
from alpie.index.records import Passage
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.query import language_of

_FEWEST_WORDS, _MAX_WORDS, _MAX_CHARACTERS = 2, 30, 240
_NEARLY_EQUAL = 90  # of 100: the same words but for an article or an ending


class Fault(StrEnum):
    """Why a line is left out."""

    SENTENCES = "sentences"  # rests on none of the passage
    LENGTH = "length"
    LANGUAGE = "language"
    FIGURE = "figure"
    NAME = "name"
    COPY = "copy"  # nearly what the passage or another line says


def fault_of(draft: ExpansionDraft, passage: Passage, title: str, others: Sequence[str]) -> Fault | None:
    """What is wrong with `draft`; None when nothing is. `title` of its document; `others` are its other lines."""
    text = draft.text
    if not draft.sentences or not all(0 <= n < len(passage.sentences) for n in draft.sentences):
        return Fault.SENTENCES
    if not _FEWEST_WORDS <= len(text.split()) <= _MAX_WORDS or len(text) > _MAX_CHARACTERS:
        return Fault.LENGTH
    written_in, read_in = language_of(text), language_of(passage.text)
    if written_in not in ("und", "en" if draft.kind == "english" else read_in):
        return Fault.LANGUAGE
    said = f"{title}. {text_of(passage)}"
    if unsupported_figures(figures_of(text), figures_of(said)):
        return Fault.FIGURE
    if unsupported_names(_begun_small(text), Evidence.of(said)):
        return Fault.NAME
    known = [*others, *(sentence.text for sentence in passage.sentences)]
    if any(fuzz.ratio(_plain(text), _plain(other)) >= _NEARLY_EQUAL for other in known):
        return Fault.COPY
    return None


def _begun_small(text: str) -> str:
    """A capital at the beginning tells no name, unless it is an acronym's."""
    first = text.split(maxsplit=1)[0].strip("¿¡")
    return text if first[1:].lower() != first[1:] else text.replace(first, first.lower(), 1)


def _plain(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum() or c == " ").strip()
