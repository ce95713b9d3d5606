"""Units one cites in law and resolutions: titles, chapters, articles, recitals, clauses."""

from __future__ import annotations

import re

from alpie.index.layout.forms import NUMBERED, ends_sentence, starts_lower
from alpie.index.layout.units import Unit
from alpie.index.readable import collapse
from alpie.index.records import BlockKind

__all__ = ["label_clauses", "mark_legal_headings"]

_SPELT = (
    "[úu]nic[oa]|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa]|s[ée]ptim[oa]|octav[oa]|noven[oa]|"
    "und[ée]cim[oa]|duod[ée]cim[oa]|d[ée]cim[oa](?:\\s*(?:primer|segund|tercer|cuart|quint|sext|séptim|octav|noven)[oa])?|"
    "(?:vig|trig|cuadrag|quincuag|sexag|septuag|octog|nonag)[ée]sim[oa](?:\\s+(?:primer|segund|tercer|cuart|quint|sext|"
    "s[ée]ptim|octav|noven)[oa])?"
)
_ORDINAL = r"(?:\d{1,3}|[IVXLC]{1,8}|[a-záéíóúñ]{4,14}|[A-ZÁÉÍÓÚÑ]{4,14})"
_DIVISION = re.compile(
    rf"(?P<word>LIBRO|T[ÍI]TULO|CAP[ÍI]TULO|(?:SUB)?SECCI[ÓO]N|ANEXO|Libro|Título|Capítulo|Sección|Subsección|Anexo)"
    rf"\s+(?P<number>{_ORDINAL}|[A-Z])(?:\s*(?P<end>[.:–—-]|$)\s*|\s+(?=\S))"
)
_COUNTS = re.compile(rf"\d+|[IVXLC]+|[A-Z]|{_SPELT}", re.IGNORECASE)
_STOP = r"\s*(?:[.:–—-][\s.:–—-]*|$)"
_ARTICLE = re.compile(
    r"(?:Art[íi]culo|ART[ÍI]CULO|Art\.|ART\.)\s+"
    rf"(?:(?P<number>\d{{1,4}})(?:\.?[ºª°]|o\b)?(?P<added>[-–][A-Z]{{1,2}}(?={_STOP})|\s+[A-Z](?={_STOP})|"
    r"\s+(?:bis|ter|qu[áa]ter|quinquies|sexies|septies|octies|nonies|novies|decies|undecies|duodecies)"
    rf"(?:\s+[a-z](?={_STOP}))?)?|(?P<spelt>(?i:{_SPELT}))|(?P<roman>[IVXLC]{{1,8}}))"
    rf"{_STOP}"
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
_RANK = {"libro": 1, "anexo": 1, "titulo": 2, "capitulo": 3, "seccion": 4, "subseccion": 5}
_ACCENTED = str.maketrans("íó", "io")
_ARTICLE_RANK = 6
_PROVISIONS_RANK = 1  # they stand after all titles and belong to none
_PROVISION_RANK = 2
_SHORT = 120  # characters of a heading that has its title on the same line
_REPEALED = re.compile(
    r"[\[(]?\s*(?:derogad|suprimid|anulad|sin efecto|sin contenido|vacante|reservad)[^.]{0,60}?[\])]?\s*\.?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[[^\]]*\]\*?")  # a title that an editor gave
# What tells a sentence from a title, outside of clauses that hang on a noun («Actos que ponen fin al proceso»).
_HANGING = re.compile(r"\b(?:que|quien(?:es)?|cuando|donde|cual(?:es)?|cuy[oa]s?|si|para)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:es|son|ser[áa]n?|est[áa]n?|ha|han|hay|habrá|tienen?|tendrán?|pueden?|podrán?|deben?|deberán?|quedan?|rigen?|"
    r"corresponden?|entran?|regulan?|establecen?|consisten?|comprenden?|incluyen?|constituyen?|exceden?|se|"
    r"\w{2,}(?:ará|erá|irá|arán|erán|irán|ase|anse|ese|ense)"
    # «organiza las …»: no noun stands before an article without a preposition
    r"|(?!(?:de|ante|contra|desde|durante|entre|en|mediante|sobre|hacia|hasta|para)\b)\w{2,}(?:a|an|e|en)"
    r"(?=\s+(?:el|la|los|las|un|una|sus?)\s))\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:el|la|los|las|un|una|se|no|tod[oa]s?|cada|quien(?:es)?|nadie|ning[uú]n[oa]?|est[ea]|en|a|para|son|es|será)\s",
    re.IGNORECASE,
)

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
    for place, unit in enumerate(units):
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
            article = _mark_article(unit, article, _text_below(units, place))
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
    return _RANK[division.group("word").casefold().translate(_ACCENTED)]


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


def _text_below(units: list[Unit], place: int) -> str:
    """What stands after `place` if it may be the text of what is named there."""
    if place + 1 == len(units) or units[place + 1].kind is BlockKind.HEADING:
        return ""
    text = units[place + 1].text
    return "" if any(form.match(text) for form in (_ARTICLE, _DIVISION, _PROVISION, _PROVISIONS)) else text


def _article_name(match: re.Match[str]) -> str:
    if match["roman"]:
        return f"artículo {match['roman']}"
    number = (match["number"] or match["spelt"].casefold().replace("unic", "únic")) + (match["added"] or "")
    return collapse(f"artículo {number.replace('–', '-')}")


def _is_text(rest: str, given: bool, below: str) -> bool:
    """Whether what follows the name of an article is its text and not its title; `below` is what stands under it."""
    if _REPEALED.fullmatch(rest):
        return True
    is_sentence = ends_sentence(rest) and _VERB.search(_HANGING.split(rest)[0]) is not None
    if given:
        return is_sentence and (not below or len(rest) > _SHORT)
    if _BRACKETED.fullmatch(rest):
        return False
    if len(rest) > _SHORT or ". " in rest or is_sentence:
        return True
    if not ends_sentence(rest):
        return starts_lower(below)  # a line of a sentence
    return not below and len(rest.split()) >= 4 and _SUBJECT.match(rest) is not None


def _mark_article(unit: Unit, article: str | None, below: str) -> str | None:
    """Mark the heading of an article or a provision, or label a paragraph inside one.

    An article on one line («Artículo 5. El fallo es inapelable.») is text that begins a place of its own.
    """
    match, rank = _ARTICLE.match(unit.text), _ARTICLE_RANK
    name = _article_name(match) if match else None
    if match is None:
        match, rank = _PROVISION.match(unit.text), _PROVISION_RANK
        if match:
            name = collapse(f"disposición {match['sort']} {match['number'] or ''}".casefold())
    if match and name:
        rest, given = unit.text[match.end() :], unit.kind is BlockKind.HEADING
        is_text = bool(rest) and _is_text(rest, given, below)
        unit.kind = BlockKind.PARAGRAPH if is_text else BlockKind.HEADING
        unit.level, unit.label = rank, name
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
    if not bare or ends_sentence(unit.text) or _REPEALED.fullmatch(unit.text):
        return False
    return not any(form.match(unit.text) for form in forms)


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
        and not (_ARTICLE.match(unit.text) or _DIVISION.match(unit.text))
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
