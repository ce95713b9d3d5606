"""A pasted quotation is exact, altered or absent, and the rule is kept to the letter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpie.app.checking import text_check
from alpie.app.checking.text_check import MAX_COMPARED_CHARACTERS, MAX_PLACES
from alpie.app.checking.verification import Verdict, Verification
from alpie.app.checking.verify import QuotationChecker, verify_quotation
from alpie.app.checking.word_alignment import DifferenceKind, align
from alpie.index.errors import ArgumentError
from alpie.index.records import BlockKind, Passage, Sentence, SentenceRole, Span, collapse, proves
from support.fake_encoder import corpus_from
from support.given_corpus import CORPUS, PRESS, REPORT, TABLE, document, given_corpus
from support.tables import cases


def check(text: str) -> Verification:
    outcome = verify_quotation(text, CORPUS)
    for place in outcome.places:
        assert proves(CORPUS.documents[place.document_id].text, place.spans, place.text)
        assert place.citation is not None
        assert place.address == place.citation.address
    return outcome


# --- exact ----------------------------------------------------------------------------------------


@cases("text")
def test_exact_is_white_space_and_quotation_marks_apart_the_same(text: str) -> None:
    outcome = check(text)
    assert (outcome.verdict, outcome.similarity) == (Verdict.EXACT, 1.0)
    assert outcome.places[0].document_id == "prensa"


@cases("text")
def test_everything_else_counts(text: str) -> None:
    assert check(text).verdict is Verdict.ALTERED


def test_what_the_layout_leaves_out_may_be_left_out_or_not() -> None:
    clean = "Los niños usan el móvil. En 2018 se identificaron más de 18 millones de imágenes."
    copied = (
        "Los niños usan el móvil.7 En 20183 se identificaron más Informe 2019 13 de 18 millones de imágenes."
    )
    assert check(clean).verdict is Verdict.EXACT
    assert check(copied).verdict is Verdict.EXACT
    place = check(clean).places[0]
    assert len(place.spans) == 4
    assert place.text == clean


def test_half_a_word_is_no_quotation() -> None:
    assert check("nuevas detenciones").verdict is Verdict.EXACT
    assert check("uevas detencion").verdict is not Verdict.EXACT
    assert check("8 millones de imágenes").verdict is not Verdict.EXACT  # it says 18


def test_every_place_is_given() -> None:
    outcome = check("La operación sigue abierta")
    assert [place.document_id for place in outcome.places] == ["prensa", "informe"]
    assert outcome.occurrences == 2


def test_a_word_that_is_everywhere_is_counted_but_not_listed_without_end() -> None:
    corpus = given_corpus(document("a", "uno dos " * 400))
    outcome = verify_quotation("uno", corpus)
    assert (outcome.occurrences, len(outcome.places)) == (400, MAX_PLACES)


def test_an_omission_the_text_declares_is_allowed_within_limits() -> None:
    outcome = check("De las 25 detenciones realizadas […] no se descartan nuevas detenciones")
    assert outcome.verdict is Verdict.EXACT
    assert outcome.with_omissions
    assert check("no se descartan nuevas [...] De las 25 detenciones").verdict is not Verdict.EXACT  # order
    far = given_corpus(
        document("a", "el principio es este. " + "relleno y más. " * 200 + "el final es otro.")
    )
    assert verify_quotation("el principio es [...] final es otro", far).verdict is not Verdict.EXACT
    near = given_corpus(document("a", "el principio es este. el final es otro."))
    assert verify_quotation("el principio es [...] final es otro", near).verdict is Verdict.EXACT
    assert verify_quotation("el [...] es [...] otro", near).verdict is not Verdict.EXACT  # single words


@pytest.mark.parametrize("text", [
    "Dos se han producido […] no se descartan nuevas detenciones",  # a capital after what was left out
    "dos se han producido. […] No se descartan nuevas detenciones",
])  # fmt: skip
def test_pieces_between_omissions_may_differ_in_signs(text: str) -> None:
    outcome = check(text)
    assert (outcome.verdict, outcome.only_signs, outcome.with_omissions) == (Verdict.ALTERED, True, True)
    assert outcome.places[0].shown.startswith("dos se han producido")
    assert all(
        "…" not in run.pasted + run.source
        for run in outcome.differences
        if run.kind is not DifferenceKind.EQUAL
    )


def test_a_mark_of_omission_is_compared_with_no_word() -> None:
    outcome = check("De las 26 detenciones realizadas [...] en territorio español")
    assert outcome.verdict is Verdict.ALTERED
    different = [
        (run.pasted, run.source) for run in outcome.differences if run.kind is not DifferenceKind.EQUAL
    ]
    assert different == [("26", "25")]
    ended = check(
        "no se descartan nuevas detenciones. [...] De las 25 detenciones realizadas, dos"
    )  # not in this order
    assert [sentence.verdict for sentence in ended.sentences] == [Verdict.EXACT, Verdict.EXACT]


def test_a_figure_may_be_parted_otherwise() -> None:
    corpus = given_corpus(document("a", "Se borraron 105.047 webs."))
    outcomes = {
        written: verify_quotation(f"Se borraron {written} webs", corpus)
        for written in ("105.047", "105 047", "105047", "105,047", "105.0.47")
    }
    assert [one for one, outcome in outcomes.items() if outcome.verdict is Verdict.EXACT] == ["105.047"]
    assert [one for one, outcome in outcomes.items() if outcome.only_signs] == ["105 047", "105047"]


def test_a_row_under_its_header_is_one_quotation_but_two_rows_are_not() -> None:
    one = document("tabla", TABLE)
    ends = [0, *(n + 1 for n, c in enumerate(TABLE) if c == "\n")]
    roles = [SentenceRole.HEADER, *[SentenceRole.ROW] * 3]
    sentences = tuple(
        Sentence(collapse(TABLE[start:end]), (Span(start, end),), role, group=1)
        for (start, end), role in zip(pairwise(ends), roles, strict=True)
    )
    corpus = corpus_from([one], [Passage("tabla/0", "tabla", sentences, (), BlockKind.TABLE)])
    assert verify_quotation("Países por criterio Francia: siete", corpus).verdict is Verdict.EXACT
    assert verify_quotation("España: cinco Italia: nueve", corpus).verdict is not Verdict.EXACT


@given(start=st.integers(0, len(REPORT) - 1), length=st.integers(1, 90))
@settings(max_examples=150, deadline=None)
def test_whatever_is_cut_from_a_document_at_words_is_found(start: int, length: int) -> None:
    words = REPORT.split()
    first = start % len(words)
    piece = " ".join(words[first : first + length])
    if any(character.isalnum() for character in piece):
        outcome = check(piece)
        assert outcome.is_found
        assert (outcome.verdict is Verdict.CUT) == bool(outcome.warnings)


# --- altered --------------------------------------------------------------------------------------


def test_an_alteration_is_shown_word_by_word() -> None:
    outcome = check("De las 27 detenciones practicadas, dos se produjeron en todo el territorio español")
    assert outcome.verdict is Verdict.ALTERED
    assert 0.5 < outcome.similarity < 1.0
    changed = [
        (d.kind, d.pasted, d.source) for d in outcome.differences if d.kind is not DifferenceKind.EQUAL
    ]
    assert (DifferenceKind.REPLACED, "27", "25") in changed
    assert (DifferenceKind.REPLACED, "practicadas,", "realizadas,") in changed
    assert outcome.places[0].text.startswith("De las 25")
    assert outcome.places[0].text.rstrip(",").endswith("español")


def test_no_full_stop_after_the_last_words_is_no_change() -> None:
    outcome = check("La operación sigue abierta y se descartan nuevas detenciones")
    changed = [d for d in outcome.differences if d.kind is not DifferenceKind.EQUAL]
    assert [(d.kind, d.source) for d in changed] == [(DifferenceKind.DELETED, "no")]


def test_the_differences_show_the_documents_own_quotation_marks() -> None:
    outcome = check("dos se han producido en territorio español, en 'Madrid' y Lisboa.")
    sources = " ".join(d.source for d in outcome.differences)
    assert "«Madrid»" in sources


def test_a_common_word_far_away_does_not_stretch_the_place() -> None:
    source = "de uno y de otro lado de la mesa se habla de la casa grande de la abuela".split()
    fit = align("de la casa pequeña de la abuela".split(), source)
    assert fit is not None
    assert " ".join(source[fit.start : fit.end]) == "de la casa grande de la abuela"


def test_what_shares_no_two_words_is_absent() -> None:
    for text in ("La lluvia en Sevilla es una maravilla", "xyzzy", "nuevas imágenes de territorio"):
        outcome = check(text)
        assert outcome.verdict is Verdict.ABSENT
        assert outcome.places == ()


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n", "«»", "…", "?!"])
def test_a_text_without_words_cannot_be_checked(text: str) -> None:
    with pytest.raises(ArgumentError):
        check(text)


def test_a_long_text_is_checked_exactly_but_not_compared() -> None:
    long = "palabra " * (MAX_COMPARED_CHARACTERS // 4)
    corpus = given_corpus(document("a", f"Antes. {long}Después."))
    assert verify_quotation(long, corpus).verdict is Verdict.EXACT
    with pytest.raises(ArgumentError, match="por separado"):
        check(long)


@pytest.mark.parametrize(
    "text", ["a " * 500_000, "a" * 1_000_000, '"' * 999_999 + "a", "de [...] " * 110_000, "[" * 999_999 + "a"]
)
@pytest.mark.timeout(120, func_only=True)  # which work that grows with the square of a text would outlast
def test_a_megabyte_of_anything_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError):
        check(text)


def test_checking_again_does_not_prepare_again(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[object] = []
    views_of = text_check.views_of
    monkeypatch.setattr(text_check, "views_of", lambda *of: prepared.append(of) or views_of(*of))
    checker = QuotationChecker(given_corpus(*(document(f"d{n}", PRESS) for n in range(10))))
    for text in ("no se descartan nuevas detenciones", "esto no está", "ni esto"):
        checker.check(text)
    assert len(prepared) == 10
