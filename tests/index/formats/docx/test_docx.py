# ruff: noqa: E501 - the XML of a document is read best in one line
"""DOCX: what its reader sees is read, once, in order; what is hidden from him is named."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind
from support.formats.packed import docx, odt, p, run, table, tr
from support.formats.reading import EXAMPLES, RUNS, Reading, joined_words
from support.tables import cases

pytestmark = pytest.mark.heavy


def word(body: str, **parts: str) -> Reading:
    return Reading("a.docx", docx(body, **parts))


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
    if not joined_words(*wanted):
        return
    found = word(body)
    assert found.words == joined_words(*wanted)
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
    assert found.unread == {
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
        (p("Antes ", f"<w:txbxContent>{p('Un aviso.')}</w:txbxContent>", "después."), "Antes después. Un aviso."),
        (table(("uno",), (table(("a", "b"), ("c", p("d", f"<w:txbxContent>{p('e')}</w:txbxContent>"))),)), "uno a b c d e"),
    ],
)  # fmt: skip
def test_a_docx_is_read_as_it_is_shown(body: str, shown: str) -> None:
    assert word(body).words == shown


def test_an_equation_of_another_program_is_named() -> None:
    found = word(p("Vale ", '<w:object><w:x ProgID="Equation.3"/></w:object>', " euros."))
    assert found.unread == {NoticeKind.FORMULAS: 1}


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
        "".join(p(name, "<w:tab/>", n) for name, n in (("Harina", "2"), ("Agua", "3"), ("Sal", "4")))
    )
    assert not found.of(BlockKind.CONTENTS)


def test_numbers_that_word_spells_are_spelt() -> None:
    forms = (
        "lowerLetter26: %1)|ordinalText26: %1.|upperRoman26: Artículo %1.|ordinal26: %1|decimalZero26: %1."
    )
    found = word(
        "".join(item(text, number=n) for n in range(1, 6) for text in ("uno.", "dos.")),
        numbering="".join(numbering(form, number=n) for n, form in enumerate(forms.split("|"), 1)),
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


def test_raised_text_of_a_word_processor_says_the_same_on_the_line() -> None:
    parts = [
        ("Son 10", "6"), (" g, 10", "-"), ("", "3"), (" m", "2"), (" y 15 días hábiles", "1"), (", n", "o"),
        (" 5 y 2", "a"), (".", ""),
    ]  # fmt: skip
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
    raises = '<style:text-properties style:text-position="super 58%"/>'
    auto = f'<style:style style:name="T1">{raises}</style:style>'
    assert Reading("a.odt", odt(f"<text:p>{spans}</text:p>", auto)).texts == [shown]


def test_an_initial_set_over_several_lines_belongs_to_its_word() -> None:
    first = p("L", properties='<w:framePr w:dropCap="drop" w:lines="3"/>')
    found = Reading("a.docx", docx(first + p("a presente orden rige.") + p("Otra.")))
    assert found.texts == ["La presente orden rige.", "Otra."]
