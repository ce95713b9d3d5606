"""Makes citations: a short one to glance at, a full one for the panel, and a link for the browser.

    short   WeProtect 2019, § 04 Tendencias tecnológicas, p. 13
    full    Alianza Global WePROTECT (WeProtect Global Alliance). «Evaluación de la Amenaza Global 2019».
            Informe, 2019. Sección 04 Tendencias tecnológicas › La red oscura, párr. 2, p. 13.

A title or a date that the document does not carry stands in square brackets, as bibliographers write it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import mean
from urllib.parse import quote as percent_encode

from alpie.app.answering.answer_types import Citation
from alpie.app.translations import Translations, translations_for
from alpie.index.chunking.passages import label_below_heading
from alpie.index.layout.quotations import are_quoted
from alpie.index.records import (
    Document,
    Passage,
    RecognisedWord,
    Sentence,
    SentenceRole,
    Span,
    cut_between_words,
)
from alpie.index.sources.source_table import ANY_KIND
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.dates import parse_date
from alpie.index.spanish.named_documents import law_name, short_title
from alpie.index.typography.unit_openings import only_orders

_SURE = 60  # per cent: below, a word of a scanned page is named as doubtful
_MAX_DOUBTFUL = 10  # words named: with more, people have to look at the page itself
_MAX_HEADING = 80  # characters in the short form, which is one line
_LETTER = re.compile(r"([a-zñ])[.)]\s")


def cite(document: Document, passage: Passage, spans: Sequence[Span] = ()) -> Citation:
    """The citation of a passage of `document`, or of the words at `spans` of the passage, where spans are given."""
    page, last_page = passage.pages(spans)
    recognised = _recognised_words(passage, spans)
    title = f"[{document.title}]" if "title" in document.editorial else document.title
    sentences = _sentences_in(passage, spans)
    first, last = (sentences[0], sentences[-1]) if sentences else (passage.sentences[0],) * 2
    # A list and the sentence that announces it count as one paragraph.
    announced = first.group is not None and first.group == last.group
    return Citation(
        address=passage.address,
        document_id=document.id,
        title=title,
        publisher=document.publisher,
        date=document.date,
        kind="" if document.kind == ANY_KIND else document.kind,
        path=passage.path,
        box=passage.box,
        label=_label(passage, sentences),
        page=page,
        last_page=last_page if page != last_page and None not in (page, last_page) else None,
        paragraph=_paragraph(passage, first),
        url=document.url,
        rights=document.rights,
        short_publisher=document.short_publisher,
        language="" if "language" in document.editorial else document.language,
        place=document.place,
        date_is_ours="date" in document.editorial and bool(parse_date(document.date)),
        last_paragraph=0 if announced else _paragraph(passage, last),
        recognised=round(mean(word.confidence for word in recognised)) if recognised else None,
        doubtful=tuple(
            document.text[word.start : word.end] for word in recognised if word.confidence < _SURE
        ),
    )


def _recognised_words(passage: Passage, spans: Sequence[Span]) -> list[RecognisedWord]:
    """The words at `spans`, or of the whole passage, that a program recognised on a picture."""
    if not spans:
        return list(passage.recognised)
    start, end = spans[0].start, spans[-1].end
    return [word for word in passage.recognised if word.start < end and start < word.end]


def _sentences_in(passage: Passage, spans: Sequence[Span]) -> tuple[Sentence, ...]:
    return tuple(
        sentence
        for sentence in passage.sentences
        if any(span.start < sentence.end and span.end > sentence.start for span in spans)
    )


def _paragraph(passage: Passage, sentence: Sentence) -> int:
    blocks = list(dict.fromkeys(sentence.block for sentence in passage.sentences))
    return passage.paragraph and passage.paragraph + blocks.index(sentence.block)


def _label(passage: Passage, sentences: Sequence[Sentence]) -> str | None:
    """The label of the passage, with the letter of the one item that is cited: «artículo 22, letra b)».

    The label is written in Spanish, whatever the language of the page, and so is what completes the label.
    """
    letter = _LETTER.match(sentences[0].text) if len(sentences) == 1 else None
    if not passage.label or letter is None or sentences[0].role is not SentenceRole.ITEM:
        return passage.label
    if are_quoted([sentence.text for sentence in passage.sentences])[passage.sentences.index(sentences[0])]:
        return passage.label  # the letter is one of another law, whose words are quoted
    return f"{passage.label}, letra {letter[1]})"


def short_citation(citation: Citation, language: str = "es") -> str:
    """The citation in one line: «WeProtect 2019, § 04 Tendencias tecnológicas, p. 13».

    A law goes by its number, which says the year («Ley 39/2006»), and a document of no known date by its title, since
    its publisher alone leads nowhere. The citation names the outermost heading below the title, the label of the article
    or paragraph, and the page; where there is none of them, the number of the paragraph.
    """
    translations = translations_for(language)
    year = translations.years(citation.date)
    publisher = citation.publisher if year else ""
    name = citation.short_publisher or law_name(citation.title) or publisher or title_in_line(citation)
    dated = year and year not in name
    parts = [f"{name} {translations.supplied(year, citation.date_is_ours)}" if dated else name]
    path = citation.path[1:] if _opens_with(citation.title, citation.path[:1]) else citation.path
    if path:
        parts.append(f"§ {cut_between_words(_without_stop(path[0]), _MAX_HEADING)}")
    if label := label_below_heading(path[:1], citation.label):
        parts.append(label)
    if page := page_text(citation, translations):
        parts.append(page)
    if len(parts) == 1 and citation.paragraph:
        parts.append(_paragraphs(citation, translations))
    if citation.recognised is not None:
        parts.append(translations("cite.recognised"))
    return ", ".join(parts)


def _opens_with(title: str, path: Sequence[str]) -> bool:
    """Whether the outermost heading of a path is the title of the document, or what stands before its colon."""
    return bool(path) and fold(title).startswith(fold(_without_stop(path[0])))


def _without_stop(heading: str) -> str:
    return heading.rstrip(" .:") or heading


def title_in_line(citation: Citation) -> str:
    """The title of the cited document in a line with other things, in its brackets where it is none of the document's."""
    title = citation.title
    return f"[{short_title(title[1:-1])}]" if title.startswith("[") else short_title(title)


def full_citation(citation: Citation, language: str = "es") -> str:
    """The citation with publisher, title, date and place, in the words of `language`; headings stay as they are."""
    translations = translations_for(language)
    date = translations.supplied(translations.date(citation.date), citation.date_is_ours)
    dated = with_capital(", ".join(part for part in (citation.kind, date) if part))
    place = with_capital(locator(citation, language))
    parts = [citation.publisher, translations.quoted(citation.title), dated, place]
    text = ". ".join(part.rstrip(".") for part in parts if part) + "."
    return f"{text} {citation.url}" if citation.url else text


def locator(citation: Citation, language: str = "es") -> str:
    """The place within the document: section or unit, paragraph, page. No other paragraph has the same."""
    translations = translations_for(language)
    section = " › ".join(map(_without_stop, citation.path))
    unit = label_below_heading(citation.path, citation.label)
    names_itself = citation.label or only_orders(section)  # «Sección 2. Plazos» is no «sección Sección 2»
    parts: list[str] = []
    if section:
        parts.append(section if names_itself else translations("cite.section", section=section))
    if citation.box and citation.box not in citation.path:
        parts.append(translations("cite.box", title=translations.quoted(citation.box)))
    if unit:
        parts.append(unit)
    # the first paragraph of a unit needs no number
    if citation.paragraph > 1 or (citation.paragraph and not citation.label):
        parts.append(_paragraphs(citation, translations))
    if page := page_text(citation, translations):
        parts.append(page)
    if citation.recognised is not None:
        parts.append(translations("cite.recognised_sure", percent=citation.recognised))
    if citation.doubtful:
        doubtful = ", ".join(translations.quoted(word) for word in citation.doubtful[:_MAX_DOUBTFUL])
        parts.append(translations("cite.doubtful", doubtful=doubtful))
    return ", ".join(parts)


def _paragraphs(citation: Citation, translations: Translations) -> str:
    if citation.last_paragraph > citation.paragraph:
        return translations("cite.paragraphs", first=citation.paragraph, last=citation.last_paragraph)
    return translations("cite.paragraph", paragraph=citation.paragraph)


def page_range(citation: Citation) -> str:
    """The pages of a citation: «3», «3-4»; "" where the document has none."""
    return "-".join(str(page) for page in (citation.page, citation.last_page) if page is not None)


def page_text(citation: Citation, translations: Translations) -> str:
    """The pages of a citation in words: «p. 3», «pp. 3-4»; "" where the document has none."""
    key = "cite.page" if citation.last_page is None else "cite.pages"
    pages = page_range(citation)
    return translations(key, page=pages) if pages else ""


def permalink(address: str, base_url: str = "") -> str:
    """The permanent link of an address: ``/?p=…``, absolute when the server's `base_url` is given."""
    return f"{base_url.rstrip('/')}/?p={percent_encode(address, safe='/')}"


def with_capital(text: str) -> str:
    """`text` with a capital first letter, the others as they are."""
    return text[:1].upper() + text[1:]
