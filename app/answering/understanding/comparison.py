"""Questions that compare or are several: «diferencia entre A y B», «ventajas y desventajas de Z», «¿quién … y cuántos …?».

Asked as it stands, such a question finds the passage closest to a mixture of both sides, which answers neither. So
each side becomes a question of its own, and a side that the documents do not answer can be reported as empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpie.app.answering.understanding.conversation import names_in
from alpie.index.spanish.analysis import content_words, fold_in_place, tokens
from alpie.index.spanish.named_documents import DocumentNames, distinctive_words, looks_like_name
from alpie.index.spanish.query import QUESTION_WORD, Question
from alpie.index.spanish.word_tables import any_expression, line_expressions, read_tables

_MAX_SIDES = 4  # each costs a question, or several
_MAX_ALTERNATIVES = 2  # other words for a side: each costs one more question
_ARTICLE = re.compile(r"^(?:(?:el|la|los|las|lo|un|una|the|an?)\s+)+")
_SPACE = r"\s+"
_TABLES = read_tables(__file__)
_SAYS = any_expression(_TABLES["saying"])
_SAID_BY = re.compile(rf"^(?:(?:entre\s+)?lo\s+que\s+(?:{_SAYS})\s+|what\s+)")
_NOT_A_THING = re.compile(r"^(?:de|del|en|al|con|por|para|in|of|for|at)\b")
_OF = re.compile(r"\s+(?:de|del|en|of|in)\s+")
_IN = re.compile(r"\s+(?:en|segun|de|del|in|of)\s+")
_IN_OPENING = re.compile(r"^(?:en|según|segun|de|in|of)\s+", re.IGNORECASE)
_ELIDED = re.compile(r"^(?:el|la|los|las)\s+(?=(?:del?|sobre)\s)", re.IGNORECASE)  # «la de terrazas»
_AND = re.compile(r"\s*,\s*(?:(?:y|e|and)\s+)?|\s+(?:y|e|and|vs\.?|versus|frente\s+a(?:l)?)\s+")
_OPENS = rf"[\s¿¡]*(?:{any_expression(_TABLES['leading_up'], _SPACE)},?\s+)*"
_END = r"[\s?!.]*$"
_PARTS = {
    "sides": r"(?P<sides>.+?\s(?:y|e|and|vs\.?|versus)\s.+?)",
    "said_by": r"(?P<said_by>.+?\s(?:y|e|and)\s.+?)",
    "about": rf"{any_expression(_TABLES['about'], _SPACE)}\s+(?P<topic>.+?)",
    "likeness": any_expression(_TABLES["likeness"]),
    "saying": _SAYS,
    "short": r"(?P<one>[^,]{2,60}?)",
    "other_short": r"(?P<other>[^,]{2,60}?)",
}
_FORMS = [re.compile(_OPENS + form + _END) for form in line_expressions(_TABLES["forms"], _SPACE, _PARTS)]
_ASKED: dict[str, dict[str, str]] = _TABLES["asked"]
_OPPOSED = tuple((pair["one"].split(), pair["other"].split()) for pair in _TABLES["opposed"])
_MASCULINE = frozenset(_TABLES["masculine"].split())
_OPPOSED_PAIR = re.compile(
    rf"(?:{_OPENS}|.*?\b(?:las|los|the|que|what)\s+)(?P<one>[a-z]+)(?P<of>\s+(?:del?|of|para|for)\s+[^,]+?)?,?"
    rf"\s+(?:y|e|o|and|or)\s+(?:(?:las|los|sus|the|its|their)\s+)?(?P<other>[a-z]+)(?P<rest>\s+.+?)?{_END}"
)
_OF_IT = re.compile(r"^(?:$|de|del|para|en|of|for|in)\b")
# A question begins within another after «y», or after the question mark of the first.
_WORD = re.compile(rf"\b(?P<word>{QUESTION_WORD})\b")
_ASKS = re.compile(rf"(?:(?:a|de|en|por|para|con|desde|hasta|sobre|in|of|at|to|from)\s+)?{_WORD.pattern}")
_NEXT = re.compile(
    r"(?:[,;]?\s+(?:y|e|and)\s+|(?P<listed>,\s+)|(?:[?;.]\s+|\s*¿\s*)¿?(?:(?:y|e|and)\s+)?)"
    rf"(?P<asked>{_ASKS.pattern})"
)
_THAT = re.compile(r"\bque\b")
_MIN_WORDS = 2  # of a question that can be asked alone, more than this: «¿qué edad?» needs what follows
_STANDS_ALONE = 4  # content words: a piece with as many, or with a name, does not depend on the one before
_MAX_CHARACTERS = 300  # a longer question is no comparison in one sentence


@dataclass(frozen=True)
class Side:
    """One side of a comparison, as a question of its own."""

    heading: str
    question: str
    documents: tuple[str, ...] = ()  # ids of the documents that the question is put to; empty: all
    absent: bool = False  # other sides are documents, and what this heading names is none
    topic: str = ""  # what is asked about, where the sides are documents
    # the same question in other words, for where the first finds nothing, or nothing sure
    alternatives: tuple[str, ...] = ()


def comparison_sides(question: Question, names: DocumentNames) -> tuple[Side, ...]:
    """The sides that a question compares, two at least; empty for any other question."""
    text = question.searched
    folded = fold_in_place(text)
    if len(folded) != len(text) or len(text) > _MAX_CHARACTERS:
        return ()
    language = "en" if question.language == "en" else "es"
    opposed = _OPPOSED_PAIR.match(folded)
    if opposed and _are_opposed(opposed["one"], opposed["other"]):
        return _opposed_sides(text, opposed, language)
    for form in _FORMS:
        if match := form.match(folded):
            return _compared_sides(text, match, names, language)
    return ()


def split_question(question: Question) -> tuple[str, ...]:
    """The questions of «¿Cuántos … y quién …?», two at least; empty for a single question.

    A question that depends on the piece before opens with «y», as a follow-up does. «Que», «como» and «cuando» also join
    sentences: where somebody writes accents, only a word with its accent asks; where not, «… que … y que …» is one question.
    """
    text = question.searched
    folded = fold_in_place(text)
    if len(folded) != len(text) or len(text) > _MAX_CHARACTERS:
        return ()
    # as typed: chat spelling is written out with accents
    careful = any(sign in question.typed for sign in "áéíóúÁÉÍÓÚ")
    pieces, position = [], 0
    for match in _NEXT.finditer(folded):
        word = text[match.start("word") : match.end("word")]
        before = text[position : match.start()]
        joins = word.isascii() and (question.language != "en" or bool(match["listed"]))
        joins = joins and (careful or bool(match["listed"]) or _is_listed(word, before))
        if not joins and _asks_whole(before):
            pieces.append(before)
            position = match.start("asked")
    pieces.append(text[position:])
    if not 1 < len(pieces) <= _MAX_SIDES or not content_words(pieces[-1]):
        return ()
    english = question.language == "en"
    return tuple(
        _as_question(piece.strip(" ?,;.").removeprefix("¿"), number > 0, english)
        for number, piece in enumerate(pieces)
    )


def _as_question(piece: str, later: bool, english: bool) -> str:
    alone = not later or len(content_words(piece)) >= _STANDS_ALONE or bool(names_in(piece))
    if alone:
        asked = f"{piece[:1].upper()}{piece[1:]}?"
    else:
        also = "And" if english else "Y"
        asked = f"{also} {piece[:1].lower()}{piece[1:]}?"
    opened = english or "¿" in piece or not (later or _ASKS.match(fold_in_place(piece)))
    return asked if opened else f"¿{asked}"


def _asks_whole(piece: str) -> bool:
    """Whether `piece` can be asked alone: «¿qué edad tenía?» can; in «¿qué edad y qué oficio tenía?», «qué edad» cannot."""
    asks = _WORD.search(fold_in_place(piece))
    return bool(
        asks and len(list(tokens(piece[asks.start() :]))) > _MIN_WORDS and content_words(piece[asks.end() :])
    )


def _is_listed(word: str, before: str) -> bool:
    """Whether «y que …» goes on with the clauses of «quién dijo que … y que …»."""
    asks = _WORD.search(folded := fold_in_place(before))
    return word.lower() == "que" and (asks is None or bool(_THAT.search(folded, asks.end())))


def _are_opposed(word: str, other: str) -> bool:
    return any({word, other} & {*first} and {word, other} & {*second} for first, second in _OPPOSED)


def _opposed_sides(text: str, match: re.Match[str], language: str) -> tuple[Side, ...]:
    of, rest = (
        text[match.start(name) : match.end(name)].strip(" ?!.") if match[name] else ""
        for name in ("of", "rest")
    )
    sides = []
    for name, whole in (("one", of or rest), ("other", rest or of)):
        aspect = text[match.start(name) : match.end(name)]
        synonyms = next(side for pair in _OPPOSED for side in pair if match[name] in side)
        asked, *alternatives = (
            _side_question(word, whole, language)
            for word in (aspect, *(synonym for synonym in synonyms if synonym != match[name]))
        )
        sides.append(Side(aspect, asked, alternatives=tuple(alternatives[:_MAX_ALTERNATIVES])))
    return tuple(sides)


def _side_question(aspect: str, whole: str, language: str) -> str:
    """«¿Cuáles son las ventajas de …?» for an aspect of something, «¿Qué ventajas tiene …?» for any other words."""
    gender = "masculine" if fold_in_place(aspect) in _MASCULINE else "feminine"
    form = gender if _OF_IT.match(fold_in_place(whole)) else "aspect"
    return _ASKED[language][form].format(what=f"{aspect} {whole}".rstrip())


def _compared_sides(text: str, match: re.Match[str], names: DocumentNames, language: str) -> tuple[Side, ...]:
    """The sides that a question compares, each with what is asked of it; none where it compares nothing after all."""
    groups = match.groupdict()

    def cut(name: str) -> str:
        return text[match.start(name) : match.end(name)].strip(" ?!.,")

    said_by = "said_by" if groups.get("said_by") else ""
    things = [cut("one"), cut("other")] if groups.get("one") else _split(cut(said_by or "sides"))
    topic = cut("topic") if groups.get("topic") else ""
    if not 1 < len(things) <= _MAX_SIDES:
        return ()
    if not topic:
        topic, things = _with_topic_first(things, names)
    named = [_documents(thing, names) for thing in things]
    if any(named):
        if not (topic or named[-1]):
            things[-1], named[-1], topic = _named_with_topic(things[-1], names)
        forms = [_ASKED[language][name] for name in ("said", "happens")] if topic else [""]
        asked, *alternatives = (form.format(topic=topic) for form in forms)
        return tuple(
            Side(_without_article(thing), asked, documents, not documents, topic, tuple(alternatives))
            for thing, documents in zip(things, named, strict=True)
        )
    if topic or said_by:  # «¿qué dicen los padres y los hijos sobre …?» compares no documents
        return ()
    if any(_NOT_A_THING.match(fold_in_place(thing)) for thing in things):
        return ()
    return tuple(Side(_without_article(thing), _what_is(thing, language)) for thing in things)


def _with_topic_first(things: list[str], names: DocumentNames) -> tuple[str, list[str]]:
    """Split «la multa en la ordenanza de ruido», «en la de terrazas» into the topic and the documents, nouns written out."""
    for gap in _IN.finditer(fold_in_place(things[0])):
        first = things[0][gap.end() :]
        bare = _without_article(first)
        if looks_like_name(bare) and _documents(first, names):
            noun = rf"\g<0>{bare.partition(' ')[0]} "
            others = [_ELIDED.sub(noun, _IN_OPENING.sub("", thing)) for thing in things[1:]]
            if all(_documents(thing, names) for thing in others):
                return things[0][: gap.start()], [first, *others]
    return "", things


def _named_with_topic(thing: str, names: DocumentNames) -> tuple[str, tuple[str, ...], str]:
    """Split «WeProtect del cifrado» into a document and the topic; `thing` and nothing where it is no such pair."""
    for gap in _OF.finditer(fold_in_place(thing)):
        if documents := _documents(thing[: gap.start()], names):
            article = "el " if gap[0].strip() == "del" else ""
            return thing[: gap.start()], documents, article + thing[gap.end() :]
    return thing, (), ""


def _what_is(thing: str, language: str) -> str:
    several = fold_in_place(thing).startswith(("los ", "las ", "unos ", "unas "))
    return _ASKED[language]["several" if several else "one"].format(what=thing)


def _without_article(thing: str) -> str:
    article = _ARTICLE.match(fold_in_place(thing))
    return thing[article.end() :] if article else thing


def _split(text: str) -> list[str]:
    folded, things, position = fold_in_place(text), [], 0
    for gap in _AND.finditer(folded):
        things.append(text[position : gap.start()])
        position = gap.end()
    return [thing for words in (*things, text[position:]) if (thing := _SAID_BY.sub("", words.strip()))]


def _documents(thing: str, names: DocumentNames) -> tuple[str, ...]:
    """Ids of the documents that a side names; none when it is no name of some of them."""
    words = distinctive_words(thing)
    found = frozenset.intersection(*map(names.called, words)) if words else frozenset()
    if not found and words:
        fitting = (
            names.fitting(_without_article(thing))
            if looks_like_name(_without_article(thing))
            else frozenset()
        )
        found = fitting if len(fitting) < len(names.all) else frozenset()
    return tuple(sorted(found))
