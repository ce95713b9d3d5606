"""Parses questions that are citations: «artículo 22», «art. 22.1.b)», «arts. 3 y 4 CE», «DA 2.ª», «AGN/65/RES/10».

Such a question names a place and asks for the words at that place, so it is not searched by meaning.
`parse_citation_question` says which places are named; `alpie.index.retrieval.places` finds their passages.

    question  = [asking] [name of a document] unit {joined by «de», «,», «y»} [of a document] [asking]

The units are parsed by `alpie.index.spanish.citation_parser`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.citation_parser import (
    parse_bare_article,
    parse_units,
    placed_words,
    places_named,
    within,
)
from alpie.index.spanish.named_documents import NORMS, first_noun, looks_like_name
from alpie.index.spanish.unit_kinds import UNIT_WORDS, Unit, UnitKind, UnitMention, Units
from alpie.index.spanish.word_tables import word_sets

_MAX_CITATION_CHARACTERS = 320  # a longer question says more than a citation
_MAX_NAME_WORDS = 40  # titles of laws have so many

_ASKING = word_sets(__file__)["asking"]  # words that only ask for what is named
_AND_MORE = re.compile(r"\s*,?\s*(?:y\s+(?:ss|sigs?|siguientes|concordantes)\b\.?|in\s+fine\b)")
_RECITAL = re.compile(r"\W*\((\d{1,3})\)\W*")
_DOTTED = re.compile(r"\b((?:[A-ZÑ]\.\s?){1,5}[A-ZÑ])\b\.?")

_CODE = re.compile(
    r"(?:(?:resolucion|decision|documento|recomendacion|directiva|reglamento)\s+)?"
    r"(?P<code>(?=[\w/.-]*\d)\w[\w.]*(?:[/-][\w.]+){2,})(?!\w)"
)
_ASKED_OF = re.compile(
    r"\s+(?:sobre|acerca\s+de|respecto\s+(?:a|de)|en\s+relacion\s+con|a\s+proposito\s+de)\s"
)
_OF = re.compile(
    r"\s*[,(]?\s*(?:(?P<of>del?|of|en|in)\s+|(?:segun|conforme\s+a)\s+)?(?:(?:el|la|los|las|the|esta|este)\s+)?"
)
# After a comma these words continue a name: «Ley 4/2018, de 8 de marzo, de archivos».
_NAME_ENDS = re.compile(r"[,;:](?!\s*(?:del?|por|sobre|relativ[oa])\b)")
_BARE_NUMBER = re.compile(r"[¿\s]*(?:y\s+)?(?:el|la|los|las)\s+(\d[^?]*?)[?.!\s]*$")
_NO_NAME = re.compile(
    r"[¿?]|\b(?:que|quien(?:es)?|cual(?:es)?|cuando|cuant[oa]s?|como|donde|who|what|when|how)\b"
)


@dataclass(frozen=True)
class CitationQuestion:
    """A citation: the places that somebody named, or a code, and the document."""

    places: tuple[Units, ...]
    code: str = ""
    name: str = ""  # of the document, as typed; "" where none is named


def parse_citation_question(text: str) -> CitationQuestion | None:
    """The citation that `text` is; None where `text` is another question."""
    text = _DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match[1]), " ".join(text.split()))
    if not text or len(text) > _MAX_CITATION_CHARACTERS:
        return None
    folded = fold_in_place(text)
    if recital := _RECITAL.fullmatch(folded):
        return CitationQuestion(((Unit(UnitKind.RECITAL, recital[1]),),))
    code = _CODE.match(folded, next((at for at, word in placed_words(folded) if word not in _ASKING), 0))
    if code and not folded[code.end() :].strip(" ?!."):
        return CitationQuestion((), code=code["code"])
    for first, _ in placed_words(folded):
        groups, end = parse_units(text, folded, first)
        bare = None if groups else parse_bare_article(text, folded, first)
        if bare is not None:
            groups, end = [[bare]], bare.end
        if groups:
            before, after = _name_before(text, folded, first), _name_after(text, folded, end)
            if bare and not _is_article(bare, folded[:first], before or after or ""):
                continue
            if before is None or after is None or (before and after):
                return None
            return CitationQuestion(tuple(places_named(groups)), name=before or after)
    return None


def continue_citation_question(text: str, before: CitationQuestion) -> CitationQuestion | None:
    """The citation that `text` is after the citation `before`.

    «¿Y el 22?» names a unit of the same kind, «¿y el apartado 2?» a part of the unit that was named before.
    """
    bare = _BARE_NUMBER.match(fold_in_place(text)) if before.places else None
    words = UNIT_WORDS.get(before.places[0][0].kind) if bare else None
    named = parse_citation_question(f"{words[0]} {bare[1]}" if bare and words else text)
    if named is None or named.code or not before.places:
        return named
    places = (within(units, whole) for units in named.places for whole in before.places)
    return replace(named, places=tuple(dict.fromkeys(places)))


def name_asked_for(question: str) -> str:
    """The name of the document that a question asks for: «¿Qué dice el Convenio de Lanzarote?»; "" for other questions."""
    folded = fold_in_place(question)
    about = _ASKED_OF.search(folded)
    return _name_before(question, folded, about.start() if about else len(folded)) or ""


def _is_article(bare: UnitMention, before: str, name: str) -> bool:
    """Whether a number alone names an article: it has a letter, or a document is named, and «el» or a clause is there."""
    units = bare.choices[0]
    article = re.search(r"(?:^|\b(?:el|al|del))\W*$", before) and len(units[0].number) < len("2019")
    return units[-1].kind is UnitKind.LETTER or (looks_like_name(name) and bool(len(units) > 1 or article))


def _name_before(text: str, folded: str, end: int) -> str | None:
    """The document named before the unit, "" for none; None where the words before are something else."""
    words = list(re.finditer(r"[\w/.-]*\w", folded[:end]))
    if all(word[0] in _ASKING or word[0] == "segun" for word in words):
        return ""
    while words and words[0][0] in (*_ASKING, "segun"):
        words.pop(0)
    while words and words[-1][0] in _ASKING:
        words.pop()
    name = text[words[0].start() : words[-1].end()]
    return name if looks_like_name(name) and len(words) <= _MAX_NAME_WORDS else None


def _only_asks(folded: str) -> bool:
    """Whether words only ask what a document says: «…, ¿qué dice el informe?»."""
    return all(word in _ASKING or first_noun(word) for _, word in placed_words(folded))


def _name_after(text: str, folded: str, start: int) -> str | None:
    """The name of a document after a unit: empty where there is none, None where what follows is no name."""
    if more := _AND_MORE.match(folded, start):
        start = more.end()
    opening = _OF.match(folded, start)
    begins = opening.end() if opening else start
    about = _ASKED_OF.search(folded, start)
    if about and folded[begins : about.start()] in NORMS:  # «la Directiva sobre el comercio» is a name
        about = None
    end = about.start() if about else len(folded)
    while True:  # «… dice?», «… por favor»
        end = len(folded[:end].rstrip(' ?!.,;)»"'))
        last = re.search(r"(?<!\w)\w+$", folded[start:end])
        if last is None or last[0] not in _ASKING:
            break
        end = start + last.start()
    if end <= start:
        return ""
    if (stop := _NAME_ENDS.search(folded, begins, end)) and _only_asks(folded[stop.end() : end]):
        end = stop.start()
    name = text[begins:end].strip(" ,;")
    if not name:
        return ""
    if _NO_NAME.search(fold_in_place(name)) or len(name.split()) > _MAX_NAME_WORDS:
        return None
    named = looks_like_name(name) or (opening and opening["of"]) or len(name.split()) == 1
    return name if named and begins > start else None
