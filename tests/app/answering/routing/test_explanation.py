"""An answer is explained by what stands around it, and by sentences that say what its words mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alpie.app.answering.answer_types import Role
from alpie.app.answering.routing.explanation import explain_answer
from support.fake_encoder import corpus_of

TEXT = """El incendio

Era julio. El viento soplaba del norte. La causa fue una chispa. Nadie lo vio. Ardió el monte. Los vecinos huyeron.
"""
GLOSSARY = "Palabras\n\n{definition} Otra cosa es el humo.\n"


@pytest.mark.parametrize(("definition", "defines"), [
    ("Una chispa es un trozo de metal encendido.", True), ("Por chispa se entiende un trozo de metal.", True),
    ("«Chispa» hace referencia a un trozo de metal.", True), ("Se vio una chispa en la vía.", False),
    ("¿Una chispa es un trozo de metal?", False), ("Una llama es un gas encendido.", False),
])  # fmt: skip
def test_words_are_defined_where_a_sentence_says_what_they_mean(definition: str, defines: bool) -> None:
    corpus = corpus_of(TEXT, GLOSSARY.format(definition=definition))
    answer = corpus.ask("¿Qué causa tuvo, una chispa?", documents=("uno",))
    explained = explain_answer(answer, corpus.index, corpus.documents, None)
    defined = [
        quote.text for part in explained.parts if part.role is Role.DEFINITION for quote in part.quotes
    ]
    assert (definition in defined) is defines
    none = np.zeros(len(corpus.passages), bool)
    alone = explain_answer(answer, corpus.index, corpus.documents, none)
    assert [part.role for part in alone.parts] == [Role.CONTEXT]


def test_the_context_is_the_sentences_before_and_after() -> None:
    corpus = corpus_of(TEXT)
    answer = corpus.ask("¿Qué causa tuvo, una chispa?")
    quote = replace(answer.quotes[0])
    explained = explain_answer(replace(answer, quotes=(quote,)), corpus.index, corpus.documents, None)
    (context,) = explained.parts[0].quotes
    assert quote.text in context.text
    assert "El viento soplaba" in context.text
    assert "Los vecinos huyeron" not in context.text


def test_a_refusal_stays_as_it_is() -> None:
    corpus = corpus_of(TEXT)
    refusal = replace(corpus.ask("¿Qué causa tuvo?"), answered=False, quotes=(), searched="")
    assert explain_answer(refusal, corpus.index, corpus.documents, None) == refusal
