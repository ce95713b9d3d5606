# ruff: noqa: E501 - the XML of a document is read best in one line
"""DOCX, ODT and HTML: what their reader sees is read, once, in order; what is hidden from him is named."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind
from support.formats.packed import docx, odt, p, run, table, tr
from support.formats.reading import EXAMPLES, Reading, seen
from support.places import SHARED
from support.tables import cases

pytestmark = pytest.mark.heavy

WORDS = st.text("abño íÁ12.,;:%€«»¿?<&>\"'-–\u00ad\u00a0\u2009", min_size=1, max_size=12)
RUNS = st.lists(WORDS, min_size=1, max_size=5)


def word(body: str, **parts: str) -> Reading:
    return Reading("a.docx", docx(body, **parts))


def open_text(body: str, styles: str = "", common: str = "") -> Reading:
    return Reading("a.odt", odt(body, styles, common))


def page(body: str) -> Reading:
    return Reading("a.html", f"<!doctype html><meta charset=utf-8><title>t</title><body>{body}".encode())


def left_aside(found: Reading) -> dict[NoticeKind, int]:
    """How much of what is named as not read."""
    return {notice.kind: notice.count for notice in found.extraction.notices}


def words(*parts: str) -> str:
    return seen(" ".join(parts))


# --- DOCX ----------------------------------------------------------------------------------------

_BOXED = [lambda xml: xml, lambda xml: f"<w:sdt><w:sdtContent>{xml}</w:sdtContent></w:sdt>"]


@EXAMPLES
@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "tbl", "br"]), RUNS, st.sampled_from(_BOXED)), min_size=1, max_size=6
    )
)
def test_the_words_of_a_docx_are_its_runs_in_order(parts: list[tuple[str, list[str], object]]) -> None:
    body, wanted = "", []
    for sort, runs, boxed in parts:
        if sort == "tbl":
            body += f"<w:tbl>{''.join(boxed(tr(('x', escape(one)))) for one in runs)}</w:tbl>"  # type: ignore[operator]
            wanted += [f"x {one}" for one in runs]
        else:
            break_ = "<w:lastRenderedPageBreak/>" if sort == "br" else ""
            body += boxed(
                p(*(f"{run(escape(one))}" for one in runs[:-1]), break_ or "<w:tab/>", escape(runs[-1]))
            )  # type: ignore[operator]
            wanted.append("".join(runs[:-1]) + ("" if break_ else "\t") + runs[-1])
    if not words(*wanted):
        return
    found = word(body)
    assert found.words == words(*wanted)
    assert found.quotable is not None


def test_rows_in_content_controls_and_tables_in_cells_are_read_once() -> None:
    row = f"<w:sdt><w:sdtContent>{tr(('Matrícula', '45 euros'))}</w:sdtContent></w:sdt>"
    inner = p("25") + table(("reserva 3",)) + p()
    found = word(f"<w:tbl>{tr(('Concepto', 'Importe'))}{row}{tr(('Primero', inner))}</w:tbl>")
    assert found.quotable == ["Concepto Importe", "Matrícula 45 euros", "Primero 25 reserva 3"]


def numbering(*levels: str, number: int = 1, own: str = "") -> str:
    """What numbers the paragraphs of a list: forms «decimal: %1.», one for each depth; `own` are of this list only."""
    made = "".join(level(depth, one) for depth, one in enumerate(levels))
    override = f'<w:lvlOverride w:ilvl="0">{level(0, own)}</w:lvlOverride>' if own else ""
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{made}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{override}</w:num>'
    )


def level(depth: int, of: str) -> str:
    form, shown = of.split(": ")
    start, legal = re.search(r"\d*$", form), "<w:isLgl/>" if form.startswith("legal") else ""
    name = form.removeprefix("legal ").rstrip("0123456789")
    first = f'<w:start w:val="{start.group()}"/>' if start and start.group() else ""
    return f'<w:lvl w:ilvl="{depth}">{first}<w:numFmt w:val="{name}"/>{legal}<w:lvlText w:val="{shown}"/></w:lvl>'


def item(*runs: str, number: int = 1, depth: int = 0) -> str:
    return p(*runs, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_notes_of_a_docx_stand_after_the_list_that_calls_them() -> None:
    call = '<w:footnoteReference w:id="{}"/>'.format
    found = word(
        p("Todos pagan la tasa", call(5), " de cinco euros.") + item("uno", call(7)) + item("dos")
        + p("Fin", '<w:endnoteReference w:id="2"/>', ".")
        + p("Con marca", '<w:footnoteReference w:customMarkFollows="1" w:id="5"/><w:t>*</w:t>', "."),
        footnotes=f'<w:footnote w:id="5">{p("Salvo los menores.")}</w:footnote><w:footnote w:id="7">{p("O su tutor.")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("Véase el anexo.")}</w:endnote>', numbering=numbering("decimal: %1."),
    )  # fmt: skip
    assert found.quotable == [
        "Todos pagan la tasa de cinco euros.", "1. uno", "2. dos", "Salvo los menores.", "O su tutor.",
        "Fin.", "Véase el anexo.", "Con marca.", "Salvo los menores.",
    ]  # fmt: skip
    assert found.labelled("nota 2") == ["O su tutor."]
    assert found.labelled("nota final i") == ["Véase el anexo."]


def test_what_a_docx_hides_is_not_read_and_named() -> None:
    styles = '<w:style w:type="character" w:styleId="Oculto"><w:rPr><w:vanish/></w:rPr></w:style>'
    found = word(
        p("Visible. ", run("oculto de 999 euros", "<w:vanish/>"), run(" más", '<w:rStyle w:val="Oculto"/>'))
        + p("La cuota es de ", run("10 ", "<w:strike/>"), "<w:del><w:r><w:delText>11 u 8</w:delText></w:r></w:del>", "12.")
        + p("Sigue", "<w:commentReference/>", run(" visto", '<w:vanish w:val="0"/>'), '<w:sym w:font="Ajena" w:char="F04A"/>', "."),
        styles=styles,
    )  # fmt: skip
    assert found.quotable == ["Visible.", "La cuota es de 12.", "Sigue visto."]
    assert left_aside(found) == {
        NoticeKind.HIDDEN_TEXT: 5, NoticeKind.STRUCK_TEXT: 4, NoticeKind.SYMBOLS: 1, NoticeKind.COMMENTS: 1,
    }  # fmt: skip


def test_symbols_and_formulas_are_read_as_text() -> None:
    fraction = "<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f></m:oMath>"
    power = "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    found = word(
        p("Es ", '<w:sym w:font="Symbol" w:char="F0B3"/>', " 5 ", '<w:sym w:font="Wingdings" w:char="F0FC"/>')
        + p(fraction, " y ", power)
    )
    assert found.texts == ["Es ≥ 5 ✓", "(a+b)/c y x^2"]


@cases("source, shown")
def test_a_formula_keeps_its_signs(source: str, shown: str) -> None:
    xml = re.sub(r"\{(.*?)\}", r"<m:r><m:t>\1</m:t></m:r>", source)
    assert word(p(f"<m:oMath>{xml}</m:oMath>")).texts == [shown]


def char(sort: str, inner: str = "") -> str:
    return f'<w:fldChar w:fldCharType="{sort}">{inner}</w:fldChar>'


_MENU = '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Norte"/><w:listEntry w:val="Sur"/></w:ddList></w:ffData>'
_FIELD = [char("begin"), "<w:instrText>MERGEFIELD</w:instrText>", char("separate"), "INTERNO", char("end")]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (p("Son ", char("begin"), "<w:instrText>IF</w:instrText>", *_FIELD, char("separate"), "40 euros", char("end"), "."), "Son 40 euros."),
        (p("Barrio ", char("begin", _MENU), char("end")), "Barrio Sur"),
        (p("Acepta ", char("begin", "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"), char("end")), "Acepta ☒"),
        (p("Va", run(" \uf0b3 5", '<w:rFonts w:ascii="Symbol"/>'), run(" \uf050", '<w:rFonts w:ascii="Wingdings 2"/>')), "Va ≥ 5 ✓"),
        (p("Se une ", properties="<w:rPr><w:del/></w:rPr>") + p("con lo que sigue."), "Se une con lo que sigue."),
        (f"<w:tbl>{tr(('a', 'b'))}<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p('no')}</w:tc></w:tr>{tr(('c', 'd'))}</w:tbl>", "a b c d"),
    ],
)  # fmt: skip
def test_a_docx_is_read_as_it_is_shown(body: str, shown: str) -> None:
    assert word(body).words == shown


def test_an_equation_of_another_program_is_named() -> None:
    found = word(p("Vale ", '<w:object><w:x ProgID="Equation.3"/></w:object>', " euros."))
    assert left_aside(found) == {NoticeKind.FORMULAS: 1}


def test_a_section_begins_a_page_unless_it_says_otherwise() -> None:
    section = '<w:sectPr><w:type w:val="{}"/></w:sectPr>'.format
    found = word(
        p("Uno.", properties=section("nextPage")) + p("Dos.", properties=section("oddPage")) + p("Tres.")
        + section("continuous")
    )  # fmt: skip
    assert [block.page for block in found.layout.blocks] == [1, 2, 2]


def test_a_table_of_contents_is_never_quoted() -> None:
    gallery = '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'.format
    found = word(
        gallery(p("Contenido") + p("¿Cuál es el objeto?", "<w:tab/>", "3"))
        + p(char("begin"), '<w:instrText>TOC \\o "1-3"</w:instrText>', char("separate"), "¿A quién?") + p("¿Cuándo?") + p(char("end"))
        + p("¿Dónde?", properties='<w:pStyle w:val="TDC1"/>')
        + p("¿Cuál es el objeto?", properties='<w:outlineLvl w:val="0"/>') + p("Fijar las pautas.")
    )  # fmt: skip
    kinds = [BlockKind.CONTENTS] * 5 + [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert [kind for kind, _, _ in found.blocks] == kinds
    assert found.quotable == ["Fijar las pautas."]


@pytest.mark.parametrize(("head", "leads"), [("Contenido", "<w:tab/>"), ("", "<w:tab/>"), ("", " ........ ")])
def test_a_table_of_contents_typed_as_plain_lines_is_never_quoted(head: str, leads: str) -> None:
    titles = ("Sección 1: Objeto", "Sección 2: Deberes", "Sección 3: Sanciones")
    entries = (p(title, leads, str(3 + 4 * n)) for n, title in enumerate(titles))
    heading = '<w:outlineLvl w:val="0"/>'
    body = (p(title, properties=heading) + p(f"El texto {n} dice más.") for n, title in enumerate(titles))
    found = word((p(head) if head else "") + "".join(entries) + p("Código del parque") + "".join(body))
    assert found.of(BlockKind.CONTENTS)[-1].startswith("Sección 3: Sanciones")
    assert len(found.of(BlockKind.CONTENTS)) == 3 + bool(head)
    assert not found.passage("Código del parque").path
    assert found.passage("El texto 2").path == ("Sección 3: Sanciones",)


def test_a_sentence_that_a_file_made_of_pages_parts_is_one() -> None:
    halves = (
        "Quien reciba la llave del horno tendrá que devolverla a la persona que la",
        "guarda antes del lunes.",
    )
    apart = (
        "a) Quien falte a su turno sin avisar a la hornera y sin que nadie vaya por él",
        "b) quien no pague.",
    )
    found = word("".join(map(p, (*halves, "Multas", "de un euro", *apart))))
    assert found.texts == [" ".join(halves), "Multas", "de un euro", " ".join(apart)]
    assert found.of(BlockKind.LIST) == [" ".join(apart)]


def test_values_after_a_tab_are_no_table_of_contents() -> None:
    found = word(
        "".join(p(text, "<w:tab/>", n) for text, n in (("Harina", "2"), ("Agua", "3"), ("Sal", "4")))
    )
    assert not found.of(BlockKind.CONTENTS)


def test_numbers_that_word_spells_are_spelt() -> None:
    forms = (
        "lowerLetter26: %1)",
        "ordinalText26: %1.",
        "upperRoman26: Artículo %1.",
        "ordinal26: %1",
        "decimalZero26: %1.",
    )
    found = word(
        "".join(item(text, number=n) for n in range(1, 6) for text in ("uno.", "dos.")),
        numbering="".join(numbering(form, number=n) for n, form in enumerate(forms, 1)),
    )
    assert found.words == (
        "z) uno. aa) dos. Vigésimo sexto. uno. Vigésimo séptimo. dos. Artículo XXVI. uno. Artículo XXVII. dos. "
        "26º uno. 27º dos. 26. uno. 27. dos."
    )
    assert "artículo XXVI" in {label for _, label, _ in found.blocks}


def test_numbers_follow_what_a_list_says_of_its_own() -> None:
    levels = ("upperRoman: %1.", "legal decimal: %1.%2")
    found = word(
        item("uno") + item("dos", depth=1) + item("") + item("tres") + item("cuatro", number=2),
        numbering=numbering(*levels) + numbering(*levels, number=2, own="cardinalText: %1.-"),
    )
    assert found.words == "I. uno 1.1 dos III. tres Uno.- cuatro"


def test_a_page_that_ends_inside_a_paragraph_is_known_where_it_ends() -> None:
    found = word(p("Uno dos ", "<w:lastRenderedPageBreak/>", "tres cuatro.") + p("Cinco."))
    assert found.texts == ["Uno dos tres cuatro.", "Cinco."]
    assert found.document.text[found.layout.page_starts[1] :].startswith("tres")
    assert [block.page for block in found.layout.blocks] == [1, 2]
    assert word(p("pala", "<w:lastRenderedPageBreak/>", "bra.")).texts == ["palabra."]


def test_a_docx_that_tells_nothing_of_itself_has_no_date() -> None:
    assert word(p("Uno.")).extraction.metadata.date == ""


def test_a_strict_docx_is_read() -> None:
    call = '<w:footnoteReference w:id="1"/>'
    notes = f'<w:footnote w:id="1">{p("Hábil.")}</w:footnote>'
    data = docx(p("El plazo", call, " corre."), strict=True, footnotes=notes)
    assert Reading("a.docx", data).texts == ["El plazo corre.", "Hábil."]


# --- ODT -----------------------------------------------------------------------------------------


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
    if words(*wanted):
        found = open_text(body)
        assert found.words == words(*wanted)
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
    assert left_aside(found) == {NoticeKind.HIDDEN_TEXT: 1}


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
    assert left_aside(found) == {NoticeKind.HIDDEN_TEXT: 7, NoticeKind.STRUCK_TEXT: 1, NoticeKind.COMMENTS: 1}


def test_notes_of_an_odt_follow_their_paragraph_and_its_contents_are_not_quoted() -> None:
    note = '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Hábiles.</text:p></text:note-body></text:note>'
    found = open_text(
        "<text:table-of-content><text:index-body><text:p>Plazos 3</text:p></text:index-body></text:table-of-content>"
        f"<text:p>Son diez días{note} desde hoy.</text:p><text:p>Fin.</text:p>"
    )
    assert found.quotable == ["Son diez días desde hoy.", "Hábiles.", "Fin."]
    assert found.blocks[0] == (BlockKind.CONTENTS, None, "Plazos 3")
    assert found.labelled("nota 1") == ["Hábiles."]


# --- HTML ----------------------------------------------------------------------------------------

_INLINE = st.tuples(st.sampled_from(["u", "i", "span", "a", "em", "u", "font"]), WORDS)
_BLOCK = st.tuples(
    st.sampled_from(["p", "div", "h2", "li", "td", "section"]),
    st.lists(st.one_of(WORDS, _INLINE), max_size=5),
)


@EXAMPLES
@given(st.lists(_BLOCK, min_size=1, max_size=8))
def test_the_words_of_a_page_are_those_of_its_blocks(blocks: list[tuple[str, list[object]]]) -> None:
    body, wanted = "", []
    for name, runs in blocks:
        inner = "".join(
            f"<{r[0]}>{escape(r[1])}</{r[0]}>" if isinstance(r, tuple) else escape(str(r)) for r in runs
        )
        body += (
            f"<table><tr><td>x<{name}>{inner}</tr><tr><td>y<td>z</table>"
            if name == "td"
            else f"<{name}>{inner}</{name}>"
        )
        wanted.append("".join(r[1] if isinstance(r, tuple) else str(r) for r in runs))
        wanted[-1] = f"x {wanted[-1]} y z" if name == "td" else wanted[-1]
    if words(*wanted):
        found = page(body)
        assert found.words == words(*wanted)
        assert found.quotable is not None


@pytest.mark.parametrize("path", sorted(SHARED.glob("*/*.html")), ids=lambda path: path.name)
def test_the_words_of_real_pages_are_those_of_another_reading(path: object) -> None:
    found = Reading("a.html", path.read_bytes())  # type: ignore[attr-defined]
    tree = LexborHTMLParser(path.read_text("utf-8", errors="replace"))  # type: ignore[attr-defined]
    tree.strip_tags(["script", "style", "nav", "sup", "del", "s", "button", "svg", "title", "form"])
    bare = lambda text: re.sub(r"\W+", "", text)  # noqa: E731
    wanted, got = bare(tree.body.text()), bare("".join(found.texts))  # type: ignore[union-attr]
    assert len(wanted) * 0.97 <= len(got) <= len(wanted) * 1.03


def test_a_table_with_paragraphs_in_its_cells_is_a_table() -> None:
    found = page(
        "<table><tr><td><p>Especie</p></td><td><p>Cupo</p></td></tr><tr><td><p>Per<b>diz</b></p></td><td><p>4</p><p>(dos)</p></td></tr></table>"
    )
    assert found.quotable == ["Especie Cupo", "Perdiz 4 (dos)"]


@cases("source, shown")
def test_a_page_is_read_as_it_is_shown(source: str, shown: str) -> None:
    assert page(f"<p>{source}</p>").words == shown


def test_a_table_in_a_cell_stays_in_its_row() -> None:
    inner = "<table><tr><td>mañana<td>9 a 14<tr><td>tarde<td>16 a 20</table>"
    found = page(f"<table><tr><th>Día<th>Horas<tr><td>Lunes<td>{inner}<tr><td>Martes<td>cerrado</table>")
    assert found.quotable == ["Día Horas", "Lunes mañana 9 a 14 tarde 16 a 20", "Martes cerrado"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_page_in_wide_characters_is_read_without_its_tags(encoding: str) -> None:
    found = Reading("a.html", "<html><body><p>El niño paga 3 €.".encode(encoding))
    assert found.texts == ["El niño paga 3 €."]


@pytest.mark.parametrize(("body", "kind", "level"), [
    ("<figure><figcaption><p>Mapa de los pozos</p></figcaption></figure>", BlockKind.CAPTION, 0),
    ("<h2><div>Los pozos</div></h2>", BlockKind.HEADING, 2),
])  # fmt: skip
def test_what_is_inside_a_caption_or_a_heading_is_of_its_kind(body: str, kind: BlockKind, level: int) -> None:
    elements = page(f"{body}<p>El agua es de todos.").extraction.structure.elements
    assert [(element.kind, element.level) for element in elements] == [(kind, level), (None, 0)]


@cases("body, shown, named")
def test_what_a_page_hides_or_sets_apart_is_not_read_and_named(
    body: str, shown: str, named: dict[str, int]
) -> None:
    """Styles and attributes hide; menus and banners are of the site; what is struck out no longer holds."""
    found = page(body)
    assert found.words == shown
    assert {kind.name: count for kind, count in left_aside(found).items()} == named


def test_raised_text_of_a_word_processor_says_the_same_on_the_line() -> None:
    parts = [
        ("Son 10", "6"),
        (" g, 10", "-"),
        ("", "3"),
        (" m", "2"),
        (" y 15 días hábiles", "1"),
        (", n", "o"),
        (" 5 y 2", "a"),
        (".", ""),
    ]
    shown = "Son 10⁶ g, 10⁻³ m2 y 15 días hábiles, nº 5 y 2ª."
    up, style = '<w:vertAlign w:val="superscript"/>', '<w:rStyle w:val="Alto"/>'
    styles = f'<w:style w:type="character" w:styleId="Alto"><w:rPr>{up}</w:rPr></w:style>'
    for look in (up, style):
        runs = [run(text, how) for plain, raised in parts for text, how in ((plain, ""), (raised, look))]
        found = Reading("a.docx", docx(p(*runs), styles=styles))
        assert found.texts == [shown]
        coverage = measure_coverage(found.document, found.layout, found.passages).coverage
        assert coverage.words_kept == coverage.words_found
    spans = "".join(f'{plain}<text:span text:style-name="T1">{raised}</text:span>' for plain, raised in parts)
    auto = (
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    assert open_text(f"<text:p>{spans}</text:p>", auto).texts == [shown]


def test_an_initial_set_over_several_lines_belongs_to_its_word() -> None:
    first = p("L", properties='<w:framePr w:dropCap="drop" w:lines="3"/>')
    found = Reading("a.docx", docx(first + p("a presente orden rige.") + p("Otra.")))
    assert found.texts == ["La presente orden rige.", "Otra."]
