"""Says that a document or a place that a question names is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alpie.app.answering.answer_types import Answer, MissingReference
from alpie.app.translations import Translations
from alpie.index.spanish.named_documents import is_plural, name_with_article

_NEAREST = 3
# The keys of the sentence on a document, by whether its name is plural, and whether documents were chosen.
_KEYS = {
    (False, False): "absent.document",
    (False, True): "absent.document_chosen",
    (True, False): "absent.documents",
    (True, True): "absent.documents_chosen",
}


def as_refusal(answer: Answer, absent: Sequence[MissingReference]) -> Answer:
    """`answer` as a refusal, with its quotations as what is nearest.

    The confidence is 0, because it is certain that the text is missing.
    """
    return replace(
        answer,
        answered=False,
        confidence=0.0,
        quotes=(),
        nearest=(answer.nearest or answer.quotes)[:_NEAREST],
        search=replace(answer.search, above_threshold=0),
        absent=tuple(absent),
    )


def absence_lines(answer: Answer, translations: Translations) -> list[str]:
    """A sentence for each thing that is not there: «El Código Penal no está entre los documentos.»"""
    return [_absence_line(absent, translations, bool(answer.limited_to)) for absent in answer.absent]


def _absence_line(absent: MissingReference, translations: Translations, limited: bool) -> str:
    document = translations.quoted(absent.document)
    if absent.place:
        key = "absent.place_of" if absent.document else "absent.place"
        return translations(key, place=absent.place, document=document)
    name = name_with_article(absent.document) if translations.language == "es" else document
    line = translations(_KEYS[is_plural(absent.document), limited], document=name)
    return f"{line} {translations('absent.mentioned')}" if absent.mentioned else line
