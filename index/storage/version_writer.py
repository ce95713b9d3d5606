"""The files of an index version, written document by document, on from those of an earlier one where there is one.

What is new of the text goes into a copy of the earlier database; vectors are written anew, in order.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpie.index.database.text_database import (
    TEXT_FILE,
    Database,
    StoredPassages,
    document_to_json,
    from_json,
    to_json,
)
from alpie.index.encoder.embed import Embedded, embedding_key, text_of
from alpie.index.formats import Metadata
from alpie.index.messages import Said
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.bm25 import write_postings
from alpie.index.retrieval.vectors import VectorIndex, VectorWriter
from alpie.index.sources.expansions import ExpansionLine
from alpie.index.spanish.acronyms import learn_acronyms
from alpie.index.spanish.analysis import content_words, stem

_NO_METADATA, _NO_VECTORS = Metadata(), Embedded.joined((), 0)


@dataclass(frozen=True)
class Content:
    """What an index version is to hold of one document."""

    document: Document
    layout: Layout | None = None  # None: all but the vectors is as in the earlier version
    passages: Sequence[Passage] = ()
    expansions: Sequence[Sequence[ExpansionLine]] = ()  # of each passage; empty where none has any
    metadata: Metadata = _NO_METADATA
    notes: Sequence[str] = ()  # what is not good in the file of its expansions
    vectors: Embedded = _NO_VECTORS


def write_files(
    folder: Path, contents: Iterable[Content], dimension: int, earlier: Path | None
) -> Mapping[str, Any]:
    """Write the files of an index version into `folder`; returns what its manifest says of the collection.

    `contents` are taken one by one, so that memory need not hold all of them; `earlier` is the folder of an index version
    whose text is gone on from. What is open is closed at the end, finished or not.
    """
    with ExitStack() as opened:
        writer = _VersionWriter(folder, dimension, earlier, opened)
        for content in contents:
            writer.add(content)
        return writer.finish()


class _VersionWriter:
    def __init__(self, folder: Path, dimension: int, earlier: Path | None, opened: ExitStack) -> None:
        self._earlier = earlier
        if earlier is not None:
            shutil.copyfile(earlier / TEXT_FILE, folder / TEXT_FILE)
        self._database = opened.enter_context(closing(Database.create(folder / TEXT_FILE)))
        self._dense, self._sentences, self._lines = (
            opened.enter_context(
                closing(VectorWriter(folder / f"{name}.faiss", dimension, bytewise=name == "lines"))
            )
            for name in ("dense", "sentences", "lines")
        )
        self._left = dict(self._database.rows("SELECT id, number FROM documents"))  # not met again so far
        self._removed = False
        self._place = 0

    def add(self, content: Content) -> None:
        """The next document."""
        name = content.document.id
        if content.layout is None:
            del self._left[name]
            place = "UPDATE documents SET place = ?1 WHERE id = ?2 AND place != ?1"  # a long row: only if it must be
            self._database.rows(place, self._place, name)
        else:
            if name in self._left:
                self._remove(self._left.pop(name))
            self._insert(content, content.layout)
        self._place += 1
        self._dense.add(content.vectors.passages)
        self._sentences.add(content.vectors.sentences)
        self._lines.add(content.vectors.lines)

    def _insert(self, content: Content, layout: Layout) -> None:
        document, passages = content.document, content.passages
        number = self._database.insert(
            "documents",
            place=self._place,
            id=document.id,
            sha256=document.sha256,
            expansions=document.expansions,
            record=document_to_json(document),
            text=document.text,
            layout=to_json(Layout, layout),
            metadata=to_json(Metadata, content.metadata),
            acronyms=json.dumps(learn_acronyms(one.text for one in passages), ensure_ascii=False),
            notes=to_json(tuple[Said, ...], tuple(content.notes)),
        )
        for passage, lines in zip(passages, content.expansions or [()] * len(passages), strict=True):
            columns = {
                "key": embedding_key(passage),
                "lines": len(lines),
                "stems": _stems(text_of(passage)),
                "line_stems": _stems(" ".join(line.text for line in lines)) if lines else None,
                "expansions": to_json(tuple[ExpansionLine, ...], tuple(lines)),
                "record": to_json(Passage, passage),
            }
            self._database.insert_passage(number, passage, columns)

    def _remove(self, document: int) -> None:
        rows = self._database.rows("SELECT number, record FROM passages WHERE document = ?", document)
        for number, record in rows:  # the index of words holds no text: it must be told what to take out
            text = from_json(Passage, record).text
            self._database.rows(
                "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", number, text
            )
        self._database.rows("DELETE FROM passages WHERE document = ?", document)
        self._database.rows("DELETE FROM documents WHERE number = ?", document)
        self._removed = True

    def finish(self) -> Mapping[str, Any]:
        for document in self._left.values():
            self._remove(document)
        if self._removed:
            self._database.rows("INSERT INTO words (words) VALUES ('optimize')")  # forgets the words for good
        passages = StoredPassages(self._database)
        write_postings(self._database, "stems", map(str.split, passages.values("stems")))
        lines = (stems.split() for stems in passages.values("line_stems") if stems is not None)
        write_postings(self._database, "line_stems", lines)
        documents = self._database.rows("SELECT id, sha256, expansions FROM documents ORDER BY place")
        addresses = list(passages.values("address"))
        self._database.commit()
        made = {
            name: writer.finish(VectorIndex.load(self._earlier / f"{name}.faiss") if self._earlier else None)
            for name, writer in (("dense", self._dense), ("sentences", self._sentences))
        }
        if len(self._lines):
            self._lines.finish()
        return {"fingerprint": fingerprint_of(documents, addresses), "passages": len(addresses), "made": made}


def fingerprint_of(documents: Iterable[tuple[str, str, str]], addresses: Iterable[str]) -> str:
    """SHA-256 over id and checksum of the documents and of their expansions, and the addresses of the passages."""
    digest = hashlib.sha256()
    for row in documents:
        digest.update(" ".join(row).rstrip().encode() + b"\n")
    for address in addresses:
        digest.update(f"{address}\n".encode())
    return digest.hexdigest()


def _stems(text: str) -> str:
    return " ".join(map(stem, content_words(text)))
