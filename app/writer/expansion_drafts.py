"""Has a language model draft other ways to ask for a passage, reads them, and finds their faults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from alpie.app.chat_model import Messages, ModelMessage, load_prompt
from alpie.app.writer.stated_names import QuotedWords, unsupported_names
from alpie.app.writer.stated_numbers import parse_numbers, unsupported_numbers
from alpie.index.encoder.embed import heading_line, indexed_text
from alpie.index.records import Passage
from alpie.index.sources.expansions import KINDS
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.query import detect_language

_RULES = load_prompt(__file__, "expand")
_MAX_SENTENCE = 1_500  # characters of a sentence that the model is shown, a long table row
_MIN_WORDS, _MAX_WORDS, _MAX_CHARACTERS = 2, 30, 240  # of a question as somebody types it
_MAX_ANSWER_CHARACTERS = 40_000  # characters of an answer, ten times what is asked for: a model may not end
_NEARLY_EQUAL = 90  # of 100: the same words but for an article or an ending
_LINE = re.compile(
    rf"\W*(?P<n>\d{{1,3}})\s*\|\s*(?P<kind>{'|'.join(KINDS)})\s*\|\s*(?P<sentences>[\d,;\s]*)\|\s*(?P<text>.+)"
)


@dataclass(frozen=True)
class ExpansionDraft:
    """An expansion as the model wrote it; numbers count from 0."""

    passage: int
    kind: str
    sentences: tuple[int, ...]
    text: str


def expansion_messages(passages: Sequence[Passage]) -> Messages:
    """The messages to the chat model. Passages are passed as JSON: they are data, and cannot end early."""
    data = {
        "pasajes": [
            {
                "n": number,
                "bajo": heading_line(passage),
                "frases": [sentence.text[:_MAX_SENTENCE] for sentence in passage.sentences],
            }
            for number, passage in enumerate(passages, start=1)
        ]
    }
    return [
        ModelMessage("system", _RULES),
        ModelMessage("user", json.dumps(data, ensure_ascii=False, indent=1)),
    ]


def expansion_drafts(pieces: Iterable[str]) -> Iterator[ExpansionDraft]:
    """The lines of an answer that have the form asked for, one expansion each; of an endless answer the first ones."""
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > _MAX_ANSWER_CHARACTERS:
            break
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            sentences = tuple(int(number) - 1 for number in re.findall(r"\d{1,4}", match["sentences"]))
            yield ExpansionDraft(int(match["n"]) - 1, match["kind"], sentences, match["text"].strip(" |"))


class DraftFault(StrEnum):
    """Why an expansion that the model wrote is left out."""

    SENTENCES = "sentences"  # rests on none of the passage
    LENGTH = "length"
    LANGUAGE = "language"
    NUMBER = "figure"  # as the report names it
    NAME = "name"
    COPY = "copy"  # nearly what the passage or another expansion says


def fault_of(draft: ExpansionDraft, passage: Passage, title: str, others: Sequence[str]) -> DraftFault | None:
    """What is wrong with `draft`; None when nothing is. `title` of its document; `others` are the passage's other expansions."""
    text = draft.text
    if not draft.sentences or not all(0 <= n < len(passage.sentences) for n in draft.sentences):
        return DraftFault.SENTENCES
    if not _MIN_WORDS <= len(text.split()) <= _MAX_WORDS or len(text) > _MAX_CHARACTERS:
        return DraftFault.LENGTH
    written_in, read_in = detect_language(text), detect_language(passage.text)
    if written_in not in ("und", "en" if draft.kind == "english" else read_in):
        return DraftFault.LANGUAGE
    source = f"{title}. {indexed_text(passage)}"
    if unsupported_numbers(parse_numbers(text), parse_numbers(source)):
        return DraftFault.NUMBER
    if unsupported_names(_lowercase_start(text), QuotedWords.from_text(source)):
        return DraftFault.NAME
    known = [*others, *(sentence.text for sentence in passage.sentences)]
    if any(fuzz.ratio(_plain(text), _plain(other)) >= _NEARLY_EQUAL for other in known):
        return DraftFault.COPY
    return None


def _lowercase_start(text: str) -> str:
    """A capital at the beginning tells no name, unless it is an acronym's."""
    first = text.split(maxsplit=1)[0].strip("¿¡")
    return text if first[1:].lower() != first[1:] else text.replace(first, first.lower(), 1)


def _plain(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum() or c == " ").strip()
