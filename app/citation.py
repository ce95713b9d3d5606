"""Citations: where a quotation comes from, for the eye (short), for the panel (full), for the browser (link).

    short   WeProtect 2019, § 04 Tendencias tecnológicas, p. 13
    full    Alianza Global WePROTECT (WeProtect Global Alliance). «Evaluación de la Amenaza Global 2019».
            Informe, 2019. 04 Tendencias tecnológicas › La red oscura, párr. 2, p. 13.

A title of ours, where the text carries none, stands in square brackets, as bibliographers write it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote as percent_encode

from alpie.app.records import Citation
from alpie.app.words import Words, read_date, words_for
from alpie.index.readable import collapse
from alpie.index.records import Document, Passage, Sentence, SentenceRole

__all__ = ["cite", "full_citation", "label_below", "link", "locator", "short_citation"]


_LETTER = re.compile(r"([a-zñ])\)\s")


def cite(document: Document, passage: Passage, sentences: Sequence[Sentence] = ()) -> Citation:
    """The citation of `passage`, which is one of `document`'s; of `sentences` of it, where they are given."""
    title = f"[{document.title}]" if "title" in document.editorial else document.title
    return Citation(
        address=passage.address,
        document_id=document.id,
        title=title,
        publisher=document.publisher,
        date=document.date,
        kind=document.kind,
        path=passage.path,
        box=passage.box,
        label=_label(passage, sentences),
        page=passage.page,
        paragraph=passage.paragraph,
        url=document.url,
        rights=document.rights,
        short_publisher=document.short_publisher,
        language=document.language,
    )


def _label(passage: Passage, sentences: Sequence[Sentence]) -> str | None:
    """The label of the passage, with the letter of the one item that is cited: «artículo 22, letra b)»."""
    letter = _LETTER.match(sentences[0].text) if len(sentences) == 1 else None
    if not passage.label or letter is None or sentences[0].role is not SentenceRole.ITEM:
        return passage.label
    return f"{passage.label}, letra {letter[1]})"


def short_citation(citation: Citation, language: str = "es") -> str:
    """«WeProtect 2019, § 04 Tendencias tecnológicas, p. 13»: fits in a line under a quotation.

    The outermost heading and the most telling place: article or paragraph label, else page, else,
    for a text without headings, the paragraph.
    """
    words = words_for(language)
    dates = read_date(citation.date)
    name = citation.short_publisher or citation.publisher or citation.title
    parts = [f"{name} {dates[0][0]}" if dates else name]
    if citation.path:
        parts.append(f"§ {citation.path[0]}")
    if citation.label:
        parts.append(citation.label)
    if citation.page is not None:
        parts.append(words("cite.page", page=citation.page))
    if len(parts) == 1 and citation.paragraph:
        parts.append(words("cite.paragraph", paragraph=citation.paragraph))
    return ", ".join(parts)


def full_citation(citation: Citation, language: str = "es") -> str:
    """Everything the documents say about the place, in the words of `language`; headings stay as they are."""
    words = words_for(language)
    dated = _capital(", ".join(part for part in (citation.kind, words.date(citation.date)) if part))
    parts = [citation.publisher, words.quoted(citation.title), dated, _capital(locator(citation, language))]
    text = ". ".join(part.rstrip(".") for part in parts if part) + "."
    return f"{text} {citation.url}" if citation.url else text


def locator(citation: Citation, language: str = "es") -> str:
    """The place within the document: headings, box, label or paragraph, page."""
    words = words_for(language)
    parts = [" › ".join(citation.path)] if citation.path else []
    if citation.box and citation.box not in citation.path:
        parts.append(words("cite.box", title=words.quoted(citation.box)))
    if citation.label:
        if below := label_below(citation):
            parts.append(below)
    elif citation.paragraph:
        parts.append(words("cite.paragraph", paragraph=citation.paragraph))
    if citation.page is not None:
        parts.append(words("cite.page", page=citation.page))
    return ", ".join(parts)


def label_below(citation: Citation) -> str:
    """The label without the article that is its heading: «apartado 2, letra b)» under «Artículo 22. …»."""
    label = citation.label or ""
    heading = collapse(citation.path[-1]).casefold() if citation.path else ""
    unit, comma, rest = label.partition(", ")
    stands_there = heading.startswith(unit.casefold()) and not heading[len(unit) :][:1].isalnum()
    return (rest if comma else "") if stands_there else label


def in_text(citation: Citation, words: Words) -> str:
    """What stands in brackets after a quotation besides author and year: page, else label, else paragraph."""
    if citation.page is not None:
        return words("cite.page", page=citation.page)
    if citation.label:
        return citation.label
    return words("cite.paragraph", paragraph=citation.paragraph) if citation.paragraph else ""


def link(address: str, base_url: str = "") -> str:
    """The permanent link of an address: ``/?p=…``, absolute when the server's `base_url` is given."""
    return f"{base_url.rstrip('/')}/?p={percent_encode(address, safe='/')}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
