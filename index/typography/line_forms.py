"""Forms of lines that carry a meaning on their own, in Spanish documents of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from alpie.index.records import BlockKind
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.word_tables import alternatives, word_sets

WORDS = word_sets(__file__)
FUNCTION_WORDS = WORDS["function_words"]
BULLET_SIGNS = "•◦▪▫●○‣⁃∙■□►➢➤✓✔✗❖·\uf0a7\uf0b7\uf0d8\uf0fc"
BULLET = re.compile(rf"(?:[{BULLET_SIGNS}]\s*|[–—\-*+]\s+)(?=\S)")
LETTER = r"[a-zñ](?:\s(?:bis|ter|qu[áa]ter|quinquies))?"  # of an item, later ones put between: «b bis)»
NUMBERED = re.compile(rf"(?P<enumerator>\(?(?:\d{{1,3}}|{LETTER}|[ivx]{{2,5}})\)|\d{{1,3}}\.[ºª]?)\s+(?=\S)")
SECTION = re.compile(r"(\d{1,2})\.?\s+(?=[«¿¡]?[A-ZÁÉÍÓÚÑ])")
CAPTION = re.compile(
    rf"(?:{alternatives(WORDS['captions'])})\s+"
    r"(?:\d{1,3}(?:[.\-]\d{1,3})*|[IVX]{1,6})\s*[:.–—-]\s*\S"
)


def heading_alternatives(words: Iterable[str]) -> str:
    """The part of a regular expression that matches words as headings have them: «Título», «TÍTULO», «TITULO»."""
    return alternatives(
        {form for word in words for form in (word.capitalize(), word.upper(), fold(word).upper())}
    )


# A line that opens an article or a division of a law: its name, and a stop or the line end after it.
LEGAL_LINE = re.compile(
    rf"(?:{heading_alternatives(WORDS['units'])})"
    r"\s+[^\s.:]{1,14}(?:\s+(?:bis|ter|[a-záéíóú]{4,14})(?:\s+[a-z])?)?(?:[.:](?!\d)|$)"
)
MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(?=\S)")
DATE_LINE = re.compile(
    r"(?:\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|(?:[A-ZÁÉÍÓÚ][\wáéíóúñ]{2,20},\s+)?(?:a\s+)?\d{1,2}\s+de\s+[a-zé]{4,10}\s+(?:de|del)\s+\d{4}\.?)"
)
PLACE_AND_DATE = re.compile(rf"(?:{alternatives(WORDS['made'])})\b.*\b\d{{4}}\W*$")
# Lines of the form "Word: value" or "Word number" that identify a document rather than head a text.
ADMINISTRATIVE = re.compile(
    rf"(?:(?:{alternatives(WORDS['administrative'])})\s*:|(?:{alternatives(WORDS['numbered_documents'])})"
    r"\s+(?:n\.?\s?[ºo°]|núm\.)\s*\S+$"
    r"|[A-Z]{2,8}(?:[-/][A-Z0-9]{1,8}){2,6}$)"
)
# Possessive throughout: «100 200 300» is one number or three, and must not be tried as every mixture.
_NUMBER = r"[+\-−~±]?\d[\d.,]*+(?:[ \xa0]\d{3}(?!\d))*+(?:\s*+[%‰€$£])?+"
NUMBERS_ONLY = re.compile(rf"{_NUMBER}(?:\s+{_NUMBER})*+$")
STARTS_WITH_NUMBER = re.compile(rf"{_NUMBER}(?:/\d+)?(?=\s|$)")

_MAX_METADATA_CHARACTERS = 200  # some two lines: what opens so and goes on longer is text
LAST_BUT_ONE = re.compile(r"[;,] [yeou]$")  # how the last but one of several items ends: «…; y»
_TERMINAL = ".!?…;:"
_CLOSING = "»”’\"')]"


def kind_by_form(text: str) -> BlockKind | None:
    """What a text is by its form alone: a caption, or what identifies a document rather than heads a text."""
    if CAPTION.match(text):
        return BlockKind.CAPTION
    metadata = len(text) <= _MAX_METADATA_CHARACTERS and (
        DATE_LINE.fullmatch(text) or ADMINISTRATIVE.match(text)
    )
    return BlockKind.METADATA if metadata else None


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence, an item or an introduction does."""
    bare = text.rstrip(_CLOSING + " \xa0")
    return bool(bare) and bare[-1] in _TERMINAL


def starts_lower(text: str) -> bool:
    """Whether the first letter of `text` is a small one, quotation marks and brackets aside."""
    bare = text.lstrip("«“‘\"'([¿¡—–")
    return bool(bare) and bare[0].islower()


def opens_sentence(text: str) -> bool:
    """Whether `text` may begin a sentence: a capital, a digit or an opening mark of one."""
    bare = text.lstrip("«“‘\"'([¿¡—–+~#")
    return bool(bare) and (bare[0].isupper() or bare[0].isdigit())


def first_word(text: str) -> str:
    """The first word of `text`, as it stands."""
    return text.split(None, 1)[0] if text else ""


def last_word(text: str) -> str:
    """The last word of `text`, as it stands."""
    return text.rsplit(None, 1)[-1] if text else ""


def ends_in_function_word(text: str) -> bool:
    """Whether `text` breaks off where no title would: after an article or a preposition."""
    return last_word(text).casefold() in FUNCTION_WORDS
