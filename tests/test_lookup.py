"""Words, phrases, alternatives, beginnings and nearness, each as it is written in a search."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.answering.corpus import Corpus
from alpie.index.retrieval.lookup import look_up, read_lookup
from alpie.index.spanish.analysis import fold, stem

TEXT = "El cifrado de extremo a extremo protege a los menores; los niños, según AGN/65/RES/10, también."


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("menor", ["menores"]),
        ("MENOR niño", ["menores", "niños"]),
        ('"menor"', []),
        ("«de extremo a extremo»", ["de extremo a extremo"]),
        ('"extremo a extremo" niñas', ["extremo a extremo", "niños"]),
        ('"extremo a extremo" drogas', []),
        ("cif* NEAR extremo NEAR menor", ["cifrado", "extremo", "extremo", "menores"]),
        ("cif*", ["cifrado"]),
        ("frado*", []),
        ("AGN/65/RES/10", ["AGN/65/RES/10"]),
        ("AGN/65/RES/1", []),
        ("encriptado OR niños", ["niños"]),
        ("encriptado O menor | niño", ["menores", "niños"]),
        ("encriptado cifrado OR drogas", []),
        ("protege NEAR/2 menores", ["protege", "menores"]),
        ("protege NEAR/1 menores", []),
        ("menores CERCA «extremo a extremo»", ["extremo a extremo", "menores"]),
        ("cifrado NEAR/6 menores", []),
        ("de la niñez", []),
        ("el menor", ["menores"]),
        ("el", ["El"]),
        ("OR", []),
        ("NEAR cifrado OR", ["cifrado"]),
        ('"', []),
        ("«»", []),
    ],
)
def test_what_is_marked(query: str, marked: list[str]) -> None:
    assert [TEXT[start:end] for start, end in read_lookup(query).ranges(TEXT)] == marked


@pytest.mark.parametrize(("query", "literal"), [("menor niño", False), ("m*", True), ("a OR b", True)])
def test_what_is_related_is_asked_for_with_plain_words_only(query: str, literal: bool) -> None:
    assert read_lookup(query).is_literal is literal


@pytest.mark.parametrize("word", ["menores", "abuso", "cifrado", "detenciones"])
def test_every_passage_with_a_form_of_the_word_is_found(seed_corpus: Corpus, word: str) -> None:
    found = [passage.address for passage, _ in look_up(read_lookup(word), seed_corpus.passages)]
    assert found == [
        passage.address
        for passage in seed_corpus.passages
        if stem(fold(word)) in {stem(fold(one)) for one in re.findall(r"\w+", passage.text)}
    ]
    assert found


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_query_marks_only_what_stands_in_the_text(query: str, text: str) -> None:
    for start, end in read_lookup(query).ranges(text):
        assert 0 <= start < end <= len(text)
