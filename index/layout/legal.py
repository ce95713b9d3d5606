"""Units one cites in law and resolutions: titles, chapters, articles, recitals, clauses."""

from __future__ import annotations

import re

from alpie.index.layout.forms import NUMBERED, ends_sentence
from alpie.index.layout.units import Unit
from alpie.index.records import BlockKind

__all__ = ["label_clauses", "mark_legal_headings"]

_ORDINAL = r"(?:\d{1,3}|[IVXLC]{1,8}|[a-záéíóúñ]{4,14}|[A-ZÁÉÍÓÚÑ]{4,14})"
_DIVISION = re.compile(
    rf"(?P<word>LIBRO|TÍTULO|CAPÍTULO|SECCIÓN|SUBSECCIÓN|ANEXO|Libro|Título|Capítulo|Sección|Subsección|Anexo)"
    rf"\s+(?P<number>{_ORDINAL}|[A-Z])(?:\s*(?P<end>[.:–—-]|$)\s*)?(?=\S|$)"
)
_ARTICLE = re.compile(
    r"(?:Artículo|ARTÍCULO|Art\.)\s+(?P<number>\d{1,3}(?:\s+(?:bis|ter|quater))?|único|primero|segundo|tercero)"
    r"(?:\.?[ºo°])?(?P<end>\s*[.:–—-]|$)\s*"
)
_PROVISION = re.compile(
    r"(?:Disposición|DISPOSICIÓN)\s+(?P<sort>adicional|transitoria|derogatoria|final)"
    r"(?:\s+(?P<number>[a-záéíóú]{4,14}))?(?P<end>\s*[.:]|$)\s*",
    re.IGNORECASE,
)
_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_RANK = {"libro": 1, "anexo": 1, "título": 2, "capítulo": 3, "sección": 4, "subsección": 5}
_ARTICLE_RANK = 6
_SHORT = 120  # characters of a heading that has its title on the same line

_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_FEWEST_CLAUSES = 3


def mark_legal_headings(units: list[Unit]) -> list[Unit]:
    """Headings of divisions and articles; a title that stands on a line of its own joins them."""
    made: list[Unit] = []
    article: str | None = None
    for unit in units:
        if unit.kind is not None:
            made.append(unit)
            continue
        if made and _takes_title(made[-1], unit):
            made[-1].lines.extend(unit.lines)
            made[-1].text = f"{made[-1].text} {unit.text}"
            continue
        division = _DIVISION.match(unit.text)
        if division and len(unit.text) <= 160 and (division.group("end") is not None or unit.text.isupper()):
            unit.kind, unit.level = BlockKind.HEADING, _RANK[division.group("word").casefold()]
            article = None
            made.append(unit)
            continue
        article = _mark_article(unit, article)
        item = unit.label is None and article and unit.kind is None
        if item and made:
            unit.label = made[-1].label or article  # an item belongs to the clause above it
        made.append(unit)
    return made


def _mark_article(unit: Unit, article: str | None) -> str | None:
    """Mark the heading of an article or a provision, or label a paragraph inside one."""
    match = _ARTICLE.match(unit.text)
    name = f"artículo {match.group('number')}" if match else None
    if match is None:
        match = _PROVISION.match(unit.text)
        if match:
            name = f"disposición {match.group('sort').casefold()} {match.group('number') or ''}".strip()
    if match and name:
        rest = unit.text[match.end() :]
        if len(rest) <= _SHORT and (not rest or ". " not in rest):
            unit.kind, unit.level, unit.label = BlockKind.HEADING, _ARTICLE_RANK, name
        else:
            unit.label = name
        return name
    if article and not unit.bulleted:
        clause = NUMBERED.match(unit.text)
        if clause and clause.group("mark")[0].isdigit():
            unit.label = f"{article}, apartado {clause.group('mark').rstrip('.)ºª')}"
            unit.kind = BlockKind.PARAGRAPH
        elif not clause:
            unit.label = article
    return article


def _takes_title(before: Unit, unit: Unit) -> bool:
    """Whether `unit` is the title of the division or article named on the line before it."""
    if before.kind is not BlockKind.HEADING or len(before.text) > 40 or len(unit.text) > _SHORT:
        return False
    bare = (
        _ARTICLE.fullmatch(before.text)
        or _DIVISION.fullmatch(before.text)
        or _PROVISION.fullmatch(before.text)
    )
    forms = (_ARTICLE, _DIVISION, _PROVISION, NUMBERED)
    return bool(bare) and not ends_sentence(unit.text) and not any(form.match(unit.text) for form in forms)


def label_clauses(units: list[Unit]) -> None:
    """Number recitals, and the clauses of a resolution that open in capitals."""
    _label_recitals(units)
    clauses = [
        unit
        for unit in units
        if unit.kind in (None, BlockKind.PARAGRAPH)
        and unit.label is None
        and len(unit.text) > 60
        and _CAPITALS.match(unit.text)
        and not unit.text.isupper()
    ]
    if len(clauses) < _FEWEST_CLAUSES or not any(unit.text[-1] in ",;" for unit in clauses):
        return
    preamble = operative = 0
    for unit in clauses:
        if not operative and (unit.text[-1] == "," or _PREAMBLE.match(unit.text)):
            preamble += 1
            unit.label = f"párrafo {preamble} del preámbulo"
        else:
            operative += 1
            unit.label = f"párrafo {operative} de la parte dispositiva"
        unit.kind = BlockKind.PARAGRAPH


def _label_recitals(units: list[Unit]) -> None:
    """«(1) …», «(2) …»: long numbered paragraphs in brackets, counted from one."""
    expected = 1
    found: list[Unit] = []
    for unit in units:
        match = _RECITAL.match(unit.text)
        if unit.kind is None and match and len(unit.text) > 60 and int(match.group("number")) == expected:
            found.append(unit)
            expected += 1
    if len(found) >= _FEWEST_CLAUSES:
        for number, unit in enumerate(found, 1):
            unit.kind, unit.label = BlockKind.PARAGRAPH, f"considerando {number}"
