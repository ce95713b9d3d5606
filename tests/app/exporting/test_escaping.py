"""A hostile corpus in exported files: every form is read by a parser of its own and shows characters, nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.corpus import Corpus
from alpie.app.exporting.export import FORMATS, export_excerpts
from alpie.app.exporting.reference_files import (
    Excerpt,
    escape_latex,
    escape_markdown,
    json_text,
    markdown_link,
    plain_line,
    spreadsheet_cell,
)
from alpie.app.page.guarding.rate_limits import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.service.answer_record import make_record, record_text
from support.hostile_folder import FOR_FILES, PAYLOADS, hostile_corpus
from support.read_exports import BASE, READERS, begins_as_formula
from support.sample_answer import ANSWER, DOCUMENT, QUOTE
from support.sample_citations import REPORT, RESOLUTION

EVERYTHING = (*PAYLOADS, *FOR_FILES)
PLAIN = Excerpt("El cifrado avanza.", RESOLUTION, 3, 21)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def cited_as(payload: str) -> Citation:
    """A citation that is nothing but `payload` wherever a document or its metadata may say anything."""
    words = dict.fromkeys(
        ("title", "publisher", "kind", "box", "label", "rights", "short_publisher"), payload
    )
    return replace(REPORT, **words, path=(payload, payload), url=f"https://example.org/{payload}")


def test_every_form_has_a_reader() -> None:
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("payload", EVERYTHING)
def test_a_hostile_document_is_only_text_in_an_exported_file(form: str, payload: str) -> None:
    excerpts = [Excerpt(payload, cited_as(payload), 7, 7 + len(payload)), PLAIN]
    text = export_excerpts(excerpts, form, base_url=BASE)
    READERS[form](text, excerpts)
    assert not CONTROL.search(text.replace("\r\n", "\n"))
    text.encode(FORMATS[form].encoding)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60)
@given(
    text=st.text(
        st.one_of(st.sampled_from("=+-@;\"' \t\r\n\\{}[]()<>`*_#|!:/$%&^~.w1\u200b＝"), st.characters())
    )
)
def test_no_text_at_all_leaves_its_place(form: str, text: str) -> None:
    text = f"a{text}b"  # a text of nothing but blanks is none
    excerpts = [Excerpt(text, replace(REPORT, title=text, publisher=text), 0, len(text)), PLAIN]
    READERS[form](export_excerpts(excerpts, form, base_url=BASE), excerpts)


# --- the functions ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [one for one in FOR_FILES if begins_as_formula(one)])
def test_a_formula_becomes_a_cell_of_text_in_which_the_words_are_found(text: str) -> None:
    assert spreadsheet_cell(text).startswith("'")
    if ";" not in text:
        assert spreadsheet_cell(text) == f"'{plain_line(text)}"


@pytest.mark.parametrize("text", [
    "Las medidas son: a) una; - otra; — otra", "1 + 1 = 2", "correo@example.org", "'a", "5 %; 6 %",
    "−1", "", "«=»",
])  # fmt: skip
def test_ordinary_words_stay_as_they_are_in_a_cell(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_a_new_cell_after_a_semicolon_is_text_too() -> None:
    assert spreadsheet_cell('hola;=1;@SUM(1);-1; =1;"=1') == "hola;'=1;'@SUM(1);'-1; '=1;\"'=1"


def test_a_web_address_is_a_link_only_where_it_ends_where_it_should() -> None:
    assert markdown_link("https://example.org/a_b") == "<https://example.org/a_b>"
    for bad in (
        "javascript:alert(1)",
        "https://example.org/><img src=x>",
        "https://example.org/a b",
        "data:x",
    ):
        assert markdown_link(bad) == escape_markdown(bad)
    assert escape_markdown("http://a.b www.a.b") == "http\\://a.b www\\.a.b"


@given(st.text(st.characters(exclude_categories=())))
def test_json_reads_back_the_same_and_holds_nothing_that_acts(text: str) -> None:
    written = json_text({"text": text})
    assert json.loads(written) == {"text": text}
    assert "<" not in written
    assert not CONTROL.search(written)
    written.encode()


def test_latex_has_a_command_for_what_braces_and_commands_are_made_of() -> None:
    assert escape_latex("\\{}~^&%$#_") == (
        r"\textbackslash{}\textbraceleft{}\textbraceright{}\textasciitilde{}\textasciicircum{}\&\%\$\#\_"
    )


# --- the record ---------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [*EVERYTHING, "una pregunta \udcff"])
def test_a_record_is_only_text(payload: str) -> None:
    quote = replace(QUOTE, text=payload, citation=cited_as(payload))
    answer = replace(ANSWER, question=payload, quotes=(quote,))

    class Holder:
        documents = {"nota": replace(DOCUMENT, title=payload)}  # noqa: RUF012 - nobody changes it
        fingerprint = "abc"

    record = make_record(answer, Holder(), datetime.now(UTC), "0")
    as_json = json_text(record)
    assert json.loads(as_json) == json.loads(json.dumps(record))
    assert "<" not in as_json
    as_text = record_text(record)
    as_text.encode()
    assert not CONTROL.search(as_text)
    assert plain_line(payload) in as_text
    harmless = make_record(ANSWER, Holder(), datetime.now(UTC), "0")
    assert as_text.count("\n") == record_text(harmless).count("\n")


# --- the whole way ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return hostile_corpus(tmp_path_factory.mktemp("hostile") / "docs", EVERYTHING, threshold=0.0)


@pytest.fixture(scope="module")
def client(corpus: Corpus) -> Any:
    app = create_app(lambda: corpus, PageOptions(limits=Limits(questions=500, fragments=2000)))
    with TestClient(app, client=("10.0.0.1", 1)) as client:
        yield client


@pytest.mark.heavy
@pytest.mark.parametrize("form", FORMATS)
def test_the_hostile_corpus_is_downloaded_as_text(form: str, client: TestClient, corpus: Corpus) -> None:
    (document,) = corpus.documents.values()
    passages = corpus.passages
    assert len(passages) > 30
    for start in range(0, len(passages), 100):
        excerpts = [Excerpt.from_passage(document, passage) for passage in passages[start : start + 100]]
        answer = client.get(
            f"/al/export/{form}", params=[("p", excerpt.citation.address) for excerpt in excerpts]
        )
        told = answer.headers
        assert answer.status_code == 200
        assert told["content-type"] == f"{FORMATS[form].media_type}; charset=utf-8"
        assert told["x-content-type-options"] == "nosniff"
        assert told["content-disposition"].startswith("attachment; filename=")
        assert "default-src 'none'" in told["content-security-policy"]
        READERS[form](answer.content.decode(FORMATS[form].encoding), excerpts)


@pytest.mark.heavy
def test_offsets_in_a_table_lead_to_the_words_without_apostrophe(client: TestClient, corpus: Corpus) -> None:
    (document,) = corpus.documents.values()
    for passage in corpus.passages:
        answer = client.get("/al/export/csv", params={"p": passage.address})
        (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
        source = plain_line(document.text[int(row["start"]) : int(row["end"])])
        quote, words = (re.sub("[' \u200b\ufeff]", "", text) for text in (row["quote"], source))
        assert quote == words  # signs without width are left out of quotations


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, len(EVERYTHING), 8))
def test_the_printable_record_has_no_element_but_its_own(
    first: int, client: TestClient, corpus: Corpus
) -> None:
    payload = " ".join(EVERYTHING[first : first + 8])
    question = f"¿Qué dice la medida sobre los menores {payload}?"
    answer = client.get("/al/record", params={"q": question, "t": payload})
    seen = _Seen()
    seen.feed(answer.text)
    own = "html head meta title link script body main p b h1 ol li blockquote code dl dt dd a button"
    own += " section div details summary i"  # the references
    assert {tag for tag, _ in seen.tags} <= set(own.split())
    assert [attributes["src"] for tag, attributes in seen.tags if tag == "script"] == ["assets/record.js"]
    for tag, attributes in seen.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert (attributes.get("href") or "record?").startswith(("record?", "assets/"))
    asked = corpus.ask(question, (payload,))
    assert plain_line(question) in plain_line(seen.text)
    assert asked.quotes or asked.nearest
    for quote in asked.quotes or asked.nearest:
        assert plain_line(quote.text) in plain_line(seen.text)
    as_json = client.get("/al/record", params={"q": question, "t": payload, "format": "json"})
    assert "<" not in as_json.text
    assert [one["text"] for one in as_json.json()["quotes"]] == [one.text for one in asked.quotes]
