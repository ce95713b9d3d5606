"""`alpie expand`: a language model writes other ways to ask for each passage, into files a person can edit.

Existing expansions are never touched. What it will take is announced before anything is sent. New ones are checked,
and each row is added as soon as it is ready: if a run is stopped, the next one continues from that point.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypedDict

from alpie.app.chat_model import Stream, open_stream
from alpie.app.errors import ProviderError
from alpie.app.settings import Settings
from alpie.app.translations import message
from alpie.app.writer.expansion_drafts import expansion_drafts, expansion_messages, fault_of
from alpie.index.records import Document, Passage
from alpie.index.sources.expansions import expansions_file

_LOG = logging.getLogger(__name__)
_AT_A_TIME = 4  # passages a request: half of its words are the rules with one
_CHARACTERS_A_TOKEN = 3.5  # of Spanish, about: for the estimate only
_TOKENS_WRITTEN = 350  # for the twelve expansions that are asked for: for the estimate only
_BEGINNING_WORDS = 5  # of a sentence, or as many as tell it from the others


@dataclass(frozen=True)
class WritingCost:
    """What writing the missing expansions takes."""

    passages: int
    requests: int
    tokens_read: int
    tokens_written: int


@dataclass(frozen=True)
class ExpansionReport:
    """What a run that wrote expansions did."""

    passages: int  # that got expansions
    expansions: int
    dropped: Mapping[str, int]  # left out, by `DraftFault`
    failed: int  # passages of which nothing sound came


def passages_without_expansions(
    docs: Path, documents: Mapping[str, Document], passages: Sequence[Passage]
) -> list[Passage]:
    """The passages without expansions, of documents that lie in `docs`."""
    expanded = {address for document in documents for address in _addresses(docs / expansions_file(document))}
    return [passage for passage in passages if passage.address not in expanded]


def _addresses(file: Path) -> Iterator[str]:
    """Addresses of the rows of a file; a faulty row is told by `alpie index`."""
    if not file.is_file():
        return
    for row in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        try:
            read = json.loads(row)
        except (ValueError, RecursionError):
            continue
        if isinstance(read, dict) and isinstance(read.get("address"), str) and read.get("lines"):
            yield read["address"]


def estimate_cost(passages: Sequence[Passage]) -> WritingCost:
    """What writing expansions would cost, counted from the very messages that would be sent."""
    batches = list(_batches(passages))
    characters = sum(len(text) for batch in batches for _, text in expansion_messages(batch))
    read = round(characters / _CHARACTERS_A_TOKEN)
    return WritingCost(len(passages), len(batches), read, _TOKENS_WRITTEN * len(passages))


def _batches(passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    for _, of_document in groupby(passages, lambda passage: passage.document_id):
        rest = list(of_document)
        while rest:
            yield rest[:_AT_A_TIME]
            rest = rest[_AT_A_TIME:]


def write_expansions(
    settings: Settings,
    documents: Mapping[str, Document],
    passages: Sequence[Passage],
    on_progress: Callable[[int, int], None] | None = None,
    stream: Stream | None = None,
) -> ExpansionReport:
    """Write the expansions of `passages` with the model of the settings; `stream` stands in for it.

    Raises `ProviderError` when the model cannot be asked; what was written by then stays.
    """
    stream = stream or open_stream(settings)
    dropped: Counter[str] = Counter()
    done = expanded = expansions = 0
    for batch in _batches(passages):
        try:
            rows = _rows(batch, documents, stream, dropped)
        except Exception as error:  # a provider raises whatever it likes
            _LOG.info("the model failed", exc_info=True)
            raise ProviderError(
                message("expand.model_failed", model=settings.writer, error=type(error).__name__)
            ) from error
        if rows:
            _append(settings.docs / expansions_file(batch[0].document_id), rows)
        done += len(batch)
        expanded += len(rows)
        expansions += sum(len(row["lines"]) for row in rows)
        if on_progress:
            on_progress(done, len(passages))
    return ExpansionReport(expanded, expansions, dict(dropped), len(passages) - expanded)


class ExpansionItem(TypedDict):
    """Another way to ask for a passage, with the beginnings of the sentences that answer it."""

    text: str
    kind: str
    sentences: list[str]


class ExpansionRow(TypedDict):
    """A row of the file of expansions: a passage and its expansions."""

    address: str
    lines: list[ExpansionItem]


def _rows(
    batch: Sequence[Passage], documents: Mapping[str, Document], stream: Stream, dropped: Counter[str]
) -> list[ExpansionRow]:
    """The rows for the file of expansions, one for each passage that got a sound expansion."""
    written: list[list[ExpansionItem]] = [[] for _ in batch]
    for draft in expansion_drafts(stream(expansion_messages(batch))):
        if not 0 <= draft.passage < len(batch):
            continue
        passage, of_passage = batch[draft.passage], written[draft.passage]
        title = documents[passage.document_id].title
        if fault := fault_of(draft, passage, title, [item["text"] for item in of_passage]):
            dropped[fault.value] += 1
            _LOG.info("expansion left out (%s): %s", fault.value, draft.text)
            continue
        begins = [_beginning(passage, number) for number in dict.fromkeys(draft.sentences)]
        of_passage.append({"text": draft.text, "kind": draft.kind, "sentences": begins})
    return [
        {"address": passage.address, "lines": of_passage}
        for passage, of_passage in zip(batch, written, strict=True)
        if of_passage
    ]


def example_row(passage: Passage) -> str:
    """What a row of a file looks like, for people who write one by hand."""
    begins = [_beginning(passage, 0)]
    items: list[ExpansionItem] = [
        {"text": "¿…?", "kind": kind, "sentences": begins} for kind in ("question", "rewording")
    ]
    row: ExpansionRow = {"address": passage.address, "lines": items}
    return json.dumps(row, ensure_ascii=False)


def _beginning(passage: Passage, number: int) -> str:
    """The first words of a sentence, as many as tell it from the passage's others."""
    texts = [sentence.text for sentence in passage.sentences]
    words = texts[number].split()
    for count in range(min(_BEGINNING_WORDS, len(words)), len(words) + 1):
        beginning = " ".join(words[:count])
        if sum(text.startswith(beginning) for text in texts) == 1:
            return beginning
    return texts[number]


def _append(file: Path, rows: Sequence[ExpansionRow]) -> None:
    """Add rows to a file, on its way to the disk when this returns."""
    file.parent.mkdir(exist_ok=True)
    whole = not file.exists() or file.read_bytes()[-1:] in (b"", b"\n")
    with file.open("a", encoding="utf-8") as written:
        written.write("" if whole else "\n")
        for row in rows:
            written.write(json.dumps(row, ensure_ascii=False) + "\n")
        written.flush()
        os.fsync(written.fileno())
