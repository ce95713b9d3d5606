"""A search by meaning says when no passage holds the words, and when its list is cut."""

from __future__ import annotations

import re

import pytest

from alpie.app.page.views.lookup_view import LookupQuery, look_up, render_results
from alpie.app.page.views.page_words import page_translations_for
from alpie.app.terminal.rendering import hits_text
from support.fake_corpus import FakeCorpus

CORPUS = FakeCorpus()


@pytest.mark.parametrize("text", ["xyzzy", "xyzzy de la", "lluvia en Sevilla"])
def test_it_is_known_that_no_passage_holds_the_words(text: str) -> None:
    assert not any(re.search(r"xyzzy|lluvi|sevill", passage.text, re.I) for passage in CORPUS.passages)
    assert CORPUS.holds_none_of(text)


@pytest.mark.parametrize("text", ["menores xyzzy", "detensiones", "MENOR", "de la", "artículo 22"])
def test_words_that_one_holds_or_that_name_a_place_are_not_missed(text: str) -> None:
    assert not CORPUS.holds_none_of(text)


def test_the_view_says_before_its_results_that_no_passage_holds_the_words() -> None:
    words = page_translations_for("es")
    near = render_results(CORPUS, LookupQuery("xyzzy"), words)
    assert 0 < near.index(words.html("search.none_of_the_words")) < near.index('class="results"')
    held = render_results(CORPUS, LookupQuery("menores"), words)
    assert words.html("search.none_of_the_words") not in held


def test_words_that_only_other_documents_hold_are_missed() -> None:
    assert not look_up(CORPUS, LookupQuery("detenciones")).none_held
    assert look_up(CORPUS, LookupQuery("detenciones", document="interpol-2021")).none_held
    assert look_up(CORPUS, LookupQuery("detenciones", kind="resolución")).none_held


def test_the_terminal_says_it_before_its_list() -> None:
    words = page_translations_for("es")
    hits = CORPUS.search("xyzzy", 3)
    text = hits_text(hits, CORPUS.documents, words, 0, only_near=True, more=True)
    assert text.startswith(words("search.none_of_the_words"))
    assert text.endswith(words("search.first.many", number=3) + "\n")
    assert "primeros" not in hits_text(hits, CORPUS.documents, words, 0)
