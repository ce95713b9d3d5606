"""Tables of examples, in a TOML file beside the tests that hold the program to them."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def table(of: str, name: str) -> list[Any]:
    """The rows of that name in `test_sums.toml`, beside `test_sums.py`, which gives its `__file__`."""
    return tomllib.loads(Path(of).with_suffix(".toml").read_text("utf-8"))[name]  # type: ignore[no-any-return]


def cases(names: str, *more: Any) -> Callable[[Callable[..., None]], Any]:
    """A test is run for each row of the table that bears its name, and for `more` that only code can write down.

    A row is an array in the order of `names`, or has a key for each of them.
    """
    columns = [name.strip() for name in names.split(",")]

    def for_each_row(test: Callable[..., None]) -> Any:
        rows = table(inspect.getfile(test), test.__name__.removeprefix("test_"))
        if columns[1:]:
            rows = [[row[name] for name in columns] if isinstance(row, dict) else row for row in rows]
        return pytest.mark.parametrize(names, [*rows, *more])(test)

    return for_each_row
