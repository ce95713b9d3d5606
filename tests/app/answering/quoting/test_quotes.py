"""Quotations: every one proved against its source, few, unlike, and cut where they can be understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.answering.answer_types import Quote
from alpie.app.answering.judging.candidates import CandidateSpan, candidate_spans
from alpie.app.answering.judging.judgement import Candidate
from alpie.app.answering.judging.read_passages import reader_input
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.answering.quoting.quotes import quote_candidate, select_quotes
from alpie.app.settings import SEED_DOCUMENTS
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.records import (
    Document,
    Hit,
    Passage,
    Sentence,
    SentenceRole,
    Span,
    collapse,
    proves,
    readable_text,
)
from alpie.index.sources.document_folder import read_sources
from alpie.index.spanish.query import Question, parse_question
from support.fake_encoder import FakeReader, document_of, passage_of, source_of
from support.tables import cases

LEAD_IN, ITEM = SentenceRole.LEAD_IN, SentenceRole.ITEM
# Asks for several things, so that nothing but the policy limits.
SEVERAL = parse_question("¿Cuáles son los motivos?")
LIST = [
    ("El plan prevé las siguientes medidas urgentes:", LEAD_IN, 0),
    ("- limpiar los márgenes de la vía;", ITEM, 0),
    ("- instalar torres de vigilancia.", ITEM, 0),
]
THREE = ("El fuego empezó en julio.", "Los bomberos llegaron tarde.", "Ardieron mil hectáreas de monte.")


def ranking_of(passage: Passage, probabilities: Mapping[int, float], rank: int = 0) -> list[Candidate]:
    """The candidates of a passage, as probable as told by their first sentence; the others not at all."""
    spans = candidate_spans(passage.sentences, whole_lists=False)
    return [
        Candidate(Hit(passage, 1.0), rank, span, number, 0.0, probabilities.get(span.first, 0.0))
        for number, span in enumerate(spans)
    ]


def quotes_of(
    *believed: tuple[Passage, Mapping[int, float]],
    question: Question = SEVERAL,
    policy: QuotePolicy | None = None,
    confidence: float = 1.0,
) -> tuple[Quote, ...]:
    """Quotations from passages whose sentences are believed as told, each passage a document of its own."""
    documents: dict[str, Document] = {}
    ranking: list[Candidate] = []
    for rank, (passage, probabilities) in enumerate(believed):
        name = f"doc{rank}"
        documents[name] = document_of(source_of(passage), name)
        ranking += ranking_of(replace(passage, document_id=name), probabilities, rank)
    ranking.sort(key=lambda candidate: -candidate.probability)
    return select_quotes(ranking, question, documents, confidence, policy or QuotePolicy())


def texts(quotes: Sequence[Quote]) -> list[str]:
    return [quote.text for quote in quotes]


def candidate_of(passage: Passage, first: int = 0, last: int | None = None) -> Candidate:
    return Candidate(Hit(passage, 1.0), 0, CandidateSpan(first, first if last is None else last), 0, 0.0, 0.9)


def cut(source: str, passage: Passage, first: int = 0, last: int | None = None) -> Quote | None:
    """The quotation of these sentences of `passage`, which is of a document with this text."""
    return quote_candidate(candidate_of(passage, first, last), 0.9, {"prueba": document_of(source)})


def test_the_most_believed_sentence_is_quoted_with_its_place_and_its_belief() -> None:
    passage = passage_of(*THREE)
    (quote,) = quotes_of((passage, {2: 0.9}), confidence=0.5)
    assert quote.text == "Ardieron mil hectáreas de monte."
    assert source_of(passage)[quote.start : quote.end] == quote.text
    assert quote.score == pytest.approx(0.45)
    assert quote.citation.address == quote.passage.address
    assert quote.document_id == "doc0"


@cases("why, passages, quoted")
def test_what_is_quoted_of_what_is_believed(
    why: str, passages: Sequence[Sequence[Sequence[Any]]], quoted: Sequence[str]
) -> None:
    """A sentence stands with how much it is believed and, in a list, with its role."""
    believed = [
        (
            passage_of(*((text, SentenceRole(*role), 0) if role else text for _, text, *role in passage)),
            {number: share for number, (share, *_) in enumerate(passage)},
        )
        for passage in passages
    ]
    assert texts(quotes_of(*believed)) == quoted, why


def test_a_sentence_that_is_not_at_its_place_is_never_shown() -> None:
    passage = passage_of(*THREE)
    altered = document_of(source_of(passage).replace("mil", "dos"), "prueba")
    ranking = sorted(ranking_of(passage, {2: 0.6, 0: 0.3}), key=lambda candidate: -candidate.probability)
    shown = select_quotes(ranking, SEVERAL, {"prueba": altered}, 1.0, QuotePolicy())
    assert texts(shown) == ["El fuego empezó en julio."]


UNLIKE = "gato monte tren lluvia queso faro mapa".split()


WHERE = parse_question("¿Dónde fue?")


@pytest.mark.parametrize(("question", "most", "expected"), [
    (SEVERAL, None, 5), (WHERE, None, 3), (SEVERAL, 1, 1), (SEVERAL, 2, 2), (SEVERAL, 7, 7), (WHERE, 1, 1), (WHERE, 7, 3),
])  # fmt: skip
def test_there_are_at_most_five_and_usually_three_or_what_the_policy_says(
    question: Question, most: int | None, expected: int
) -> None:
    passages = [(passage_of(f"Vino el {word}."), {0: 0.14}) for word in UNLIKE]
    policy = QuotePolicy(max_quotes=most) if most else None
    assert len(quotes_of(*passages, question=question, policy=policy)) == expected


def test_neighbours_nearly_as_likely_are_joined() -> None:
    passage = passage_of(*THREE)
    (quote,) = quotes_of((passage, {0: 0.5, 1: 0.45, 2: 0.01}))
    assert quote.text == f"{THREE[0]} {THREE[1]}"
    assert quote.score == pytest.approx(0.95)


def test_no_more_than_three_sentences_are_joined() -> None:
    sentences = [f"Vino el {word}." for word in UNLIKE]
    (first, *_) = quotes_of((passage_of(*sentences), dict.fromkeys(range(7), 0.14)))
    assert first.text.count("Vino") == 3


def test_long_sentences_are_not_joined() -> None:
    one, other = "Uno " + "bla " * 60 + "fin.", "Dos " + "ble " * 60 + "fin."
    quotes = quotes_of((passage_of(one, other), {0: 0.5, 1: 0.4}))
    assert texts(quotes) == [collapse(one), collapse(other)]


@pytest.mark.parametrize("opening", ["Esto", "En su lugar,", "Además,", "Ambos", "Por ello,", "Sin embargo,"])
def test_a_sentence_that_leans_brings_the_one_before_it(opening: str) -> None:
    leaning = f"{opening} preocupa a los vecinos del valle."
    (quote,) = quotes_of((passage_of(THREE[2], leaning), {1: 0.9}))
    assert quote.text == f"{THREE[2]} {leaning}"


def test_what_the_layout_left_out_of_a_sentence_is_left_out_of_its_quotation() -> None:
    source = "Ardieron mil hectáreas19 de \n monte."
    places = (Span(0, 22), Span(24, len(source)))
    sentence = replace(passage_of("x").sentences[0], text="Ardieron mil hectáreas de monte.", spans=places)
    quote = cut(source, replace(passage_of("x"), sentences=(sentence,)))
    assert quote is not None
    assert quote.text == "Ardieron mil hectáreas de monte."
    assert quote.spans == places
    assert proves(source, quote.spans, quote.text)


def test_the_words_that_answer_are_marked() -> None:
    passage = passage_of("Ardieron 1240 hectáreas.")
    (reading,) = FakeReader().read("¿Cuántas hectáreas?", [reader_input(passage)])
    candidate = replace(candidate_of(passage), reading=reading)
    documents = {"prueba": document_of(source_of(passage))}
    (quote,) = select_quotes([candidate], SEVERAL, documents, 1.0, QuotePolicy())
    assert [quote.text[span.start : span.end] for span in quote.emphasis] == ["1240"]


SENTENCES = st.sampled_from(
    [*THREE, "Esto preocupa.", "Además, llovió poco.", "Sí.", *(f"Vino el {w}." for w in UNLIKE)]
)
ROWS = st.one_of(
    SENTENCES, st.tuples(SENTENCES, st.sampled_from([LEAD_IN, ITEM]), st.integers(0, 1)).map(tuple)
)


@given(
    st.lists(st.lists(st.tuples(ROWS, st.floats(0, 1)), min_size=1, max_size=8), min_size=1, max_size=4),
    st.integers(1, 10),
    st.floats(0, 1),
)
def test_whatever_is_believed_quotations_are_few_proved_and_not_repeated(
    rows: list[list[tuple[str, float]]], most: int, confidence: float
) -> None:
    passages = [passage_of(*(text for text, _ in row)) for row in rows]
    believed = [
        (passage, {number: share for number, (_, share) in enumerate(row)})
        for passage, row in zip(passages, rows, strict=True)
    ]
    quotes = quotes_of(*believed, policy=QuotePolicy(max_quotes=most), confidence=confidence)
    assert len(quotes) <= most
    for quote in quotes:
        source = source_of(passages[int(quote.document_id[3:])])
        assert proves(source, quote.spans, quote.text)
        assert all(0 <= span.start < span.end <= len(quote.text) for span in quote.emphasis)
    assert len({(quote.document_id, quote.start) for quote in quotes}) == len(quotes)


def test_no_sentence_is_quoted_twice() -> None:
    words = [[f"{letter}{number}" for number in range(38)] for letter in "abc"]
    passage = passage_of(*(" ".join(row).capitalize() + "." for row in words))
    quotes = quotes_of((passage, {0: 0.3, 1: 0.25, 2: 0.2}))
    places = [(span.start, span.end) for quote in quotes for span in quote.spans]
    assert all(end <= start for (_, end), (start, _) in zip(sorted(places), sorted(places)[1:], strict=False))


def test_neighbours_with_a_footnote_call_between_them_are_quoted_apart_and_none_is_lost() -> None:
    source = "Ardieron mil hectáreas.19 Llegaron tarde."
    call = source.index("19")
    first = replace(passage_of("x").sentences[0], text=source[:call], spans=(Span(0, call),))
    second = replace(first, text="Llegaron tarde.", spans=(Span(call + 3, len(source)),))
    passage = replace(passage_of("x"), sentences=(first, second))
    ranking = ranking_of(passage, {0: 0.5, 1: 0.4})
    quotes = select_quotes(ranking, SEVERAL, {"prueba": document_of(source)}, 1.0, QuotePolicy())
    assert texts(quotes) == ["Ardieron mil hectáreas.", "Llegaron tarde."]


def test_all_neighbours_and_lists_of_the_four_documents_can_be_quoted() -> None:
    lost: list[str] = []
    for document in read_sources(SEED_DOCUMENTS).documents:
        for passage in make_passages(document, lay_out(document)):
            pairs = [CandidateSpan(place, place + 1) for place in range(len(passage.sentences) - 1)]
            for span in {*pairs, *candidate_spans(passage.sentences, whole_lists=True)}:
                candidate = candidate_of(passage, span.first, span.last)
                mere = span.first == span.last and candidate.sentences[0].role is LEAD_IN
                policy = QuotePolicy(extend_ratio=9.0)
                if not mere and not select_quotes([candidate], SEVERAL, {document.id: document}, 1.0, policy):
                    lost.append(f"{passage.address} {span}")
    assert not lost


def divided(source: str, *cuts: tuple[int, int]) -> Sentence:
    """The sentence that `source` is but for `cuts`, which its layout leaves out."""
    edges = [0, *(edge for cut in cuts for edge in cut), len(source)]
    spans = tuple(Span(edges[n], edges[n + 1]) for n in range(0, len(edges), 2))
    return Sentence(readable_text(source, spans), spans)


def test_a_word_divided_at_a_line_end_is_whole_in_the_quotation() -> None:
    source = "Los compor-\ntamientos del fin de sema-\nna."
    cuts = [(source.index(mark), source.index(mark) + 2) for mark in ("-\nt", "-\nn")]
    passage = replace(passage_of("x"), sentences=(divided(source, *cuts),))
    quote = cut(source, passage)
    assert quote is not None
    assert quote.text == "Los comportamientos del fin de semana."


@pytest.mark.parametrize(("between", "blank"), [("⁹ ", " "), (" ⁹", " "), ("⁹ ¹⁰", " "), ("⁹", "")])
def test_a_footnote_call_between_two_sentences_joins_no_words(between: str, blank: str) -> None:
    first, second = "Fue un récord.", "Esto preocupa."
    source = f"{first}{between}{second}"
    spans = Span(0, len(first)), Span(len(first + between), len(source))
    sentences = (Sentence(first, spans[:1]), Sentence(second, spans[1:]))
    quote = cut(source, replace(passage_of("x"), sentences=sentences), 0, 1)
    assert quote is not None
    assert quote.text == f"{first}{blank}{second}"


def test_a_quotation_has_words() -> None:
    assert cut(". . .", passage_of(". . .")) is None


@pytest.mark.parametrize("entry", [
    "Objeto del código ........ 3", "Objeto del código . . . . . . 3", "Objeto del código …………", "Objeto\t3",
    "Índice",
])  # fmt: skip
def test_an_entry_of_a_table_of_contents_is_no_answer(entry: str) -> None:
    candidate, documents = candidate_of(passage_of(collapse(entry))), {"prueba": document_of(entry)}
    assert not select_quotes([candidate], SEVERAL, documents, 1.0, QuotePolicy())


def test_an_item_under_a_denial_brings_the_words_that_deny_it() -> None:
    denied, plain = passage_of(("No podrán concurrir:", LEAD_IN, 0), *LIST[1:]), passage_of(*LIST)
    quotes = [cut(source_of(passage), passage, 2) for passage in (denied, plain)]
    assert [quote.text[:30] for quote in quotes if quote] == [
        "No podrán concurrir: - limpiar",
        LIST[2][0][:30],
    ]
