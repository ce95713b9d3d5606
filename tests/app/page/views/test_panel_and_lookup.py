"""The panel shows the quoted words where they stand, the look-up finds what was asked; neither fails on any link or text."""

from __future__ import annotations

import html as html_library
import re
from itertools import chain, pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from alpie.app.answering.lookup import LookupOrder, LookupQuery, look_up
from alpie.app.page.views.link_places import parse_spans, passage_link, spans_parameter
from alpie.app.page.views.lookup_view import lookup_address, render_search_form
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.templates import render
from alpie.index.records import Document, readable_text
from alpie.index.retrieval.word_search import fold_as_stored
from support.hostile_folder import PAYLOAD

WORDS = page_translations_for("es")


def test_a_document_of_no_publisher_is_named_without_one() -> None:
    law = Document(
        "l", "Ley 39/2006, de 14 de diciembre, de dependencia", "", "2006", "ley", "es", "l.txt", ""
    )
    ticks = render("scope_list", WORDS, documents=[law])
    assert 'data-name="Ley 39/2006"' in ticks
    assert '<span class="small">2006</span>' in ticks
    stored = SimpleNamespace(values=lambda field: [])
    form = render_search_form(cast("Any", SimpleNamespace(documents={"l": law}, passages=stored)), WORDS)
    assert form.count('<option value="">') == 4, "no choice but «any» is empty"


def test_a_link_finds_its_words_again(corpus: Any) -> None:
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    document = corpus.documents[quote.document_id]
    written = spans_parameter(quote.passage, quote.spans)
    assert parse_spans(written, quote.passage, len(document.text)) == quote.spans
    assert passage_link(quote.passage, quote.spans).startswith(f"?p={quote.passage.address}&s=")


@pytest.mark.parametrize("text", ["", "x", "1-", "5-5", "9-1", "0-99999999", "-99999-5", "1-2;3", "١-٢" * 50])
def test_spans_from_strangers_are_harmless(corpus: Any, text: str) -> None:
    passage = corpus.passages[0]
    length = len(corpus.documents[passage.document_id].text)
    for span in parse_spans(text, passage, length):
        assert 0 <= span.start < span.end <= length


def test_the_panel_marks_exactly_the_quoted_words(corpus: Any) -> None:
    panels = Panels(corpus)
    for passage in corpus.passages[:40]:
        spans = passage.sentences[-1].spans
        shown = panels.at(passage.address, spans_parameter(passage, spans), WORDS)
        marked = " ".join(re.findall(r"<mark>(.*?)</mark>", shown))
        text = html_library.unescape(marked)
        assert text == readable_text(corpus.documents[passage.document_id].text, spans)


def test_the_panel_shows_every_word_of_every_block(corpus: Any) -> None:
    panels = Panels(corpus)
    for document in corpus.documents.values():
        marked = panels.renderer(document.id).render(WORDS)
        levels = [2, *map(int, re.findall(r"<h(\d)", marked))]
        assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
        shown, at = "".join(html_library.unescape(re.sub(r"<[^>]+>", " ", marked)).split()), 0
        for block in corpus.layouts[document.id].blocks:  # in order, with labels and page marks between them
            words = "".join(readable_text(document.text, block.spans).split())
            at = shown.find(words, at) + len(words)
            assert at >= len(words), words


def test_a_vanished_address_says_so(client: TestClient) -> None:
    answer = client.get("/al/panel", params={"p": "europol-ia-2025/texto/0000000000"})
    assert answer.status_code == 404
    assert WORDS.html("panel.vanished.changed") in answer.text
    unknown = client.get("/al/panel", params={"p": "<script>/x/y"})
    assert unknown.status_code == 404
    assert "<script>" not in unknown.text


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("«cifrado de extremo a extremo»", "cifrado de extremo a extremo"),
        ('"CIFRADO de Extremo"', "cifrado de extremo"),
        ("AGN/65/RES/10", "AGN/65/RES/10"),
        ("extremo cifrado", "cifrado"),
        ("xyzzy OR ciber*", "ciber"),
    ],
)
def test_lookup_finds_what_was_asked(corpus: Any, text: str, must: str) -> None:
    found = look_up(corpus, LookupQuery(text)).found
    assert found
    assert all(fold_as_stored(must) in fold_as_stored(item.passage.text) for item in found)


def test_related_passages_are_apart_and_lack_a_word(corpus: Any) -> None:
    results = look_up(corpus, LookupQuery("detenciones España"))
    holding = {item.passage.address for item in results.found}
    assert results.related
    assert not holding & {item.passage.address for item in results.related}
    assert not look_up(corpus, LookupQuery('"detenciones" España')).related, "a phrase is wanted as it is"


def test_filters_narrow(corpus: Any) -> None:
    every = look_up(corpus, LookupQuery("menores")).found
    for narrowed in (
        LookupQuery("menores", document="interpol-2021"),
        LookupQuery("menores", kind="resolución"),
        LookupQuery("menores", since="2021", until="2021-11-24"),
    ):
        found = look_up(corpus, narrowed).found
        assert 0 < len(found) < len(every)
        assert {item.passage.document_id for item in found} == {"interpol-2021"}


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
def test_results_are_sorted(corpus: Any, sort: LookupOrder) -> None:
    found = look_up(corpus, LookupQuery("«menores»", sort=sort, shown=400)).found
    documents = list(dict.fromkeys(item.passage.document_id for item in found))
    assert len(documents) > 2
    if sort == "relevance":
        hits = [hit for hit in corpus.search("«menores»", len(corpus.passages)) if hit.verbatim]
        of_documents = [
            [one.passage for one in hits if one.passage.document_id == name] for name in documents
        ]
        assert [item.passage for item in found] == list(chain.from_iterable(of_documents))
        assert documents == list(dict.fromkeys(hit.passage.document_id for hit in hits))
    else:
        dates = [corpus.documents[document].date.split("/")[-1] for document in documents]
        assert dates == sorted(dates, reverse=sort == "newest")


def test_what_is_counted_is_every_passage_and_the_rest_is_one_link_away(
    client: TestClient, corpus: Any
) -> None:
    wanted = LookupQuery("menores")
    every = sum(look_up(corpus, wanted).counts.values())
    assert every > 40
    shown = client.get("/al/search", params={"text": "menores"}).text
    assert WORDS.count("count.passages", every) in shown
    assert WORDS.html("search.shown", number=40) in shown
    assert shown.split('class="related"')[0].count('class="quote-unit result"') == 40
    more = html_library.unescape(re.findall(r'class="act more" href="\?([^#]+)#', shown)[0])
    whole = client.get(f"/al/search?{more.replace('shown=80', 'shown=400')}").text
    assert whole.split('class="related"')[0].count('class="quote-unit result"') == every
    assert 'class="act more"' not in whole
    assert "shown" not in lookup_address(LookupQuery("a"))
    assert lookup_address(wanted, 80) == "?text=menores&shown=80#buscar"


@pytest.mark.parametrize(
    "text", ["", "«»", "((((", "\\", "«" * 500, "a" * 5000, PAYLOAD, "*", "AGN/65", "a* NEAR a* " * 25]
)
def test_lookup_survives_any_text(client: TestClient, text: str) -> None:
    for sort in ("newest", "<x>"):
        answer = client.get("/al/search", params={"text": text, "sort": sort, "since": "<b>", "shown": "-1"})
        assert answer.status_code == 200
        assert "<script>" not in answer.text
