"""The numbers of each unit, against the same worked out for one unit at a time from what they are defined by."""

from __future__ import annotations

import numpy as np
import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, corpus_of

from alpie.app.answer_types import asked_term, asked_types, defines, holds_new
from alpie.app.corpus import Corpus
from alpie.app.features import UNIT_FEATURES, Candidates, candidates_of
from alpie.app.units import UnitSpan, asks_for_list
from alpie.index.analysis import stems
from alpie.index.query import read_question
from alpie.index.records import BlockKind, Passage, SentenceRole
from alpie.index.search import Retrieval

LONG_LIST = "Ayudas del año\n\nEl valle concede las siguientes ayudas:\n\n" + "\n".join(
    f"- una ayuda de {n} euros para los vecinos que limpien {n} márgenes y fuentes del monte de la comarca;"
    for n in range(20, 32)
)
LONG_SENTENCE = (
    "Fuego y agua\n\nFuego.\n\n" + "El agua del valle baja por la acequia " * 6 + "hasta el molino.\n\nFin.\n"
)
QUESTIONS = (
    "fuego y agua del valle",
    "Enumera las medidas del plan y las ayudas del valle",
    "¿Cuántas hectáreas de monte ardieron en julio?",
    "¿Qué medidas prevé el plan?",
    "ayuda para los vecinos que limpien fuentes",
    "¿Quién presta libros y dónde?",
    "the of",
    "漢字",
)


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT, LONG_LIST, LONG_SENTENCE)


def _column(candidates: Candidates, name: str) -> list[float]:
    return candidates.features[:, UNIT_FEATURES.index(name)].tolist()


def _members(span: UnitSpan) -> list[int]:
    return [*range(span.first, span.last + 1), *([] if span.context is None else [span.context])]


def _window(span: UnitSpan, sentences: int) -> list[int]:
    return [*_members(span), *range(max(0, span.first - 1), min(sentences, span.last + 2))]


def _covered(corpus: Corpus, retrieval: Retrieval, texts: list[str]) -> float:
    weights = {str(term): corpus.index.lexical.idf(term) for term in retrieval.encoded.terms}
    held = set().union(*map(stems, texts))
    return sum(weight for term, weight in weights.items() if term in held) / (sum(weights.values()) or 1)


def _shape(passage: Passage, span: UnitSpan, asks_for_list: bool) -> dict[str, bool]:
    quoted = passage.sentences[span.first : span.last + 1]
    words = len(" ".join(sentence.text for sentence in quoted).split())
    role = quoted[0].role
    several = role is not SentenceRole.SENTENCE and len(quoted) > 1
    return {
        "short": words < 6,
        "long": words > 40 and role is SentenceRole.SENTENCE,
        "list": several,
        "list_asked": several and asks_for_list,
        "item": role not in (SentenceRole.SENTENCE, SentenceRole.LEAD_IN) and len(quoted) == 1,
        "lead_in": role is SentenceRole.LEAD_IN and len(quoted) == 1,
        "caption": passage.kind is BlockKind.CAPTION,
        "metadata": passage.kind is BlockKind.METADATA,
    }


def test_the_texts_hold_units_of_every_shape(small: Corpus) -> None:
    found: set[str] = set()
    for question in QUESTIONS:
        candidates = candidates_of(small.index, small.index.search(read_question(question)))
        found |= {
            name
            for name, any_of_it in zip(UNIT_FEATURES, candidates.features.any(axis=0), strict=True)
            if any_of_it
        }
    assert found >= {"short", "long", "list", "list_asked", "item", "lead_in"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_unit_has_the_numbers_it_has_alone(small: Corpus, question: str) -> None:
    retrieval = small.index.search(read_question(question))
    candidates = candidates_of(small.index, retrieval)
    assert len(candidates) > 5
    bounds, store = small.index.sentence_bounds, small.index.token_store
    mean = retrieval.encoded.tokens.mean(axis=0)
    bm25 = small.index.sentence_lexical.scores(retrieval.encoded.terms)
    for row, (hit, span) in enumerate(zip(candidates.hit, candidates.spans, strict=True)):
        passage, match = retrieval.hits[hit].passage, retrieval.matches[hit]
        unit, window = _members(span), _window(span, len(passage.sentences))
        first = int(bounds[retrieval.rows[hit]])
        best = match[unit].max(axis=0)
        summed = store.sums(np.array([first + member for member in unit])).sum(axis=0)
        cosines = small.index.sentence_vectors.rows(np.array(unit) + first) @ retrieval.encoded.vector
        expected = {
            "tokens": best.mean(),
            "tokens_weighted": best @ retrieval.encoded.token_weights,
            "tokens_low": np.sort(best)[: max(1, len(best) // 4)].mean(),
            "tokens_window": match[window].max(axis=0).mean(),
            "late": summed @ mean / np.linalg.norm(summed) / np.linalg.norm(mean),
            "cosine": cosines.max(),
            "coverage": _covered(small, retrieval, [passage.sentences[one].text for one in unit]),
            "coverage_window": _covered(small, retrieval, [passage.sentences[one].text for one in window]),
            "passage_cosine": retrieval.hits[hit].legs["dense"],
            "bm25": bm25[first + np.array(unit)].max(),
            "passage_sentence": retrieval.hits[hit].legs["sentence"],
            "passage_tokens": retrieval.hits[hit].legs["tokens"],
            "passage_lexical": retrieval.hits[hit].legs["lexical"],
            "passage_grams": retrieval.hits[hit].legs["grams"],
            "first": span.first == 0,
            **_shape(passage, span, asks_for_list(retrieval.encoded.question.searched)),
        }
        found = {name: candidates.features[row, UNIT_FEATURES.index(name)] for name in expected}
        assert found == pytest.approx({name: float(value) for name, value in expected.items()}, abs=1e-5)


def test_items_of_a_long_list_borrow_its_lead_in(small: Corpus) -> None:
    retrieval = small.index.search(read_question("ayuda para los vecinos que limpien fuentes"))
    candidates = candidates_of(small.index, retrieval)
    of_list = [
        (row, span)
        for row, (hit, span) in enumerate(zip(candidates.hit, candidates.spans, strict=True))
        if retrieval.hits[hit].passage.sentences[span.first].role is SentenceRole.ITEM
    ]
    assert len(of_list) == 12
    assert all(span.context is not None for _, span in of_list)
    for row, _ in of_list:
        assert _column(candidates, "item")[row] == 1
        assert _column(candidates, "list")[row] == 0


def test_a_kind_of_answer_counts_where_the_question_did_not_give_it(small: Corpus) -> None:
    def numbers(question: str) -> dict[str, float]:
        retrieval = small.index.search(read_question(question))
        candidates = candidates_of(small.index, retrieval)
        texts = [
            retrieval.hits[hit].passage.sentences[span.first].text
            for hit, span in zip(candidates.hit, candidates.spans, strict=True)
        ]
        return dict(zip(texts, _column(candidates, "number"), strict=True))

    burnt = "En julio ardieron 1240 hectáreas de monte en la comarca de Valdeluna."
    assert numbers("¿Cuántas hectáreas ardieron?")[burnt] == 1
    assert numbers("¿Cuántas de las 1240 hectáreas ardieron?")[burnt] == 0
    assert numbers("¿Ardieron hectáreas?")[burnt] == 0


@pytest.mark.parametrize(
    ("kind", "text", "question", "new"),
    [
        ("number", "En 2019 340 personas fueron detenidas", "¿Cuántas personas en 2019?", True),
        ("number", "año 2020 1.550 detenidos", "¿Cuántos detenidos en 2020?", True),
        ("number", "hubo 105 047 avisos", "¿Son 105.047 avisos?", False),
        ("number", "el 92,7 % de las víctimas", "¿Qué es el 92,7 %?", False),
        ("age", "una niña de 13 años", "¿Qué edad tenía?", True),
        ("age", "13 denuncias en 2019", "¿Qué edad tenía?", False),
        ("money", "pagó 1.200 euros", "¿Cuánto cuesta?", True),
        ("money", "el coste subió un 12 %", "¿Cuánto cuesta?", False),
        ("person", "lo dijo ayer Ernie Allen", "¿Quién lo dijo?", True),
        ("person", "lo dijo ayer el presidente", "¿Quién lo dijo?", False),
    ],
)
def test_an_answer_of_each_kind_is_new_or_not(kind: str, text: str, question: str, new: bool) -> None:
    assert holds_new(kind, text, stems(question)) is new


def test_who_asks_for_an_age_is_not_asking_for_any_number() -> None:
    assert asked_types("¿Qué edad tenía el detenido?") == {"age"}
    assert asked_types("¿Cuánto cuesta la suscripción?") == {"money"}
    assert asked_types("¿Cuántas detenciones hubo?") == {"number"}
    assert asked_types("¿Cómo se llama el detenido?") == {"person"}


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("¿Qué significa CSAM?", "csam"),
        ("que es la dark web", "dark web"),
        ("¿Qué significan las siglas J-CAT?", "j-cat"),
        ("what does NCMEC stand for?", "ncmec"),
        ("y q es eso del grooming", "grooming"),
        ("¿Qué es lo que pide la resolución a los países?", ""),
        ("¿Quién es el detenido?", ""),
    ],
)
def test_the_term_whose_meaning_is_asked_for(question: str, term: str) -> None:
    assert asked_term(question) == term


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("csam", "CSAM: siglas en inglés de material de abuso.", True),
        ("iwf", "La Internet Watch Foundation (IWF) retira imágenes.", True),
        ("sgii", "imágenes autogeneradas (SGII, por sus siglas)", True),
        ("grooming", "El «grooming» es un proceso por el que …", True),
        ("dark web", "lo que se conoce como Dark Web", True),
        ("csam", "lo que significa posible CSAM en la red", False),
        ("iwf", "Los informes de la IWF crecen.", False),
    ],
)
def test_a_text_defines_a_term_or_only_uses_it(term: str, text: str, expected: bool) -> None:
    assert defines(term, text) is expected
