"""BM25 from stored postings, and acronyms from the words before their brackets."""

from __future__ import annotations

import re
from pathlib import Path

import bm25s
import numpy as np
import pytest

from alpie.index.acronyms import Acronyms, learn_acronyms
from alpie.index.analysis import grams, terms, words_by_stem
from alpie.index.lexical import TermIndex

_TEXTS = [
    "La policía detuvo a dos personas en Madrid.",
    "",
    "Las detenciones en Madrid y Barcelona: 25 detenciones.",
    "El Centro Nacional para Niños Desaparecidos (CNND) recibe la denuncia.",
]


@pytest.mark.parametrize("cut", [terms, grams])
def test_scores_are_those_of_the_library(cut: object, tmp_path: Path) -> None:
    rows = [[str(term) for term in cut(text)] for text in _TEXTS]  # type: ignore[operator]
    made = TermIndex.from_terms(rows)
    made.save(tmp_path)
    loaded = TermIndex.load(tmp_path)
    engine = bm25s.BM25(method="lucene", k1=0.9, b=0.75)
    engine.index(rows, show_progress=False)
    question = list(dict.fromkeys(rows[2]))
    expected = engine.get_scores(question) / sum(made.idf(term) for term in question)
    np.testing.assert_allclose(made.scores(question), expected, rtol=1e-6)
    np.testing.assert_array_equal(made.scores(question), loaded.scores(question))
    assert made.vocabulary == loaded.vocabulary


def test_unknown_words_and_an_empty_index() -> None:
    assert TermIndex.from_terms([["a"], ["b"]]).scores(["z"]).tolist() == [0.0, 0.0]
    empty = TermIndex.from_terms([[], []])
    assert empty.scores(["a"]).tolist() == [0.0, 0.0]
    assert "a" not in empty


def test_acronyms_both_ways() -> None:
    found = Acronyms(learn_acronyms(_TEXTS))
    stems = found.pairs["cnnd"]
    assert {"centr", "nacional"} <= set(stems)
    assert set(found.related(["cnnd"])) == set(stems)
    assert "cnnd" in found.related(stems)
    assert found.related(["polic"]) == []


def test_words_before_a_bracket_as_one_pattern_finds_them() -> None:
    from alpie.index.acronyms import _in_brackets

    acronym = r"[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ0-9-]{1,9}"
    slow = re.compile(
        rf"((?:[\w«»'’-]+[ ,]+){{1,14}}[\w«»'’-]+) [(\[]({acronym})(?:,? por sus siglas[^)\]]*)?[)\]]"
    )
    for text in (
        "Uno dos, tres (UDT) y otro más (OM) (XX). El [AB] solo (AB, por sus siglas en inglés) fin",
        " ".join(f"p{n}" for n in range(40)) + " (LARGO) a b [CD]",
        "(SOLO) x (YA)",
    ):
        assert list(_in_brackets(text)) == [(m.group(2), m.group(1)) for m in slow.finditer(text)]


def test_words_by_stem_keep_order_and_spelling() -> None:
    found = words_by_stem("Las detenciones y la Detención en 2.345 casos")
    assert [word for _, word in found] == ["detenciones", "detención", "2.345", "casos"]
    assert found[0][0] == found[1][0]
