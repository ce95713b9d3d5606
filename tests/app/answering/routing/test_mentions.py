"""What documents say of a norm that is none of them is found by its name, and told from their own articles."""

from __future__ import annotations

import pytest

from alpie.app.answering.routing.mentions import mentions_of
from alpie.index.spanish.citation_parser import units_in
from support.fake_encoder import corpus_of

REPORT = """Marco legal

El Convenio de Lanzarote obliga a los Estados. Su artículo 23 castiga el engaño por internet.

El artículo 22 del Convenio de Lanzarote dice: «Las Partes castigarán la corrupción de menores. Lo harán con penas.» Nadie
lo discute.

El artículo 22 del Código Penal enumera las agravantes. El artículo 22 de este informe es otro.

Los perros no entran en la plaza.
"""


def _mentioned(place: str, name: str = "Convenio de Lanzarote") -> list[str]:
    passages = corpus_of(REPORT).passages
    ((units, _),) = units_in(place)
    return [
        " ".join(sentence.text for sentence in found.passage.sentences[found.first : found.last + 1])
        for found in mentions_of(name, units, list(passages))
    ]


@pytest.mark.parametrize(("place", "name", "said"), [
    ("artículo 22", "Convenio de Lanzarote", ["El artículo 22 del Convenio de Lanzarote dice: «Las Partes castigarán la "
     "corrupción de menores. Lo harán con penas.»"]),  # with the words that are quoted
    ("artículo 23", "Convenio de Lanzarote", ["Su artículo 23 castiga el engaño por internet."]),  # named before
    ("artículo 22", "Código Penal", ["El artículo 22 del Código Penal enumera las agravantes."]),
    ("artículo 24", "Convenio de Lanzarote", []), ("artículo 22", "Convenio de Budapest", []),
])  # fmt: skip
def test_an_article_is_of_the_norm_that_is_named_beside_it(place: str, name: str, said: list[str]) -> None:
    found = _mentioned(place, name)
    assert len(found) == len(said)
    assert all(one in text for one, text in zip(said, found, strict=True))
