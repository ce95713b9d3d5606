"""Imports Gradio without what it does for programmers only.

At each import Gradio 6 parses the source of each of its components, renders a type stub for it and writes it
beside the source: half of the time that the import takes, and writing where an installation belongs.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["import_gradio"]

_WRITER_OF_STUBS = "gradio.component_meta"


def import_gradio() -> None:
    """Import `gradio`, if it is not there yet, without its type stubs being written."""
    with _no_stubs():
        import gradio  # noqa: F401


@contextmanager
def _no_stubs() -> Iterator[None]:
    """A component without a source file gets no stub: to the writer of stubs, and to no one else, none has one."""
    original = inspect.getfile

    def getfile(object: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == _WRITER_OF_STUBS:
            raise OSError("no type stub is wanted")
        return original(object)

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = original
