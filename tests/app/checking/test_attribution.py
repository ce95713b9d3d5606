"""Quoted stretches are checked, what stands beside them is not; and nothing is made exact by one quoted word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.checking.attribution import MAX_WORDS_BESIDE, quoted_parts, unquoted_parts
from alpie.app.checking.verification import Verdict, Verification
from alpie.app.checking.verify import QuotationChecker, verify_quotation
from support.given_corpus import CORPUS, GivenCorpus, document
from support.tables import cases

SENTENCE = "La operación sigue abierta y no se descartan nuevas detenciones."
OTHER = "De las 25 detenciones realizadas, dos se han producido en territorio español"


def check(text: str) -> Verification:
    return verify_quotation(text, CORPUS)


@cases("text")
def test_what_is_quoted_is_exact_and_it_says_that_the_rest_was_not_checked(text: str) -> None:
    outcome = check(text)
    assert outcome.verdict is Verdict.EXACT
    assert outcome.quoted


def test_each_of_several_stretches_must_be_found() -> None:
    outcome = check(f"«{OTHER}»; además, «{SENTENCE}»")
    assert (outcome.verdict, len(outcome.places)) == (Verdict.EXACT, 2)
    altered = check(f"«{OTHER}»; además, «{SENTENCE.replace('nuevas', 'muchas')}»")
    assert altered.verdict is Verdict.ALTERED
    assert altered.quoted == (SENTENCE.replace("nuevas", "muchas"),)
    joined = check("«La operación sigue abierta» y «no se descartan nuevas detenciones»")
    assert joined.verdict is Verdict.EXACT


@cases("text")
def test_an_altered_quotation_stays_altered(text: str) -> None:
    assert check(text).verdict is Verdict.ALTERED


def test_marks_of_the_document_change_no_verdict() -> None:
    exact = check("dos se han producido en territorio español, en «Madrid» y Barcelona.")
    assert (exact.verdict, exact.quoted) == (Verdict.EXACT, ())


def test_words_outside_are_fewer_than_those_quoted_and_at_most_so_many() -> None:
    quoted = " ".join(f"palabra{n}" for n in range(60))
    corpus = GivenCorpus(document("a", f"Antes. {quoted} después."))

    def verdict(beside: int, words: str) -> Verdict:
        lead = " ".join(["dice"] * beside)
        return verify_quotation(f"{lead}: «{words}»", corpus).verdict

    assert verdict(MAX_WORDS_BESIDE, quoted) is Verdict.EXACT
    assert verdict(MAX_WORDS_BESIDE + 1, quoted) is not Verdict.EXACT
    ten = " ".join(quoted.split()[:10])
    assert verdict(9, ten) is Verdict.EXACT
    assert verdict(10, ten) is not Verdict.EXACT


def test_a_record_is_checked_whole() -> None:
    text = f"Según el informe, «{SENTENCE}»"
    assert QuotationChecker(CORPUS).check_whole(text).verdict is not Verdict.EXACT


def test_what_differs_in_signs_alone_is_said() -> None:
    plain = SENTENCE[:-1].lower(), SENTENCE.upper(), SENTENCE.replace("ó", "o")
    for text in (*plain, f"Dice: «{SENTENCE.lower()}»"):
        outcome = check(text)
        assert (outcome.verdict, outcome.only_signs) == (Verdict.ALTERED, True), text
        assert outcome.places[0].text.startswith("La operación")
    assert not check(SENTENCE.replace("nuevas", "muchas")).only_signs
    assert not check(SENTENCE).only_signs


@pytest.mark.parametrize("dots", ["...", "…", " ... ", " … ", "[…]", " (...) "])
def test_dots_between_words_are_an_omission(dots: str) -> None:
    outcome = check(f"De las 25 detenciones realizadas{dots}en territorio español, en «Madrid» y Barcelona.")
    assert (outcome.verdict, outcome.with_omissions) == (Verdict.EXACT, True)
    assert not check(f"en territorio español, en «Madrid»{dots}De las 25 detenciones realizadas").is_found
    assert not check(f"nuevas detenciones.{dots}").with_omissions


# --- what stands between the outermost quotation marks -----------------------------------------------


def quoted(text: str) -> list[str]:
    return [text[part.start : part.end] for part in quoted_parts(text)]


@cases("text, parts")
def test_the_outermost_stretches(text: str, parts: list[str]) -> None:
    assert quoted(text) == parts


@given(st.text(alphabet="«»“”\"' ab\n(.", max_size=60))
def test_parts_and_outside_are_the_text(text: str) -> None:
    parts = quoted_parts(text)
    gaps = unquoted_parts(text, parts)
    pieces = [gaps[0], *(one for pair in zip(parts, gaps[1:], strict=True) for one in pair)]
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(any(map(str.isalnum, text[part.start : part.end])) for part in parts)
