"""BM25 from stored postings, and acronyms from the words before their brackets."""

from __future__ import annotations

import re

import bm25s
import numpy as np

from alpie.index.retrieval.bm25 import TermIndex, best_of
from alpie.index.spanish.acronyms import Acronyms, learn_acronyms
from alpie.index.spanish.analysis import terms, words_by_stem

_TEXTS = [
    "La policía detuvo a dos personas en Madrid.",
    "",
    "Las detenciones en Madrid y Barcelona: 25 detenciones.",
    "El Centro Nacional para Niños Desaparecidos (CNND) recibe la denuncia.",
]


def test_scores_are_those_of_the_library() -> None:
    rows = [[str(term) for term in terms(text)] for text in _TEXTS]
    made = TermIndex.from_terms(rows)
    backend = bm25s.BM25(method="lucene", k1=0.9, b=0.75)
    backend.index(rows, show_progress=False)
    question = list(dict.fromkeys(rows[2]))
    expected = backend.get_scores(question) / sum(made.idfs(question))
    np.testing.assert_allclose(made.scores(question), expected, atol=1e-5)


def test_unknown_words_and_an_empty_index() -> None:
    assert TermIndex.from_terms([["a"], ["b"]]).scores(["z"]).tolist() == [0.0, 0.0]
    empty = TermIndex.from_terms([[], []])
    assert empty.scores(["a"]).tolist() == [0.0, 0.0]
    assert empty.frequencies(["a"]) == [0]
    assert empty.frequencies([]) == []
    assert TermIndex.from_terms([["a"], ["a", "b"]]).frequencies(["b", "z", "a"]) == [1, 0, 2]


def test_acronyms_both_ways() -> None:
    found = Acronyms(learn_acronyms(_TEXTS))
    stems = found.pairs["cnnd"]
    assert {"centr", "nacional"} <= set(stems)
    assert set(found.related(["cnnd"])) == set(stems)
    assert "cnnd" in found.related(stems)
    assert found.related(["polic"]) == []


def test_words_before_a_bracket_as_one_pattern_finds_them() -> None:
    from alpie.index.spanish.acronyms import _in_brackets

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


def _zipf_rows(size: int, words: int = 3_000) -> list[list[str]]:
    chance = np.random.default_rng(5)
    return [[f"w{n}" for n in chance.zipf(1.3, 40) % words] for _ in range(size)]


def test_the_best_are_those_with_the_highest_scores() -> None:
    index = TermIndex.from_terms(_zipf_rows(2_000))
    for question in (["w1", "w7", "w99"], ["w2"], ["w1500", "w3"], ["nada"], []):
        scores = index.scores(question)
        expected = [row for row in np.lexsort((np.arange(len(scores)), -scores)) if scores[row] > 0]
        for limit in (1, 10, 5_000):
            assert best_of(scores, limit).tolist() == expected[:limit]
