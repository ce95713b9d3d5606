"""Kinds of settings: how a value is read from TOML, the environment or the command line, and checked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any

from alpie.app.translations import message


@dataclass(frozen=True)
class Kind:
    """A kind of value: `allowed` says in words what is admitted, and `convert` makes it of a text or raises ValueError.

    Its second argument is the folder from which relative paths count.
    """

    allowed: str
    convert: Callable[[Any, Path], object]

    def read(self, value: object, folder: Path) -> object:
        """The value; raises ValueError whose text says what is allowed."""
        try:
            return self.convert(value, folder)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(self.allowed) from error


@dataclass(frozen=True)
class Setting:
    """What the documentation and the checks know of a setting."""

    kind: Kind
    default: object = MISSING  # MISSING: depends on where Al Pie is installed
    help: str = ""  # what it does; a field does not know its name, so `settings_table` puts it in


def setting(kind: Kind, default: object = MISSING, secret: bool = False) -> Any:
    """A dataclass field for a setting; a `secret` one is not in what a log or an error shows of all settings."""
    described = {"setting": Setting(kind, default)}
    if default is MISSING:
        return field(metadata=described)
    return field(default=default, metadata=described, repr=not secret)


def _require(good: object) -> None:
    if not good:
        raise ValueError


def _path(value: Any, folder: Path) -> Path:
    _require(isinstance(value, str | Path) and str(value) and "\0" not in str(value))
    return Path(os.path.normpath(folder / Path(value).expanduser()))


# Relative to the file it is written in, else to the working directory.
FOLDER = Kind(message("kind.path"), _path)
OPTIONAL_FILE = Kind(
    message("kind.optional_path"),
    lambda value, folder: None if value in (None, "") else _path(value, folder),
)


def text(may_be_empty: bool = False, starts_with: tuple[str, ...] = ()) -> Kind:
    """A text on one line, blanks around it apart."""
    allowed = message("kind.text_from", starts=starts_with) if starts_with else message("kind.text")

    def convert(value: Any, folder: Path) -> str:
        _require(isinstance(value, str))
        given = str(value).strip()
        _require((not given and may_be_empty) or (given and given.startswith(starts_with or "")))
        return given

    return Kind(message("kind.or_empty", allowed=allowed) if may_be_empty else allowed, convert)


def names(allowed: str = message("kind.names"), check: Callable[[str], object] = str) -> Kind:
    """Several short texts: a list in TOML, separated by commas elsewhere."""

    def convert(value: Any, folder: Path) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        _require(isinstance(given, list | tuple) and all(isinstance(one, str) for one in given))
        found = tuple(one.strip() for one in given if one.strip())
        for one in found:
            check(one)
        return found

    return Kind(allowed, convert)


def choice(*options: str) -> Kind:
    """A choice among some words."""

    def convert(value: Any, folder: Path) -> str:
        _require(value in options)
        return str(value)

    return Kind(", ".join(options), convert)


def _switch(value: Any, folder: Path) -> bool:
    """Yes or no, in the words that shells and people use."""
    word = str(value).strip().lower()
    _require(word in _YES | _NO)
    return word in _YES


_YES, _NO = {"true", "1", "yes", "on", "sí", "si"}, {"false", "0", "no", "off"}
SWITCH = Kind(message("kind.switch"), _switch)


def whole_number(least: int, most: int, unit: str) -> Kind:
    """A whole number within bounds."""

    def convert(value: Any, folder: Path) -> int:
        _require(isinstance(value, int | str) and not isinstance(value, bool))
        _require(least <= int(value) <= most)
        return int(value)

    return Kind(message("kind.whole", least=least, most=most, unit=unit), convert)


def decimal(least: float, most: float, unit: str, or_auto: bool = False) -> Kind:
    """A number within bounds; `or_auto`: or «auto», which stands for None."""

    def convert(value: Any, folder: Path) -> float | None:
        if or_auto and value in (None, "auto"):
            return None
        _require(isinstance(value, int | float | str) and not isinstance(value, bool))
        _require(math.isfinite(float(value)) and least <= float(value) <= most)
        return float(value)

    allowed = message("kind.decimal", least=f"{least:g}", most=f"{most:g}", unit=unit)
    return Kind(message("kind.or_auto", allowed=allowed) if or_auto else allowed, convert)
