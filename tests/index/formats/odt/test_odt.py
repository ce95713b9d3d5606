# ruff: noqa: E501 - the XML of a document is read best in one line
"""ODT: what its reader sees is read, once, in order; what is hidden from him is named."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind
from support.formats.packed import odt
from support.formats.reading import EXAMPLES, RUNS, Reading, joined_words

pytestmark = pytest.mark.heavy


def open_text(body: str, styles: str = "", common: str = "") -> Reading:
    return Reading("a.odt", odt(body, styles, common))


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from(["p", "h", "item", "table"]), RUNS), min_size=1, max_size=6))
def test_the_words_of_an_odt_are_its_spans_in_order(parts: list[tuple[str, list[str]]]) -> None:
    body, wanted = "", []
    for sort, runs in parts:
        inner = "".join(f"<text:span>{escape(one)}</text:span>" for one in runs)
        if sort == "table":
            cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format
            rows = "".join(
                f"<table:table-row>{cell('x')}{cell(escape(one))}</table:table-row>" for one in runs
            )
            body += f"<table:table>{rows}</table:table>"
            wanted += [f"x {one}" for one in runs]
            continue
        body += {
            "p": f"<text:p>{inner}<text:soft-page-break/></text:p>",
            "h": f'<text:h text:outline-level="1">{inner}</text:h>',
            "item": f"<text:list><text:list-item><text:p>{inner}</text:p></text:list-item></text:list>",
        }[sort]
        wanted.append("".join(runs))
    if joined_words(*wanted):
        found = open_text(body)
        assert found.words == joined_words(*wanted)
        assert found.quotable is not None


def test_lists_of_an_odt_go_on_where_the_file_says_so() -> None:
    styles = '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-letter-sync="true" style:num-suffix=")"/></text:list-style>'
    item = '<text:list-item text:start-value="{}"><text:p>{}</text:p></text:list-item>'.format
    next_item = "<text:list-item><text:p>{}</text:p></text:list-item>".format
    found = open_text(
        '<text:list text:style-name="L" xml:id="l1"><text:list-header><text:p>Debe:</text:p></text:list-header>'
        + next_item("uno") + item(5, "cinco") + "</text:list><text:p>Entre.</text:p>"
        + f'<text:list text:style-name="L" text:continue-list="l1">{next_item("seis")}</text:list><text:p>Otro.</text:p>'
        + f'<text:list text:style-name="L" text:continue-numbering="true">{next_item("siete")}</text:list><text:p>Nuevo.</text:p>'
        + f'<text:list text:style-name="L"><text:list-item><text:list>{item(28, "b")}</text:list></text:list-item></text:list>',
        styles,
    )  # fmt: skip
    assert found.words == "Debe: 1. uno 5. cinco Entre. 6. seis Otro. 7. siete Nuevo. bb) b"
    first = styles.replace('level="1"', 'level="1" text:start-value="4"')
    assert open_text(f'<text:list text:style-name="L">{next_item("x")}</text:list>', first).words == "4. x"


def test_a_text_box_of_an_odt_cuts_no_paragraph() -> None:
    box = "<draw:frame><draw:text-box><text:p>Un aviso.</text:p><text:p>Otro.</text:p></draw:text-box></draw:frame>"
    row = (
        "<table:table-row{}><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row>".format
    )
    hides = ' table:visibility="collapse"'
    found = open_text(
        f"<text:p>Antes {box}después.</text:p><table:table>{row('', 'a')}{row(hides, 'b')}{row('', f'c{box}')}</table:table>"
    )
    assert found.texts == ["Antes después.", "Un aviso.", "Otro.", "a c Un aviso. Otro."]
    assert found.unread == {NoticeKind.HIDDEN_TEXT: 1}


def test_headings_of_an_odt_show_their_numbers() -> None:
    outline = "<text:outline-style>{}</text:outline-style>".format(
        '<text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    )
    head = '<text:h text:outline-level="{}">{}</text:h>'.format
    found = open_text(
        head(1, "Uno") + head(2, "Dos") + head(2, "Tres") + head(1, "Cuatro") + head(2, "Cinco"),
        common=outline,
    )
    assert found.texts == ["1. Uno", "1.1 Dos", "1.2 Tres", "2. Cuatro", "2.1 Cinco"]


def test_what_an_odt_hides_is_not_read_and_named() -> None:
    styles = '<style:style style:name="o"><style:text-properties text:display="none"/></style:style><style:style style:name="t"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    found = open_text(
        '<text:section text:display="none"><text:p>Oculta de 888 euros.</text:p></text:section>'
        '<text:p><text:hidden-text text:is-hidden="true">oculto 777</text:hidden-text>El aforo es de 40.</text:p>'
        '<text:p>Son <text:span text:style-name="t">10</text:span><text:span text:style-name="o">oculto</text:span> 12.</text:p>'
        "<text:p>Sede<office:annotation><text:p>interno</text:p></office:annotation> en Lugo.</text:p>",
        styles,
    )
    assert found.quotable == ["El aforo es de 40.", "Son 12.", "Sede en Lugo."]
    assert found.unread == {NoticeKind.HIDDEN_TEXT: 7, NoticeKind.STRUCK_TEXT: 1, NoticeKind.COMMENTS: 1}


def test_notes_of_an_odt_follow_their_paragraph_and_its_contents_are_not_quoted() -> None:
    note = '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Hábiles.</text:p></text:note-body></text:note>'
    found = open_text(
        "<text:table-of-content><text:index-body><text:p>Plazos 3</text:p></text:index-body></text:table-of-content>"
        f"<text:p>Son diez días{note} desde hoy.</text:p><text:p>Fin.</text:p>"
    )
    assert found.quotable == ["Son diez días desde hoy.", "Hábiles.", "Fin."]
    assert found.blocks[0] == (BlockKind.CONTENTS, None, "Plazos 3")
    assert found.labelled("nota 1") == ["Hábiles."]
