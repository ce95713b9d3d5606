"""Packages of the extra `eval`, which only evaluation needs: the plain installation is asked for them, and may have none."""

from __future__ import annotations

from importlib.util import find_spec

from alpie.app.errors import PackageMissing
from alpie.app.translations import message
from alpie.index.messages import Message


def missing_package(module: str) -> Message | None:
    """What is missing and how it is installed, where no package brings `module`; None where one does."""
    return None if find_spec(module) else message("eval.package", package=module.replace("_", "-"))


def require_package(module: str) -> None:
    """Raise `PackageMissing` where no package brings `module`: before the work that would end in an error without it."""
    if missing := missing_package(module):
        raise PackageMissing(missing)


def exit_without(module: str) -> None:
    """End a script that cannot do without `module`: exit code 1, and what is missing on standard error."""
    if missing := missing_package(module):
        raise SystemExit(missing)
