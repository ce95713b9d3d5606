"""The look-up view: its form, and its results grouped by document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from urllib.parse import urlencode

from alpie.app.answering.lookup import LookupOrder, LookupQuery, MarkedPassage, look_up
from alpie.app.answering.quoting.citation import cite, short_citation
from alpie.app.page.views.link_places import passage_link
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, mark_ranges, render
from alpie.index.records import Document, Span

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_STEP = LookupQuery.shown  # passages shown at first, and so many more each time more are asked for
_MAX_SHOWN = 400  # a list as long as that is narrowed rather than read, and makes a heavy page
_MAX_FIELD = 300  # characters of a field
_MAX_EXCERPT = 420  # characters of a passage in the list of results


def read_lookup(parameters: Mapping[str, str]) -> LookupQuery:
    """The look-up that request parameters ask for, whatever strangers put into them.

    The form, the address of the page and `LookupQuery` name the fields alike.
    """
    given: dict[str, Any] = {
        field.name: parameters.get(field.name, "").strip()[:_MAX_FIELD] for field in fields(LookupQuery)
    }
    shown = given["shown"]
    most = int(shown) if shown.isascii() and shown.isdecimal() else _STEP
    given["shown"] = min(max(most, _STEP), _MAX_SHOWN)
    if given["sort"] not in get_args(LookupOrder):
        given["sort"] = LookupQuery.sort
    return LookupQuery(**given)


def lookup_address(lookup: LookupQuery, shown: int = _STEP) -> str:
    """Relative link that makes this look-up with so many passages `shown`."""
    usual = asdict(LookupQuery())
    query = {
        name: value for name, value in {**asdict(lookup), "shown": shown}.items() if value != usual[name]
    }
    return f"?{urlencode(query, errors='replace')}#buscar"


def render_results(corpus: Corpus, lookup: LookupQuery, translations: PageTranslations) -> Markup:
    """The passages that a look-up finds, by document; those with the words apart from those that are only related."""
    results = look_up(corpus, lookup)
    groups: dict[str, list[_ResultCard]] = {}
    for item in results.found:
        groups.setdefault(item.passage.document_id, []).append(_result_card(item, corpus, translations))
    every = sum(results.counts.values())
    return render(
        "search_results",
        translations,
        lookup=lookup,
        results=results,
        every=every,
        groups=[(corpus.documents[document], items) for document, items in groups.items()],
        related=[_result_card(item, corpus, translations) for item in results.related],
        address=lookup_address(lookup, _STEP),
        more=lookup_address(lookup, lookup.shown + _STEP)
        if len(results.found) < min(every, _MAX_SHOWN)
        else "",
    )


class _ResultCard(NamedTuple):
    """A passage in the list of results, as the template shows it."""

    document: Document
    where: str
    href: str
    excerpt: Markup
    text: str  # all of it, which is copied
    source: str


def _result_card(item: MarkedPassage, corpus: Corpus, translations: PageTranslations) -> _ResultCard:
    passage = item.passage
    document = corpus.documents[passage.document_id]
    labels = (*passage.path, passage.label) if passage.label else passage.path
    return _ResultCard(
        document,
        where=" › ".join(labels) or document.title,
        href=passage_link(passage),
        excerpt=_excerpt(passage.text, item.marked),
        text=passage.text,
        source=short_citation(cite(document, passage), translations.language),
    )


def _excerpt(text: str, ranges: Sequence[Span]) -> Markup:
    """The part of a long passage around the first range, cut between words."""
    merged: list[Span] = []
    for span in sorted(ranges):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    begin, end = 0, len(text)
    if len(text) > _MAX_EXCERPT:
        first = merged[0].start if merged else 0
        begin = 0 if first < _MAX_EXCERPT // 2 else text.find(" ", first - _MAX_EXCERPT // 3) + 1
        end = text.find(" ", begin + _MAX_EXCERPT)
        end = len(text) if end < 0 else end
    inside = [
        Span(span.start - begin, span.end - begin)
        for span in merged
        if span.start >= begin and span.end <= end
    ]
    return ("… " if begin else "") + mark_ranges(text[begin:end], inside) + (" …" if end < len(text) else "")


def render_search_form(corpus: Corpus, translations: PageTranslations) -> Markup:
    """The search form; its choices are what the corpus holds."""
    documents = corpus.documents.values()
    sections = dict.fromkeys(filter(None, corpus.passages.values("section")))
    choices = {
        "document": [(document.id, document.title) for document in documents],
        "kind": [(value, value) for value in sorted({document.kind for document in documents})],
        "publisher": [
            (value, value) for value in sorted({document.publisher for document in documents} - {""})
        ],
        "section": [(section, section) for section in sections],
    }
    return render(
        "search_form", translations, sorts=get_args(LookupOrder), choices=choices, longest=_MAX_FIELD
    )
