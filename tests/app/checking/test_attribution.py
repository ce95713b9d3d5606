"""Quoted stretches are checked, what stands beside them is not; and nothing is made exact by one quoted word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.checking.attribution import MAX_WORDS_BESIDE, misattributed, quoted_parts, unquoted_parts
from alpie.app.checking.verification import Verdict, Verification
from alpie.app.checking.verify import QuotationChecker, verify_quotation
from alpie.app.service.rows import verification_row
from support.given_corpus import CORPUS, document, given_corpus
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
    corpus = given_corpus(document("a", f"Antes. {quoted} después."))

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
def test_the_outermost_stretches_are_what_is_quoted(text: str, parts: list[str]) -> None:
    assert quoted(text) == parts


@given(st.text(alphabet="«»“”\"' ab\n(.", max_size=60))
def test_parts_and_outside_are_the_text(text: str) -> None:
    parts = quoted_parts(text)
    gaps = unquoted_parts(text, parts)
    pieces = [gaps[0], *(one for pair in zip(parts, gaps[1:], strict=True) for one in pair)]
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(any(map(str.isalnum, text[part.start : part.end])) for part in parts)


@pytest.mark.parametrize(("pasted", "said"), [
    ("«dos perros comen en la plaza» (Vega, 2019, p. 4)", []), ("«dos perros comen en la plaza» (2018)", [("2018",)]),
    ("«dos perros comen» (Observatorio de Fauna Urbana, Memoria sobre animales en calles, 2018, p. 4)", [("2018",)]),
    ("«Aquí dos perros comen en la plaza.»\nPeña de Lara, 2018, p. 99.", [("Peña de Lara", "2018")]),
    ("Según la Peña de Lara, «dos perros comen en la plaza»", [("Peña de Lara",)]),
    ("Según Vega en la Peña de Lara, «dos perros comen en la plaza»", []),
    ("«dos perros comen en la plaza» y en 2018 ya no", []),  # the sentence goes on
    ("«dos perros comen en la plaza» (Vega, 2018) y «los gatos duermen todo el día» (Vega, 2019)", [("2018",)]),
    ("«Dos perros comen en la plaza» (2018)", [("2018",)]),  # altered in a capital
    ("«dos perros vuelan en la plaza» (2018)", []),  # what stands nowhere has no source
])  # fmt: skip
def test_a_reference_to_another_source_is_told(pasted: str, said: list[tuple[str, ...]]) -> None:
    own = replace(
        document("a", "Aquí dos perros comen en la plaza.\n\nLos niños ven que los gatos duermen todo el día."),
        publisher="Vega", date="2019",
    )  # fmt: skip
    other = replace(document("b", "Nada de eso."), publisher="Peña de Lara", date="2018")
    outcome = verify_quotation(pasted, given_corpus(own, other))
    assert [one.claims for one in outcome.misattributed] == said
    told = verification_row(outcome)["warnings"]
    assert sum("Vega 2019" in one for one in told) == len(said)


@pytest.mark.parametrize(("beside", "said"), [
    ("(Ley 39/2006, art. 5)", ["Ley 39/2006"]), ("(LO 1/2004)", ["LO 1/2004"]), ("(Ley 19/2013, BOE 295/2013)", []),
    ("(Ley 30/1992, en la Ley 19/2013)", []), ("(BOE 295/2013)", []),
])  # fmt: skip
def test_the_number_of_another_law_is_told(beside: str, said: list[str]) -> None:
    law = replace(
        document("a", "Aquí dos perros comen en la plaza."), title="Ley 19/2013, de 9 de diciembre, de perros"
    )
    other = replace(document("b", "Nada de eso."), title="Ley Orgánica 1/2004, de 28 de diciembre, de gatos")
    for text in (
        f"«Aquí dos perros comen en la plaza.» {beside}",
        f"Según {beside[1:-1]}, «Aquí dos perros comen en la plaza.»",
    ):
        told = verify_quotation(text, given_corpus(law, other)).misattributed
        assert [claim for one in told for claim in one.claims] == said


def test_of_what_is_no_law_a_law_is_told_that_is_among_the_documents() -> None:
    rules = replace(document("a", "Aquí dos perros comen en la plaza."), title="Normas de perros")
    law = replace(document("b", "Nada de eso."), title="Ley 1/2004, de 28 de diciembre, de gatos")
    for beside, said in {"Ley 1/2004": [("Ley 1/2004",)], "Ley 9/2009": []}.items():
        outcome = verify_quotation(f"«dos perros comen en la plaza» ({beside})", given_corpus(rules, law))
        assert [one.claims for one in outcome.misattributed] == said


def test_pages_and_articles_of_a_reference_are_compared() -> None:
    (place,) = verify_quotation(
        "dos perros comen", given_corpus(document("a", "Aquí dos perros comen."))
    ).places
    assert place.citation
    cited = replace(place.citation, page=4, last_page=5, label="artículo 7")
    for reference, said in {
        "(pp. 5-6, art. 7)": None, "(p. 9)": ("p. 9",), "(págs. 1-3)": ("págs. 1-3",), "(artículo 8)": ("artículo 8",),
    }.items():  # fmt: skip
        found = misattributed("", reference, [cited], ())
        assert (found and found.claims) == said
    assert misattributed("", "(p. 9)", [replace(cited, page=9, last_page=None), cited], ()) is None
