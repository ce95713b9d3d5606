"""Look up: a phrase in quotation marks, all words in any order, a code, or by meaning; with filters.

Quoted phrases, codes and «all words» are read off the passages themselves, so that what is found is
exactly what was asked; without quotation marks the fused search ranks by meaning and words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alpie.app.citation import cite, full_citation, short_citation
from alpie.app.page.catalogue import Words
from alpie.app.page.html import emphasised, escape, tag
from alpie.app.page.library import Library
from alpie.app.page.places import link
from alpie.index.records import Document, Passage

__all__ = ["Wanted", "find", "fold", "render_form", "render_results"]

_PHRASE = re.compile(r'["«“„]([^"»”“]{2,200})["»”“]')
_CODE = re.compile(r"(?<!\w)(?=[\w/.-]*\d)[\w.]+(?:[/-][\w.]+)+(?!\w)")  # AGN/65/RES/10, GA-2021-89-RES-09
_WORD = re.compile(r"\w+")
_MOST_RESULTS = 60
_RANKED = 40  # asked of the fused search before filtering
_LONGEST_EXCERPT = 420


@dataclass(frozen=True)
class Wanted:
    """A search as the form states it."""

    text: str = ""
    order: str = "meaning"  # "meaning" | "words"
    document: str = ""
    kind: str = ""
    publisher: str = ""
    section: str = ""
    since: str = ""  # a year or ISO date
    until: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """From request parameters, anything in them."""
        order = "words" if query.get("order") == "words" else "meaning"
        fields = ("document", "kind", "publisher", "section", "since", "until")
        return cls(
            text=query.get("text", "").strip()[:300],
            order=order,
            **{name: query.get(name, "").strip()[:300] for name in fields},
        )

    @property
    def exact(self) -> tuple[str, ...]:
        """Phrases in quotation marks, and codes: each must stand in a passage as it is."""
        phrases = tuple(match[1] for match in _PHRASE.finditer(self.text))
        return phrases + tuple(_CODE.findall(_PHRASE.sub(" ", self.text)))

    @property
    def loose(self) -> tuple[str, ...]:
        """The other words."""
        rest = _CODE.sub(" ", _PHRASE.sub(" ", self.text))
        return tuple(_WORD.findall(rest))

    def admits(self, passage: Passage, document: Document) -> bool:
        """Whether the filters let the passage through."""
        return (
            self.document in ("", document.id)
            and self.kind in ("", document.kind)
            and self.publisher in ("", document.publisher)
            and (not self.section or (bool(passage.path) and passage.path[0] == self.section))
            and _within(document.date, self.since, self.until)
        )


@dataclass(frozen=True)
class Found:
    """A passage with the character ranges of its text that were searched for."""

    passage: Passage
    ranges: tuple[tuple[int, int], ...]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents, character for character, so that offsets stay."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def find(library: Library, wanted: Wanted) -> tuple[Found, ...]:
    """Passages for a search: in document order when exact, best first when by meaning."""
    if not wanted.text:
        return ()
    if wanted.exact or wanted.order == "words":
        return _read_off(library, wanted)
    hits = library.search(wanted.text, limit=_RANKED, document=wanted.document or None)
    admitted = (h for h in hits if wanted.admits(h.passage, library.documents[h.passage.document_id]))
    return tuple(Found(h.passage, _ranges(h.passage.text, h.terms, whole=True)) for h in admitted)


def _read_off(library: Library, wanted: Wanted) -> tuple[Found, ...]:
    found: list[Found] = []
    needles = [(fold(phrase), False) for phrase in dict.fromkeys(wanted.exact) if _WORD.search(phrase)]
    needles += [(fold(word), True) for word in dict.fromkeys(wanted.loose)]
    needles.sort(key=lambda needle: -len(needle[0]))  # a long one is rare: most passages end there
    if not needles:  # nothing but signs
        return ()
    for passage in library.passages:
        if not wanted.admits(passage, library.documents[passage.document_id]):
            continue
        ranges: list[tuple[int, int]] = []
        folded = fold(passage.text)
        for needle, whole in needles:
            at = _ranges(passage.text, (needle,), whole) if needle.split(None, 1)[0] in folded else ()
            if not at:
                break
            ranges += at
        else:
            found.append(Found(passage, tuple(sorted(ranges))))
            if len(found) == _MOST_RESULTS:
                break
    return tuple(found)


def _ranges(text: str, needles: Sequence[str], whole: bool) -> tuple[tuple[int, int], ...]:
    """Where `needles` stand in `text`, accents and case aside; `whole` words, or phrases at word edges."""
    folded = fold(text)
    found: list[tuple[int, int]] = []
    for needle in needles:
        pattern = r"\s+".join(re.escape(piece) for piece in fold(needle).split())
        ending = r"\w{0,2}(?!\w)" if whole else r"(?!\w)"  # «menor» finds «menores» too
        if pattern:
            found += [match.span() for match in re.finditer(rf"(?<!\w){pattern}{ending}", folded)]
    return tuple(sorted(found))


def _within(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )


def render_results(library: Library, wanted: Wanted, words: Words) -> str:
    """Results grouped by document, best document first."""
    if not wanted.text:
        return tag("p", words.html("search.empty"), class_="small")
    found = find(library, wanted)
    if not found:
        advice = words.html("search.none_exact" if wanted.exact or wanted.order == "words" else "search.none")
        return tag("p", advice, class_="nothing", role="status")
    groups: dict[str, list[Found]] = {}
    for item in found:
        groups.setdefault(item.passage.document_id, []).append(item)
    count = words.count("count.passages", len(found)), words.count("count.documents", len(groups))
    parts = [
        tag(
            "p",
            escape(words("search.count", passages=count[0], documents=count[1])),
            class_="small",
            role="status",
        )
    ]
    for document_id, items in groups.items():
        document = library.documents[document_id]
        title = [escape(document.title), " ", tag("span", f"({len(items)})", class_="small")]
        kicker = f"{document.publisher} · {document.kind} · {words.date(document.date)}"
        results = (tag("li", _result(item, document, words)) for item in items)
        parts.append(
            tag(
                "section",
                [
                    tag("h3", title),
                    tag("p", escape(kicker), class_="kicker"),
                    tag("ol", results, class_="results"),
                ],
            )
        )
    return "".join(parts)


def _result(item: Found, document: Document, words: Words) -> str:
    passage = item.passage
    citation = cite(document, passage)
    text, ranges, cut_before, cut_after = _excerpt(passage.text, item.ranges)
    shown = emphasised(text, ranges, "mark")
    excerpt = ("… " if cut_before else "") + shown + (" …" if cut_after else "")
    where = " › ".join([*passage.path, *([passage.label] if passage.label else [])]) or document.title
    href = link(passage)
    return tag(
        "div",
        [
            tag("a", escape(where), class_="cite result-where", href=href, title=words("quote.context")),
            tag("p", excerpt, class_="excerpt", lang=document.language),
            tag("span", escape(passage.text), class_="words hidden"),
            tag("span", escape(short_citation(citation, words.language)), class_="source hidden"),
            tag("span", escape(full_citation(citation, words.language)), class_="full-citation"),
            tag(
                "p",
                [
                    tag("a", words.html("quote.context"), class_="cite act", href=href),
                    tag(
                        "button", words.html("quote.keep"), class_="act keep", title=words("quote.keep.title")
                    ),
                    tag(
                        "button", words.html("quote.copy"), class_="act copy", title=words("quote.copy.title")
                    ),
                ],
                class_="actions",
            ),
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


def render_form(library: Library, words: Words) -> str:
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
