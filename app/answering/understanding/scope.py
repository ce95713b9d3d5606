"""Finds out which documents a question is put to: «… en la Ley 19/2013», «según INTERPOL», «la nota de Alicante».

Where a question names a law, only that law answers, or the law is said to be missing; a document that mentions the law is
no substitute. The documents of a publisher, or a press note, are only preferred, since others may report the same thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.named_documents import NOUNS, DocumentNames, find_law_number
from alpie.index.spanish.query import Question
from alpie.index.spanish.word_tables import any_expression, read_tables

_TABLES: dict[str, str] = read_tables(__file__)
_LAWS, _CODES, _BETWEEN_WORDS = (
    frozenset(_TABLES[name].split()) for name in ("laws", "codes", "between_words_of_a_name")
)
_SAYS, _ACCORDING_TO, _CHANGES = (
    any_expression(_TABLES[name], r"\s+") for name in ("saying", "according_to", "changing")
)
_DETERMINED = r"(?:\s+(?:el|la|los|las|the)|l)?\s+"  # «de la», «del», «a la», «al»
_BEFORE = re.compile(
    rf"(?P<adverbial>\b{_ACCORDING_TO}(?:{_DETERMINED}))$|\b{_SAYS}\s+(?:el|la|the)\s+$|\barticulos?\s+(?:[\w.]+\s+)?del?\s+(?:la\s+)?$"
)
_OF = re.compile(r"\b(?:del|de\s+la|de\s+el|the|la|el)\s+$")
_AFTER = re.compile(rf"\s*,?\s*(?:no\s+)?(?:se\s+)?{_SAYS}\b")
_CHANGED = re.compile(rf"\b{_CHANGES}\s+(?:a\s+)?(?:la|el)\s+$")
_INITIALS = ("lo", "rd", "rdl")  # of kinds of laws, which are no words
_WORD = re.compile(r"[\w/.-]*\w")
_DATE = re.compile(r",?\s+(?:de|del)\s+\d{1,2}\s+de\s+[a-z]+(?:\s+(?:de|del)\s+\d{4})?,?")
_CALLED = re.compile(rf"(?:\b(?:segun|de\s+acuerdo\s+con|{_SAYS})\s+(?:(?:el|la)\s+)?)(?P<name>[\w-]+)")
_CONSTITUTION = re.compile(
    r"constitucion(?:\s+espanola)?(?:\s*(?:$|[,.?)])|\s+(?:que|se|quien|cual|sobre|para)\b)"
)


@dataclass(frozen=True)
class Scope:
    """The documents that a question names."""

    question: Question  # without the name of the document, where that only says where to look
    documents: frozenset[str] = frozenset()  # ids; empty: none is named, all are searched
    exclusive: bool = False  # no other document may answer
    absent: str = ""  # the name of a missing document, as it was typed


@dataclass(frozen=True)
class _Name:
    start: int
    end: int
    documents: frozenset[str]
    sure: bool  # the name says which document, not only which kind


class _Relation(NamedTuple):
    put_to: bool  # the words around a name say that the question is put to the document
    adverbial: int | None  # where the words begin that only say where to look; None: they say more


def parse_scope(question: Question, names: DocumentNames) -> Scope:
    """The documents, among those known by `names`, that the question is put to."""
    text = question.searched
    folded = fold_in_place(text)
    preferred: frozenset[str] = frozenset()
    for noun in re.finditer(r"(?<![\w/-])[a-z]+(?![\w/-])", folded):
        is_name = noun[0] in NOUNS or noun[0] in _INITIALS
        name = _name_at(folded, noun.start(), noun[0], names) if is_name else None
        if name is None:
            continue
        relation, before = _relation(folded, name), folded[: name.start]
        if not name.documents:
            if relation.put_to and (absent := _absent_name(text, folded, name, noun[0])):
                return Scope(question, absent=absent)
        elif name.sure and relation.put_to:
            begin = relation.adverbial
            asked = question if begin is None else _without_name(question, begin, name.end)
            is_law = noun[0] in _LAWS or find_law_number(folded[name.start : name.end]) is not None
            return Scope(asked, name.documents, exclusive=is_law)
        elif not _CHANGED.search(before) and (relation.put_to or _OF.search(before)):
            preferred = preferred or name.documents
    return Scope(question, preferred or _publisher_documents(folded, names))


def _relation(folded: str, name: _Name) -> _Relation:
    """What the words before and after a name make of it: «según …», «¿qué dice …?», «…, ¿qué …?»."""
    before = _BEFORE.search(folded, 0, name.start)
    opens = not folded[: name.start].strip(" ¿¡") and folded[name.end :].lstrip()[:1] == ","
    adverbial = name.start if opens else None
    if before and before["adverbial"]:
        adverbial = before.start()
    return _Relation(before is not None or opens or bool(_AFTER.match(folded, name.end)), adverbial)


def _name_at(folded: str, start: int, noun: str, names: DocumentNames) -> _Name | None:
    """The name that begins with the noun at `start`: as many words as fit one document."""
    numbered = find_law_number(folded, start)
    if numbered and numbered.start == start:
        end = numbered.end
        fitting = names.fitting(folded[start:end])
        while fitting and (date := _DATE.match(folded, end)):
            end = date.end()
        return _Name(start, _extend_name(folded, end, fitting, names).end if fitting else end, fitting, True)
    of_kind = names.of_kind(noun)
    end = start + len(noun)
    name = _extend_name(folded, end, of_kind, names)
    if of_kind and (name.distinct or len(of_kind) == 1):
        return _Name(start, name.end, name.documents, name.distinct)
    return _Name(start, end, frozenset(), True) if noun in _LAWS else None


class _ExtendedName(NamedTuple):
    end: int
    documents: frozenset[str]
    distinct: bool  # whether a word told them apart


def _extend_name(folded: str, end: int, documents: frozenset[str], names: DocumentNames) -> _ExtendedName:
    """How far the words after `end` go on naming some of `documents`."""
    distinct = False
    for match in _WORD.finditer(folded, end):
        gap = folded[end : match.start()]
        if re.search(r"[?;:.]", gap):
            break
        if match[0] in _BETWEEN_WORDS:
            continue
        passed = [word for word in _WORD.findall(gap) if word not in _BETWEEN_WORDS]
        fitting = documents & names.with_word(match[0])
        if passed or not fitting or ("," in gap and not distinct):
            break
        distinct = distinct or fitting != documents or len(documents) == 1
        documents, end = fitting, match.end()
    return _ExtendedName(end, documents, distinct)


def _absent_name(text: str, folded: str, name: _Name, noun: str) -> str:
    """The name of a missing law, as typed; "" where the words are no name."""
    if find_law_number(folded[name.start : name.end]):
        return text[name.start : name.end].strip(" ,")
    words = list(_WORD.finditer(text, name.start))
    end, named = words[0].end(), False
    for word in words[1:]:
        gap = text[end : word.start()]
        if re.search(r"[?,;:.()]", gap):
            break
        if word[0][0].isupper():
            end, named = word.end(), True
        elif word[0] not in _BETWEEN_WORDS:
            break
        else:
            continue
    if named:
        return text[name.start : end]
    if noun == "codigo":
        match = re.match(r"codigo\s+(?:de\s+)?(\w+)", folded[name.start :])
        return text[name.start : name.start + match.end()] if match and match[1] in _CODES else ""
    if noun == "constitucion" and _CONSTITUTION.match(folded, name.start):
        return text[name.start : name.start + len("constitucion")]
    return ""


def _publisher_documents(folded: str, names: DocumentNames) -> frozenset[str]:
    """The document whose id a question holds, or those of a publisher: «según INTERPOL», «¿qué pide INTERPOL …?»."""
    for match in _WORD.finditer(folded):
        if not match[0].isalpha() and (found := names.with_id(match[0])):
            return found
    for match in _CALLED.finditer(folded):
        if found := names.called(match["name"]):
            return found
    return frozenset()


def _without_name(question: Question, start: int, end: int) -> Question:
    """The question without the name of a document: the words of a title would find the title, and no answer."""
    text = question.searched
    rest = re.sub(r"\s+", " ", f"{text[:start].rstrip(' ,')} {text[end:].lstrip(' ,')}").strip()
    rest = re.sub(r"\s+([?.,])", r"\1", rest)
    return replace(question, searched=rest) if len(re.findall(r"\w{3,}", rest)) > 1 else question
