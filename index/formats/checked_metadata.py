"""What a file says about itself, checked against what its document shows, since citations are made from it.

1. Title: programs write the label of a file («Disposición 534 del BOE núm. 8 de 2026») where a title should stand. A norm's
   own title at the head of the text («Resolución de 22 de diciembre de 2025, de …») is preferred to what stands nowhere
   there; a file without a title is named by the heading or line at its head.
2. Publisher: «author» is usually whoever sat at the keyboard. It counts as the publisher if it names a body, or the
   document shows it.
3. Date: the day on which a norm was made, which its title says.
4. Capitals: a title or publisher in nothing else («REGLAMENTO ESTUDIANTIL») is cited as the document writes it elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from alpie.index.formats.extraction import Extraction, Metadata
from alpie.index.messages import message
from alpie.index.records import BlockKind, collapse
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.citation_parser import parse_label
from alpie.index.spanish.dates import iso_date
from alpie.index.spanish.number_words import MONTHS
from alpie.index.spanish.numerals import number_at
from alpie.index.spanish.word_tables import read_tables
from alpie.index.typography.line_forms import BULLET, NUMBERED, SECTION, ends_sentence, kind_by_form

_MAX_TITLE_LINES = 3  # of a title set apart at the head of a text
_MAX_HEADING = 200  # characters: what is longer is a paragraph
_MAX_OFFICIAL = 500  # characters: norms that amend others name them all
_FEWEST_WORDS = 2  # of a title: one word in capitals may be an acronym, one alone a label
_OPENING_PARAGRAPHS = 12  # a gazette sets its own head, section and number above the title of a norm
_OPENING = 4_000  # characters, which hold those paragraphs
_BLANK = re.compile(r"\n\s*\n")
_TABLES = read_tables(__file__)
_KINDS = re.sub(r"\s*\n\s*", "", _TABLES["kinds"])
_CONTINUES = frozenset(_TABLES["continues"].split())
_SMALL = _CONTINUES.union(_TABLES["small"].split(), MONTHS)
_INSTITUTIONS = frozenset(_TABLES["institutions"].split())
_PLACEHOLDERS = frozenset(_TABLES["placeholders"].split())
_KIND = re.compile(rf"(?:{_KINDS})\b", re.IGNORECASE)
# «Ley 39/2006, de 14 de diciembre, de …», «Resolución de 15 de julio de 2024, de la Dirección General …, por la que …»
_OFFICIAL = re.compile(
    rf"(?:\d{{1,6}} )?((?:{_KINDS})\b[^.;«»\"]{{0,120}}?,? de(?:l día)? (\d{{1,2}}) de ({'|'.join(MONTHS)})(?: de (\d{{4}}))?"
    r",? (?:de|del|por|para|sobre|relativ|regulador|que)\w* \S.*)",
    re.IGNORECASE,
)
_NUMBER_YEAR = re.compile(r"\b\d{1,5}/((?:1[89]|20)\d\d)\b|\b((?:1[89]|20)\d\d)/\d{1,5}\b")
_LETTERS = re.compile(r"[^\W\d_]+")
_LABEL = re.compile(r"^[^-–—|]{3,60} [-–—|] (?=\S)")


def checked_metadata(extraction: Extraction) -> Metadata:
    """The metadata of a file with the title, publisher and date that its document bears out."""
    told = extraction.metadata
    title = _in_running_letters(_best_title(extraction), extraction.text)
    official = _OFFICIAL.fullmatch(title)
    own_date = _date_of(official) if official else ""
    publisher, notes = told.publisher, told.notes
    words = set(re.findall(r"\w+", fold(told.author)))
    if words and not publisher and not words & _PLACEHOLDERS:
        if words & _INSTITUTIONS or _stands_in(told.author, extraction.text):
            publisher = told.author
        else:
            notes = (*notes, message("note.author", name=told.author))
    publisher = _in_running_letters(publisher, extraction.text, is_name=True)
    guessed = tuple(name for name in told.guessed if name != "title" and not (name == "date" and own_date))
    return replace(
        told, title=title, publisher=publisher, date=own_date or told.date, notes=notes, guessed=guessed
    )


def kind_of_title(title: str) -> str:
    """What a document is («ley orgánica»), in small letters, if its title opens with it; else ""."""
    named = _KIND.match(title)
    return named.group().lower() if named else ""


def _best_title(extraction: Extraction) -> str:
    """The title of the document, with no full stop at its end; "" where neither file nor text have one."""
    told = extraction.metadata.title
    is_guessed = "title" in extraction.metadata.guessed
    official = _official_title(extraction)
    if own := _OFFICIAL.fullmatch(_LABEL.sub("", told)):
        title = own[1]  # «DOG 233 del 11/12/2023 - LEY 7/2023, de 30 de noviembre, …»
    elif official and (is_guessed or not _stands_in(told, extraction.text[:_OPENING])):
        title = official
    else:
        title = told or shown_title(extraction)
    return title[:-1] if title.endswith(".") and "." not in title.split()[-1][:-1] else title  # but «S.A.»


def _official_title(extraction: Extraction) -> str:
    """The title of the norm that begins with one of the first paragraphs of a document; "" for none."""
    text, structure = extraction.text[:_OPENING], extraction.structure
    paragraphs = (
        _BLANK.split(text.strip())
        if structure is None
        else [text[element.start : element.end] for element in structure.elements[:_OPENING_PARAGRAPHS]]
    )
    for paragraph in paragraphs[:_OPENING_PARAGRAPHS]:
        lines = paragraph.splitlines()
        last = next((at for at, line in enumerate(lines) if ends_sentence(line)), len(lines) - 1)
        official = _OFFICIAL.fullmatch(collapse(" ".join(lines[: last + 1])))
        if official and len(official[1]) <= _MAX_OFFICIAL:
            return official[1]
    return ""


def _date_of(official: re.Match[str]) -> str:
    """The date in a norm's title, whose year its number may say («Ley 39/2006, de 14 de diciembre»)."""
    number = _NUMBER_YEAR.search(official[1])
    year = official[4] or (number and (number[1] or number[2]))
    return iso_date(f"{official[2]} de {official[3]} de {year}") if year else ""


def _stands_in(words: str, text: str) -> bool:
    """Whether `text` has `words` as whole words, whatever their case and accents and the white space between them."""
    whole = rf"(?<!\w){re.escape(fold(collapse(words)))}(?!\w)"
    return bool(words) and re.search(whole, fold(collapse(text))) is not None


def _in_running_letters(name: str, text: str, is_name: bool = False) -> str:
    """A title or name all in capitals as `text` writes it elsewhere, whole or word by word; any other as it is.

    Acronyms and numbers stay; a word that stands nowhere else may be a name. `is_name`: of a body, all of whose words are.
    """
    kind = kind_of_title(name)
    if kind and name.startswith(kind.upper()) and not name.isupper():  # «LEY 7/2023, de 30 de noviembre, …»
        return " ".join(word[:1].upper() + word[1:] for word in kind.split()) + name[len(kind) :]
    if not name.isupper() or len(name.split()) < _FEWEST_WORDS:
        return name
    whole = re.compile(r"\s+".join(map(re.escape, name.split())), re.IGNORECASE)
    if shown := next((collapse(one[0]) for one in whole.finditer(text) if not one[0].isupper()), ""):
        return shown[:1].upper() + shown[1:]
    lines = (line for line in whole.sub("", text).splitlines() if not line.isupper())
    running: Counter[str] = Counter(word for line in lines for word in _LETTERS.findall(line))

    def written(found: re.Match[str]) -> str:
        word: str = found[0]
        small = word.lower()
        alike = [known for known in running if len(known) == len(word) and fold(known) == fold(word)]
        shown = [known for known in alike if not known.isupper()]
        if small in _SMALL:
            return small
        if not shown:
            return word if alike or number_at(word) else word.capitalize()
        # «PROTECCION» has lost its accent
        best = max(shown, key=lambda known: (known.lower() == small, running[known]))
        return best.capitalize() if is_name else best

    written_out = _LETTERS.sub(written, name)
    return written_out[:1].upper() + written_out[1:]


def shown_title(extraction: Extraction) -> str:
    """The one heading of its level that stands above all others, or the line set apart at the head of a text; "" for none."""
    text = extraction.text
    if extraction.structure is None:
        first = _BLANK.split(text.strip(), maxsplit=1)
        lines = first[0].splitlines()
        title = collapse(first[0])
        return title if len(first) > 1 and len(lines) <= _MAX_TITLE_LINES and is_title(title) else ""
    headings = (one for one in extraction.structure.elements if one.kind is BlockKind.HEADING)
    titles = [(one.level, collapse(text[one.start : one.end])) for one in headings]
    titles = [(level, title) for level, title in titles if not names_part(title)]
    if not titles:
        return ""
    level, highest = titles[0]
    alike = [title for own, title in titles[1:] if own == level]
    # what only its capitals set apart has nothing above it
    in_capitals = _in_capitals(highest) and not any(map(_in_capitals, alike))
    sole = not alike or (text.startswith(highest) and is_title(highest) and in_capitals)
    return highest if sole and len(highest) <= _MAX_HEADING else ""


def _in_capitals(title: str) -> bool:
    return re.sub("[ºª]", "", title).isupper()


def is_title(line: str) -> bool:
    """Whether the first line of a text is its title and no sentence, item, date or heading of a part."""
    opens = line[:1].isupper() and not (BULLET.match(line) or NUMBERED.match(line))
    short = len(line.split()) >= _FEWEST_WORDS and len(line) <= _MAX_HEADING
    return opens and short and not ends_sentence(line) and kind_by_form(line) is None and not names_part(line)


def names_part(heading: str) -> bool:
    """Whether a heading is that of an article, a division, a preamble or a numbered section."""
    return bool(parse_label(heading) or SECTION.match(heading))


def joined_title(first: str, following: Sequence[str]) -> str:
    """`first` with those of the lines after it that go on with the title that it begins."""
    title = first
    for line in following:
        ends_open = title.split()[-1].lower() in _CONTINUES
        if names_part(line) or not (ends_open or line.split()[0].lower() in _CONTINUES):
            break
        title = f"{title} {line}"
    return title if len(title) <= _MAX_HEADING else first
