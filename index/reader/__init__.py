"""The reader: question and passage read together, to tell which sentence answers, or that none does.

`records` says what a reader is and what it returns; `bundled` is the one that comes with the package;
`cross_encoder` lets any sentence-transformers cross-encoder take its place; `choice` opens what a setting names.
"""

from __future__ import annotations

from alpie.index.reader.readings import Reader, Reading, ReadPassage

__all__ = ["ReadPassage", "Reader", "Reading"]
