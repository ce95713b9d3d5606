"""What the parts of a DOCX say beside its body: styles, numbers of lists, notes, signs, and what the file says of itself.

The file holds the rule of a list's numbers, not the number, and the reader sees the number.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any, NamedTuple

from docx.document import Document as DocxDocument
from lxml import etree

from alpie.index.formats.extraction import Metadata
from alpie.index.formats.numbering import ordinal
from alpie.index.readable import collapse

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # in what python-docx makes files from


def transitional(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """A strict OOXML file under the names of the transitional kind, which are all that differs; others as they are."""
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
    if not any(one.reltype.endswith("/core-properties") for one in document.part.package.rels.values()):
        return Metadata()  # python-docx would make some up, of today
    said = document.core_properties
    date = said.created or said.modified
    from_template = said.created == _TEMPLATE_CREATED and (said.modified or said.created) == said.created
    # python-docx fills these in where a file has none, and its template has them
    author = "" if said.author == "python-docx" else collapse(said.author or "")
    title = "" if said.title == "Word Document" else collapse(said.title or "")
    return Metadata(
        title=title,
        publisher=author,
        date=date.date().isoformat() if date and not from_template else "",
        language=collapse(said.language or ""),
        guessed=("date",),
    )


def notes_of(document: DocxDocument, sort: str) -> dict[str | None, Any]:
    """The footnotes or endnotes of a document by their number in the file."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{sort}s") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, parser)
            return {note.get(f"{_W}id"): note for note in root.iter(f"{_W}{sort}")}
    return {}


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
    0x6F: "□",
    0xA7: "▪",
    0xA8: "□",
    0xD8: "➢",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}
_LARGEST_OF_A_FONT = 0xF0FF  # such codes mean nothing without the font


def symbol(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    code = element.get(f"{_W}char") or ""
    return (
        sign(int(code, 16), element.get(f"{_W}font") or "") if re.fullmatch("[0-9A-Fa-f]{1,6}", code) else ""
    )


def font_of(text: Any) -> str:
    """The font that the run of a `w:t` is set in by itself."""
    fonts = text.getparent().find(f"{_W}rPr/{_W}rFonts")
    return "" if fonts is None else fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi") or ""


def sign(code: int, font: str) -> str:
    """What a font shows for a code; "" where that is not known."""
    font, at = font.lower(), code & 0xFF
    if font == "symbol":
        return _SYMBOL.get(at, chr(at) if 0x20 <= at < 0x40 else "")
    if font.startswith("wingdings"):
        return {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}.get(font, {}).get(at, "")
    return "" if 0xF000 <= code <= _LARGEST_OF_A_FONT or code > 0x10FFFF else chr(code)


def form_value(field: Any) -> str:
    """What a menu or a box to be ticked of a form shows; "" for other fields."""
    box, menu = field.find(f"{_W}ffData/{_W}checkBox"), field.find(f"{_W}ffData/{_W}ddList")
    if box is not None:
        states = (box.find(f"{_W}{name}") for name in ("checked", "default"))
        state = next((one for one in states if one is not None), None)
        return "☒" if state is not None and is_on(state.get(f"{_W}val")) else "☐"
    if menu is None:
        return ""
    chosen = (menu.find(f"{_W}{name}") for name in ("result", "default"))
    number = next((_whole(one.get(f"{_W}val"), 0) for one in chosen if one is not None), 0)
    entries = [one.get(f"{_W}val") or "" for one in menu.iterchildren(f"{_W}listEntry")]
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
        self._styles = {one.get(f"{_W}styleId"): one for one in root.iterchildren(f"{_W}style")}
        self._levels: dict[str, int | None] = {}
        self._looks: dict[tuple[str, str], bool | None] = {}  # style and property → on, off, not said

    def heading_level(self, paragraph: Any) -> int | None:
        """1 … 9 for a heading, None for text."""
        own = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if own is not None:
            return _level(own)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is None:
            return None
        name = style.get(f"{_W}val")
        if name not in self._levels:
            self._levels[name] = self._level_of(name)
        return self._levels[name]

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of a table of contents or of an index."""
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is None:
            return False
        name = style.get(f"{_W}val") or ""
        said = [
            one.get(f"{_W}val") or "" for base in self._chain(name) for one in base.iterchildren(f"{_W}name")
        ]
        return any(_CONTENTS.match(one.lower()) for one in (name, *said))

    def run_is(self, run: Any, paragraph: Any, look: str) -> bool:
        """Whether a run has a property («vanish», «strike»), by itself, by its style or by that of its paragraph."""
        own = run.find(f"{_W}rPr/{_W}{look}")
        if own is not None:
            return is_on(own.get(f"{_W}val"))
        for style in (run.find(f"{_W}rPr/{_W}rStyle"), paragraph.find(f"{_W}pPr/{_W}pStyle")):
            if style is not None:
                key = style.get(f"{_W}val") or "", look
                if key not in self._looks:
                    marks = (base.find(f"{_W}rPr/{_W}{look}") for base in self._chain(key[0]))
                    self._looks[key] = next((is_on(m.get(f"{_W}val")) for m in marks if m is not None), None)
                if (said := self._looks[key]) is not None:
                    return said
        return False

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """Number and level of the list a paragraph belongs to by itself or by its style."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return None
        own = properties.find(f"{_W}numPr")
        style = properties.find(f"{_W}pStyle")
        chain = self._chain(style.get(f"{_W}val")) if style is not None else []
        number, level = None, None
        for one in [own, *(base.find(f"{_W}pPr/{_W}numPr") for base in chain)]:
            if one is None:
                continue
            found, depth = one.find(f"{_W}numId"), one.find(f"{_W}ilvl")
            if number is None and found is not None:
                number = found.get(f"{_W}val")
            if level is None and depth is not None:
                level = depth.get(f"{_W}val")
        if number in (None, "0"):
            return None
        return str(number), int(level) if level and level.isdigit() else 0

    def _chain(self, name: str) -> list[Any]:
        chain: list[Any] = []
        style = self._styles.get(name)
        while style is not None and len(chain) < _MAX_BASES:
            chain.append(style)
            base = style.find(f"{_W}basedOn")
            style = self._styles.get(base.get(f"{_W}val")) if base is not None else None
        return chain

    def _level_of(self, name: str) -> int | None:
        for style in self._chain(name):
            said = style.find(f"{_W}name")
            words = (said.get(f"{_W}val") if said is not None else "").lower()
            match = _HEADING.match(words)
            if match:
                return int(match[1])
            if words in ("title", "título"):
                return 1
            outline = style.find(f"{_W}pPr/{_W}outlineLvl")
            if outline is not None:
                return _level(outline)
        return None


def is_on(value: str | None, default: bool = True) -> bool:
    """The value of a property that may stand without one."""
    return default if value is None else value not in ("0", "false", "off", "none")


def _level(outline: Any) -> int | None:
    value = outline.get(f"{_W}val") or ""
    return int(value) + 1 if value.isdigit() and int(value) < _BODY_LEVEL else None


_SORTS = {"lowerLetter": "aa", "upperLetter": "AA", "lowerRoman": "i", "upperRoman": "I", "decimalZero": "01",
          "ordinal": "1º", "ordinalText": "primero", "cardinalText": "uno", "numberInDash": "- 1 -",
          "decimalEnclosedCircle": "①"}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")


class Numbering:
    """Counts the items of the lists of one document, in order."""

    def __init__(self, document: DocxDocument) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # of each list
        self._abstract: dict[str, str] = {}
        self._counters: dict[tuple[str, int], int] = {}
        try:
            root: Any = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):  # a file without lists
            return
        levels = {
            one.get(f"{_W}abstractNumId"): _levels(one) for one in root.iterchildren(f"{_W}abstractNum")
        }
        for number in root.iterchildren(f"{_W}num"):
            identity = number.get(f"{_W}numId")
            abstract = number.find(f"{_W}abstractNumId")
            name = abstract.get(f"{_W}val") if abstract is not None else ""
            own = dict(levels.get(name, {}))
            restarts = False
            for override in number.iterchildren(f"{_W}lvlOverride"):
                depth = _whole(override.get(f"{_W}ilvl"), 0)
                if of_its_own := _levels(override):
                    own.update(of_its_own)
                    restarts = True
                start = override.find(f"{_W}startOverride")
                if start is not None and depth in own:
                    own[depth] = own[depth]._replace(start=_whole(start.get(f"{_W}val"), 1))
                    restarts = True
            self._levels[identity] = own
            self._abstract[identity] = identity if restarts else f"abstract {name}"

    def marker(self, paragraph: Any, styles: DocxStyles) -> str | None:
        """The number a paragraph shows, "" for a bullet, None for no item of a list."""
        belongs = styles.numbering(paragraph)
        if belongs is None or belongs[0] not in self._levels:
            return None
        identity, depth = belongs
        levels = self._levels[identity]
        if depth not in levels:
            return ""
        counter = self._abstract[identity]
        level = levels[depth]
        self._counters[counter, depth] = self._counters.get((counter, depth), level.start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counters.pop((counter, deeper), None)
        if level.form in ("bullet", "none") or not _PLACE.search(level.text):
            return ""

        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            of = levels.get(place, _Level("decimal", "", 1, False))
            form = "1" if level.legal and of.form != "decimalZero" else _SORTS.get(of.form, "1")
            return ordinal(self._counters.get((counter, place), of.start), form)

        return _PLACE.sub(number, level.text).strip()


class _Level(NamedTuple):
    form: str
    text: str
    start: int
    legal: bool  # shows all numbers as figures


def _levels(abstract: Any) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for level in abstract.iterchildren(f"{_W}lvl"):
        values = {
            name: one.get(f"{_W}val") or "" if (one := level.find(f"{_W}{name}")) is not None else ""
            for name in ("numFmt", "lvlText", "start")
        }
        legal = level.find(f"{_W}isLgl")
        found[_whole(level.get(f"{_W}ilvl"), 0)] = _Level(
            values["numFmt"],
            values["lvlText"],
            _whole(values["start"], 1),
            legal is not None and is_on(legal.get(f"{_W}val")),
        )
    return found


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 7 else default
