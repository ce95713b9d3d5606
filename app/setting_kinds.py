"""Kinds of settings: how a value is read from TOML, the environment or the command line, and checked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Kind(Protocol):
    """Reads one value. `read` raises ValueError whose text says what is allowed."""

    def read(self, value: object, folder: Path) -> object: ...

    @property
    def allowed(self) -> str: ...


@dataclass(frozen=True)
class Setting:
    """What the documentation and the checks know of a setting."""

    kind: Kind
    help: str
    default: object = MISSING  # MISSING: depends on where Al Pie is installed


def setting(kind: Kind, text: str, default: object = MISSING) -> Any:
    """A dataclass field for a setting."""
    described = {"setting": Setting(kind, text, default)}
    return field(metadata=described) if default is MISSING else field(default=default, metadata=described)


@dataclass(frozen=True)
class Folder:
    """A path; relative ones count from the file they are written in, else from the working directory."""

    allowed: str = "una ruta"

    def read(self, value: object, folder: Path) -> Path:
        if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
            raise ValueError(self.allowed)
        return Path(os.path.normpath(folder / Path(value).expanduser()))


@dataclass(frozen=True)
class OptionalFile:
    """A file, or an empty text for none; relative ones count as those of `Folder`."""

    allowed: str = "la ruta de un archivo, o vacía"

    def read(self, value: object, folder: Path) -> Path | None:
        if value is None or value == "":
            return None
        try:
            return Folder().read(value, folder)
        except ValueError as error:
            raise ValueError(self.allowed) from error


@dataclass(frozen=True)
class Text:
    """A text on one line, blanks around it apart."""

    may_be_empty: bool = False
    starts_with: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        text = f"un texto que empiece por {' o '.join(self.starts_with)}" if self.starts_with else "un texto"
        return f"{text}, o vacío" if self.may_be_empty else text

    def read(self, value: object, folder: Path) -> str:
        if not isinstance(value, str):
            raise ValueError(self.allowed)
        text = value.strip()
        if not text and self.may_be_empty:
            return ""
        if not text or (self.starts_with and not text.startswith(self.starts_with)):
            raise ValueError(self.allowed)
        return text


@dataclass(frozen=True)
class Names:
    """Several short texts: a list in TOML, separated by commas elsewhere."""

    allowed: str = "una lista de nombres separados por comas, o vacía"
    check: Callable[[str], object] = str

    def read(self, value: object, folder: Path) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
            raise ValueError(self.allowed)
        names = tuple(one.strip() for one in given if one.strip())
        for name in names:
            try:
                self.check(name)
            except ValueError as error:
                raise ValueError(f"{self.allowed}; «{name}» no lo es") from error
        return names


@dataclass(frozen=True)
class Choice:
    """One of some words; `also`: what true and false stand for, where they are admitted too."""

    options: tuple[str, ...]
    also: Mapping[bool, str]

    def __init__(self, *options: str, also: Mapping[bool, str] | None = None) -> None:
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "also", also or {})

    @property
    def allowed(self) -> str:
        return ", ".join(self.options)

    def read(self, value: object, folder: Path) -> str:
        if self.also:
            with suppress(ValueError):
                return self.also[Switch().read(value, folder)]
        if value not in self.options:
            raise ValueError(self.allowed)
        return str(value)


@dataclass(frozen=True)
class Switch:
    """Yes or no, in the words that shells and people use."""

    allowed: str = "true o false"

    def read(self, value: object, folder: Path) -> bool:
        if isinstance(value, bool):
            return value
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in {"true", "1", "yes", "on", "sí", "si"}:
            return True
        if word in {"false", "0", "no", "off"}:
            return False
        raise ValueError(self.allowed)


@dataclass(frozen=True)
class WholeNumber:
    """A whole number within bounds."""

    least: int
    most: int
    unit: str

    @property
    def allowed(self) -> str:
        return f"un número entero de {self.least} a {self.most} ({self.unit})"

    def read(self, value: object, folder: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(self.allowed)
        try:
            number = int(value)
        except ValueError as error:
            raise ValueError(self.allowed) from error
        if not self.least <= number <= self.most:
            raise ValueError(self.allowed)
        return number


@dataclass(frozen=True)
class Decimal:
    """A number within bounds."""

    least: float
    most: float
    unit: str

    @property
    def allowed(self) -> str:
        return f"un número de {self.least:g} a {self.most:g} ({self.unit})"

    def read(self, value: object, folder: Path) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(self.allowed)
        try:
            number = float(value)
        except ValueError as error:
            raise ValueError(self.allowed) from error
        if not math.isfinite(number) or not self.least <= number <= self.most:
            raise ValueError(self.allowed)
        return number


@dataclass(frozen=True)
class OptionalDecimal(Decimal):
    """A number, or nothing: `auto` stands for nothing where TOML and the shell have no word for it."""

    @property
    def allowed(self) -> str:
        return f"{super().allowed}, o auto"

    def read(self, value: object, folder: Path) -> float | None:
        return None if value is None or value == "auto" else super().read(value, folder)
