"""Tells the title of a table of contents, whose entries are no headings."""

from __future__ import annotations

import re

from alpie.index.spanish.analysis import fold
from alpie.index.spanish.word_tables import any_expression, read_tables

_TITLE = re.compile(any_expression(read_tables(__file__)["titles"]))


def is_contents_title(text: str) -> bool:
    """Whether `text` is the title of a table of contents and no more: «ÍNDICE», «Tabla de contenidos:»."""
    return _TITLE.fullmatch(fold(text).strip(" .:")) is not None
