"""Questions that compare: «diferencia entre A y B», «qué dicen X e Y sobre Z», «ventajas y desventajas de Z».

Asked as they stand, they find the passage nearest to the mixture of both sides, which answers neither. So each side
is a question by itself, and one that the documents do not answer can be said to be empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.named_documents import DocumentNames, content_words, looks_like_name
from alpie.index.spanish.query import Question

_MOST_SIDES = 4
_ARTICLE = re.compile(r"^(?:(?:el|la|los|las|lo|un|una|the|an?)\s+)+")
_SAYS = r"(?:dicen?|piden?|opinan?|proponen?|recomiendan?|cuentan?|explican?|afirman?|sostienen?|advierten?|entienden?|says?)"
_SAID_BY = re.compile(rf"^(?:(?:entre\s+)?lo\s+que\s+(?:{_SAYS})\s+|what\s+)")
_NOT_A_THING = re.compile(r"^(?:de|del|en|al|con|por|para|in|of|for|at)\b")
_AND = re.compile(r"\s*,\s*(?:(?:y|e|and)\s+)?|\s+(?:y|e|and|vs\.?|versus|frente\s+a(?:l)?)\s+")
_OPENS = r"[\s¿¡]*(?:(?:y|pero|dime|explica(?:me)?|cual(?:es)?\s+(?:es|son)|que|what\s+(?:is|are)|the|la|las|los)\s+)*"
_BETWEEN = r"(?P<sides>.+?\s(?:y|e|and|vs\.?|versus)\s.+?)"
_ABOUT = r"\s+(?:sobre|acerca\s+de|respecto\s+(?:a|de)|en\s+cuanto\s+a|about|on)\s+(?P<topic>.+?)"
_TOPIC = f"(?:{_ABOUT})?"
_END = r"[\s?!.]*$"
_FORMS = tuple(
    re.compile(f"{_OPENS}{form}{_END}")
    for form in (
        rf"(?:compara(?:me|r|cion)?|contrasta(?:r)?|compare|contrast)\s+(?:entre\s+)?{_BETWEEN}(?:\s+says?)?{_TOPIC}",
        rf"(?:en\s+)?(?:que\s+)?(?:diferencias?|semejanzas?|difference|differences)\s+(?:hay\s+|existen?\s+|is\s+there\s+)?(?:entre|between)\s+"
        rf"{_BETWEEN}{_TOPIC}",
        rf"en\s+que\s+se\s+(?:diferencian?|distinguen?|parecen?)\s+{_BETWEEN}",
        r"en\s+que\s+se\s+(?:diferencia|distingue)\s+(?P<one>.+?)\s+(?:del?|con)\s+(?P<other>.+?)",
        rf"{_SAYS}\s+{_BETWEEN}{_ABOUT}",
        r"(?P<one>[^,]{2,60}?)\s+(?:vs\.?|versus)\s+(?P<other>[^,]{2,60}?)",
    )
)
# What is said of one thing from two sides, and what from the other.
_OPPOSED = (
    ("ventajas beneficios pros oportunidades fortalezas", "desventajas inconvenientes contras riesgos amenazas debilidades"),
    ("causas", "consecuencias efectos"),
    ("derechos", "deberes obligaciones"),
    ("problemas", "soluciones"),
    ("advantages benefits pros strengths opportunities", "disadvantages drawbacks cons risks threats weaknesses"),
    ("causes", "consequences effects"),
    ("rights", "duties obligations"),
)  # fmt: skip
_MASCULINE = frozenset(
    "beneficios pros inconvenientes contras riesgos efectos derechos deberes problemas".split()
)
_TWO_FACES = re.compile(
    rf"(?:{_OPENS}|.*?\b(?:las|los|the|que|what)\s+)(?P<one>[a-z]+)\s+(?:y|e|o|and|or)\s+(?:(?:las|los|the)\s+)?"
    rf"(?P<other>[a-z]+)(?P<rest>\s+.+?)?{_END}"
)
_OF_IT = re.compile(r"^(?:$|de|del|para|en|of|for|in)\b")
_LONGEST = 300  # characters: a longer question compares nothing in one sentence


@dataclass(frozen=True)
class Side:
    """One side of a comparison, as a question by itself."""

    heading: str
    asked: str
    documents: tuple[str, ...] = ()  # ids of those it is put to; empty: to all
    absent: bool = False  # what the heading names is no document, beside others that are
    topic: str = ""  # what is asked about, where the sides are documents


def sides_of(question: Question, names: DocumentNames) -> tuple[Side, ...]:
    """The sides that a question compares, two at least; none of any other question."""
    text = question.searched
    folded = fold_in_place(text)
    if len(folded) != len(text) or len(text) > _LONGEST:
        return ()
    english = question.language == "en"
    faces = _TWO_FACES.match(folded)
    if faces and _are_opposed(faces["one"], faces["other"]):
        return _faces(text, faces, english)
    for form in _FORMS:
        if match := form.match(folded):
            return _compared(text, match, names, english)
    return ()


def _are_opposed(one: str, other: str) -> bool:
    return any(
        {one, other} & {*first.split()} and {one, other} & {*second.split()} for first, second in _OPPOSED
    )


def _faces(text: str, match: re.Match[str], english: bool) -> tuple[Side, ...]:
    rest = text[match.start("rest") : match.end("rest")].strip(" ?!.") if match["rest"] else ""
    of_it = _OF_IT.match(fold_in_place(rest))
    sides = []
    for name in ("one", "other"):
        face = text[match.start(name) : match.end(name)]
        if english:
            opening = "What are the" if of_it else "What"
        else:
            opening = f"¿Cuáles son {'los' if match[name] in _MASCULINE else 'las'}" if of_it else "¿Qué"
        sides.append(Side(face, f"{opening} {face} {rest}".rstrip() + "?"))
    return tuple(sides)


def _compared(text: str, match: re.Match[str], names: DocumentNames, english: bool) -> tuple[Side, ...]:
    groups = match.groupdict()

    def cut(name: str) -> str:
        return text[match.start(name) : match.end(name)].strip(" ?!.,")

    things = [cut("one"), cut("other")] if groups.get("one") else _split(cut("sides"))
    topic = cut("topic") if groups.get("topic") else ""
    if not 1 < len(things) <= _MOST_SIDES:
        return ()
    named = [_documents(thing, names) for thing in things]
    if any(named):
        about = "What is said about" if english else "¿Qué se dice sobre"
        asked = f"{about} {topic}?" if topic else ""
        return tuple(
            Side(_bare(thing), asked, documents, absent=not documents, topic=topic)
            for thing, documents in zip(things, named, strict=True)
        )
    if topic or match.re is _FORMS[4]:  # «¿qué dicen los padres y los hijos sobre …?» compares no documents
        return ()
    if any(_NOT_A_THING.match(fold_in_place(thing)) for thing in things):
        return ()
    return tuple(Side(_bare(thing), _what_is(thing, english)) for thing in things)


def _what_is(thing: str, english: bool) -> str:
    if english:
        return f"What is {thing}?"
    several = fold_in_place(thing).startswith(("los ", "las ", "unos ", "unas "))
    return f"¿Qué {'son' if several else 'es'} {thing}?"


def _bare(thing: str) -> str:
    """Without its article."""
    article = _ARTICLE.match(fold_in_place(thing))
    return thing[article.end() :] if article else thing


def _split(text: str) -> list[str]:
    folded, things, position = fold_in_place(text), [], 0
    for gap in _AND.finditer(folded):
        things.append(text[position : gap.start()])
        position = gap.end()
    return [thing for one in (*things, text[position:]) if (thing := _SAID_BY.sub("", one.strip()))]


def _documents(thing: str, names: DocumentNames) -> tuple[str, ...]:
    """Ids of the documents that a side names; none when it is no name of some of them."""
    words = content_words(thing)
    found = frozenset.intersection(*map(names.called, words)) if words else frozenset()
    if not found and words:
        fitting = names.fitting(_bare(thing)) if looks_like_name(_bare(thing)) else frozenset()
        found = fitting if len(fitting) < len(names.all) else frozenset()
    return tuple(sorted(found))
