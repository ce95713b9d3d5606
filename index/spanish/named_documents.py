"""Recognises documents as people name them: «la Ley 4/2018», «LOPIVI», «la nota de Alicante», «el informe de WeProtect».

The names of a document are derived from what is known about it and never listed: title, kind, publisher, id, file
name, the number of a law, the initials of a title. The number of a law is enough, whatever other words are beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from alpie.index.records import Document, cut_between_words
from alpie.index.spanish.analysis import fold, fold_in_place
from alpie.index.spanish.word_tables import read_tables

_TABLES = read_tables(__file__)
_FEMININE, _MASCULINE, _ANY_DOCUMENT, _OF_A_LAW, _OPTIONAL, _SILENT = (
    frozenset(_TABLES[name].split())
    for name in ("feminine", "masculine", "any_document", "of_a_law", "optional", "silent")
)
NOUNS = _FEMININE | _MASCULINE
_SAME_KIND: dict[str, str] = _TABLES["same_kind"]
_ABBREVIATED = {short: tuple(words.split()) for short, words in _TABLES["abbreviated"].items()}
_WORD = re.compile(r"[\w/.-]*\w")
_NUMBER = re.compile(
    r"(?P<kinds>(?:(?:" + "|".join(sorted((*_OF_A_LAW, *_ABBREVIATED), key=len, reverse=True)) + r")[\s-]+)*)"
    r"(?:\(?(?:ue|ce|cee)\)?,?\s+)?(?:n(?:[.ºo°]|um\.?|umero)*\s*)?"
    r"(?<![\w/.-])(?P<number>\d{1,5}/\d{2,4}(?![\d/]*\d)|\d{1,3}(?:\.\d{3})+|\d{4,6})(?:/(?:ue|ce|cee))?(?![\w/.]*\d)"
)
_IN_ID = re.compile(
    r"\b(?P<kind>ley|lo|rd|rdl|decreto|orden|ordenanza|reglamento)[-_ ](?P<number>\d{1,6})(?:[-_ ](?P<year>(?:19|20)\d\d))?\b"
)
_ACRONYM = re.compile(r"[A-ZÁÉÍÓÚÑ][\wÁÉÍÓÚÑ]*[A-ZÁÉÍÓÚÑ]\w*")
_ID = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\w+(?:[-_]\w+)+")  # of a document: «boe-a-2021-9347»
_MAX_TITLE_CHARACTERS = 500  # what is longer is a text, and would take long to be read as a title
_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[\w.]+(?:[/-][\w.]+){2,}")  # of a document: «cul/18/2024»
NORMS = NOUNS - {"constitucion"}  # alone, these words name no document
_MAX_WORDS_BETWEEN = 2  # words that may stand between those of a name
_YEARS = range(1800, 2101)  # what may be a year is no number of a law without its own
_MAX_SHOWN_CHARACTERS = 60  # of a title that is shown in a line with other things
_MAX_UNINFLECTED_LETTERS = 4  # of longer words, inflected forms count as the same word


@dataclass(frozen=True)
class LawNumber:
    """The number of a law, as in «Ley Orgánica 8/2021»: the kind of law, and its number without the century of the year."""

    kinds: frozenset[str]
    number: str

    def may_be(self, other: LawNumber) -> bool:
        """Whether this number may stand for `other`: equal numbers, and no kind of law that `other` is not."""
        is_kind = self.kinds <= other.kinds and other.kinds - self.kinds <= _OPTIONAL
        return self.number == other.number and (is_kind or not self.kinds)


class FoundLawNumber(NamedTuple):
    """The number of a law in a text, and where it stands, its kind included."""

    law: LawNumber
    start: int
    end: int


def law_numbers(folded: str, position: int = 0) -> Iterator[FoundLawNumber]:
    """All numbers of laws in a folded text, from `position` on, in their order."""
    for match in _NUMBER.finditer(folded, position):
        kinds = frozenset(_kinds(match["kinds"]))
        plain = match["number"].replace(".", "")
        if "/" in plain or (kinds and int(plain) not in _YEARS):
            yield FoundLawNumber(LawNumber(kinds, _without_century(plain)), match.start(), match.end())


def find_law_number(folded: str, position: int = 0) -> FoundLawNumber | None:
    """The first number of a law in a folded text, from `position` on."""
    return next(law_numbers(folded, position), None)


def law_name(title: str) -> str:
    """The kind and number that the title of a law opens with: «Ley 39/2006»; "" for any other title."""
    found = find_law_number(fold_in_place(title))
    return title[: found.end] if found and found.start == 0 and found.law.kinds else ""


def short_title(title: str) -> str:
    """The title in a line with other things: the number of a law, else the title, cut between words where it is long."""
    return law_name(title) or cut_between_words(title, _MAX_SHOWN_CHARACTERS)


def _kinds(text: str) -> Iterator[str]:
    for word in re.findall(r"[a-z]+", text):
        yield from _ABBREVIATED.get(word, (word,))


def _without_century(number: str) -> str:
    first, slash, year = number.partition("/")
    return f"{first}/{year[-2:]}" if slash and len(first) < len("2011") else number


def distinctive_words(name: str) -> tuple[str, ...]:
    """The folded words of a name that tell documents apart: without articles, prepositions and the like."""
    return tuple(word for word in _WORD.findall(fold(name)) if word not in _SILENT)


def first_noun(name: str) -> str:
    """The kind of document that a name begins with: «ley», «nota»; "" where the name begins with another word."""
    words = distinctive_words(name)
    word = _ABBREVIATED.get(words[0], (words[0],))[0] if words else ""
    word = _SAME_KIND.get(word, word)
    return word if word in NOUNS else ""


def looks_like_name(name: str) -> bool:
    """Whether words are the name of a document: a kind of document first, a number of a law, an acronym, or an id."""
    is_short = _ACRONYM.fullmatch(name.strip()) or _ID.fullmatch(name.strip())
    return bool(first_noun(name) or find_law_number(fold(name)) or is_short)


def mentions_name(text: str, name: str) -> bool:
    """Whether a text names what `name` names: by the number of a law, or by all words of the name, close together."""
    folded = fold(text)
    if wanted := find_law_number(fold(name)):
        return any(wanted.law.may_be(found.law) for found in law_numbers(folded))
    words, text_words = distinctive_words(name), distinctive_words(text)
    if all(word in NORMS for word in words):
        return False
    windows = (
        text_words[at : at + len(words) + _MAX_WORDS_BETWEEN]
        for at, word in enumerate(text_words)
        if _matches_word(word, frozenset(words[:1]))
    )
    return any(all(_matches_word(word, frozenset(window)) for word in words) for window in windows)


def is_title_of(title: str, name: str) -> bool:
    """Whether a title begins with the words of `name`: «Reglamento de caza menor» does with «reglamento de caza»."""
    own, wanted = find_law_number(fold(title)), find_law_number(fold(name))
    if own and wanted:
        return wanted.law.may_be(own.law)
    opening = " ".join(distinctive_words(title)[: len(distinctive_words(name)) + _MAX_WORDS_BETWEEN])
    return first_noun(title) == first_noun(name) and mentions_name(opening, name)


def is_plural(name: str) -> bool:
    """Whether a name is a plural: «estatutos del club»."""
    return first_noun(name).endswith("s")


def name_with_article(name: str) -> str:
    """A name with its article, to begin a sentence: «El Código Penal», «La Ley 1/2000», «Los estatutos», «LOPJ»."""
    if not first_noun(name) or not name[:1].isalpha() or _ACRONYM.match(name):
        return name
    word = distinctive_words(name)[0]
    if _ABBREVIATED.get(word, (word,))[0] in _FEMININE:
        return f"La {name}"
    return f"Los {name}" if is_plural(name) else f"El {name}"


@dataclass(frozen=True)
class _DocumentWords:
    words: frozenset[str]  # of title, kind, publisher, date, id and file name
    proper: frozenset[str]  # words of publisher and id, each of which is a name by itself
    kinds: frozenset[str]  # words for what the document is: «nota», «prensa», «ley»
    numbers: tuple[LawNumber, ...]
    title: tuple[str, ...]


class DocumentNames:
    """The names by which the documents of a corpus are known."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._known = {id_: _document_words(document) for id_, document in documents.items()}
        self._ids = {fold(id_): id_ for id_ in documents}

    @property
    def all(self) -> frozenset[str]:
        """The ids of all documents."""
        return frozenset(self._known)

    def fitting(self, name: str) -> frozenset[str]:
        """Ids of the documents that `name` fits; empty where it names a document that is not here."""
        if identified := self.with_id(name):
            return identified
        numbered = find_law_number(fold(name))
        if numbered:
            return self._where(lambda known: any(map(numbered.law.may_be, known.numbers)))
        if _ACRONYM.fullmatch(name.strip()):
            return self._with_acronym(name)
        words = [word for word in distinctive_words(name) if word not in _ANY_DOCUMENT]
        found = self.all if words else frozenset()
        for word in words:
            found &= self.with_word(word)
        is_acronym = len(words) == 1 and name.islower() and _ACRONYM.fullmatch(name.strip().upper())
        return self._with_acronym(name) if is_acronym and not found else found

    def titled(self, name: str) -> frozenset[str]:
        """Ids of the documents whose title opens with `name`: «Ley 7/2021», «Orden CUL/18/2024», or its code alone."""
        if len(name) > _MAX_TITLE_CHARACTERS:
            return frozenset()
        name = fold(name).strip(" ¿?¡!.,;«»\"“”'")
        words = distinctive_words(name)
        numbered = find_law_number(name)
        if numbered and numbered.law.kinds and not distinctive_words(name[: numbered.start]):
            words = distinctive_words(name[numbered.end :])
            return frozenset(id_ for id_ in self.fitting(name) if self._known[id_].words.issuperset(words))
        if len(words) == 1 and _CODE.fullmatch(words[0]):
            return self._where(lambda known: words[0] in known.title[:2])
        if len(words) < 2 or not first_noun(name):
            return frozenset()
        return self._where(lambda known: known.title[: len(words)] == words)

    def _with_acronym(self, name: str) -> frozenset[str]:
        acronym = fold(name.strip())
        return self.with_word(acronym) or self._where(lambda known: _are_initials(acronym, known.title))

    def with_id(self, name: str) -> frozenset[str]:
        """The id of the document whose id is `name`, in capitals or not; empty where there is none."""
        id_ = self._ids.get(fold(name.strip()))
        return frozenset() if id_ is None else frozenset((id_,))

    def with_word(self, word: str) -> frozenset[str]:
        """Ids of the documents that a folded word may name, among others."""
        word = _SAME_KIND.get(word, word)
        return self._where(lambda known: _matches_word(word, known.words))

    def of_kind(self, noun: str) -> frozenset[str]:
        """Ids of the documents of a kind, as a folded noun says it; of all documents for «documento»."""
        if noun in _ANY_DOCUMENT:
            return self.all
        return self._where(lambda known: _SAME_KIND.get(noun, noun) in known.kinds)

    def called(self, word: str) -> frozenset[str]:
        """Ids of the documents whose publisher or id a folded word names; empty where it names all documents."""
        found = self._where(lambda known: word in known.proper)
        return found if len(found) < len(self._known) else frozenset()

    def _where(self, is_so: Callable[[_DocumentWords], bool]) -> frozenset[str]:
        return frozenset(id_ for id_, known in self._known.items() if is_so(known))


def _document_words(document: Document) -> _DocumentWords:
    """The words and numbers by which people may name a document."""
    file = PurePath(document.file).stem.replace("_", " ").replace("-", " ")
    id_ = document.id.replace("-", " ")
    publisher = f"{document.publisher} {document.short_publisher}"
    facts = (document.title, document.kind, publisher, document.date, id_, file)
    title = fold(document.title)
    opening = [word for word in distinctive_words(document.title)[:3] if word in NOUNS]
    own = find_law_number(title)
    numbers = [own.law] if own else []
    for match in _IN_ID.finditer(fold(f"{document.id} {PurePath(document.file).stem}").replace("_", "-")):
        number = f"{match['number']}/{match['year']}" if match["year"] else match["number"]
        if match["year"] or len(match["number"]) >= len("1000"):
            numbers.append(LawNumber(frozenset(_kinds(match["kind"])), _without_century(number)))
    numbers = numbers[:1] if own else numbers
    proper = distinctive_words(publisher)
    return _DocumentWords(
        words=frozenset(_words_and_parts(" ".join(facts))),
        proper=frozenset((*_words_and_parts(" ".join(proper)), *filter(_is_proper, _words_and_parts(id_)))),
        kinds=frozenset((*distinctive_words(document.kind), *opening)),
        numbers=tuple(numbers),
        title=distinctive_words(document.title),
    )


def _is_proper(word: str) -> bool:
    """Whether a word of an id can be a name: «interpol», not «ley», «2021», «boe»."""
    return len(word) > _MAX_UNINFLECTED_LETTERS and word.isalpha() and word not in NOUNS


def _words_and_parts(text: str) -> Iterator[str]:
    """The words of a text, one with hyphens as a whole and by its parts."""
    for word in distinctive_words(text):
        yield word
        yield from (part for part in word.split("-") if part and part not in _SILENT)


def _matches_word(word: str, names: frozenset[str]) -> bool:
    if word in names:
        return True
    forms = (name for name in names if name.startswith(word[:-1]) and len(name) <= len(word) + 2)
    return len(word) > _MAX_UNINFLECTED_LETTERS and any(forms)


def _are_initials(acronym: str, title: tuple[str, ...]) -> bool:
    """Whether an acronym is made of the beginnings of words of a title, in order, from the kind of document on."""
    starts = [place for place, word in enumerate(title) if word in NOUNS and word[0] == acronym[:1]]
    return len(acronym) > 1 and any(_spells(acronym, title[place:], first=True) for place in starts)


def _spells(acronym: str, words: tuple[str, ...], first: bool = False) -> bool:
    """Whether each letter of an acronym begins a word; the last word may give several letters: LECrim, LOPIVI."""
    for place, word in enumerate(words[:1] if first else words):
        if word.startswith(acronym) and not first:
            return True
        if word.startswith(acronym[0]) and _spells(acronym[1:], words[place + 1 :]):
            return True
    return False
