"""Kinds of settings: types that pydantic reads from TOML, the environment or the command line, and what they allow, in words."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat, StringConstraints, ValidationInfo
from pydantic.fields import FieldInfo

from alpie.app.translations import message


def allowed_values(kind: Any) -> str:
    """What the type `kind` allows, in words: a choice names its words, any other type has them as its title."""
    titles = [annotation.title for annotation in get_args(kind) if isinstance(annotation, FieldInfo)]
    return titles[-1] or "" if titles else ", ".join(get_args(kind))


def whole(least: int, most: int, unit: str) -> Any:
    """The bounds of a whole number as a kind of setting, see `Whole`."""
    return Field(ge=least, le=most, title=message("kind.whole", least=least, most=most, unit=unit))


def decimal(least: float, most: float, unit: str) -> Any:
    """The bounds of a decimal number as a kind of setting, see `Decimal`."""
    allowed = message("kind.decimal", least=f"{least:g}", most=f"{most:g}", unit=unit)
    return Field(ge=least, le=most, title=allowed)


def starting(*beginnings: str) -> Any:
    """The beginnings that an `OptionalText` may have, unless it is empty."""
    allowed = message("kind.or_empty", allowed=message("kind.text_from", starts=beginnings))
    return Field(pattern=f"^({'|'.join(beginnings)}|$)", title=allowed)


def _absolute_path(value: Any, info: ValidationInfo[Path]) -> Path:
    """A relative path counts from the folder of the file it is written in, else from the working directory."""
    if not (isinstance(value, str | Path) and str(value) and "\0" not in str(value)):
        raise ValueError
    return Path(os.path.normpath(info.context / Path(value).expanduser()))


# Numbers are read from their text, so that no switch passes for 0 or 1.
Whole = Annotated[int, BeforeValidator(str)]
Decimal = Annotated[FiniteFloat, BeforeValidator(str)]
_probability = decimal(0.0, 1.0, message("unit.probability"))
ProbabilityOrAuto = Annotated[
    Annotated[Decimal, _probability] | None,
    BeforeValidator(lambda value: None if value == "auto" else value),
    Field(title=message("kind.or_auto", allowed=_probability.title)),
]
_YES = {"sí": "yes", "si": "yes"}  # beside what pydantic knows
Switch = Annotated[
    bool,
    BeforeValidator(lambda value: _YES.get(word := str(value).strip().lower(), word)),
    Field(title=message("kind.switch")),
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), Field(title=message("kind.text"))
]
OptionalText = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(title=message("kind.or_empty", allowed=message("kind.text"))),
]
Names = Annotated[  # a list in TOML, separated by commas elsewhere
    tuple[Annotated[str, StringConstraints(strip_whitespace=True)], ...],
    BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value),
    AfterValidator(lambda found: tuple(filter(None, found))),
    Field(title=message("kind.names")),
]
Networks = Annotated[
    Names,
    AfterValidator(lambda found: tuple(network for network in found if ip_network(network))),
    Field(title=message("kind.networks")),
]
Folder = Annotated[Path, BeforeValidator(_absolute_path), Field(title=message("kind.path"))]
OptionalFile = Annotated[
    Folder | None,
    BeforeValidator(lambda value: None if value == "" else value),
    Field(title=message("kind.optional_path")),
]
