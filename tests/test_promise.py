"""The promise: what Al Pie shows as a quotation stands in the source, word for word.

For every sentence and every passage of any document, the source read at the sentence's spans is the
sentence. And nothing is lost on the way: each character that is not a running footer, a footnote
call, a heading or a call-out is in exactly one sentence.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpie.index.records import Document, Span, proves
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import document_of
from support.places import DOCS_SRC
from support.promise import TEXTS, assert_promise


@pytest.fixture(scope="module")
def documents() -> tuple[Document, ...]:
    return read_sources(DOCS_SRC).documents


def test_every_sentence_of_every_document_is_in_its_source(
    documents: tuple[Document, ...], subtests: pytest.Subtests
) -> None:
    assert documents
    for document in documents:
        with subtests.test(document.id):
            assert_promise(document)


FOOTED = st.lists(TEXTS, min_size=3, max_size=6).map(
    lambda pages: "".join(
        f"{page}\n\nInforme anual de la Alianza 2019{number + 7}\n\n\n\n" for number, page in enumerate(pages)
    )
)
_MANY = settings(max_examples=6 * settings.default.max_examples)


@_MANY
@given(TEXTS)
def test_it_holds_for_any_arrangement_of_words_marks_and_line_ends(text: str) -> None:
    assert_promise(document_of(text))


@given(FOOTED)
def test_it_holds_across_running_footers(text: str) -> None:
    assert_promise(document_of(text))


@pytest.mark.parametrize(
    "altered", ["", "Ardió", "ardieron mil tejas.", "Ardieron dos tejas.", "Ardieron mil  tejas."]
)
def test_no_other_words_are_taken_for_proved(altered: str) -> None:
    source = "Ardieron\n mil7 tejas."
    spans = (Span(0, 13), Span(14, len(source)))
    assert proves(source, spans, "Ardieron mil tejas.")
    assert not proves(source, spans, altered)
    assert not proves(source, (), altered)
