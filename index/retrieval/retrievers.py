"""The names of the retrievers. They stand apart from the search itself, so that the command line opens at once."""

from __future__ import annotations

from typing import Literal, get_args

RetrieverName = Literal["hybrid", "dense", "lexical"]
RETRIEVERS: tuple[RetrieverName, ...] = get_args(RetrieverName)
"""All of them together, passage vectors alone, stems alone."""
