"""Stores the text of an index in one SQLite file: documents, passages, the postings of their stems, their words.

The file of an index version is never changed once it is in use. So it is opened as immutable, without locks, and stays
readable while it is open, even when the file has been removed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar, overload
from weakref import finalize

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpie.index.database.record_json import document_from_json, from_json, to_json
from alpie.index.records import Passage

TEXT_FILE = "text.sqlite"
_SCHEMA = """
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY,
        place INTEGER,    -- in the order of the collection
        id TEXT UNIQUE,
        sha256 TEXT,      -- of its file
        expansions TEXT,  -- SHA-256 of the file of its expansions
        record TEXT,      -- what is known of it, as JSON
        text TEXT,        -- canonical
        layout TEXT,
        metadata TEXT,    -- what its file says of itself
        acronyms TEXT,    -- acronym → stems of what it stands for
        notes TEXT        -- what is not good in the file of its expansions
    );
    CREATE TABLE passages (
        number INTEGER PRIMARY KEY,  -- kept for good; the place among all passages follows from the document's
        document INTEGER,
        id INTEGER,       -- hash of its address, as backends know it
        key BLOB,         -- what its vectors depend on
        sentences INTEGER,
        expansion_count INTEGER,
        section TEXT,     -- outermost heading
        address TEXT,
        stems TEXT,
        expansion_stems TEXT,  -- null without any
        expansions TEXT,
        record TEXT       -- last: what lies behind a long value is slow to read
    );
    CREATE INDEX passages_in_order ON passages (document, number, sentences, expansion_count);
    CREATE INDEX passages_by_id ON passages (id);
    CREATE INDEX passages_by_key ON passages (key);
    CREATE TABLE postings (
        field TEXT,       -- "stems" or "expansion_stems"
        term TEXT,
        frequency INTEGER,
        passages BLOB,    -- int32, ascending places
        shares BLOB,      -- uint16
        PRIMARY KEY (field, term)
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE words USING fts5 (text, content='', tokenize='unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
"""
_MAPPED_BYTES = 2**31  # the most that SQLite maps, as it is usually built


def hash64(text: str) -> int:
    """64 bits of a hash as a signed number, which every database and backend can hold."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Database:
    """A connection to one SQLite file; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        finalize(self, connection.close)  # once nobody holds the index version any more

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open the file that a build has written, for reading only."""
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        database = cls(sqlite3.connect(uri, uri=True, check_same_thread=False))
        database.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        return database

    @classmethod
    def create(cls, path: Path | None = None) -> Database:
        """Open a file for writing, new or not, or a database in memory; nothing is durable before `commit`."""
        is_new = path is None or not path.exists()
        connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        pragmas = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
        connection.executescript(f"{pragmas} {_SCHEMA if is_new else ''} BEGIN;")
        return cls(connection)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a statement gives; a list among `values` is for `IN (SELECT value FROM json_each(?))`."""
        given = [json.dumps(value) if isinstance(value, list) else value for value in values]
        with self._lock:
            return self._connection.execute(statement, given).fetchall()

    def execute(self, statement: str, *values: object) -> None:
        """Run a statement that gives no rows."""
        self.rows(statement, *values)

    def write(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of values."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def insert(self, table: str, **values: object) -> int:
        """Add a row; returns its number."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        with self._lock:
            return int(self._connection.execute(statement, tuple(values.values())).lastrowid or 0)

    def insert_passage(self, document: int, passage: Passage, others: Mapping[str, object]) -> None:
        """Add a passage of the document with this number, with `others` of its columns, and its words."""
        number = self.insert(
            "passages",
            document=document,
            id=hash64(passage.address),
            address=passage.address,
            section=passage.path[0] if passage.path else "",
            sentences=len(passage.sentences),
            **({"expansion_count": 0} | dict(others)),
        )
        self.insert("words", rowid=number, text=passage.text)

    def commit(self) -> None:
        """Write all changes into the file."""
        with self._lock:
            self._connection.commit()

    def close(self) -> None:
        """Close the file; closing it twice is not an error."""
        self._connection.close()


def bounds_of(counts: ArrayLike) -> NDArray[np.int64]:
    """The bounds of lists with `counts` entries, (lists + 1,): list i has the entries bounds[i] … bounds[i + 1] - 1."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def concatenated_ranges(starts: NDArray[np.int64], counts: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The numbers start, start + 1, … of each range, one range after another; shape (sum of counts,)."""
    firsts = np.cumsum(counts, dtype=np.int64) - counts
    return np.asarray(np.repeat(starts - firsts, counts) + np.arange(int(counts.sum())), dtype=np.int64)


R = TypeVar("R")

_CACHED_RECORDS, _CACHED_DOCUMENTS = 2_048, 32  # of each of these documents all passages
_IN_ORDER = """
    SELECT passages.number, place, sentences, expansion_count FROM documents JOIN passages ON passages.document = documents.number
    ORDER BY place, passages.number
"""
_OF_DOCUMENT = "document = (SELECT number FROM documents WHERE id = ?)"
_RECORDS = f"SELECT record FROM passages WHERE {_OF_DOCUMENT} ORDER BY number"
_COUNTS = """
    SELECT documents.id, count(*) FROM passages JOIN documents ON documents.number = document GROUP BY document
"""


class StoredDocuments(Mapping[str, R]):
    """A mapping from a document's id to what `read` makes of its `columns`, in the order of the collection."""

    def __init__(
        self,
        database: Database,
        columns: str = "record, text",
        read: Callable[..., R] = document_from_json,  # type: ignore[assignment]
    ) -> None:
        self._ids = [name for (name,) in database.rows("SELECT id FROM documents ORDER BY place")]
        self._known = frozenset(self._ids)
        select = f"SELECT {columns} FROM documents WHERE id = ?"
        self._record = lru_cache(_CACHED_RECORDS)(lambda name: read(*database.rows(select, name)[0]))

    def __getitem__(self, name: str) -> R:
        if name not in self._known:
            raise KeyError(name)
        return self._record(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


class StoredPassages(Sequence[Passage]):
    """The passages of an index, numbered in the order of the collection: a passage's number here is its *row*."""

    def __init__(self, database: Database) -> None:
        self.database = database
        numbers, _, sentences, expansions = np.array(database.rows(_IN_ORDER), np.int64).reshape(-1, 4).T
        self._numbers = numbers.copy()  # in the database
        self._order = np.argsort(self._numbers)
        self.sentence_bounds = bounds_of(sentences)  # (passages + 1,)
        self.expansion_bounds = bounds_of(expansions)  # (passages + 1,)
        self._passage = lru_cache(_CACHED_RECORDS)(lambda row: from_json(Passage, self.value("record", row)))
        self._of_document = lru_cache(_CACHED_DOCUMENTS)(
            lambda name: tuple(from_json(Passage, record) for (record,) in database.rows(_RECORDS, name))
        )

    @classmethod
    def from_passages(cls, passages: Sequence[Passage]) -> StoredPassages:
        """`passages` as they are where they are stored, otherwise stored in memory."""
        if isinstance(passages, StoredPassages):
            return passages
        database = Database.create()
        numbers: dict[str, int] = {}
        for passage in passages:
            name = passage.document_id
            if name not in numbers:
                numbers[name] = database.insert("documents", place=len(numbers), id=name)
            database.insert_passage(numbers[name], passage, {"record": to_json(Passage, passage)})
        return cls(database)

    def __len__(self) -> int:
        return len(self._numbers)

    def value(self, column: str, row: int) -> Any:
        """What a column of the database holds of one passage."""
        statement = f"SELECT {column} FROM passages WHERE number = ?"
        return self.database.rows(statement, int(self._numbers[row]))[0][0]

    def values(self, column: str) -> Iterator[Any]:
        """What a column holds of all passages, in their order; memory holds those of one document."""
        statement = f"SELECT {column} FROM passages WHERE document = ? ORDER BY number"
        for (document,) in self.database.rows("SELECT number FROM documents ORDER BY place"):
            yield from (value for (value,) in self.database.rows(statement, document))

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, row: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(row, slice):
            return tuple(self[number] for number in range(*row.indices(len(self))))
        return self._passage(range(len(self))[row])  # a negative row counts from the end

    def __iter__(self) -> Iterator[Passage]:
        # past the cache, which would be filled with passages that no question needs
        return map(partial(from_json, Passage), self.values("record"))

    def rows_where(self, condition: str, *values: object) -> NDArray[np.int64]:
        """The rows of the passages that satisfy a condition on the table `passages`, ascending."""
        found = self.database.rows(f"SELECT passages.number FROM passages WHERE {condition}", *values)
        return np.sort(self.rows_of([number for (number,) in found]))

    def rows_of(self, numbers: Sequence[int]) -> NDArray[np.int64]:
        """The rows of the passages that have these numbers in the database."""
        places = np.searchsorted(self._numbers, np.array(numbers, np.int64), sorter=self._order)
        return self._order[places].astype(np.int64)

    def row_of(self, address: str) -> int | None:
        """The row of the passage with this address."""
        address = address.encode("utf-8", "replace").decode()  # SQLite refuses a lone surrogate
        found = self.rows_where("id = ? AND address = ?", hash64(address), address)
        return int(found[0]) if len(found) else None

    def rows_of_document(self, name: str) -> NDArray[np.int64]:
        """The rows of the passages of the document with this id."""
        return self.rows_where(_OF_DOCUMENT, name)

    def of_document(self, name: str) -> tuple[Passage, ...]:
        """The passages of the document with this id, in order; cached for the documents that were used last."""
        return self._of_document(name)

    @property
    def counts(self) -> Mapping[str, int]:
        """Id of each document that has passages → number of its passages."""
        return dict(self.database.rows(_COUNTS))
