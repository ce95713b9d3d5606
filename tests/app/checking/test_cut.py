"""A quotation cut out of its sentence is told what it leaves out, if that may turn its meaning."""

from __future__ import annotations

import pytest

from alpie.app.answering.quoting.cut import WarningKind, governs_list, read_cut
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import verify_quotation
from alpie.app.service.rows import verification_row
from alpie.app.terminal.rendering import verification_text
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.records import Sentence, SentenceRole, Span
from support.given_corpus import CORPUS, PRESS, GivenCorpus, document

BEFORE, AFTER, OMITTED = WarningKind.BEFORE, WarningKind.AFTER, WarningKind.OMITTED


@pytest.mark.parametrize(("source", "cut", "kind", "word"), [
    ("La causa sigue abierta y no se descartan más detenciones.", "se descartan más detenciones", BEFORE, "no"),
    ("Es falso que se cierren las bibliotecas en agosto.", "se cierren las bibliotecas en agosto.", BEFORE, "falso que"),
    ("No se permite en ningún caso que entren los perros.", "que entren los perros.", BEFORE, "ningún"),
    ("Si el alumno no se presenta, pierde la plaza y la fianza.", "pierde la plaza y la fianza.", BEFORE, "Si"),
    ("Los perros pueden entrar en el parque, salvo los lunes.", "Los perros pueden entrar en el parque", AFTER, "salvo"),
    ("El abono se paga en mayo siempre que haya fondos.", "El abono se paga en mayo", AFTER, "siempre que"),
    ("El director podrá no admitir la queja.", "El director podrá", AFTER, "no"),
    ("Se paga el viaje solo a quien lo pida por escrito.", "Se paga el viaje", AFTER, "solo"),
    ("Es poco probable que los que no pagan en mayo vuelvan al club.", "los que no pagan en mayo vuelvan al club.",
        BEFORE, "poco probable que"),
    ("Algunos socios afirman que no han roto ningún banco.", "no han roto ningún banco.", BEFORE, "afirman que"),
    ("Lo facilita la percepción de que el juego causa menos daños.", "el juego causa menos daños.", BEFORE, "percepción de que"),
    ("Según la peña, el campo se riega cada noche.", "el campo se riega cada noche.", BEFORE, "Según"),
    ("Cuando se estime útil, los socios deben pagar el riego.", "los socios deben pagar el riego.", BEFORE, "Cuando se estime"),
    ("El cierre hace casi imposible que los niños jueguen.", "imposible que los niños jueguen.", BEFORE, "casi"),
    ("Preocupa la falta de agua limpia en el campo de fútbol.", "agua limpia en el campo de fútbol.", BEFORE, "falta de"),
    ("Los guardas podrían cerrar antes el campo.", "cerrar antes el campo.", BEFORE, "podrían"),
    ("¿Es cierto que los socios rompieron un banco?", "los socios rompieron un banco", BEFORE, "¿Es cierto que"),
    ("Abre y cierra cada día, pero nunca en agosto, por obras.", "Abre y cierra […] en agosto, por obras.", OMITTED, "nunca"),
    ("Abre en mayo, y no en abril, para los socios.", "Abre en mayo […] para los socios.", OMITTED, "no"),
])  # fmt: skip
def test_what_turns_the_meaning_is_told(source: str, cut: str, kind: WarningKind, word: str) -> None:
    outcome = verify_quotation(cut, GivenCorpus(document("a", source)))
    assert outcome.verdict is Verdict.CUT
    assert (kind, word) in [(one.kind, one.word) for one in outcome.warnings]
    (place,) = outcome.places
    assert place.reading.text == source
    marked = " […] ".join(source[start:end] for start, end in place.reading.marked)
    assert marked.strip(".") == cut.strip(".")


@pytest.mark.parametrize(("source", "cut"), [
    ("La causa sigue abierta y no se descartan más detenciones.", "La causa sigue abierta"),
    ("No se descartan más detenciones.", "No se descartan más detenciones."),
    ("No hay datos, pero los robos bajan en la ciudad.", "los robos bajan en la ciudad."),
    ("Si bien llovió, la feria abrió a su hora de siempre.", "la feria abrió a su hora de siempre."),
    ("No obstante, la feria abrió a su hora de siempre.", "la feria abrió a su hora de siempre."),
    ("El informe evalúa si la ley se cumple y propone mejoras.", "propone mejoras."),
    ("Según el artículo 5, la feria abre a su hora.", "la feria abre a su hora."),
    ("Dicen que hay feria, pero la plaza sigue cerrada por obras.", "la plaza sigue cerrada por obras."),
    ("Creen que el agua sale del pozo de la plaza mayor.", "pozo de la plaza mayor."),
    ("¿Llovió? La feria abrió a su hora.", "La feria abrió a su hora."),
    ("No vino. La feria abrió a su hora. Nadie lo supo.", "La feria abrió a su hora."),
    ("La feria abrió. No vino nadie. Cerró a las diez.", "La feria abrió. […] Cerró a las diez."),
])  # fmt: skip
def test_what_does_not_is_not(source: str, cut: str) -> None:
    outcome = verify_quotation(cut, GivenCorpus(document("a", source)))
    assert (outcome.verdict, outcome.warnings) == (Verdict.EXACT, ())


def test_a_place_where_nothing_is_left_out_is_enough_and_comes_first() -> None:
    corpus = GivenCorpus(
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
    (warning,) = read_cut(source, item.spans, sentences).warnings
    assert (warning.kind, warning.word) == (WarningKind.LEAD_IN, "No")
    assert not read_cut(source, (Span(0, item.end),), sentences).warnings
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
    corpus = GivenCorpus(document("a", first), *CORPUS.documents.values())
    outcome = verify_quotation(text, corpus)
    assert outcome.verdict is Verdict.JOINED
    assert [one.places[0].document_id for one in outcome.sentences] == ["a", "prensa"]
    shown = verification_text(outcome, translations_for("es"), 0)
    assert "Frase 1: literal en" in shown
    assert "no van seguidas" in shown


def test_a_true_sentence_beside_an_invented_one_is_told_from_it() -> None:
    text = f"{PRESS.splitlines()[1]}. La lluvia de Sevilla baña las maravillas del mundo cada tarde de abril."
    outcome = verify_quotation(text, CORPUS)
    assert outcome.verdict is Verdict.ALTERED
    assert outcome.places
    assert [one.verdict for one in outcome.sentences][1] is Verdict.ABSENT
