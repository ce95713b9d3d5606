"""Parses questions about a document as a whole: «¿de qué va la nota?», «¿de qué fecha es?», «¿qué pide la resolución?»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from alpie.index.errors import QuestionError
from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.named_documents import NOUNS, DocumentNames, distinctive_words, first_noun
from alpie.index.spanish.query import Question, parse_question
from alpie.index.spanish.scope import parse_scope
from alpie.index.spanish.word_tables import any_expression, read_tables

_THIS = r"(?:est[oea]s?(?:\s+\w+)?|eso|aqui|(?:el|los)\s+documentos?|(?:el|los)\s+textos?|this(?:\s+document)?|it)"


class OverviewKind(StrEnum):
    """What a question wants to know of a document as a whole."""

    ABOUT = "about"
    DATE = "date"
    AUTHOR = "author"
    DEMANDS = "demands"
    LIST = "list"


_DEMANDS = any_expression(read_tables(__file__)["demanding"])
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


@dataclass(frozen=True)
class Overview:
    """A question about documents as wholes."""

    kind: OverviewKind
    documents: tuple[str, ...]  # ids; empty: all documents
    verb: str = ""  # of a demand, folded
    has_topic: bool = False  # words of another matter follow the name: «… a los países miembros»


def parse_overview(question: Question, names: DocumentNames, turns: Sequence[str] = ()) -> Overview | None:
    """What a question asks of documents as wholes, and of which; None for every other question.

    «¿Y de qué fecha es?» is asked of the documents that the last of `turns` named.
    """
    found = _match_overview(question, names)
    if found is None or found.documents or found.kind is OverviewKind.LIST or not turns:
        return found
    try:
        before = parse_question(turns[-1])
    except QuestionError:  # the turn has no words
        return found
    earlier = _match_overview(before, names)
    named = earlier.documents if earlier else tuple(sorted(parse_scope(before, names).documents))
    return replace(found, documents=named)


def _match_overview(question: Question, names: DocumentNames) -> Overview | None:
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
    if fitting := _documents_named(bare, names):
        return fitting, False
    words = bare.split()
    for end in range(len(words) - 1, 0, -1) if more else ():
        if fitting := _documents_named(" ".join(words[:end]), names):
            return fitting, True
    return None


def _documents_named(name: str, names: DocumentNames) -> tuple[str, ...]:
    words = distinctive_words(name)
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
