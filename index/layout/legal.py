"""Units one cites in law and resolutions: titles, chapters, articles, recitals, clauses."""

from __future__ import annotations

import re

from alpie.index.layout.forms import NUMBERED, ends_sentence
from alpie.index.layout.units import Unit
from alpie.index.readable import collapse
from alpie.index.records import BlockKind

__all__ = ["label_clauses", "mark_legal_headings"]

_SPELT = (
    "únic[oa]|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa]|séptim[oa]|octav[oa]|noven[oa]|"
    "décim[oa]|undécim[oa]|duodécim[oa]|vigésim[oa]"
)
_ORDINAL = r"(?:\d{1,3}|[IVXLC]{1,8}|[a-záéíóúñ]{4,14}|[A-ZÁÉÍÓÚÑ]{4,14})"
_DIVISION = re.compile(
    rf"(?P<word>LIBRO|TÍTULO|CAPÍTULO|SECCIÓN|SUBSECCIÓN|ANEXO|Libro|Título|Capítulo|Sección|Subsección|Anexo)"
    rf"\s+(?P<number>{_ORDINAL}|[A-Z])(?:\s*(?P<end>[.:–—-]|$)\s*|\s+(?=\S))"
)
_COUNTS = re.compile(rf"\d+|[IVXLC]+|[A-Z]|{_SPELT}", re.IGNORECASE)
_ARTICLE = re.compile(
    r"(?:Artículo|ARTÍCULO|Art\.)\s+"
    rf"(?P<number>\d{{1,3}}(?:\s+(?:bis|ter|quater|quinquies))?|{_SPELT})"
    r"(?:\.?[ºo°])?(?P<end>\s*[.:–—-]|$)\s*"
)
_PROVISION = re.compile(
    r"(?:Disposición|DISPOSICIÓN)\s+(?P<sort>adicional|transitoria|derogatoria|final)"
    r"(?:\s+(?P<number>[a-záéíóú]{4,14}(?:\s+[a-záéíóú]{4,14})?|\d{1,3}\.?ª))?(?P<end>\s*[.:]|$)\s*",
    re.IGNORECASE,
)
# The heading over all provisions of a sort.
_PROVISIONS = re.compile(
    r"Disposiciones\s+(?:adicionales|transitorias|derogatorias|finales)\s*\.?$", re.IGNORECASE
)
_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_RANK = {"libro": 1, "anexo": 1, "título": 2, "capítulo": 3, "sección": 4, "subsección": 5}
_ARTICLE_RANK = 6
_PROVISIONS_RANK = 1  # they stand after all titles and belong to none
_PROVISION_RANK = 2
_SHORT = 120  # characters of a heading that has its title on the same line

_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_FEWEST_CLAUSES = 3


def mark_legal_headings(units: list[Unit]) -> list[Unit]:
    """Headings of divisions and articles; a title that stands on a line of its own joins them.

    A heading that the format of the file gives keeps its place among the others: see `_order_headings`.
    """
    made: list[Unit] = []
    ranks: dict[int, tuple[int, int]] = {}  # place in `made` → level by the format, legal rank
    article: str | None = None
    for unit in units:
        given = unit.kind is BlockKind.HEADING and not NUMBERED.match(unit.text)
        if unit.kind is not None and not given:
            if article and unit.label is None and unit.kind in (BlockKind.TABLE, BlockKind.PULL_QUOTE):
                unit.label = article
            made.append(unit)
            continue
        if made and _takes_title(made[-1], unit):
            made[-1].lines.extend(unit.lines)
            made[-1].text = f"{made[-1].text} {unit.text}"
            continue
        level = unit.level
        rank = _division_rank(unit, given)
        if rank is not None:
            unit.kind, unit.level = BlockKind.HEADING, rank
            article = None
        elif not given or _ARTICLE.match(unit.text) or _PROVISION.match(unit.text):
            article = _mark_article(unit, article)
            if unit.label is None and article and unit.kind is None and made:
                unit.label = made[-1].label or article  # an item belongs to the clause above it
        else:
            article = None  # a heading of another sort ends the article
        if given:
            ranks[len(made)] = level, unit.level if unit.label or rank is not None else 0
        made.append(unit)
    _order_headings(made, ranks)
    return made


def _division_rank(unit: Unit, given: bool) -> int | None:
    """The rank of the division that a unit opens; None if it opens none."""
    if _PROVISIONS.match(unit.text):
        return _PROVISIONS_RANK
    division = _DIVISION.match(unit.text)
    if division is None or len(unit.text) > 160:
        return None
    sure = unit.text.isupper() or (given and _COUNTS.fullmatch(division.group("number")))
    if division.group("end") is None and not sure:
        return None  # «Título profesional de …»
    return _RANK[division.group("word").casefold()]


def _order_headings(units: list[Unit], given: dict[int, tuple[int, int]]) -> None:
    """Bring the headings that a file gives into one order with the legal ranks.

    Typefaces often show less than the words do: «TÍTULO I» and «Artículo 1» are set alike. So legal
    headings go by rank, and another heading by the highest rank that is set as it is.
    """
    if not any(rank for _, rank in given.values()):
        return
    highest: dict[int, int] = {}
    for level, rank in given.values():
        if rank:
            highest[level] = min(rank, highest.get(level, rank))
    for place, (level, rank) in given.items():
        if not rank:
            below = [value for own, value in highest.items() if own >= level]
            units[place].level = highest.get(level) or (min(below) if below else _ARTICLE_RANK + level)


def _mark_article(unit: Unit, article: str | None) -> str | None:
    """Mark the heading of an article or a provision, or label a paragraph inside one."""
    match, rank = _ARTICLE.match(unit.text), _ARTICLE_RANK
    name = f"artículo {match.group('number')}" if match else None
    if match is None:
        match, rank = _PROVISION.match(unit.text), _PROVISION_RANK
        if match:
            name = f"disposición {match.group('sort').casefold()} {match.group('number') or ''}".strip()
    if match and name:
        name = collapse(name.casefold())
        rest = unit.text[match.end() :]
        if unit.kind is BlockKind.HEADING or (len(rest) <= _SHORT and (not rest or ". " not in rest)):
            unit.kind, unit.level, unit.label = BlockKind.HEADING, rank, name
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
    if _PROVISIONS.match(unit.text) or unit.label or unit.item:
        return False
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
