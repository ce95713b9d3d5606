"""The first screen: the documents, each with a sentence about it and questions to begin with.

There are two questions for each document, made from its headings by rule and tried before they are shown. Half of the
questions that a rule makes from headings are not answered by any sentence (measured on the shipped documents), and a
first click that finds nothing suggests that nothing is ever found. So each question is asked once, in the background,
and kept only if its answer is in the document it was made from. A document whose headings say too little is asked
what it is about and what it asks for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from alpie.app.page.views.link_places import question_link
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.templates import Markup, render
from alpie.index.errors import AlpieError
from alpie.index.records import (
    BlockKind,
    Document,
    Layout,
    Passage,
    SentenceRole,
    cut_between_words,
    readable_text,
)
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.named_documents import law_name
from alpie.index.spanish.word_tables import alternatives, read_tables
from alpie.index.typography.unit_openings import DIVISION, only_orders, read_opening

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_MIN_WORDS = 8  # of a sentence that can stand for a document
_MAX_OPENING = 180  # characters
MAX_DOCUMENTS = 12  # shown on the first screen
_QUESTIONS_EACH = 2  # for each document: one may be poor, and each costs an answer at the start
_MAX_TRIED = 8  # for each document
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[IVXLC]+[.)]|[a-z]\))\s+")
_FORMULA = re.compile(rf"\b(?:{alternatives(read_tables(__file__)['formulas'])})\b")
_MIN_HEADING, _MAX_HEADING = 10, 80  # characters of a heading that can stand in a question
_MAX_TITLE = 150  # characters


def render_welcome(
    translations: PageTranslations,
    panels: Panels | None = None,
    examples: Examples | None = None,
    name: str = "",
    evaluated: bool = False,
    complete: bool = False,
    may_add: bool = False,
) -> Markup:
    """The first screen; `panels`: of the documents, None while they are being opened; `name`: of the collection.

    `evaluated`: whether there are results about these very documents; `complete`: whether all examples have been
    found, so that the script need not ask again; `may_add`: whether visitors add documents.
    """
    documents = list(panels.corpus.documents.values()) if panels else []
    shown = [
        {
            "document": document,
            "facts": translations.facts(document),
            "opening": opening_line(panels.corpus.passages.of_document(document.id), document.title)
            if panels
            else "",
            "examples": [(question, question_link(question)) for question in examples.about(document.id)]
            if examples
            else [],
        }
        for document in documents[:MAX_DOCUMENTS]
    ]
    return render(
        "welcome",
        translations,
        shown=shown,
        more=len(documents) - len(shown),
        complete=complete or (examples is not None and examples.complete.is_set()),
        name=name,
        evaluated=evaluated,
        may_add=may_add,
    )


def opening_line(passages: tuple[Passage, ...], title: str = "") -> str:
    """The first sentence of a document that says more than its `title` and formulas, word for word, cut where it is long."""
    for passage in passages[:20]:
        if passage.kind not in (BlockKind.LEAD, BlockKind.PARAGRAPH):
            continue
        for sentence in passage.sentences:
            text, is_sentence = sentence.text, sentence.role is SentenceRole.SENTENCE
            is_whole = (text[0].isupper() or text[0] in "¿¡«“") and text[-1] in ".?!…»”"
            says = not _FORMULA.search(fold(text)) and fold(text).rstrip(".") != fold(title)
            if is_sentence and is_whole and says and len(text.split()) >= _MIN_WORDS:
                return cut_between_words(text, _MAX_OPENING, " […]")
    return ""


class Examples:
    """Finds the questions of one corpus in one language; `of` gives those found so far."""

    def __init__(self, corpus: Corpus, translations: PageTranslations) -> None:
        self.corpus, self._translations = corpus, translations
        self._found: dict[str, tuple[str, ...]] = {}
        self.complete = threading.Event()
        threading.Thread(target=self._find_examples, name="examples", daemon=True).start()

    def about(self, document_id: str) -> Sequence[str]:
        return self._found.get(document_id, ())

    def _find_examples(self) -> None:
        try:
            for document in list(self.corpus.documents.values())[:MAX_DOCUMENTS]:
                for question in self._answered_questions(document):
                    self._found[document.id] = (*self.about(document.id), question)
        finally:
            self.complete.set()

    def _answered_questions(self, document: Document) -> Iterator[str]:
        examples = list(example_questions(document, self.corpus.layouts.get(document.id), self._translations))
        remaining = _QUESTIONS_EACH
        for question in examples[:_MAX_TRIED] + examples[_MAX_TRIED:][-_QUESTIONS_EACH:]:
            try:
                answer = self.corpus.ask(question)
            except AlpieError:
                continue
            if answer.quotes and answer.quotes[0].document_id == document.id:
                yield question
                remaining -= 1
            if not remaining:
                return


def example_questions(
    document: Document, layout: Layout | None, translations: PageTranslations
) -> Iterator[str]:
    """Questions that the headings of `document` suggest: those that are questions themselves first."""
    blocks = layout.blocks if layout else ()
    texts = [readable_text(document.text, block.spans) for block in blocks if block.kind is BlockKind.HEADING]
    headings = list(dict.fromkeys(map(_topic, texts)))
    yield from (heading for heading in headings if heading.endswith("?") and len(heading) <= _MAX_HEADING)
    for heading in headings:
        fits = _MIN_HEADING <= len(heading) <= _MAX_HEADING and len(heading.split()) > 1
        if fits and "?" not in heading and fold(heading) not in fold(document.title):
            yield translations("welcome.about_heading", heading=heading)
    title = law_name(document.title) or cut_between_words(document.title, _MAX_TITLE, "")
    yield translations("welcome.about_document", title=title)
    yield translations("welcome.what_it_asks", title=title)


def _topic(heading: str) -> str:
    """What a heading is about: «Plazos» for «Artículo 22. Plazos.»; "" for a formula and for what only orders."""
    title = heading
    if unit := read_opening(heading, True, None):
        title = heading[unit.end :]
    elif division := DIVISION.match(heading):
        title = heading[division.end() :]
    if _FORMULA.search(fold(heading)) or only_orders(title):
        return ""
    return _NUMBER.sub("", title).strip(" .:;")
