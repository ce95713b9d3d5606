"""A search by meaning says when no passage holds the words, and when its list is cut."""

from __future__ import annotations

import re

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.unfound_words import holds_none_of
from alpie.app.page.state.library import Library
from alpie.app.page.views.lookup import Wanted, look_up
from alpie.app.page.views.lookup_view import render_results
from alpie.app.page.views.page_words import translations_for
from alpie.app.terminal.rendering import hits_text


@pytest.mark.parametrize("text", ["xyzzy", "xyzzy de la", "lluvia en Sevilla"])
def test_words_that_no_passage_holds(seed_corpus: Corpus, text: str) -> None:
    assert not any(re.search(r"xyzzy|lluvi|sevill", passage.text, re.I) for passage in seed_corpus.passages)
    assert holds_none_of(text, seed_corpus)


@pytest.mark.parametrize("text", ["menores xyzzy", "detensiones", "MENOR", "de la", "artículo 22"])
def test_words_that_one_holds_or_that_name_a_place(seed_corpus: Corpus, text: str) -> None:
    assert not holds_none_of(text, seed_corpus)


def test_the_view_says_so_before_the_results(seed_corpus: Corpus) -> None:
    words = translations_for("es")
    library: Library = seed_corpus  # type: ignore[assignment]
    near = render_results(library, Wanted("xyzzy"), words)
    assert 0 < near.index(words.html("search.none_of_the_words")) < near.index('class="results"')
    held = render_results(library, Wanted("menores"), words)
    assert words.html("search.none_of_the_words") not in held


def test_a_filter_counts(seed_corpus: Corpus) -> None:
    library: Library = seed_corpus  # type: ignore[assignment]
    assert not look_up(library, Wanted("detenciones")).none_held
    assert look_up(library, Wanted("detenciones", document="interpol-2021")).none_held
    assert look_up(library, Wanted("detenciones", kind="resolución")).none_held


def test_the_terminal_says_the_same(seed_corpus: Corpus) -> None:
    words = translations_for("es")
    hits = seed_corpus.search("xyzzy", 3)
    text = hits_text(hits, seed_corpus.documents, words, 0, only_near=True, more=True)
    assert text.startswith(words("search.none_of_the_words"))
    assert text.endswith(words("search.first.many", number=3) + "\n")
    assert "primeros" not in hits_text(hits, seed_corpus.documents, words, 0)
