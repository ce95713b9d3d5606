"""Finds the units by which laws are cited: divisions, articles with their titles, provisions and their clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.quotations import are_quoted
from alpie.index.records import BlockKind
from alpie.index.spanish.word_tables import alternatives, word_sets
from alpie.index.typography.line_forms import NUMBERED, ends_sentence
from alpie.index.typography.unit_openings import (
    ARTICLE_RANK,
    DIVISION,
    PROVISIONS_RANK,
    UnitOpening,
    division_rank,
    named_by_ordinals,
    read_opening,
)

_WORDS = word_sets(__file__)


def _any_of(name: str) -> str:
    return alternatives(_WORDS[name])


# The articles of other languages beside Spanish ones: Basque, Catalan, Galician.
_OTHER_LANGUAGE = re.compile(r"(?i)\d{1,3}\.\s+artikulua\b|(?:article|artigo)\s+\d")
# one whose title stands on the next line
_OTHER_LANGUAGE_ALONE = re.compile(r"(?i)(?:article|artigo)\s+\d{1,4}[\s.ºo°:–-]*")
_PREAMBLE_HEADING = re.compile(r"(?:pre[áa]mbulo|exposici[óo]n\s+de\s+motivos)\W*", re.IGNORECASE)
_ROMAN_ALONE = re.compile(r"[IVXLC]+\W*")
_PREAMBLE_RANK = 2  # if the format does not say
# of a line that only names an article or division: «DISPOSICIÓN TRANSITORIA DECIMOCUARTA»
_MAX_NAME_CHARACTERS = 40
_MAX_TITLE_CHARACTERS = 120  # of a heading that has its title on the same line
# A finite verb outside a relative clause distinguishes «El fallo es inapelable.» from a title, «Ámbito de aplicación.».
# A plural one shows by its ending («forman»; but «orden», «régimen»), any by an object that no preposition brings
# («manda cuatro años», «nombra un secretario»; but «de cuatro años», «garantizar un salario»).
_VERB = re.compile(
    rf"(?i)\b(?:{_any_of('verbs')}|"
    r"se\s+[^\W\d_]+[aáeé]n?|[^\W\d_]{2,}rán?|[^\W\d_]*[áéíóú][^\W\d_]*se)\b"
    r"|(?-i:\s[a-zñáéíóú]{3,}(?<!m)(?<!g)(?<!ord)(?<!jov)[ae]n\b)"
    rf"|(?-i:\s(?!(?:{_any_of('no_verbs')})\s)[a-zñáéíóú]{{3,}}(?<![aei]r)(?<!ndo)\s"
    rf"(?:{_any_of('determiners')}|\d+\s[a-zñ]+s)\s)"
)
# How a line begins that is not a title but all there is of its article.
_NO_TITLE = re.compile(rf"(?i)\(|\[?(?:{_any_of('void')})|(?:{_any_of('sentence_openers')})\b")
_BRACKETED = re.compile(r"\[[^\]]*\]\*?")  # a title that an editor gave
# what an editor adds to a title: «[Redacción dada por …]»
_LAST_BRACKET = re.compile(r"(?<=\S)\s*\[[^\[\]]{0,200}\]\*?$")
_RELATIVE = re.compile(rf"\b(?:{_any_of('relatives')})\b", re.IGNORECASE)

_MAX_GAP_CLAUSES = 20  # clauses of an article that may be missing before one


def join_legal_headings(groups: list[LineGroup]) -> list[LineGroup]:
    """Mark the headings of divisions and articles, and join titles that stand on a line of their own to them.

    A heading that the format of the file gives keeps its place among the others: see `_order_headings`.
    """
    reader = _UnitReader()
    quoted = are_quoted([group.text for group in groups])
    for (group, following), is_quoted in zip(zip_longest(groups, groups[1:]), quoted, strict=True):
        reader.read(group, following.text if following else "", is_quoted)
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

    def read(self, group: LineGroup, following: str, is_quoted: bool) -> None:
        """Take the next group, before the text `following`, as a group of its own or as the title of the last one."""
        self.within = is_quoted and (self.within if self.quoted else self.article is not None)
        self.quoted = is_quoted
        given = group.kind is BlockKind.HEADING and not NUMBERED.match(group.text)
        if not given and (group.kind is not None or (self.within and self.article)):
            self._label_part(group)
        elif self.made and _takes_title(self.made[-1], group):
            self.made[-1].take(group)
            return
        else:
            self._mark_unit(group, following, given)
        self.made.append(group)

    def _label_part(self, group: LineGroup) -> None:
        """Label what opens no unit by the article that is open: a table, the words of another law that it quotes."""
        if self.article is None or group.label is not None:
            return
        if group.kind is None:
            group.label = self.article.clause_label
        elif group.kind in (BlockKind.TABLE, BlockKind.PULL_QUOTE):
            group.label = self.article.name

    def _mark_unit(self, group: LineGroup, following: str, given: bool) -> None:
        """Mark a group that may open a unit; `given`: the format says that it is a heading."""
        level = group.level
        headed = {_PREAMBLE_HEADING: _PREAMBLE_RANK, _OTHER_LANGUAGE_ALONE: ARTICLE_RANK}
        for form, own in headed.items() if not given else ():
            if form.fullmatch(group.text):
                group.kind, group.level, self.article = BlockKind.HEADING, own, None
                return
        ordinals = named_by_ordinals(group.text, following)
        rank = PROVISIONS_RANK if ordinals else division_rank(group.text, given)
        opened = None if rank is not None else read_opening(group.text, given, self.ordinals)
        if rank is not None:
            group.kind, group.level = BlockKind.HEADING, rank
            self.article, self.ordinals = None, ordinals
        elif (not given or opened) and not _OTHER_LANGUAGE.match(group.text):
            if opened and self.ordinals and opened.rank != ARTICLE_RANK and self.ordinals not in opened.name:
                self.ordinals = None  # a provision of another sort
            self.article = _mark_article(group, self.article, opened)
            if group.label is None and self.article and group.kind is None and self.made:
                # an item belongs to the clause above it
                group.label = self.made[-1].label or self.article.name
        else:
            self.article = None  # a heading of another sort ends the article
        if given and group.kind is BlockKind.HEADING:
            ranked = group.label or rank is not None
            self.ranks[len(self.made)] = level, group.level if ranked else 0


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
            groups[place].level = highest.get(level) or (min(below) if below else ARTICLE_RANK + level)


def _nest_preamble(groups: list[LineGroup]) -> None:
    """Put «I», «II» under «PREÁMBULO», whose sections they are, though they are set alike; a unit of the law ends all of them."""
    level = 0
    for group in groups:
        roman = level and _ROMAN_ALONE.fullmatch(group.text)
        if group.kind is None and roman:
            group.kind = BlockKind.HEADING
        if level and group.level and (group.label or division_rank(group.text, True)):
            group.closes, level = min(level, group.level), 0
        elif group.kind is not BlockKind.HEADING:
            continue
        elif roman:
            group.level = max(group.level, level + 1)
        elif _PREAMBLE_HEADING.fullmatch(group.text):
            level = group.level
        elif group.level <= level:
            level = 0


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

    def label_at(self, enumerator: str) -> str:
        """The label of a paragraph that opens with `enumerator`: a clause of its own only where the count goes on."""
        style, number = enumerator.lstrip("(").lstrip("0123456789"), int(re.sub(r"\D", "", enumerator))
        self.style = self.style or style
        if style != self.style and (style == self.nested or number <= self.last):
            self.nested = style
            return self.clause_label
        self.nested = ""
        if number <= self.last:  # it counts something else
            return self.name
        if (
            number > self.last + _MAX_GAP_CLAUSES
        ):  # the end of a sentence: «… en el artículo / 54. La junta …»
            return self.clause_label
        self.last = number
        return self.clause_label


def _mark_article(
    group: LineGroup, article: _OpenArticle | None, opened: UnitOpening | None
) -> _OpenArticle | None:
    """Mark the heading of an article or a provision, or label a paragraph inside one."""
    if opened:
        rest = _LAST_BRACKET.sub("", group.text[opened.end :])
        group.label = opened.name
        named = len(rest) <= _MAX_TITLE_CHARACTERS and (". " not in rest or bool(_BRACKETED.fullmatch(rest)))
        heads = group.kind is BlockKind.HEADING or named
        group.kind, group.level = BlockKind.HEADING, opened.rank
        if is_sentence(rest) or not heads:
            _make_paragraph(group)
        return _OpenArticle(opened.name)
    if article and not group.bulleted:
        clause = NUMBERED.match(group.text)
        if clause and clause.group("enumerator")[0].isdigit():
            group.label = article.label_at(clause.group("enumerator"))
            group.kind = BlockKind.PARAGRAPH
        elif not clause:
            group.label = article.name
    return article


def is_sentence(rest: str) -> bool:
    """Whether what follows the name of an article is a sentence, and no title."""
    if not ends_sentence(rest) or rest.rstrip().endswith("?"):
        return False
    relative = None if rest.endswith(":") else _RELATIVE.search(rest)
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
        and (opened := read_opening(group.text, True, group.label.rpartition(" ")[0]))
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
    if (
        before.kind is not BlockKind.HEADING
        or len(before.text) > _MAX_NAME_CHARACTERS
        or len(group.text) > _MAX_TITLE_CHARACTERS
    ):
        return False
    if named_by_ordinals(group.text) or group.label or group.item:
        return False
    opened = read_opening(before.text, True, None) if before.label else None
    bare = (
        (opened and opened.end == len(before.text))
        or DIVISION.fullmatch(before.text)
        or (_OTHER_LANGUAGE_ALONE.fullmatch(before.text) and not group.blank_before)
    )
    opens = read_opening(group.text, False, None) or DIVISION.match(group.text) or NUMBERED.match(group.text)
    return bool(bare) and not ends_sentence(group.text) and not opens
