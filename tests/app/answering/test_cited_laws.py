"""A cited law that other documents speak of: what each of them says of it is told apart from the law itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpie.app.service.rows import answer_row
from support.fake_encoder import corpus_from, document_of
from support.tables import cases

AMENDING = """# Ley 3/2023, de medidas urbanas

## Artículo 1. Modificación de la Ley 9/2001, del Suelo

Uno. Se modifica el artículo 150, que queda redactado como sigue:

«Artículo 150. Silencio.

1. El plazo es de tres meses.»

Dos. Se suprime el artículo 151.

## Disposición final única. Modificación del Código Rural, aprobado por Real Decreto de 4 de julio de 1889

Se modifica el artículo 7, que dirá: «Artículo 7. Riego. 1. Se riega de noche.

2. De día no.»

## Artículo 2. Otros

Lo dispuesto en el artículo 2 de esta ley no se aplica.
"""


REPORT = """# Informe de riesgos

El Convenio de Olite, de 2007, define dos delitos:

- Artículo 22: Corrupción.
- Artículo 23: Captación.

Otros piden cambiar el artículo 15 de la Directiva sobre comercio electrónico. El artículo 22 del Código Rural no se cita.
"""


@cases("question, name, words")
def test_what_documents_say_of_a_law_that_is_none_of_them_is_told_apart(
    question: str, name: str, words: str
) -> None:
    corpus = corpus_from([document_of(AMENDING, "ley"), document_of(REPORT, "informe")])
    answer = corpus.ask(question)
    assert words in answer.quotes[0].text
    (line,) = answer_row(answer)["absent"]
    assert (
        line == f"{name} no está entre los documentos. Lo que sigue es lo que otros textos dicen al respecto."
    )


@pytest.mark.parametrize(
    "question",
    ["artículo 24 del Convenio de Olite", "artículo 23 del Código Rural", "artículo 2 de la Ley 9/2001"],
)
def test_what_no_document_says_of_a_law_is_not_answered(question: str) -> None:
    corpus = corpus_from([document_of(AMENDING, "ley"), document_of(REPORT, "informe")])
    assert not corpus.ask(question).quotes


ANNEXED = """# Decreto 4/2020, por el que se aprueba el Reglamento de caza

## Artículo 1. Aprobación

Se aprueba el reglamento.

# Anexo I. Reglamento de caza

## Artículo 1. Objeto

Regula la caza del conejo.

# Anexo II. Reglamento de pesca fluvial

## Artículo 1. Objeto

Regula la pesca de la trucha.
"""


@cases("question, words")
def test_a_regulation_inside_a_document_has_a_name_of_its_own(question: str, words: str) -> None:
    corpus = corpus_from([document_of(ANNEXED, "decreto-4"), document_of(AMENDING, "ley-3")])
    assert corpus.ask(question).quotes[0].text == words


@cases("turns, question, words")
def test_a_bare_citation_is_of_the_law_that_was_spoken_of(
    turns: list[str], question: str, words: str
) -> None:
    law_3 = replace(document_of(AMENDING, "ley-3"), title="Ley 3/2023, de medidas urbanas")
    corpus = corpus_from([law_3, document_of(REPORT, "informe")])
    assert words in corpus.ask(question, turns).quotes[0].text
