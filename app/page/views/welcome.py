"""The first screen: the documents that are asked, each with a line of its own and questions to begin with."""

from __future__ import annotations

from alpie.app.page.views.example_questions import MOST_DOCUMENTS, Examples
from alpie.app.page.views.link_places import question_link
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.templates import Markup, render
from alpie.index.records import BlockKind, Passage, SentenceRole

__all__ = ["render_welcome"]

_WORDS = 8  # of a sentence that can stand for a document
_LONGEST_OPENING = 180  # characters


def render_welcome(
    words: Translations,
    panels: Panels | None = None,
    examples: Examples | None = None,
    name: str = "",
    evaluated: bool = False,
    complete: bool = False,
    may_add: bool = False,
) -> Markup:
    """The first screen; `panels`: of the documents, None while they are being opened; `name`: of the collection.

    `evaluated`: whether there are results about these very documents; `complete`: to ask again later is of no use;
    `may_add`: whether readers add documents.
    """
    documents = list(panels.library.documents.values()) if panels else []
    shown = [
        {
            "document": document,
            "facts": words.facts(document),
            "opening": opening_line(panels.by_document[document.id]) if panels else "",
            "examples": [(one, question_link(one)) for one in examples.of(document.id)] if examples else [],
        }
        for document in documents[:MOST_DOCUMENTS]
    ]
    complete = complete or (examples is not None and examples.complete.is_set())
    more = len(documents) - len(shown)
    return render(
        "welcome",
        words,
        shown=shown,
        more=more,
        complete=complete,
        name=name,
        evaluated=evaluated,
        may_add=may_add,
    )


def opening_line(passages: tuple[Passage, ...]) -> str:
    """The first sentence of a document that says something, word for word, cut between words where it is long."""
    for passage in passages[:20]:
        if passage.kind not in (BlockKind.LEAD, BlockKind.PARAGRAPH):
            continue
        for sentence in passage.sentences:
            text = sentence.text
            whole = text[0].isupper() or text[0] in "¿¡«“"
            if (
                sentence.role is SentenceRole.SENTENCE
                and whole
                and text[-1] in ".?!…»”"
                and len(text.split()) >= _WORDS
            ):
                return _cut(text)
    return ""


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_OPENING:
        return text
    return text[:_LONGEST_OPENING].rpartition(" ")[0] + " […]"
