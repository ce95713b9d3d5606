"""The commands of `app` on their own: `python -m app` in a checkout where nothing is installed, and for the page."""

import sys

try:
    import alpie.app  # noqa: F401 - is it installed?
except ModuleNotFoundError:
    # a checkout that is not installed: its folders are the namespace package `alpie`
    import pathlib
    import types

    namespace = types.ModuleType("alpie")
    namespace.__path__ = [str(pathlib.Path(__file__).resolve().parents[1])]
    sys.modules["alpie"] = namespace

from alpie.app.terminal.commands import main

if __name__ == "__main__":
    sys.exit(main())
