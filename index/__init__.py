"""From files to a searchable index: sources → layout → sentences → passages → store → search."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed version of Al Pie, "0" in a checkout that is not installed."""
    try:
        return version("alpie")
    except PackageNotFoundError:
        return "0"
