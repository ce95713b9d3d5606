"""The look-up view: its form, and its results grouped by document."""

from __future__ import annotations

from collections.abc import Sequence

from alpie.app.answering.citation import cite, short_citation
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link
from alpie.app.page.views.lookup import Found, Wanted, look_up
from alpie.app.page.views.markup import emphasised, escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.reference_view import quote_tools, reference
from alpie.index.records import Document

__all__ = ["render_form", "render_results"]

_LONGEST_EXCERPT = 420


def render_results(library: Library, wanted: Wanted, words: Translations) -> str:
    """Results grouped by document, best document first."""
    if not wanted.text:
        return tag("p", words.html("search.empty"), class_="small")
    results = look_up(library, wanted)
    found = results.found
    if not found:
        advice = words.html("search.none_exact" if wanted.exact or wanted.order == "words" else "search.none")
        return tag("p", advice, class_="nothing", role="status")
    groups: dict[str, list[Found]] = {}
    for item in found:
        groups.setdefault(item.passage.document_id, []).append(item)
    count = words.count("count.passages", len(found)), words.count("count.documents", len(groups))
    said = [words("search.none_of_the_words")] if results.only_near else []
    said.append(words("search.count", passages=count[0], documents=count[1]))
    if results.more:
        said.append(words.count("search.first", len(found)))
    parts = [tag("p", escape(" ".join(said)), class_="small", role="status")]
    for document_id, items in groups.items():
        document = library.documents[document_id]
        title = [escape(document.title), " ", tag("span", f"({len(items)})", class_="small")]
        kicker = f"{document.publisher} · {document.kind} · {words.date(document.date)}"
        shown = (tag("li", _result(item, document, words)) for item in items)
        parts.append(
            tag(
                "section",
                [
                    tag("h3", title),
                    tag("p", escape(kicker), class_="kicker"),
                    tag("ol", shown, class_="results"),
                ],
            )
        )
    return "".join(parts)


def _result(item: Found, document: Document, words: Translations) -> str:
    passage = item.passage
    citation = cite(document, passage)
    text, ranges, cut_before, cut_after = _excerpt(passage.text, item.ranges)
    shown = emphasised(text, ranges, "mark")
    excerpt = ("… " if cut_before else "") + shown + (" …" if cut_after else "")
    where = " › ".join([*passage.path, *([passage.label] if passage.label else [])]) or document.title
    href = link(passage)
    context = tag("a", words.html("quote.context"), class_="cite act", href=href)
    copy, keep = quote_tools(words)
    return tag(
        "div",
        [
            tag("a", escape(where), class_="cite result-where", href=href, title=words("quote.context")),
            tag("p", excerpt, class_="excerpt", lang=document.language),
            tag("span", escape(passage.text), class_="words hidden"),
            tag("span", escape(short_citation(citation, words.language)), class_="source hidden"),
            tag("p", [context, keep, copy], class_="actions"),
            reference(words),
        ],
        class_="quote-unit result",
    )


def _excerpt(text: str, ranges: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]], bool, bool]:
    """The part of a long passage around the first range, cut between words."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    if len(text) <= _LONGEST_EXCERPT:
        return text, merged, False, False
    first = merged[0][0] if merged else 0
    begin = 0 if first < _LONGEST_EXCERPT // 2 else text.find(" ", first - _LONGEST_EXCERPT // 3) + 1
    end = text.find(" ", begin + _LONGEST_EXCERPT)
    end = len(text) if end < 0 else end
    inside = [(a - begin, b - begin) for a, b in merged if a >= begin and b <= end]
    return text[begin:end], inside, begin > 0, end < len(text)


def render_form(library: Library, words: Translations) -> str:
    """The search form; its choices are what the corpus holds."""
    documents = library.documents.values()
    sections = dict.fromkeys(p.path[0] for p in library.passages if p.path)
    many = words("search.any")
    selects = [
        _select("document", words("field.document"), [(d.id, d.title) for d in documents], many),
        _select("kind", words("field.kind"), [(k, k) for k in sorted({d.kind for d in documents})], many),
        _select(
            "publisher",
            words("field.publisher"),
            [(k, k) for k in sorted({d.publisher for d in documents})],
            many,
        ),
        _select("section", words("field.section"), [(s, s) for s in sections], many),
        _date("since", words("search.since"), words("search.date_example")),
        _date("until", words("search.until"), words("search.date_example")),
    ]
    radios = "".join(
        f'<label><input type="radio" name="order" value="{value}"{checked}> {words.html(key)}</label>'
        for value, key, checked in (
            ("meaning", "search.by_meaning", " checked"),
            ("words", "search.all_words", ""),
        )
    )
    field = (
        f'<label for="search-text">{words.html("search.label")}</label><div class="line">'
        f'<input id="search-text" name="text" type="search" maxlength="300" autocomplete="off" '
        f'placeholder="{words.html("search.placeholder")}">'
        f'<button type="submit" class="primary">{words.html("search.go")}</button></div>'
    )
    filters = tag(
        "details", [tag("summary", words.html("search.filters")), tag("div", selects, class_="filters")]
    )
    order = tag("fieldset", [tag("legend", words.html("search.order")), radios], class_="order")
    form = tag("form", [field, order, filters], id="search-form", class_="form", role="search")
    return tag("h2", words.html("nav.search")) + tag("p", words.html("search.intro"), class_="intro") + form


def _select(name: str, label: str, choices: Sequence[tuple[str, str]], any_label: str) -> str:
    options = [tag("option", escape(any_label), value="")]
    options += [tag("option", escape(text), value=value) for value, text in choices]
    return tag("label", [tag("span", escape(label)), tag("select", options, name=name)])


def _date(name: str, label: str, example: str) -> str:
    field = (
        f'<input name="{name}" inputmode="numeric" pattern="[0-9]{{4}}(-[0-9]{{2}}){{0,2}}" '
        f'maxlength="10" size="10" placeholder="{escape(example)}">'
    )
    return tag("label", [tag("span", escape(label)), field])
