"""Where things are, for tests in any folder."""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
DOCS_SRC = ROOT / "docs_src"
SHARED = ROOT.parent / "shared"  # material beside the repository, where there is any
