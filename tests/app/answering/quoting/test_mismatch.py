"""What keeps a quotation from being a sure answer: a figure it lacks, or the opposite of what is asked."""

from __future__ import annotations

from dataclasses import replace

from alpie.app.answering.quoting.mismatch import lacks_a_number, says_the_opposite
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from support.fake_encoder import WEIGHTS, corpus_from, document_of


def test_a_figure_that_is_asked_for_has_to_stand_around_the_quotation() -> None:
    corpus = corpus_from(
        [
            document_of(
                "# Actas de 2019\n\nLa 89.ª reunión fue en Olite y la abrieron veinticinco socios.\n", "actas"
            )
        ]
    )
    (quote,) = corpus.ask("¿Dónde fue la reunión?").quotes
    for question, lacks in (
        ("¿Dónde fue la 89ª reunión?", False), ("¿Dónde fue la 90ª reunión?", True), ("¿Y en 2019?", False),
        ("¿La abrieron 25 socios?", False), ("¿La abrieron 26?", True), ("¿Cuáles son las 3 reglas?", False),
    ):  # fmt: skip
        assert lacks_a_number(question, [quote]) is lacks, question


def test_a_sentence_on_the_opposite_of_what_is_asked_is_no_sure_answer() -> None:
    text = "# Barcas\n\nLa edad mínima es de 16 años.\n\n# Tarifas\n\nEl precio mínimo es de 3 euros y el máximo de 9 euros.\n"
    corpus = corpus_from([document_of(text, "barcas")])
    one = QuotePolicy(max_quotes=1)
    corpus = replace(corpus, weights=replace(WEIGHTS, firm_threshold=0.6), policy=one)
    for question, opposite in (
        ("¿Cuál es la edad mínima?", False), ("¿Cuál es la edad máxima?", True), ("¿Y la mínima y la máxima?", False),
        ("¿Cuál es el precio máximo?", False), ("¿Cuál es la edad?", False),
    ):  # fmt: skip
        answer = corpus.ask(question)
        assert says_the_opposite(question, answer.quotes) is opposite, question
        assert answer.tentative or not opposite
