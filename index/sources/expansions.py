"""Expansions: other ways to ask for a passage or to say it, written in advance, which are searched but never quoted.

`<documents>/expansions/<document id>.jsonl` holds one row for each passage:

    {"address": "informe-2019/resumen/0a1b2c3d4e",
     "lines": [{"text": "¿Cuánta gente…?", "kind": "question", "sentences": ["Agentes de la Policía"]}]}

`sentences` are the beginnings of the sentences that an expansion is based on; without them it is based on the whole
passage. They outlive the address: when passages are cut differently, expansions follow their sentences.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from alpie.index.messages import Message, message
from alpie.index.records import Passage, collapse
from alpie.index.spanish.analysis import normalize

EXPANSIONS_FOLDER = "expansions"
KINDS = ("question", "rewording", "chat", "english")
_MAX_CHARACTERS = 400  # of an expansion; the encoder reads some 2,000
_MAX_REPORTED_FAULTS = 5  # faulty rows named one by one


@dataclass(frozen=True, slots=True)
class Expansion:
    """Another way to ask for a passage, or to say what the passage says."""

    text: str
    kind: str  # of `KINDS`
    sentences: tuple[int, ...] = ()  # which of the passage's it rests on; empty: all of it


@dataclass(frozen=True)
class PlacedExpansions:
    """The expansions of each passage of a document, and what in their file was not good."""

    of_passages: tuple[tuple[Expansion, ...], ...] = ()  # (passages,)
    faults: tuple[str, ...] = ()


def expansions_file(document_id: str) -> str:
    """Where a document's expansions are, within the documents folder."""
    return (PurePosixPath(EXPANSIONS_FOLDER) / f"{document_id}.jsonl").as_posix()


def place_expansions(data: bytes, passages: Sequence[Passage], name: str) -> PlacedExpansions:
    """Give each expansion of a file to its passage. Faulty ones are left out and reported under the file's `name`."""
    faults: list[Message] = []
    found: list[dict[str, Expansion]] = [{} for _ in passages]
    numbers = {passage.address: number for number, passage in enumerate(passages)}
    sentences: _Sentences | None = None  # few files have stale addresses
    stale: list[str] = []
    kept = lost = 0
    for row in _rows(data, faults):
        number = numbers.get(row.address)
        if number is None:
            stale.append(row.address)
        for text, kind, beginnings in _written_expansions(row, faults):
            if number is not None:
                at = number
                rests_on = _first_sentences_with(beginnings, passages[number])
                if missing := [b for b, s in zip(beginnings, rests_on, strict=True) if s is None]:
                    faults.append(_fault(row.where, "expansions.beginning", text=missing[0]))
            else:
                sentences = sentences or _Sentences(passages)
                moved = sentences.passage_with(beginnings)
                if moved is None:
                    lost += 1
                    continue
                kept += 1
                at, rests_on = moved, _first_sentences_with(beginnings, passages[moved])
            known = dict.fromkeys(sentence for sentence in rests_on if sentence is not None)
            found[at].setdefault(text, Expansion(text, kind, tuple(known)))
    more, reported = len(faults) - _MAX_REPORTED_FAULTS, faults[:_MAX_REPORTED_FAULTS]
    if more > 0:
        reported.append(message("expansions.more", number=more))
    if stale:
        reported.append(message("expansions.stale", number=len(stale), some=stale[:2], kept=kept, lost=lost))
    told = tuple(message("at", where=name, reason=fault) for fault in reported)
    return PlacedExpansions(tuple(tuple(by_text.values()) for by_text in found), told)


def _fault(where: Message, key: str, **facts: object) -> Message:
    return message("at", where=where, reason=message(key, **facts))


class _Row(NamedTuple):
    """A row of the file: where it stands, the address of a passage, and what is written for it, not yet checked."""

    where: Message
    address: str
    written: list[object]


class _WrittenExpansion(NamedTuple):
    """An expansion as it is in the file."""

    text: str
    kind: str
    beginnings: list[str]  # of sentences


def _rows(data: bytes, faults: list[Message]) -> Iterator[_Row]:
    """The sound rows of a file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(message("sources.not_utf8", place=error.start))
        return
    for number, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        where = message("expansions.line", number=number)
        try:
            read = json.loads(row)
        except (ValueError, RecursionError) as error:
            faults.append(_fault(where, "expansions.not_json", error=error))
            continue
        match read:
            case {"address": str(address), "lines": list(written)}:
                yield _Row(where, address, written)
            case _:
                faults.append(_fault(where, "expansions.row"))


def _written_expansions(row: _Row, faults: list[Message]) -> Iterator[_WrittenExpansion]:
    """The sound expansions of a row."""
    for written in row.written:
        read = written if isinstance(written, Mapping) else {}
        text, kind, beginnings = read.get("text"), read.get("kind", "question"), read.get("sentences", [])
        if not isinstance(text, str) or not _normalise(text) or len(text) > _MAX_CHARACTERS:
            faults.append(_fault(row.where, "expansions.text", text=f"{text!r:.60}", most=_MAX_CHARACTERS))
        elif kind not in KINDS:
            faults.append(_fault(row.where, "expansions.kind", kind=f"{kind!r:.60}", kinds=KINDS))
        elif not (
            isinstance(beginnings, list) and all(isinstance(b, str) and _normalise(b) for b in beginnings)
        ):
            faults.append(_fault(row.where, "expansions.sentences"))
        else:
            yield _WrittenExpansion(_normalise(text), kind, [_normalise(b) for b in beginnings])


def _normalise(text: str) -> str:
    """`text` in the form that is compared and embedded; "" for what no file could hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return ""
    return collapse(normalize("NFC", text))


def _first_sentences_with(beginnings: Sequence[str], passage: Passage) -> list[int | None]:
    """The number of the first sentence of `passage` with each beginning; None where none begins so."""
    texts = [_normalise(sentence.text) for sentence in passage.sentences]
    return [next((n for n, text in enumerate(texts) if text.startswith(b)), None) for b in beginnings]


class _Sentences:
    def __init__(self, passages: Sequence[Passage]) -> None:
        numbered = (
            (sentence.text, number)
            for number, passage in enumerate(passages)
            for sentence in passage.sentences
        )
        self._rows = sorted((_normalise(text), number) for text, number in numbered)

    def passage_with(self, beginnings: Sequence[str]) -> int | None:
        """The first passage that holds sentences beginning so, all of them."""
        if not beginnings:
            return None
        return min(set.intersection(*map(self._passages, beginnings)), default=None)

    def _passages(self, beginning: str) -> set[int]:
        found: set[int] = set()
        for text, number in self._rows[bisect_left(self._rows, (beginning, -1)) :]:
            if not text.startswith(beginning):
                break
            found.add(number)
        return found
