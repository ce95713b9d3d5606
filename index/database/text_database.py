"""The text of an index in one SQLite file: documents, passages, the postings of their stems, their words.

The file of an index version is never changed once it is in use. So it is opened as immutable, without locks,
and what is open is a snapshot: it can be read to the end even when the file has been removed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

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
        lines INTEGER,    -- of its expansions
        section TEXT,     -- outermost heading
        address TEXT,
        stems TEXT,
        line_stems TEXT,  -- of its expansions; null without any
        expansions TEXT,
        record TEXT       -- last: what lies behind a long value is slow to read
    );
    CREATE INDEX passages_in_order ON passages (document, number, sentences, lines);
    CREATE INDEX passages_by_id ON passages (id);
    CREATE INDEX passages_by_key ON passages (key);
    CREATE TABLE postings (
        field TEXT,       -- "stems" or "line_stems"
        term TEXT,
        frequency INTEGER,
        passages BLOB,    -- int32, ascending places
        shares BLOB,      -- uint16
        PRIMARY KEY (field, term)
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE words USING fts5 (text, content='', tokenize='unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
"""
_MAPPED_BYTES = 2**31


def hashed(text: str) -> int:
    """64 bits of a hash as a signed number, which every database and backend can hold."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Database:
    """One file; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Database:
        """What a build has written, to be read only."""
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        database = cls(sqlite3.connect(uri, uri=True, check_same_thread=False))
        database.rows(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        return database

    @classmethod
    def create(cls, path: Path | None = None) -> Database:
        """A file to be written, or one in memory; a file that is there is gone on with.

        It is made durable as a whole, when it is finished: until then nobody else reads it.
        """
        is_new = path is None or not path.exists()
        connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
            + (_SCHEMA if is_new else "")
            + "BEGIN;"
        )
        return cls(connection)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement; all that it gives. A list among `values` is for `IN (SELECT value FROM json_each(?))`."""
        given = [json.dumps(value) if isinstance(value, list) else value for value in values]
        with self._lock:
            return self._connection.execute(statement, given).fetchall()

    def write(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once a row."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def insert(self, table: str, **values: object) -> int:
        """Add a row; returns its number."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._lock:
            done = self._connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())
            )
        return int(done.lastrowid or 0)

    def insert_passage(self, document: int, passage: Passage, others: Mapping[str, object]) -> None:
        """Add a passage of a document that has a number, with `others` of its columns, and its words."""
        number = self.insert(
            "passages",
            document=document,
            id=hashed(passage.address),
            address=passage.address,
            section=passage.path[0] if passage.path else "",
            sentences=len(passage.sentences),
            **({"lines": 0} | dict(others)),
        )
        self.insert("words", rowid=number, text=passage.text)

    def commit(self) -> None:
        """Put into the file what was written."""
        with self._lock:
            self._connection.commit()

    def close(self) -> None:
        """Let go of the file; closing twice is no error."""
        self._connection.close()

    def __del__(self) -> None:
        self._connection.close()
