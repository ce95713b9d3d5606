"""What the parts of a DOCX say beside its body: styles, notes, signs, and what the file says of itself."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from typing import Any

from docx.document import Document as DocxDocument

from alpie.index.formats.extraction import Metadata
from alpie.index.formats.packed import parse_xml
from alpie.index.records import collapse

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # in what python-docx makes files from


@cache
def _qualified_path(path: str) -> str:
    return "/".join(W + name for name in path.split("/"))


def find_below(element: Any, path: str) -> Any:
    """What stands at a path of names below an element, «pPr/numPr»; None where nothing does."""
    return element.find(_qualified_path(path))


def value_at(element: Any, path: str) -> str | None:
    """The value of the element at a path below another, "" where that element has none; None where there is no such element."""
    found = find_below(element, path)
    return None if found is None else found.get(f"{W}val") or ""


def is_set(element: Any, path: str) -> bool | None:
    """Whether the property at a path below an element is on; None where the element has no such property."""
    value = value_at(element, path)
    return None if value is None else is_on(value)


def is_on(value: str) -> bool:
    """What the value of a property says, which may stand without one."""
    return value not in ("0", "false", "off", "none")


def as_transitional(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """Rename a strict OOXML file to the transitional namespaces, which alone python-docx reads; other files stay as they are."""
    listed = [name for name in ("[Content_Types].xml", "_rels/.rels") if name in archive.namelist()]
    if not any(_STRICT.search(archive.read(name)) for name in listed):
        return data
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith((".xml", ".rels")):
                part = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
            written.writestr(name, part)
    return made.getvalue()


def docx_metadata(document: DocxDocument) -> Metadata:
    """What the file says of itself; nothing of what python-docx fills in."""
    if not any(rel.reltype.endswith("/core-properties") for rel in document.part.package.rels.values()):
        return Metadata()  # python-docx would make some up, of today
    core = document.core_properties
    date = core.created or core.modified
    from_template = core.created == _TEMPLATE_CREATED and (core.modified or core.created) == core.created
    # python-docx fills these in where a file has none, and its template has them
    author = "" if core.author == "python-docx" else collapse(core.author or "")
    title = "" if core.title == "Word Document" else collapse(core.title or "")
    return Metadata(
        title=title,
        author=author,
        date=date.date().isoformat() if date and not from_template else "",
        language=collapse(core.language or ""),
        guessed=("date",),
    )


def notes_of(document: DocxDocument, kind: str) -> dict[str | None, Any]:
    """The footnotes or endnotes of a document by their number in the file."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}s") and not relation.is_external:
            notes = parse_xml(relation.target_part.blob).iter(f"{W}{kind}")
            return {note.get(f"{W}id"): note for note in notes}
    return {}


def parse_integer(text: str | None, default: int) -> int:
    """The number that an attribute says; `default` where it says none, or one that no document needs."""
    return int(text) if text and text.isdigit() and len(text) < 7 else default


MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# The font Symbol, from 0x40 and from 0xA1 on; what is not here stands there as in ASCII.
_SYMBOL = {
    **{0x40 + at: sign for at, sign in enumerate("≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")},
    **{
        0xA1 + at: sign
        for at, sign in enumerate(
            "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
        )
    },
    0xA0: "€", 0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0xF1: "〉", 0xF2: "∫",
}  # fmt: skip
_WINGDINGS = {
    0x6F: "□", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}
_LARGEST_OF_A_FONT = 0xF0FF  # such codes mean nothing without the font


def symbol_text(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    code = element.get(f"{W}char") or ""
    known = re.fullmatch("[0-9A-Fa-f]{1,6}", code)
    return font_sign(int(code, 16), element.get(f"{W}font") or "") if known else ""


def font_of(text: Any) -> str:
    """The font that the run of a `w:t` is set in by itself."""
    fonts = find_below(text.getparent(), "rPr/rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def font_sign(code: int, font: str) -> str:
    """What a font shows for a code; "" where that is not known."""
    font, at = font.lower(), code & 0xFF
    if font == "symbol":
        return _SYMBOL.get(at, chr(at) if 0x20 <= at < 0x40 else "")
    if font.startswith("wingdings"):
        return {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}.get(font, {}).get(at, "")
    return "" if 0xF000 <= code <= _LARGEST_OF_A_FONT or code > 0x10FFFF else chr(code)


def form_value(field: Any) -> str:
    """What a menu or a box to be ticked of a form shows; "" for other fields."""
    box, menu = find_below(field, "ffData/checkBox"), find_below(field, "ffData/ddList")
    if box is not None:
        states = (is_set(box, name) for name in ("checked", "default"))
        return "☒" if next((state for state in states if state is not None), False) else "☐"
    if menu is None:
        return ""
    chosen = (value_at(menu, name) for name in ("result", "default"))
    number = next((parse_integer(value, 0) for value in chosen if value is not None), 0)
    entries = [value.get(f"{W}val") or "" for value in menu.iterchildren(f"{W}listEntry")]
    return entries[number] if number < len(entries) else ""


_HEADING = re.compile(r"(?:heading|t[ií]tulo|encabezado)\s*([1-9])")
_CONTENTS = re.compile(
    r"(?:toc|tdc|índice|index)\s?\d|(?:toc|tdc) heading|tabla de (?:contenido|ilustraciones)|table of figures|título tdc"
)
_MAX_BASES = 12
_BODY_LEVEL = 9  # of an outline: text


class DocxStyles:
    """The paragraph styles of a document."""

    def __init__(self, document: DocxDocument) -> None:
        root: Any = document.styles.element
        styles = ((one.get(f"{W}styleId"), one) for one in root.iterchildren(f"{W}style"))
        self._styles = {name: style for name, style in styles if name}
        self._level_of = cache(self._find_level)
        self._look_of = cache(self._find_look)

    def heading_level(self, paragraph: Any) -> int | None:
        """The level of a heading, from 1 to 9; None for a paragraph that is no heading."""
        own, style = value_at(paragraph, "pPr/outlineLvl"), value_at(paragraph, "pPr/pStyle")
        if own is not None:
            return _level(own)
        return None if style is None else self._level_of(style)

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of a table of contents or of an index."""
        style = value_at(paragraph, "pPr/pStyle") or ""
        names = (style, *(value_at(base, "name") or "" for base in self._chain(style)))
        return any(_CONTENTS.match(name.lower()) for name in names)

    def run_is(self, run: Any, paragraph: Any, look: str) -> bool:
        """Whether a run has a property («vanish», «strike»), by itself, by its style or by that of its paragraph."""
        own = is_set(run, f"rPr/{look}")
        styles = value_at(run, "rPr/rStyle"), value_at(paragraph, "pPr/pStyle")
        found = (own, *(self._look_of(style, look) for style in styles if own is None and style))
        return next((one for one in found if one is not None), False)

    def is_raised(self, run: Any) -> bool:
        """Whether a run is a superscript, by itself or by its style."""
        told = (
            value_at(bearer, "rPr/vertAlign") for bearer in (run, *self._chain(value_at(run, "rPr/rStyle")))
        )
        return next((bearer for bearer in told if bearer), None) == "superscript"

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """Number and level of the list a paragraph belongs to by itself or by its style."""
        bearers = [paragraph, *self._chain(value_at(paragraph, "pPr/pStyle"))]
        number = next((one for by in bearers if (one := value_at(by, "pPr/numPr/numId"))), "0")
        level = next((one for by in bearers if (one := value_at(by, "pPr/numPr/ilvl"))), "0")
        return None if number == "0" else (number, parse_integer(level, 0))

    def _chain(self, name: str | None) -> list[Any]:
        chain: list[Any] = []
        style = self._styles.get(name)
        while style is not None and len(chain) < _MAX_BASES:
            chain.append(style)
            style = self._styles.get(value_at(style, "basedOn"))
        return chain

    def _find_level(self, name: str) -> int | None:
        for style in self._chain(name):
            words = (value_at(style, "name") or "").lower()
            if match := _HEADING.match(words):
                return int(match[1])
            if words in ("title", "título"):
                return 1
            if (outline := value_at(style, "pPr/outlineLvl")) is not None:
                return _level(outline)
        return None

    def _find_look(self, name: str, look: str) -> bool | None:
        marks = (is_set(base, f"rPr/{look}") for base in self._chain(name))
        return next((mark for mark in marks if mark is not None), None)


def _level(outline: str) -> int | None:
    return int(outline) + 1 if outline.isdigit() and int(outline) < _BODY_LEVEL else None
