"""Where things are, for tests in any folder."""

from pathlib import Path

__all__ = ["DOCS_SRC", "ROOT", "SHARED", "TESTS"]

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
DOCS_SRC = ROOT / "docs_src"
SHARED = ROOT.parent / "shared"  # material beside the repository, where there is any
