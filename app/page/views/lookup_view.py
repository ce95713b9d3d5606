"""The look-up view: its form, and its results grouped by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpie.app.answering.citation import cite, short_citation
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link
from alpie.app.page.views.lookup import LONGEST, MAX_SHOWN, SORTS, STEP, Found, Wanted, look_up
from alpie.app.page.views.markup import emphasised
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import Markup, render
from alpie.index.records import Document

__all__ = ["render_form", "render_results"]

_LONGEST_EXCERPT = 420


@dataclass(frozen=True)
class _Shown:
    """A passage in the list of results."""

    document: Document
    where: str  # headings and label
    href: str
    excerpt: Markup
    text: str  # all of it, which is copied
    source: str


def render_results(library: Library, wanted: Wanted, words: Translations) -> str:
    """Results grouped by document, those with the words apart from those that are only related."""
    results = look_up(library, wanted)
    groups: dict[str, list[_Shown]] = {}
    for item in results.found:
        groups.setdefault(item.passage.document_id, []).append(_shown(item, library, words))
    every = sum(results.counts.values())
    return render(
        "search_results",
        words,
        wanted=wanted,
        results=results,
        every=every,
        groups=[(library.documents[document], items) for document, items in groups.items()],
        related=[_shown(item, library, words) for item in results.related],
        more=wanted.address(wanted.shown + STEP) if len(results.found) < min(every, MAX_SHOWN) else "",
    )


def _shown(item: Found, library: Library, words: Translations) -> _Shown:
    passage = item.passage
    document = library.documents[passage.document_id]
    where = " › ".join([*passage.path, *([passage.label] if passage.label else [])]) or document.title
    return _Shown(
        document,
        where,
        link(passage),
        _excerpt(passage.text, item.ranges),
        passage.text,
        short_citation(cite(document, passage), words.language),
    )


def _excerpt(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """The part of a long passage around the first range, cut between words."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    begin, end = 0, len(text)
    if len(text) > _LONGEST_EXCERPT:
        first = merged[0][0] if merged else 0
        begin = 0 if first < _LONGEST_EXCERPT // 2 else text.find(" ", first - _LONGEST_EXCERPT // 3) + 1
        end = text.find(" ", begin + _LONGEST_EXCERPT)
        end = len(text) if end < 0 else end
    inside = [(a - begin, b - begin) for a, b in merged if a >= begin and b <= end]
    shown = emphasised(text[begin:end], inside, "mark")
    return Markup(("… " if begin else "") + shown + (" …" if end < len(text) else ""))


def render_form(library: Library, words: Translations) -> str:
    """The search form; its choices are what the corpus holds."""
    documents = library.documents.values()
    sections = dict.fromkeys(p.path[0] for p in library.passages if p.path)
    choices = {
        "document": [(one.id, one.title) for one in documents],
        "kind": [(one, one) for one in sorted({one.kind for one in documents})],
        "publisher": [(one, one) for one in sorted({one.publisher for one in documents})],
        "section": [(one, one) for one in sections],
    }
    return render("search_form", words, sorts=SORTS, choices=choices, longest=LONGEST)
