"""Questions about a document as a whole: «¿de qué va la nota?», «¿de qué fecha es?», «¿qué pide la resolución?».

No sentence is nearest to such a question by meaning. Its answer stands where documents of its form put it: what they
are about in the title block, the opening, the operative paragraphs and the leads of sections; what they ask for in
the operative paragraphs and the recommendations, never in the preamble, which only recalls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from alpie.index.errors import QuestionError
from alpie.index.records import BlockKind, Document, Passage, Sentence
from alpie.index.retrieval.places import Place
from alpie.index.spanish.analysis import fold, fold_in_place
from alpie.index.spanish.named_documents import NOUNS, DocumentNames, content_words, first_noun
from alpie.index.spanish.query import Question, read_question
from alpie.index.spanish.scope import read_scope

_MAX_WORDS = 60  # of an opening that is quoted
_MAX_SENTENCES = 2
_NEAR_THE_EDGES = 6  # passages at the beginning and at the end, where a date and a signature stand
_THIS = r"(?:est[oea]s?(?:\s+\w+)?|eso|aqui|(?:el|los)\s+documentos?|(?:el|los)\s+textos?|this(?:\s+document)?|it)"


class OverviewKind(StrEnum):
    """What is asked of a document as a whole."""

    ABOUT = "about"
    DATE = "date"
    AUTHOR = "author"
    DEMANDS = "demands"
    LIST = "list"


_DEMANDS = (
    r"pide[n]?|pedir|insta[n]?|recomienda[n]?|reclama[n]?|solicita[n]?|exige[n]?|alienta[n]?|exhorta[n]?|propone[n]?|"
    r"invita[n]?|llama[n]?|urge[n]?|ruega[n]?|encarga[n]?|decide[n]?|resuelve[n]?|acuerda[n]?"
)
_NAMED = r"(?P<name>.+?)"
_FORMS = {
    OverviewKind.LIST: (
        r"(?:que|cuales|which|what)\s+(?:son\s+(?:los\s+)?)?(?:documentos|textos|fuentes|documents)"
        r"(?:\s+(?:hay|tienes?|tenemos|son|contiene|incluye|puedo\s+\w+|estan|se\s+pueden\s+\w+|are\s+there|do\s+you\s+have).*|)",
        r"(?:dame|muestra(?:me)?|ensena(?:me)?|hay|ver)?\s*(?:la\s+|una\s+)?lista\s+de\s+(?:los\s+)?(?:documentos|textos|fuentes)",
        r"de\s+que\s+(?:documentos|textos|fuentes)\s+(?:dispones?|dispongo|se\s+dispone)",
        r"(?:sobre\s+que|que)\s+(?:te\s+)?puedo\s+(?:preguntar(?:te)?|consultar)(?:\s+aqui)?",
    ),
    OverviewKind.ABOUT: (
        rf"(?:de|sobre)\s+que\s+(?:va|van|trata|tratan|habla|hablan|versa)\s+{_NAMED}",
        rf"de\s+que\s+(?:se\s+)?trata\s+{_NAMED}",
        rf"(?:haz(?:me)?|dame|quiero|necesito)?\s*(?:un\s+)?resumen\s+(?:breve\s+)?del?\s+{_NAMED}",
        rf"(?:me\s+)?(?:resume(?:me|nos|n)?|resumir|resumes|sintetiza(?:me)?|summari[sz]e)\s+{_NAMED}",
        rf"(?:cual\s+es|dime|que\s+es)\s+(?:el\s+)?(?:tema|asunto|contenido|objeto|mensaje)(?:\s+(?:principal|central))?\s+del?\s+{_NAMED}",
        rf"(?:cuales\s+son|dime|dame)\s+(?:las\s+ideas|los\s+puntos)\s+(?:principales|clave)\s+del?\s+{_NAMED}",
        rf"que\s+(?:dice|cuenta|contiene)\s+{_NAMED}",
        rf"que\s+es\s+{_THIS}",
        rf"what\s+is\s+{_NAMED}\s+about",
    ),
    OverviewKind.DATE: (
        rf"(?:de|en)\s+que\s+(?:fecha|ano|dia)\s+(?:es|son|se\s+(?:publico|aprobo|emitio|firmo))\s*{_NAMED}?",
        rf"(?:que\s+fecha\s+tiene|cual\s+es\s+la\s+fecha\s+del?|fecha\s+del?|de\s+cuando\s+es)\s*{_NAMED}?",
        rf"(?:cuando)\s+(?:se\s+(?:publico|aprobo|emitio|firmo|escribio)|(?:fue|es)\s+(?:publicad[oa]|aprobad[oa]|emitid[oa]))\s*{_NAMED}?",
        rf"when\s+was\s+{_NAMED}\s+(?:published|issued|adopted)",
    ),
    OverviewKind.AUTHOR: (
        rf"quien(?:es)?\s+(?:lo|la|los|las\s+)?\s*(?:publica|publico|firma|firmo|firman|emite|emitio|escribe|escribio|elaboro|redacto|edita|edito)\s*{_NAMED}?",
        rf"(?:de\s+quien\s+es|quien\s+es\s+el\s+autor\s+del?|autor\s+del?|que\s+(?:organismo|institucion|entidad)\s+(?:publica|publico|firma|emite|emitio))\s*{_NAMED}?",
        rf"who\s+(?:published|publishes|wrote|issued|signed)\s+{_NAMED}",
    ),
    OverviewKind.DEMANDS: (
        rf"(?:que|a\s+que|what\s+does)\s+(?:se\s+)?(?P<verb>{_DEMANDS})\s+{_NAMED}",
        rf"(?:que|cuales\s+son\s+(?:las)?)\s*(?:recomendaciones|peticiones|propuestas|exigencias)\s+(?:hace|hay\s+en|tiene|contiene|formula|del?)\s+{_NAMED}",
    ),
}
_COMPILED = [(asked, re.compile(form)) for asked, forms in _FORMS.items() for form in forms]
_COURTESY = re.compile(
    r"^(?:(?:y|hola|oye|por\s+favor|puedes|podrias|me|dime|please|can\s+you)[\s,]+)+|[\s,]+(?:por\s+favor|please)$"
)
_ARTICLE = re.compile(r"^(?:(?:el|la|los|las|the|un|una)\s+)+")
# How an operative paragraph opens, and a recital: the one asks, the other recalls.
_OPERATIVE = re.compile(
    r"(?:[A-ZÁÉÍÓÚÑ]{2,}\s+){0,5}?(?:INSTA|PIDE|RECOMIENDA|ALIENTA|EXHORTA|SOLICITA|INVITA|DECIDE|RESUELVE|ENCARGA|ACUERDA|"
    r"RECLAMA|EXIGE|PROPONE|LLAMA(?:MIENTO)?|URGE|RUEGA|ANIMA|CONDENA|APRUEBA|DECLARA|SUBRAYA|CONSIDERA)N?\b"
)
_OPERATIVE_LABEL = "parte dispositiva"
_RECOMMENDING = re.compile(r"\b(?:recomendaci|peticion|llamamiento|propuestas\b)")
_DATED = re.compile(
    r"\b\d{1,2}(?:\.?\s*[ºo])?\s+(?:al?\s+\d{1,2}\s+)?de\s+[a-z]{4,10}(?:\s+del?\s+\d{4})?|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|"
    r"\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\s+(?:de\s+)?\d{4}\b"
)
_VERB_STEM = 4  # letters by which «insta» is known again in «INSTA», «instan»


@dataclass(frozen=True)
class Overview:
    """A question about documents as wholes."""

    asked: OverviewKind
    documents: tuple[str, ...]  # ids; empty: the collection
    verb: str = ""  # of a demand, folded
    about: bool = False  # something more is asked: «… a los países miembros»


def read_overview(question: Question, names: DocumentNames, turns: Sequence[str] = ()) -> Overview | None:
    """What is asked of which documents as wholes; None for every other question.

    «¿Y de qué fecha es?» is asked of the documents that the last of `turns` named.
    """
    found = _read(question, names)
    if found is None or found.documents or found.asked is OverviewKind.LIST or not turns:
        return found
    try:
        before = read_question(turns[-1])
    except QuestionError:  # nothing but signs
        return found
    earlier = _read(before, names)
    named = earlier.documents if earlier else tuple(sorted(read_scope(before, names).documents))
    return replace(found, documents=named)


def _read(question: Question, names: DocumentNames) -> Overview | None:
    folded = " ".join(fold_in_place(question.searched).split()).strip(" ¿?¡!.,")
    folded = _COURTESY.sub("", folded).strip(" ¿?¡!.,")
    for asked, form in _COMPILED:
        match = form.fullmatch(folded)
        if match is None:
            continue
        if asked is OverviewKind.LIST:
            return Overview(asked, ())
        given = match.groupdict()
        name = (given.get("name") or "").strip()
        found = _documents(name, names, asked is OverviewKind.DEMANDS)
        if found is not None:
            return Overview(asked, found[0], given.get("verb") or "", found[1])
    return None


def _documents(name: str, names: DocumentNames, more: bool) -> tuple[tuple[str, ...], bool] | None:
    """The documents that `name` means, and whether words of another matter follow it, which `more` allows."""
    if not name or re.fullmatch(_THIS, name):
        return (), False
    bare = _ARTICLE.sub("", name)
    if fitting := _named(bare, names):
        return fitting, False
    words = bare.split()
    for end in range(len(words) - 1, 0, -1) if more else ():
        if fitting := _named(" ".join(words[:end]), names):
            return fitting, True
    return None


def _named(name: str, names: DocumentNames) -> tuple[str, ...]:
    words = content_words(name)
    if not words:
        return ()
    noun = first_noun(name)
    if noun in NOUNS and len(words) == 1:
        fitting = names.of_kind(noun)
    elif noun:
        fitting = names.fitting(name) & (names.of_kind(noun) or names.all)
    else:
        fitting = names.called(words[0]) if len(words) == 1 else frozenset()
    return tuple(sorted(fitting))


def demanding(passages: Sequence[Passage]) -> list[Passage]:
    """The passages of a document that ask for something: its operative paragraphs, or its recommendations."""
    operative = [one for one in passages if one.label and _OPERATIVE_LABEL in one.label]
    operative = operative or [one for one in passages if _OPERATIVE.match(one.sentences[0].text)]
    return operative or [one for one in passages if any(_RECOMMENDING.search(fold(h)) for h in one.path)]


def places_told(
    overview: Overview, document: Document, passages: Sequence[Passage], most: int
) -> list[Place]:
    """Where a document tells what is asked of it as a whole, at most so many places."""
    if not passages:
        return []
    if overview.asked is OverviewKind.DEMANDS:
        stem = overview.verb[:_VERB_STEM]
        asking = demanding(passages)
        said = [one for one in asking if stem and re.search(rf"\b{stem}", fold(one.sentences[0].text))]
        return [Place(one, 0, len(one.sentences) - 1) for one in (said or asking)][:most]
    if overview.asked is OverviewKind.DATE:  # where the text does not say, it is searched as any question
        return _first(_near_the_edges(passages), lambda text: _is_dated(text, document.date))
    if overview.asked is OverviewKind.AUTHOR:
        own = [word for word in content_words(document.publisher) if len(word) > _VERB_STEM]
        needed = min(2, len(own))
        return _first(_near_the_edges(passages), lambda text: 0 < needed <= sum(word in text for word in own))
    if overview.asked is OverviewKind.LIST:
        return _opening(passages)[:1]
    main = [one for one in passages if one.label and _OPERATIVE_LABEL in one.label]
    main = main or [one for one in passages if one.label == "artículo 1"]
    main = main or [one for one in passages if one.kind is BlockKind.LEAD and one.path]
    places = [*_opening(passages), *(place for one in main if (place := _beginning(one)))]
    return list(dict.fromkeys(places))[:most]


def _opening(passages: Sequence[Passage]) -> list[Place]:
    """The title block, and the first sentences of the text."""
    found: list[Place] = []
    for passage in passages[:_NEAR_THE_EDGES]:
        heads = passage.kind is BlockKind.METADATA or (passage.kind is BlockKind.LEAD and not passage.path)
        if heads and len(passage.text.split()) > _MAX_SENTENCES:
            found.append(Place(passage, 0, len(passage.sentences) - 1))
        elif not heads and (place := _beginning(passage)):
            return [*found, place]
    return found or [Place(passages[0], 0, len(passages[0].sentences) - 1)]


def _beginning(passage: Passage) -> Place | None:
    """The first whole sentences of a passage; None where it has none, only titles."""
    sentences = passage.sentences
    lead = passage.kind is BlockKind.LEAD  # «Las tendencias indican un «tsunami»», without a stop
    first = next(
        (n for n, one in enumerate(sentences) if _is_whole(one.text) or (lead and one.text[:1].isupper())),
        None,
    )
    if first is None:
        return None
    last, words = first, _length(sentences[first])
    while last + 1 < len(sentences) and (
        _together(sentences[last], sentences[last + 1])
        or (last - first + 1 < _MAX_SENTENCES and words + _length(sentences[last + 1]) <= _MAX_WORDS)
    ):
        last += 1
        words += _length(sentences[last])
    return Place(passage, first, last)


def _is_whole(text: str) -> bool:
    return text.rstrip("»”\"')")[-1:] in ".,:;!?…"


def _together(one: Sentence, other: Sentence) -> bool:
    return one.group is not None and one.group == other.group


def _length(sentence: Sentence) -> int:
    return len(sentence.text.split())


def _near_the_edges(passages: Sequence[Passage]) -> Iterator[Passage]:
    yield from passages[:_NEAR_THE_EDGES]
    yield from passages[max(_NEAR_THE_EDGES, len(passages) - _NEAR_THE_EDGES) :]


def _first(passages: Iterator[Passage], tells: Callable[[str], bool]) -> list[Place]:
    for passage in passages:
        for number, sentence in enumerate(passage.sentences):
            if tells(fold(sentence.text)):
                return [Place(passage, number, number)]
    return []


def _is_dated(text: str, date: str) -> bool:
    """Whether a folded text gives a date, of the year of the document where that is known."""
    match = _DATED.search(text)
    year = date[:4]
    return match is not None and (not year or year in match[0] or match[0][-2:] == year[-2:] or year in text)
