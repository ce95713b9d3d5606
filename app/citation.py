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
from alpie.index.records import Document, Passage, SentenceRole, Span

__all__ = ["cite", "full_citation", "label_below", "link", "locator", "page_range", "short_citation"]


_LETTER = re.compile(r"([a-zñ])\)\s")


def cite(document: Document, passage: Passage, spans: Sequence[Span] = ()) -> Citation:
    """The citation of `passage`, which is one of `document`'s; of the words at `spans` of it, where they are given."""
    page, last_page = passage.pages(spans)
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
        label=_label(passage, spans),
        page=page,
        last_page=last_page if page != last_page and None not in (page, last_page) else None,
        paragraph=passage.paragraph,
        url=document.url,
        rights=document.rights,
        short_publisher=document.short_publisher,
        language=document.language,
    )


def _label(passage: Passage, spans: Sequence[Span]) -> str | None:
    """The label of the passage, with the letter of the one item that is cited: «artículo 22, letra b)»."""
    if not passage.label or not spans:
        return passage.label
    start, end = spans[0].start, spans[-1].end
    sentences = [one for one in passage.sentences if one.start < end and start < one.end]
    letter = _LETTER.match(sentences[0].text) if len(sentences) == 1 else None
    if letter is None or sentences[0].role is not SentenceRole.ITEM:
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
    if page := page_text(citation, words):
        parts.append(page)
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
    if page := page_text(citation, words):
        parts.append(page)
    return ", ".join(parts)


def page_range(citation: Citation) -> str:
    """«3», «3-4»; "" where the document has no pages."""
    return "-".join(str(page) for page in (citation.page, citation.last_page) if page is not None)


def page_text(citation: Citation, words: Words) -> str:
    """«p. 3», «pp. 3-4»; "" where the document has no pages."""
    key = "cite.page" if citation.last_page is None else "cite.pages"
    pages = page_range(citation)
    return words(key, page=pages) if pages else ""


def label_below(citation: Citation) -> str:
    """The label without the article that is its heading: «apartado 2, letra b)» under «Artículo 22. …»."""
    label = citation.label or ""
    heading = collapse(citation.path[-1]).casefold() if citation.path else ""
    unit, comma, rest = label.partition(", ")
    stands_there = heading.startswith(unit.casefold()) and not heading[len(unit) :][:1].isalnum()
    return (rest if comma else "") if stands_there else label


def in_text(citation: Citation, words: Words) -> str:
    """What stands in brackets after a quotation besides author and year: page, else label, else paragraph."""
    if page := page_text(citation, words):
        return page
    if citation.label:
        return citation.label
    return words("cite.paragraph", paragraph=citation.paragraph) if citation.paragraph else ""


def link(address: str, base_url: str = "") -> str:
    """The permanent link of an address: ``/?p=…``, absolute when the server's `base_url` is given."""
    return f"{base_url.rstrip('/')}/?p={percent_encode(address, safe='/')}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
