"""Finds the units by which laws and resolutions are cited: titles, chapters, articles, recitals, clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from alpie.index.layout.forms import NUMBERED, ends_sentence, heading_alternatives
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.quotations import are_quoted
from alpie.index.records import BlockKind, collapse
from alpie.index.spanish import alternatives, read_tables
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.unit_numbers import UnitNumber, number_at

_WORDS = read_tables(__file__)


def _any_of(name: str) -> str:
    return alternatives(_WORDS[name].split())


_ORDINAL = r"(?:\d{1,3}|[IVXLC]{1,8}|[a-záéíóúñ]{4,14}|[A-ZÁÉÍÓÚÑ]{4,14})"
_DIVISION = re.compile(
    rf"(?P<word>{heading_alternatives(_WORDS['ranks'])})"
    rf"\s+(?P<number>{_ORDINAL}|[A-Z])(?:\s*(?P<end>[.:–—-]|$)\s*|\s+(?=\S))"
)
# What opens a unit that is cited by its number, and what ends its name. A heading needs no such mark.
_OPENER = re.compile(
    rf"(?i)(?P<word>art[íi]culo(?P<several>s)?|{_any_of('openers')})\s+(?P<passing>transitori[oa]\s+)?"
)
_AND, _TO = re.compile(r"\s+y\s+"), re.compile(r"\s+al?\s+")
# The articles of other languages beside Spanish ones: Basque, Catalan, Galician.
_OTHER_LANGUAGE = re.compile(r"(?i)\d{1,3}\.\s+artikulua\b|(?:article|artigo)\s+\d")
_END = re.compile(r"\s*[.:–—-]+\s*|\s*$")
_GOES_ON = re.compile(r"\s+(?:del?|y|a|e|u|o|al|en)\b|\s*,")  # «Artículo 5 de la Ley 28484» opens nothing
_PROVISION = re.compile(rf"(?i)Disposición\s+(?P<sort>{_any_of('provisions')})(?P<number>\s+(?=\S))?")
# The heading over all provisions of a sort, and over others that are named by an ordinal alone.
_PROVISIONS = re.compile(rf"(?i)Disposiciones\s+(?P<sort>{_any_of('provisions')})(?:es|s)\s*\.?$")
_TRANSITORY = re.compile(r"(?:art[íi]culos\s+)?transitorios\W*$", re.IGNORECASE)
_PREAMBLE_HEADING = re.compile(r"(?:pre[áa]mbulo|exposici[óo]n\s+de\s+motivos)\W*", re.IGNORECASE)
_ROMAN_ALONE = re.compile(r"[IVXLC]+\W*")
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}")  # of a table of contents
_PASSING = re.compile(r"\s+transitori[oa]", re.IGNORECASE)
_ORDINAL_MARK = re.compile(r"(?<=\d)(?:\.?\s?[ºª°]|\.?[oa]\b)")
_COUNTS_IN_CAPITALS = re.compile(r"[IVXLC]+|\d*-?[A-Z]")
_ORDINAL_OPENS = re.compile(
    r"(?i)(?:(?:art[íi]culo|art\.)\s+)?(?P<number>[A-ZÁÉÍÓÚ][a-záéíóúA-ZÁÉÍÓÚ]{3,}\b)"
)
_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_RANK: dict[str, int] = {fold(word): rank for word, rank in _WORDS["ranks"].items()}
_ARTICLE_RANK = 6
_PROVISIONS_RANK = 1  # they stand after all titles and belong to none
_PROVISION_RANK = 2
_SHORT = 120  # characters of a heading that has its title on the same line
# A finite verb outside a relative clause tells «El fallo es inapelable.» from a title, «Ámbito de aplicación.».
# A plural one shows by its ending («forman»; but «orden», «régimen»), any by an object that no preposition brings
# («manda cuatro años», «nombra un secretario»; but «de cuatro años», «garantizar un salario»).
_VERB = re.compile(
    rf"(?i)\b(?:{_any_of('verbs')}|"
    r"se\s+[^\W\d_]+[aáeé]n?|[^\W\d_]{2,}rán?|[^\W\d_]*[áéíóú][^\W\d_]*se)\b"
    r"|(?-i:\s[a-zñáéíóú]{3,}(?<!m)(?<!g)(?<!ord)(?<!jov)[ae]n\b)"
    rf"|(?-i:\s(?!(?:{_any_of('no_verbs')})\s)[a-zñáéíóú]{{3,}}(?<![aei]r)(?<!ndo)\s"
    rf"(?:{_any_of('determiners')}|\d+\s[a-zñ]+s)\s)"
)
# How a line begins that is no title, where it is all there is of its article.
_NO_TITLE = re.compile(rf"(?i)\(|\[?(?:{_any_of('void')})|(?:{_any_of('sentence_openers')})\b")
_BRACKETED = re.compile(r"\[[^\]]*\]\*?")  # a title that an editor gave
_RELATIVE = re.compile(rf"\b(?:{_any_of('relatives')})\b", re.IGNORECASE)

_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_FEWEST_CLAUSES = 3
_MAX_GAP = 20  # clauses of an article that may be missing before one


def join_legal_headings(groups: list[LineGroup]) -> list[LineGroup]:
    """Mark the headings of divisions and articles, and join titles that stand on a line of their own to them.

    A heading that the format of the file gives keeps its place among the others: see `_order_headings`.
    """
    reader = _UnitReader()
    for group, is_quoted in zip(groups, are_quoted([group.text for group in groups]), strict=True):
        reader.read(group, is_quoted)
    _order_headings(reader.made, reader.ranks)
    _nest_preamble(reader.made)
    _make_one_line_articles_text(reader.made)
    return reader.made


@dataclass
class _UnitReader:
    """Reads line groups in their order and marks which unit each opens or belongs to."""

    made: list[LineGroup] = field(default_factory=list)
    # place in `made` → level by the format, legal rank
    ranks: dict[int, tuple[int, int]] = field(default_factory=dict)
    article: _OpenArticle | None = None
    ordinals: str | None = None  # what «Primera.» opens here: a «disposición adicional», a «transitorio»
    quoted: bool = False  # whether the last group was
    within: bool = False  # an article: a quotation around articles is but how a law is published

    def read(self, group: LineGroup, is_quoted: bool) -> None:
        """Take the next group, as a group of its own or as the title of the last one."""
        self.within = is_quoted and (self.within if self.quoted else self.article is not None)
        self.quoted = is_quoted
        given = group.kind is BlockKind.HEADING and not NUMBERED.match(group.text)
        if not given and (group.kind is not None or (self.within and self.article)):
            self._label_part(group)
        elif self.made and _takes_title(self.made[-1], group):
            self.made[-1].take(group)
            return
        else:
            self._mark_unit(group, given)
        self.made.append(group)

    def _label_part(self, group: LineGroup) -> None:
        """Label what opens no unit by the article that is open: a table, the words of another law that it quotes."""
        if self.article is None or group.label is not None:
            return
        if group.kind is None:
            group.label = self.article.clause_label
        elif group.kind in (BlockKind.TABLE, BlockKind.PULL_QUOTE):
            group.label = self.article.name

    def _mark_unit(self, group: LineGroup, given: bool) -> None:
        """Mark a group that may open a unit; `given`: the format says that it is a heading."""
        level = group.level
        rank = _division_rank(group, given)
        opened = None if rank is not None else _read_opening(group.text, given, self.ordinals)
        if rank is not None:
            group.kind, group.level = BlockKind.HEADING, rank
            self.article, self.ordinals = None, _named_by_ordinals(group.text)
        elif (not given or opened) and not _OTHER_LANGUAGE.match(group.text):
            self.article = _mark_article(group, self.article, opened)
            if group.label is None and self.article and group.kind is None and self.made:
                # an item belongs to the clause above it
                group.label = self.made[-1].label or self.article.name
        else:
            self.article = None  # a heading of another sort ends the article
        if given and group.kind is BlockKind.HEADING:
            ranked = group.label or rank is not None
            self.ranks[len(self.made)] = level, group.level if ranked else 0


def _division_rank(group: LineGroup, given: bool) -> int | None:
    """The rank of the division that a line group opens; None if it opens none."""
    if _named_by_ordinals(group.text):
        return _PROVISIONS_RANK
    division = _DIVISION.match(group.text)
    if division is None or len(group.text) > 160:
        return None
    sure = group.text.isupper() or (given and _is_division_number(division.group("number")))
    if division.group("end") is None and not sure:
        return None  # «Título profesional de …»
    return _RANK[fold(division.group("word"))]


def _is_division_number(text: str) -> bool:
    number = number_at(text)
    return (len(text) == 1 and text.isupper()) or (number is not None and number.end == len(text))


def _order_headings(groups: list[LineGroup], given: dict[int, tuple[int, int]]) -> None:
    """Bring the headings that a file gives into one order with the legal ranks: typefaces often show less than words do."""
    if not any(rank for _, rank in given.values()):
        return
    highest: dict[int, int] = {}
    for level, rank in given.values():
        if rank:
            highest[level] = min(rank, highest.get(level, rank))
    for place, (level, rank) in given.items():
        if not rank:
            below = [value for own, value in highest.items() if own >= level]
            groups[place].level = highest.get(level) or (min(below) if below else _ARTICLE_RANK + level)


def _nest_preamble(groups: list[LineGroup]) -> None:
    """Put «I», «II» under «PREÁMBULO», whose sections they are, though they are set alike."""
    level = 0
    for group in groups:
        if group.kind is not BlockKind.HEADING:
            continue
        if level and _ROMAN_ALONE.fullmatch(group.text):
            group.level = max(group.level, level + 1)
        else:
            level = group.level if _PREAMBLE_HEADING.fullmatch(group.text) else 0


def _named_by_ordinals(text: str) -> str | None:
    """What the ordinals below a heading count, where they stand alone: «Disposiciones finales», «Transitorios»."""
    if match := _PROVISIONS.match(text):
        return f"disposición {match['sort'].casefold()}"
    return "transitorio" if _TRANSITORY.match(text) else None


@dataclass(frozen=True)
class _UnitOpening:
    """The unit whose name begins a text, and where its title or its words begin."""

    name: str
    rank: int
    end: int


def _read_opening(text: str, given: bool, ordinals: str | None) -> _UnitOpening | None:
    """The article, clause or provision that `text` opens; `given`: the format says that it is a heading."""
    if not text[:1].isupper() or _LEADERS.search(text):
        return None
    opener, provision = _OPENER.match(text), _PROVISION.match(text)
    alone = _ORDINAL_OPENS.match(text) if ordinals else None
    if provision:
        name, rank, position = f"disposición {provision['sort'].casefold()}", _PROVISION_RANK, provision.end()
        if provision["number"] is None:
            end = _END.match(text, position)
            return _UnitOpening(name, rank, end.end()) if end else None
    elif alone and ordinals and number_at(alone["number"]):
        name, rank, position = ordinals, _PROVISION_RANK, alone.start("number")
    elif opener:
        word = "artículo" if opener["word"].casefold().startswith("art") else opener["word"].casefold()
        name = "transitorio" if opener["passing"] else word
        rank, position = _ARTICLE_RANK, opener.end()
    else:
        return None
    number = number_at(text, position, feminine=name.startswith(("disposición", "cláusula", "base")))
    if number is None:
        return None
    written = text[number.start : number.end]
    if opener and opener["several"]:  # «Artículos 4 a 6. (Derogados)»
        last = _last_of_several(text, number)
        end = _END.match(text, last.end) if last else None
        several = last and f"{word}s {_cited_number(written)} a {_cited_number(text[last.start : last.end])}"
        return _UnitOpening(several, rank, end.end()) if several and end else None
    if opener and (passing := _PASSING.match(text, number.end)):  # «Artículo segundo transitorio»
        name, number = "transitorio", replace(number, end=passing.end())
    end = _END.match(text, number.end)
    apart = number.ordinal or given or text[number.end :].lstrip().startswith("(")
    if end is None and (not apart or _GOES_ON.match(text, number.end)):
        return None
    return _UnitOpening(f"{name} {_cited_number(written)}", rank, end.end() if end else number.end)


def _last_of_several(text: str, first: UnitNumber) -> UnitNumber | None:
    """The last number of «4 a 6», or of «4 y 5», between which nothing is left out."""
    to = _TO.match(text, first.end)
    joined = to or _AND.match(text, first.end)
    last = number_at(text, joined.end()) if joined else None
    numbers = [int(one.canonical) for one in (first, last) if one and one.canonical.isdigit()]
    follows = len(numbers) == 2 and (numbers[0] < numbers[1] if to else numbers[0] + 1 == numbers[1])
    return last if follows else None


def _cited_number(number: str) -> str:
    """A number as it stands, without the mark of an ordinal; capitals only where they count: «7-A», «IV»."""
    words = _ORDINAL_MARK.sub("", collapse(number)).rstrip(".:–—-").split()
    cited = " ".join(word if _COUNTS_IN_CAPITALS.fullmatch(word) else word.casefold() for word in words)
    return re.sub(r"^unic(?=[oa]$)", "únic", cited)


def opens_unit(heading: str) -> bool:
    """Whether a heading names an article, a clause or a provision."""
    return _read_opening(heading, True, None) is not None


def only_orders(heading: str) -> bool:
    """Whether a heading says no more than where one is: a division's name, a line of a table of contents."""
    return bool(_DIVISION.match(heading) or _LEADERS.search(heading))


@dataclass
class _OpenArticle:
    """The article that is read, and how its clauses are numbered so far."""

    name: str
    last: int = 0
    style: str = ""  # what stands after the numbers of its clauses: «1.», «1)», «1.ª»
    nested: str = ""  # and after those of an enumeration within a clause

    @property
    def clause_label(self) -> str:
        """The label of what belongs to the last clause."""
        return f"{self.name}, apartado {self.last}" if self.last else self.name

    def label_at(self, mark: str) -> str:
        """The label of a paragraph that opens with `mark`: a clause of its own only where the count goes on."""
        style, number = mark.lstrip("(").lstrip("0123456789"), int(re.sub(r"\D", "", mark))
        self.style = self.style or style
        if style != self.style and (style == self.nested or number <= self.last):
            self.nested = style
            return self.clause_label
        self.nested = ""
        if number <= self.last:  # it counts something else
            return self.name
        if number > self.last + _MAX_GAP:  # the end of a sentence: «… en el artículo / 54. La junta …»
            return self.clause_label
        self.last = number
        return self.clause_label


def _mark_article(
    group: LineGroup, article: _OpenArticle | None, opened: _UnitOpening | None
) -> _OpenArticle | None:
    """Mark the heading of an article or a provision, or label a paragraph inside one."""
    if opened:
        rest = group.text[opened.end :]
        group.label = opened.name
        named = len(rest) <= _SHORT and (". " not in rest or bool(_BRACKETED.fullmatch(rest)))
        heads = group.kind is BlockKind.HEADING or named
        group.kind, group.level = BlockKind.HEADING, opened.rank
        if _is_sentence(rest) or not heads:
            _make_paragraph(group)
        return _OpenArticle(opened.name)
    if article and not group.bulleted:
        clause = NUMBERED.match(group.text)
        if clause and clause.group("mark")[0].isdigit():
            group.label = article.label_at(clause.group("mark"))
            group.kind = BlockKind.PARAGRAPH
        elif not clause:
            group.label = article.name
    return article


def _is_sentence(rest: str) -> bool:
    """Whether what follows the name of an article is a sentence, and no title."""
    if not ends_sentence(rest) or rest.rstrip().endswith("?"):
        return False
    relative = _RELATIVE.search(rest)
    return bool(_VERB.search(rest, 0, relative.start() if relative else len(rest)))


def _make_one_line_articles_text(groups: list[LineGroup]) -> None:
    """Make text of articles that are one line and no more: «Artículo 22. (Derogado)»; titles stay titles.

    Where the same article has words elsewhere, the line is an entry of a table of contents, or a title: but in documents
    whose articles all begin with a sentence on that line.
    """
    named = [
        (group, group.text[opened.end :].strip(), following)
        for group, following in zip_longest(groups, groups[1:])
        if group.kind is BlockKind.HEADING
        and group.label
        and (opened := _read_opening(group.text, True, group.label.rpartition(" ")[0]))
        and group.text[opened.end :].strip()
    ]
    texts = sum(g.kind is BlockKind.PARAGRAPH and g.level > 0 for g in groups)
    untitled = texts > 1 and all(_NO_TITLE.match(rest) and ends_sentence(rest) for _, rest, _ in named)
    bodiless = {id(group) for group, _, following in named if not _is_under(following, group)}
    told = {_unit_of_label(group) for group in groups if group.label and id(group) not in bodiless}
    for group, rest, _ in named:
        alone = id(group) in bodiless and group.label not in told
        if _NO_TITLE.match(rest) and (alone or untitled):
            _make_paragraph(group)


def _is_under(group: LineGroup | None, heading: LineGroup) -> bool:
    if group is None or (group.kind is BlockKind.HEADING and group.level <= heading.level):
        return False
    return group.label is None or _unit_of_label(group) == heading.label


def _unit_of_label(group: LineGroup) -> str:
    return (group.label or "").partition(",")[0]


def _make_paragraph(group: LineGroup) -> None:
    """Turn a heading into a paragraph. Its level stays: it ends what stands above it."""
    group.kind = BlockKind.PARAGRAPH
    group.lines[0] = replace(group.lines[0], start=group.lines[0].start + group.skip)
    group.skip = 0


def _takes_title(before: LineGroup, group: LineGroup) -> bool:
    """Whether `group` is the title of the division or article named on the line before it."""
    if before.kind is not BlockKind.HEADING or len(before.text) > 40 or len(group.text) > _SHORT:
        return False
    if _named_by_ordinals(group.text) or group.label or group.item:
        return False
    opened = _read_opening(before.text, True, None)
    bare = (opened and opened.end == len(before.text)) or _DIVISION.fullmatch(before.text)
    opens = (
        _read_opening(group.text, False, None) or _DIVISION.match(group.text) or NUMBERED.match(group.text)
    )
    return bool(bare) and not ends_sentence(group.text) and not opens


def label_clauses(groups: list[LineGroup]) -> None:
    """Number recitals, and the clauses of a resolution that open in capitals."""
    _label_recitals(groups)
    clauses = [
        group
        for group in groups
        if group.kind in (None, BlockKind.PARAGRAPH)
        and group.label is None
        and len(group.text) > 60
        and _CAPITALS.match(group.text)
        and not group.text.isupper()
        and _read_opening(group.text, False, None) is None
    ]
    if len(clauses) < _FEWEST_CLAUSES or not any(group.text[-1] in ",;" for group in clauses):
        return
    preamble = operative = 0
    for group in clauses:
        if not operative and (group.text[-1] == "," or _PREAMBLE.match(group.text)):
            preamble += 1
            group.label = f"párrafo {preamble} del preámbulo"
        else:
            operative += 1
            group.label = f"párrafo {operative} de la parte dispositiva"
        group.kind = BlockKind.PARAGRAPH


def _label_recitals(groups: list[LineGroup]) -> None:
    """Label long paragraphs numbered in brackets from one, «(1) …», «(2) …», as recitals."""
    found: list[LineGroup] = []
    for group in groups:
        match = _RECITAL.match(group.text) if group.kind is None and len(group.text) > 60 else None
        if match and int(match["number"]) == len(found) + 1:
            found.append(group)
    if len(found) >= _FEWEST_CLAUSES:
        for number, group in enumerate(found, 1):
            group.kind, group.label = BlockKind.PARAGRAPH, f"considerando {number}"
