"""ODT: paragraphs, headings by outline level, lists with the numbers they show, tables, notes, page breaks.

What the printed page does not show (hidden and struck text, comments) is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from lxml.etree import _Element

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction, Note, TextBuilder
from alpie.index.formats.notation.formulas import formula_text
from alpie.index.formats.notation.superscripts import LOWERED, RAISED, write_raised
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.formats.odt.odt_styles import SPACES, OdtStyles, count_at, name_of, value_of
from alpie.index.formats.packed import dublin_core, open_packed, read_xml
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, collapse

_RULES = 4  # of this package: raise it when the text that it makes of a file changes
_UNSEEN = frozenset(
    """office:annotation text:ruby-text text:number office:forms text:sequence-decls text:variable-decls
    text:user-field-decls text:note-citation svg:title svg:desc math:annotation
    text:index-title-template text:tracked-changes""".split()
) | {""}  # comments of the file
_CONTENTS = frozenset(f"text:{name}" for name in (
    "table-of-content", "illustration-index", "table-index", "object-index", "user-index", "alphabetical-index"))  # fmt: skip
_CELL = "table:table-cell"
_MAX_ALIKE = 50  # cells that one element stands for: a row may be filled up with empty ones
_ROWS = frozenset(f"table:{name}" for name in ("table-header-rows", "table-rows", "table-row-group"))
_LINES = ("text:p", "text:h", "text:list")  # inside a paragraph: of a text box or a note
_SHOWN = {"text:tab": "\t", "text:line-break": "\n", "text:soft-page-break": "\f"}
_HREF = "{http://www.w3.org/1999/xlink}href"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_MAX_NESTING = 60  # of lists and sections: each is a call of a function within another


def extract_odt(data: bytes, path: Path) -> Extraction:
    """Read an ODT. Raises `SourceError` for a damaged or encrypted file."""
    archive = open_packed(data, path, "content.xml")
    manifest = read_xml(archive, "META-INF/manifest.xml", path)
    if manifest is not None and manifest.find(".//manifest:encryption-data", SPACES) is not None:
        raise SourceError.at(path, "packed.password")
    content = read_xml(archive, "content.xml", path)
    body = None if content is None else content.find("office:body/office:text", SPACES)
    if content is None or body is None:
        raise SourceError.at(path, "odt.other")
    common = read_xml(archive, "styles.xml", path)
    styles = [content] if common is None else [content, common]
    builder = TextBuilder()
    reading = _OdtBody(builder, OdtStyles(styles), partial(read_xml, archive, path=path))
    reading.read(body)
    metadata = dublin_core(read_xml(archive, "meta.xml", path))
    name = f"lxml {version('lxml')}, odt {_RULES}"
    return builder.extraction(name, metadata, reading.unread(body), reading.found(body))


class _OdtBody:
    def __init__(
        self, builder: TextBuilder, styles: OdtStyles, part: Callable[[str], _Element | None]
    ) -> None:
        self._builder, self._styles, self._part = builder, styles, part
        self._marker: str | None = None
        self._numbers: list[int] = []  # of the items around
        self._headings: list[int] = []
        self._last: dict[str, int] = {}  # list or style with level → its last number
        self._contents = False
        self._unread: dict[NoticeKind, list[_Element]] = defaultdict(list)

    def read(self, body: _Element) -> None:
        paragraphs = (part for part in body.iter() if name_of(part) in ("text:p", "text:h"))
        parts_pages = any(self._styles.has(paragraph, "break") for paragraph in paragraphs)
        if parts_pages or body.find(".//text:soft-page-break", SPACES) is not None:
            self._builder.begin_page(1)
        self._read_blocks(body, (), 0)
        self._builder.write_notes()

    def unread(self, body: _Element) -> dict[NoticeKind, int]:
        """How much of the body is not read."""
        self._unread[NoticeKind.STRUCK_TEXT] += chain.from_iterable(body.iter("{*}deletion"))
        counts = {
            kind: sum(len(" ".join(map(str, element.itertext())).split()) for element in elements)
            for kind, elements in self._unread.items()
        }
        counts[NoticeKind.COMMENTS] = sum(1 for _ in body.iter(f"{{{SPACES['office']}}}annotation"))
        return counts

    def found(self, body: _Element) -> str:
        """All words of the body that are shown, without regard to their layout."""
        left_out = {hidden for elements in self._unread.values() for hidden in elements}
        parts: list[str] = []

        def walk(element: _Element) -> None:
            name = name_of(element)
            if element not in left_out and name not in _UNSEEN:
                raised = self._is_raised(element)
                parts.append("" if name in ("text:span", "text:a") else " ")
                parts.append(RAISED * raised + (element.text or ""))
                for child in element:
                    walk(child)
                    parts.append(child.tail or "")
                parts.append(LOWERED * raised if name in ("text:span", "text:a", "text:note") else " ")

        walk(body)
        return write_raised("".join(parts))

    def _is_raised(self, element: _Element) -> bool:
        return name_of(element) == "text:span" and self._styles.has(element, "raised")

    def _is_seen(self, element: _Element) -> bool:
        """Whether an element is shown and not struck out; others are counted."""
        name = name_of(element)
        hidden = value_of(element, "text:display") == "none" or value_of(element, "text:is-hidden") == "true"
        marks = element.iterfind("text:hidden-paragraph", SPACES)
        hides = any(value_of(mark, "text:is-hidden") == "true" for mark in marks)
        if hidden or hides or self._styles.has(element, "hidden"):
            self._unread[NoticeKind.HIDDEN_TEXT].append(element)
            return False
        if name in ("text:span", "text:p") and self._styles.has(element, "struck"):
            self._unread[NoticeKind.STRUCK_TEXT].append(element)
            return False
        return name not in _UNSEEN

    def _read_blocks(self, parent: _Element, lists: tuple[str, ...], nesting: int) -> None:
        """Write what stands in `parent`, in order; nested sections are gone into, up to a limit."""
        if nesting > _MAX_NESTING:
            return
        for child in parent:
            name = name_of(child)
            if not self._is_seen(child):
                continue
            if name in ("text:p", "text:h"):
                self._read_paragraph(child, name == "text:h")
            elif name == "text:list":
                self._read_list(child, lists, nesting)
            elif name == "table:table":
                self._read_table(child)
            elif name == "text:soft-page-break":
                self._builder.next_page()
            else:
                outside = self._contents
                self._contents = outside or name in _CONTENTS
                self._read_blocks(child, lists, nesting + 1)
                self._contents = outside

    def _read_paragraph(self, element: _Element, heading: bool) -> None:
        """Write one paragraph or heading with the number that it shows, then its notes and the boxes anchored in it."""
        if self._styles.has(element, "break") and self._builder.begun:
            self._builder.next_page()
        notes: list[Note] = []
        boxes: list[_Element] = []
        text = write_raised("".join(self._words(element, notes, boxes)))
        marker, item, level = self._marker, self._marker is not None, 0
        if heading:
            level = count_at(element, "text:outline-level")
            if value_of(element, "text:is-list-header") != "true":
                numbered = self._count_heading(level)
                marker = marker or numbered
        if collapse(text) and not item:
            self._builder.write_notes()
        if self._contents:
            self._builder.add(text, BlockKind.CONTENTS, marker=marker or "")
        elif heading:
            self._builder.add(text, BlockKind.HEADING, level=level, marker=marker or "")
        else:
            self._builder.add(text, item=item, marker=marker or "")
        if collapse(text):
            self._marker = None
        self._builder.notes += notes
        for box in boxes:
            self._read_blocks(box, (), 0)

    def _count_heading(self, level: int) -> str:
        """The number that a heading of this level shows."""
        firsts = [self._styles.first("", depth) for depth in range(1, level + 1)]
        number = self._headings[level - 1] + 1 if len(self._headings) >= level else firsts[-1]
        self._headings = [*self._headings[: level - 1], *firsts[len(self._headings) : -1], number]
        return self._styles.marker("", self._headings)

    def _words(self, element: _Element, notes: list[Note], boxes: list[_Element]) -> Iterator[str]:
        """What a paragraph shows; what its notes say goes to `notes`, text boxes to `boxes`.

        A form feed stands where a page begins.
        """
        stack: list[_Element | str] = [element]
        while stack:
            part = stack.pop()
            if isinstance(part, str):
                yield part
                continue
            name = name_of(part)
            if name == "text:note":
                notes += self._note(part)
                continue
            if part is not element and not self._is_seen(part):
                continue
            if name == "draw:text-box" and part is not element:
                boxes.append(part)
                continue
            if name == "draw:object" and (formula := self._formula(part)) is not None:
                yield formula
                continue
            if name == "text:s":
                yield " " * count_at(part, "text:c")
            elif name in _LINES and part is not element:
                yield "\n"
            else:
                yield _SHOWN.get(name, "")
            inner: list[_Element | str] = [part.text or ""]
            for child in part:
                inner += [child, child.tail or ""]
            if self._is_raised(part):
                inner = [RAISED, *inner, LOWERED]
            stack += reversed(inner)

    def _note(self, note: _Element) -> list[Note]:
        kind = "nota" if value_of(note, "text:note-class") != "endnote" else "nota final"
        citation, body = (note.find(f"text:note-{part}", SPACES) for part in ("citation", "body"))
        sign = "" if citation is None else collapse("".join(map(str, citation.itertext())))
        if body is None:
            return []
        return [Note(f"{kind} {sign}", "\n".join(collapse(self._paragraph_text(p, [])) for p in body))]

    def _formula(self, drawing: _Element) -> str | None:
        """The formula that an object draws; None for another object."""
        math = self._part(drawing.get(_HREF, "").removeprefix("./") + "/content.xml")
        return None if math is None or name_of(math) != "math:math" else formula_text(math)

    def _paragraph_text(self, element: _Element, notes: list[Note]) -> str:
        """A paragraph of a note or cell, with its text boxes."""
        boxes: list[_Element] = []
        text = write_raised("".join(self._words(element, notes, boxes)))
        return "\n".join([text, *(self._paragraph_text(box, notes) for box in boxes)])

    def _read_list(self, element: _Element, lists: tuple[str, ...], nesting: int) -> None:
        """Write the items of a list and count them; a list may go on with the numbers of an earlier one."""
        style = value_of(element, "text:style-name") or (lists[-1] if lists else "")
        keys = [f"{style} {len(lists)}", element.get(_ID) or "", value_of(element, "text:continue-list")]
        number = self._styles.first(style, len(lists) + 1) - 1
        if keys[2]:
            number = self._last.get(keys[2], number)
        elif value_of(element, "text:continue-numbering") == "true":
            number = self._last.get(keys[0], number)
        for item in element:
            name = name_of(item)
            if name not in ("text:list-item", "text:list-header") or not self._is_seen(item):
                continue
            if name == "text:list-item":
                starts = value_of(item, "text:start-value")
                number = count_at(item, "text:start-value") if starts else number + 1
                self._numbers.append(number)
                self._marker = self._styles.marker(style, self._numbers)
            else:
                self._numbers.append(number)
            self._read_blocks(item, (*lists, style), nesting + 1)
            self._marker = None
            self._numbers.pop()
        self._last.update({key: number for key in keys if key})

    def _read_table(self, table: _Element) -> None:
        self._builder.write_notes()
        notes: list[Note] = []
        row_elements = list(self._rows(table))
        rows = [
            [cell for cell_ in row if name_of(cell_) == _CELL for cell in self._cells(cell_, notes)]
            for row in row_elements
        ]
        if len(rows) > 1:
            parents = (row.getparent() for row in row_elements)
            headers = sum(p is not None and name_of(p) == "table:table-header-rows" for p in parents)
            self._builder.add_table(rows, headers or 1)
        else:
            for cell in chain.from_iterable(rows):
                self._builder.add(cell.text)
        self._builder.notes += notes

    def _cells(self, cell: _Element, notes: list[Note]) -> list[TableCell]:
        """The cells that an element stands for: some alike may be written once."""
        names = ("repeated", "spanned")
        times, columns = (count_at(cell, f"table:number-columns-{name}") for name in names)
        rows = count_at(cell, "table:number-rows-spanned")
        texts = [self._paragraph_text(paragraph, notes) for paragraph in cell if self._is_seen(paragraph)]
        return [TableCell(collapse(" ".join(texts)), columns, rows)] * min(times, _MAX_ALIKE)

    def _rows(self, parent: _Element) -> Iterator[_Element]:
        """The rows of a table, not those of a table inside it."""
        for child in parent:
            if value_of(child, "table:visibility") in ("collapse", "filter"):
                self._unread[NoticeKind.HIDDEN_TEXT].append(child)
            elif name_of(child) == "table:table-row":
                yield child
            elif name_of(child) in _ROWS:
                yield from self._rows(child)
