"""HTML: what its reader sees is read, once, in order; what is hidden from him is named."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from alpie.index.records import BlockKind
from support.formats.reading import EXAMPLES, WORDS, Reading, joined_words
from support.places import SHARED
from support.tables import cases

pytestmark = pytest.mark.heavy


def page(body: str) -> Reading:
    return Reading("a.html", f"<!doctype html><meta charset=utf-8><title>t</title><body>{body}".encode())


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
    if joined_words(*wanted):
        found = page(body)
        assert found.words == joined_words(*wanted)
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
    assert {kind.name: count for kind, count in found.unread.items()} == named
