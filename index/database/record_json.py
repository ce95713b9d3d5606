"""Writes records as JSON and reads them back, for the text database and the manifest of an index."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from alpie.index.records import Document

R = TypeVar("R")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(kind: Hashable, record: object) -> str:
    """The JSON of a dataclass, or of a tuple of them, without fields that have their default."""
    return _adapter(kind).dump_json(record, exclude_defaults=True).decode()


def from_json(kind: type[R], written: str) -> R:
    """The record that `to_json` wrote; raises `ValueError` for anything else."""
    read: R = _adapter(kind).validate_json(written)  # type: ignore[arg-type]  # types are hashable
    return read


def document_to_json(document: Document) -> str:
    """The JSON of a document without text, which has a column, and structure, which only the layout needs."""
    return to_json(Document, replace(document, text="", structure=None))


def document_from_json(written: str, text: str) -> Document:
    """The document that `document_to_json` wrote, with its text."""
    return replace(from_json(Document, written), text=text)
