"""From files to a searchable index, which is also searched (`retrieval`) and read (`reader`) here; `app` quotes from it.

sources, formats → layout → chunking → encoder → storage; for each question: retrieval → reader.
"""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed version of Al Pie, "0" in a checkout that is not installed."""
    try:
        return version("alpie")
    except PackageNotFoundError:
        return "0"
