"""Put the figures of the last runs into docs/quality.md: `python -m alpie.eval.quality_page [PAGE] [--check]`.

The page says in comments which tables it shows, and where they come from:

    <!-- table: report.md; Overall; columns=alpie, tutorial; rows=recall@1, recall@5 -->
    …
    <!-- end -->

What is between the two comments is replaced by the table whose title begins that way, from that file in the folder
`app/page/published`, which the page shows too; «short» leaves out intervals. If the file is missing, the table stays.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from alpie.app.translations import message
from alpie.eval.report import markdown_table
from alpie.index.errors import FileError

_BLOCK = re.compile(r"(<!-- table: (?P<what>[^>]+?) -->\n)(?P<old>.*?)(<!-- end -->)", re.DOTALL)
_ROOT = Path(__file__).resolve().parents[1]
_PAGE = _ROOT / "docs" / "quality.md"
_PUBLISHED = _ROOT / "app" / "page" / "published"
_INTERVAL = re.compile(r" %? ?\[[^\]]*\]( n=\d+)?")


def refresh_page(page: str, folder: Path) -> str:
    """Replace every table of the page by the same table of the files in `folder`.

    Raises `FileError` naming a table, column or row that the file does not have.
    """
    return _BLOCK.sub(
        lambda block: f"{block[1]}{_table(block['what'], block['old'], folder)}{block[4]}", page
    )


def _table(request: str, old: str, folder: Path) -> str:
    name, title, *choices = (part.strip() for part in request.split(";"))
    file = folder / name
    if not file.is_file():
        return old
    rows = _rows(file, title)
    chosen = dict(choice.split("=", 1) for choice in choices if "=" in choice)
    if "columns" in chosen:
        wanted = [0, *_places(rows[0], chosen["columns"], file)]
        rows = [[row[place] for place in wanted] for row in rows]
    if "rows" in chosen:
        firsts = [row[0] for row in rows]
        rows = [rows[0], *(rows[place] for place in _places(firsts, chosen["rows"], file))]
    if "short" in choices:
        rows = [[_INTERVAL.sub(" %" if "%" in cell else "", cell) for cell in row] for row in rows]
    return markdown_table(rows[0], rows[1:])


def _rows(file: Path, title: str) -> list[list[str]]:
    """Cells of the table under the heading that begins with `title`, its head first."""
    text = file.read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        if section.startswith(title):
            lines = [line for line in section.splitlines() if line.startswith("| ")]
            cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            return [row for row in cells if not all(set(cell) <= {"-"} for cell in row)]
    raise FileError(message("at", where=file, reason=message("eval.no_table", title=title)), file)


def _places(names: Sequence[str], wanted: str, file: Path) -> list[int]:
    chosen = [name.strip() for name in wanted.split(",")]
    for name in chosen:
        if name not in names:
            lacks = message("eval.no_column", name=name, names=list(names))
            raise FileError(message("at", where=file, reason=lacks), file)
    return [names.index(name) for name in chosen]


def main(argv: Sequence[str] | None = None) -> int:
    """Rewrites the page, or with --check says whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("page", type=Path, nargs="?", default=_PAGE)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if it would change")
    options = parser.parse_args(argv)
    page = options.page.read_text(encoding="utf-8")
    new = refresh_page(page, _PUBLISHED)
    if options.check:
        return int(new != page)
    options.page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
