"""A quotation cut out of its sentence is told what it leaves out, if that may turn its meaning."""

from __future__ import annotations

import pytest

from alpie.app.answering.quoting.cut import WarningKind, analyse_cut, governs_list
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import verify_quotation
from alpie.app.service.rows import verification_row
from alpie.app.terminal.rendering import verification_text
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.records import Sentence, SentenceRole, Span
from support.given_corpus import CORPUS, PRESS, document, given_corpus
from support.tables import cases


@cases("source, cut, kind, word")
def test_what_turns_the_meaning_is_told(source: str, cut: str, kind: str, word: str) -> None:
    outcome = verify_quotation(cut, given_corpus(document("a", source)))
    assert outcome.verdict is Verdict.CUT
    assert (WarningKind[kind], word) in [(warning.kind, warning.word) for warning in outcome.warnings]
    (place,) = outcome.places
    assert place.cut.text == source
    marked = " […] ".join(source[span.start : span.end] for span in place.cut.marked)
    assert marked.strip(".") == cut.strip(".")


@cases("source, cut")
def test_what_leaves_the_meaning_is_exact(source: str, cut: str) -> None:
    outcome = verify_quotation(cut, given_corpus(document("a", source)))
    assert (outcome.verdict, outcome.warnings) == (Verdict.EXACT, ())


def test_a_place_where_nothing_is_left_out_is_enough_and_comes_first() -> None:
    corpus = given_corpus(
        document("a", "No se admiten perros de caza."), document("b", "Se admiten perros de caza.")
    )
    outcome = verify_quotation("admiten perros de caza.", corpus)
    assert outcome.verdict is Verdict.EXACT
    assert [place.document_id for place in outcome.places] == ["b", "a"]


def test_an_item_is_governed_by_the_sentence_that_introduces_its_list() -> None:
    source = "No podrán presentarse:\n- los cargos electos;\n- sus familiares."
    roles = (SentenceRole.LEAD_IN, SentenceRole.ITEM, SentenceRole.ITEM)
    sentences, at = [], 0
    for line, role in zip(source.split("\n"), roles, strict=True):
        sentences.append(Sentence(line, (Span(at, at + len(line)),), role, group=0))
        at += len(line) + 1
    item = sentences[1]
    (warning,) = analyse_cut(source, item.spans, sentences).warnings
    assert (warning.kind, warning.word) == (WarningKind.LEAD_IN, "No")
    assert not analyse_cut(source, (Span(0, item.end),), sentences).warnings
    assert not governs_list(
        "Los centros que no reciban ayuda del fondo, o la pierdan, podrán pedir lo siguiente:"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_interface_carries_the_warning(language: str) -> None:
    outcome = verify_quotation("se descartan nuevas detenciones", CORPUS)
    row = verification_row(outcome, language)
    assert row["verdict"] == "cut"
    assert row["places"][0]["sentence"].endswith("y no se descartan nuevas detenciones.")
    ((start, end),) = row["places"][0]["marked"]
    assert row["places"][0]["sentence"][start:end] == "se descartan nuevas detenciones"
    (warning,) = row["warnings"]
    assert warning.endswith("(… sigue abierta y no se descartan nuevas detenciones.).")
    shown = verification_text(outcome, translations_for(language), 0)
    assert warning in shown
    assert "⟦se descartan nuevas detenciones⟧" in shown


def test_true_sentences_that_do_not_follow_one_another_are_told_apart() -> None:
    first, second = "No hay pruebas de lo contrario.", " ".join(PRESS.splitlines()[1:3])
    text = f"{first} {second}"
    corpus = given_corpus(document("a", first), *CORPUS.documents.values())
    outcome = verify_quotation(text, corpus)
    assert outcome.verdict is Verdict.JOINED
    assert [sentence.places[0].document_id for sentence in outcome.sentences] == ["a", "prensa"]
    shown = verification_text(outcome, translations_for("es"), 0)
    assert "Frase 1: literal en" in shown
    assert "no van seguidas" in shown


def test_a_true_sentence_beside_an_invented_one_is_told_from_it() -> None:
    text = f"{PRESS.splitlines()[1]}. La lluvia de Sevilla baña las maravillas del mundo cada tarde de abril."
    outcome = verify_quotation(text, CORPUS)
    assert outcome.verdict is Verdict.ALTERED
    assert outcome.places
    assert [sentence.verdict for sentence in outcome.sentences][1] is Verdict.ABSENT
