"""The ways to search, by the names they are asked for with, apart from what searches: the command line opens at once."""

from __future__ import annotations

from typing import Literal, get_args

RetrieverName = Literal["hybrid", "dense", "lexical"]
RETRIEVERS: tuple[RetrieverName, ...] = get_args(RetrieverName)
"""All of them together, passage vectors alone, stems alone."""
