"""A saved record: what it holds of an answer, and whether its quotations still stand in the documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alpie.app.answering.answer_types import Answer, MissingSource, Part, Quote, Role, SearchStatement
from alpie.app.answering.quoting.citation import cite
from alpie.app.errors import RecordError
from alpie.app.exporting.reference_files import json_text
from alpie.app.service.answer_record import make_record, record_text
from alpie.app.service.record_check import QuoteState, verify_record
from alpie.app.translations import translations_for
from alpie.index.records import Hit, Span, readable_text
from support.given_corpus import CORPUS, PRESS, document, given_corpus


def answer(answered: bool = True) -> Answer:
    passage = CORPUS.passages[1]
    one = CORPUS.documents[passage.document_id]
    quote = Quote(passage.text, one.id, passage.sentences[0].spans, passage, cite(one, passage), 0.9)
    asked = "¿Sigue abierta?"
    return Answer(
        question=asked,
        searched=asked,
        search=SearchStatement(2, 4, 1, 0.5),
        answered=answered,
        confidence=0.9,
        quotes=(quote,) if answered else (),
        nearest=() if answered else (quote,),
        hits=(Hit(passage, 1.0),),
        milliseconds={"total": 12.0},
    )


NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def saved(**changes: object) -> str:
    return json_text({**make_record(answer(), CORPUS, NOW, "0.1.0"), **changes})


def test_a_record_holds_question_quotations_corpus_date_and_version() -> None:
    record = json.loads(saved())
    assert record["question"] == "¿Sigue abierta?"
    assert record["date"] == "2026-03-01T12:00:00+00:00"
    assert record["alpie"] == "0.1.0"
    assert record["corpus"]["fingerprint"] == CORPUS.fingerprint
    assert {one["id"] for one in record["corpus"]["documents"]} == {"prensa", "informe"}
    quote = record["quotes"][0]
    assert readable_text(PRESS, [Span(*pair) for pair in quote["spans"]]) == quote["text"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_record_can_be_printed(language: str) -> None:
    text = record_text(make_record(answer(), CORPUS, NOW, "0.1.0"), language)
    assert "¿Sigue abierta?" in text
    assert "La operación sigue abierta y no se descartan nuevas detenciones." in text
    assert "prensa/1" in text
    assert CORPUS.fingerprint in text
    refused = record_text(make_record(answer(answered=False), CORPUS, NOW, "0.1.0"), language)
    assert "La operación sigue abierta" in refused


def test_a_record_keeps_the_reserve_and_the_context_of_its_answer() -> None:
    hedged = replace(
        answer(),
        question="¿y en España?",
        follows=("¿Cuántas detenciones hubo?",),
        limited_to=("prensa",),
        search=SearchStatement(1, 2, 1, 0.5, firm_threshold=0.95),
    )
    record = json.loads(json_text(make_record(hedged, CORPUS, NOW, "0.1.0")))
    assert record["tentative"] is True
    assert record["follows"] == ["¿Cuántas detenciones hubo?"]
    assert record["limited_to"] == ["prensa"]
    translations = translations_for("es")
    title = CORPUS.documents["prensa"].title
    kept = [
        translations("ask.follows", question="¿Cuántas detenciones hubo?"),
        translations("record.limited", documents=title),
        translations("ask.tentative"),
    ]
    lines = record_text(record).splitlines()
    assert [line for line in lines if line in kept] == kept
    assert not set(kept) & set(record_text(make_record(answer(), CORPUS, NOW, "0.1.0")).splitlines())
    assert verify_record(json_text(record), CORPUS).holds


def test_a_record_keeps_the_parts_of_its_answer_each_with_its_reserve() -> None:
    quote = answer().quotes[0]
    compared = replace(
        answer(),
        search=SearchStatement(2, 4, 1, 0.5, firm_threshold=0.95),
        absent=(MissingSource("la ONU"),),
        parts=(
            Part(Role.SIDE, "la operación", "¿la operación?", (quote,), tentative=True),
            Part(Role.SIDE, "la investigación", "¿la investigación?", shown_elsewhere=True),
            Part(Role.SIDE, "la ONU"),
        ),
    )
    record = make_record(compared, CORPUS, NOW, "0.1.0")
    assert [(part["heading"], part["quotes"]) for part in record["parts"]] == [
        ("la operación", [1]), ("la investigación", []), ("la ONU", []),
    ]  # fmt: skip
    translations = translations_for("es")
    wanted = [
        *record["absent"], "== la operación", translations("ask.tentative"), f"1. «{quote.text}»", "== la investigación",
        translations("part.elsewhere"), "== la ONU", translations("part.empty"),
    ]  # fmt: skip
    lines = record_text(record).splitlines()
    assert [line for line in lines if line in wanted] == wanted


def test_a_record_that_still_holds_is_confirmed_and_an_older_one_too() -> None:
    older = json.loads(saved())
    for name in ("tentative", "follows", "limited_to", "parts"):  # which it did not keep
        older.pop(name, None)
    for record in (saved(), json_text(older)):
        outcome = verify_record(record, CORPUS)
        assert (outcome.holds, outcome.same_corpus) == (True, True)
        assert [(quote.state, quote.citation_unchanged) for quote in outcome.quotes] == [
            (QuoteState.UNCHANGED, True)
        ]


@pytest.mark.parametrize(("text", "state"), [
    ("Nota nueva.\n\n" + PRESS, QuoteState.MOVED),
    (PRESS.replace("no se descartan", "se esperan"), QuoteState.ALTERED),
    ("Nada de eso.", QuoteState.ABSENT),
])  # fmt: skip
def test_a_record_is_checked_against_the_documents_as_they_are_now(text: str, state: QuoteState) -> None:
    now = replace(given_corpus(document("prensa", text)), fingerprint="otra")
    outcome = verify_record(saved(), now)
    assert (outcome.holds, outcome.same_corpus) == (state is QuoteState.MOVED, False)
    assert outcome.quotes[0].state is state


def test_an_edited_record_is_found_out() -> None:
    quote = json.loads(saved())["quotes"][0]
    edited = {**quote, "text": quote["text"].replace("no se descartan", "se descartan")}
    assert verify_record(saved(quotes=[edited]), CORPUS).quotes[0].state is QuoteState.ALTERED
    cited = {**quote, "citation": "Otro organismo. «Otra cosa»."}
    assert not verify_record(saved(quotes=[cited]), CORPUS).quotes[0].citation_unchanged


@pytest.mark.parametrize(
    "spans", [None, "x", [], [[1]], [[5, 2]], [[0, 10**9]], [[-5, 3]], [[True, 3]], [["0", "3"]]]
)
def test_spans_that_are_none_prove_nothing(spans: object) -> None:
    quote = {**json.loads(saved())["quotes"][0], "spans": spans}
    assert verify_record(saved(quotes=[quote]), CORPUS).quotes[0].state is QuoteState.MOVED


@pytest.mark.parametrize("text", [
    "", "{", "[]", "3", "{}", '{"format": "alpie-record"}', "[" * 100_000, saved(format_version=99),
    saved(quotes="x"), saved(quotes=[3]), saved(quotes=[{"text": ""}]), saved(quotes=[{"text": "a"}] * 101),
])  # fmt: skip
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        verify_record(text, CORPUS)
