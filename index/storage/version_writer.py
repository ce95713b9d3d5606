"""The files of a generation, written document by document: memory holds the vocabulary and one portion.

Whether vectors are compared one by one or found through lists is decided by their number once it is known, and
told in the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import Embedded, text_of
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.expansion_index import ExpansionWriter
from alpie.index.retrieval.postings import PostingsBuilder, WordNumbers
from alpie.index.retrieval.vectors import EXACT_LIMIT, VectorIndex, VectorWriter
from alpie.index.spanish.acronyms import learn_acronyms
from alpie.index.spanish.analysis import content_words, stem
from alpie.index.storage.record_file import LineWriter, PassageFile, PassageWriter
from alpie.index.storage.serial import document_to_json, layout_to_json

__all__ = ["GenerationWriter"]

_QUESTIONS = 128  # sentences, encoded as questions, that recall is measured with


class GenerationWriter:
    """Takes documents with their passages and vectors; `finish` completes the files in `folder`.

    A context manager: what is open is closed at the end, finished or not.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._folder, self._encoder = folder, encoder
        with ExitStack() as opened:  # on a full disk the third may not open, nor the second close
            self._documents = opened.enter_context(closing(LineWriter(folder / "documents.jsonl")))
            self._layouts = opened.enter_context(closing(LineWriter(folder / "layouts.jsonl")))
            self._passages = opened.enter_context(closing(PassageWriter(folder / "passages.jsonl")))
            self._dense = opened.enter_context(
                closing(VectorWriter(folder / "dense.faiss", encoder.dimension))
            )
            self._sentences = opened.enter_context(
                closing(VectorWriter(folder / "sentences.faiss", encoder.dimension))
            )
            self._words = WordNumbers()
            self._expansions = opened.enter_context(
                closing(ExpansionWriter(folder / "expansions", encoder.dimension, self._words))
            )
            self._opened = opened.pop_all()
        self._lexical = PostingsBuilder(folder / "lexical", stem, self._words)
        self._acronyms: dict[str, tuple[str, ...]] = {}
        self.documents: list[dict[str, Any]] = []  # as the manifest names them

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def add(
        self, document: Document, layout: Layout, passages: Sequence[Passage], embedded: Embedded
    ) -> None:
        """One document."""
        self._documents.add(document_to_json(document))
        self._layouts.add(layout_to_json(layout))
        row: dict[str, Any] = {
            "id": document.id,
            "file": document.file,
            "sha256": document.sha256,
            "coverage": asdict(document.coverage),
            "notices": [asdict(notice) for notice in document.notices],
        }
        self.documents.append({**row, "expansions": document.expansions} if document.expansions else row)
        self._passages.add(passages)
        self._dense.add(embedded.passages)
        self._sentences.add(embedded.sentences)
        self._expansions.add(embedded.expansions or [()] * len(passages), embedded.lines)
        for passage in passages:
            self._lexical.add(content_words(text_of(passage)))
        texts = [passage.text for passage in passages]
        for acronym, stems in learn_acronyms(texts).items():
            self._acronyms.setdefault(acronym, stems)

    @property
    def addresses(self) -> Sequence[str]:
        """Of all passages, in order."""
        return self._passages.addresses

    def finish(self, like: Path | None = None) -> Mapping[str, Any]:
        """Complete all files; returns what the manifest says of how they are made.

        `like` is the folder of an earlier generation, whose lists of neighbours are kept where they fit.
        """
        self._documents.finish()
        self._layouts.finish()
        self._passages.finish()
        self._lexical.finish()
        self._expansions.finish()
        acronyms = json.dumps(self._acronyms, ensure_ascii=False)
        (self._folder / "acronyms.json").write_text(acronyms, encoding="utf-8")
        questions = self._questions()
        return {
            "dense": self._dense.finish(questions, _earlier(like, "dense.faiss")),
            "sentences": self._sentences.finish(questions, _earlier(like, "sentences.faiss")),
        }

    def _questions(self) -> NDArray[np.float32] | None:
        """First sentences of passages all over the collection, encoded as questions."""
        if len(self._sentences) <= EXACT_LIMIT:
            return None
        passages = PassageFile(self._folder / "passages.jsonl")
        numbers = np.linspace(0, len(passages) - 1, _QUESTIONS).astype(int)
        return self._encoder.encode_queries([passages[int(n)].sentences[0].text for n in numbers])


def _earlier(folder: Path | None, name: str) -> VectorIndex | None:
    return None if folder is None else VectorIndex.load(folder / name)
