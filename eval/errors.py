"""Errors that `eval` raises: the branch it adds to the tree of `alpie.index.errors`.

    AlpieError
    └── QuestionsFileError    a file of evaluation questions

The base class belongs to `alpie.index.errors`, where the whole tree is drawn.
"""

from __future__ import annotations

from alpie.index.errors import AlpieError


class QuestionsFileError(AlpieError):
    """A file of evaluation questions is malformed; the message names file and line."""
