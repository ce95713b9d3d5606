"""Markdown: the words are those that markdown-it renders, each at its place in the file."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind
from support.formats.reading import EXAMPLES, Reading, seen
from support.places import SHARED
from support.tables import cases

# markdown-it as anybody uses it; numbers of items are words here, pictures are none
_RENDERER = MarkdownIt("commonmark").enable("table")
_RENDERER.add_render_rule("image", lambda *_: "")
_RENDERER.add_render_rule(
    "list_item_open",
    lambda _, tokens, at, *__: f"<li> {tokens[at].info + tokens[at].markup if tokens[at].info else ''} ",
)
_BLOCK_TAG = re.compile(
    r"</?(?:br|hr|p|div|td|th|tr|table|thead|tbody|li|ul|ol|h[1-6]|blockquote|pre|center)\b"
    r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-z][\w-]*(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)


def rendered(text: str) -> str:
    return seen(unescape(_TAG.sub("", _BLOCK_TAG.sub(" ", _RENDERER.render(text)))))


def read(text: str) -> Reading:
    return Reading("a.md", text.encode())


def of(text: str) -> str:
    return read(text).words


WORDS = st.sampled_from(
    [
        "casa",
        "no",
        "está",
        "300",
        "a",
        "b.",
        "ñu",
        "«x»",
        "¿qué?",
        "1 &lt; 2",
        "1 < 2",
        "&quot;no&quot;",
        '"no"',
    ]
)
SIGNS = st.sampled_from(
    [
        "*", "**", "_", "__", "`", "``", "[", "](u)", '](u "t t")', "]", "(", ")", "<br>", "<b>", "</b>", "\\", "\\*",
        "\\|", "&amp;", "&nbsp;", "&ordm;", "&lt;", "<", "> ", "- ", "* ", "1. ", "2) ", "    ", "| ", "|", "|-|-|",
        "---", "# ", "## ", " #", "\t", "===", "<p>", "</p>", "!", "![", "```\n", "~~~\n", "<http://x.y>", "http://x.y",
    ]
)  # fmt: skip
BLANKS = st.sampled_from(
    [" ", " ", " ", "\n", "\n", "\n\n", "\n|-|-|\n", "\n|-|\n", "\u00a0", "\u2028", "\u2029", "\x85", "\x0b", "\x0c",
     "\x1c", "\u00ad", "\r\n", "\r"]
)  # fmt: skip


@example("---\r\n```\n---")  # no front matter: no mapping
@EXAMPLES
@given(st.lists(st.one_of(WORDS, SIGNS, BLANKS), min_size=1, max_size=40).map("".join))
def test_the_words_are_those_of_a_renderer(text: str) -> None:
    if not text.strip():
        return
    found = read(text)
    # signs of emphasis that a blank keeps from being any are text to a renderer and none to a reader; the bars of a table with
    # empty cells are text to a reader
    wanted, words = (re.sub(r"[*_]", "", one).replace("|", " ") for one in (rendered(text), found.words))
    assert seen(words) == seen(wanted)
    assert found.quotable is not None
    assert len(found.document.text) == len(text)


@pytest.mark.parametrize("path", sorted(SHARED.glob("*/*.md")), ids=lambda path: path.name)
def test_the_words_of_real_files_are_those_of_a_renderer(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    # a mark of other dialects («{.unnumbered}» after a heading) is text to a renderer of CommonMark
    strip = lambda words: re.sub(r"[*_]|\{[.#][^{}]*\}", "", words).replace("|", " ")  # noqa: E731
    assert strip(read(text).words).split() == strip(rendered(body)).split()


@cases("text, words")
def test_nothing_of_the_signs_is_in_the_words(text: str, words: str) -> None:
    assert of(text) == words


def test_struck_text_is_not_quoted_and_named() -> None:
    found = read("La cuota es de ~~10 euros~~ 12 euros y <del>20</del> 25.")
    assert found.words == "La cuota es de 12 euros y 25."
    assert found.extraction.notices == (Notice(NoticeKind.STRUCK_TEXT, 3),)


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\x0c", "\x0b", "\x1c", "\x1e", "\xa0"])
def test_a_row_is_whole_whatever_blanks_it_holds(sign: str) -> None:
    assert read(f"|a|b|\n|-|-|\n|casa{sign}no|1|\n|plan|2|\n").quotable == ["a b", "casa no 1", "plan 2"]


def test_tables_of_html_have_rows() -> None:
    found = read(
        "<table><tr><th>Especie<th>Cupo</tr><tr><td><p>Perdiz</p><td><p>4</p><p>(dos)</p></tr></table>"
    )
    assert found.blocks == [(BlockKind.TABLE, None, "Especie Cupo Perdiz 4 (dos)")]
    assert found.quotable == ["Especie Cupo", "Perdiz 4 (dos)"]


def test_notes_are_found_apart_from_what_calls_them() -> None:
    found = read("La cuota[^1] es de 12 euros[^b].\n\n[^1]: Salvo\n[^b]: En agosto, 6.\n")
    assert found.quotable == ["La cuota es de 12 euros.", "Salvo", "En agosto, 6."]
    assert found.labelled("nota 1") == ["Salvo"]
    assert found.labelled("nota b") == ["En agosto, 6."]


def test_the_canonical_text_is_the_file_in_its_place() -> None:
    text = "---\ntitle: Guía\nfecha: 17 de mayo de 2024\n---\nGuía\n====\n\nUn *n&ordm; 3*.\r\n\n<!-- no -->\n## Fin ##\n"
    found = read(text)
    assert found.texts == ["Guía", "Un nº 3.", "Fin"]
    assert found.extraction.metadata.date == "2024-05-17"
    assert len(found.document.text) == len(text)
    assert [a for a, b in zip(text, found.document.text, strict=True) if a != b] == list("&ordm;")
