"""Which version of Al Pie this is: kept apart, so that who writes it down loads nothing else."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed version, "0" in a checkout that is not installed."""
    try:
        return version("alpie")
    except PackageNotFoundError:
        return "0"
