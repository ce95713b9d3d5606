"""Layout, sentences and passages take time and room in proportion to a text, whatever its shape.

No clock: the lines of Python that run are counted at one size and at four times that, and what regular
expressions do is tried at sizes at which a square would outlast the time limit of the test.
"""

from __future__ import annotations

import pytest

from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, Passage
from alpie.index.spanish.analysis import tokens
from support.fake_encoder import document_of
from support.promise import assert_promise
from support.shapes import SHAPES, lines_run

pytestmark = pytest.mark.timeout(120, func_only=True)

_CHARACTERS = 800
_MAX_SENTENCE = 2_000
_MAX_PASSAGE = 300 * 40  # characters: words of a list, at letters a word


def passages_of(text: str) -> tuple[Passage, ...]:
    document = document_of(text)
    layout = lay_out(document)
    passages = make_passages(document, layout)
    measure_coverage(document, layout, passages)
    return passages


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_text_and_not_with_its_square(shape: str) -> None:
    small, large = SHAPES[shape](_CHARACTERS), SHAPES[shape](4 * _CHARACTERS)
    passages_of(small)  # what is kept from call to call is there now
    few, many = (lines_run(lambda text=text: passages_of(text)) for text in (small, large))  # type: ignore[misc]
    assert many <= 8 * few  # a square would be sixteen times


@pytest.mark.parametrize("shape", SHAPES)
def test_the_promise_holds_and_no_unit_outgrows_the_encoder(shape: str) -> None:
    passages = assert_promise(document_of(SHAPES[shape](2 * _MAX_SENTENCE)))
    assert (
        max((len(sentence.text) for of in passages for sentence in of.sentences), default=0) <= _MAX_SENTENCE
    )


MEGABYTES = {
    "a line without a blank": "a" * 1_000_000, "a code": "A1" * 500_000, "figures": "1," * 500_000,
    "brackets": "(" * 1_000_000, "form feeds": "x\n" + "\f" * 100_000, "blanks": " " * 1_000_000 + "x",
}  # fmt: skip


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES)
def test_megabytes_of_one_thing_are_cut_into_pieces(text: str) -> None:
    passages = passages_of(text)
    assert passages
    assert "".join(p.text for p in passages).replace(" ", "") == "".join(text.split())
    assert max(len(passage.text) for passage in passages) <= _MAX_PASSAGE


def test_a_word_of_a_megabyte_is_analysed_once() -> None:
    assert sum(1 for _ in tokens("A" * 1_000_000 + " 1")) == 2


def test_twenty_thousand_headings_are_headings() -> None:
    document = document_of("# Título\n\n" * 20_000)
    blocks = lay_out(document).blocks
    assert len(blocks) == 20_000
    assert {block.kind for block in blocks} == {BlockKind.HEADING}


def test_text_beside_empty_pages_is_no_running_line() -> None:
    for text in ("El texto.\n\f\f\f\f", "\f\f\f\fEl texto.\n", "Uno.\n\f\f\f\fDos.\n"):
        found = "".join(passage.text for passage in passages_of(text))
        assert found.replace(" ", "") == "".join(text.split())


def test_a_page_marked_as_one_heading_is_a_paragraph() -> None:
    passages = passages_of("# " + "palabra " * 5_000 + "\n\nEl texto sigue y acaba aquí.\n" * 3)
    assert all(len(part) <= 1_000 for passage in passages for part in passage.path)
