"""What readers take along (exports, references, records) is true to the source, and what they paste is checked."""

from __future__ import annotations

import html as html_library
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from alpie.app.answering.answer_types import Answer, Part, Role
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.views.answer_view import render_record
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.link_places import passage_link
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.settings import load_settings
from support.fake_corpus import FakeCorpus
from support.hostile_folder import PAYLOAD

WORDS = page_translations_for("es")


@pytest.mark.parametrize("form", ["apa", "iso690", "bibtex", "ris", "csl-json", "csv", "markdown"])
def test_every_export_downloads(client: TestClient, corpus: Any, form: str) -> None:
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    vanished = "&p=europol-ia-2025/x/0000000000"
    answer = client.get(f"/al/export/{form}{passage_link(quote.passage, quote.spans)}{vanished}&lang=es")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-alpie-vanished"] == "1"
    assert "detenciones" in answer.text


@pytest.mark.parametrize(
    ("reached", "public", "expected"),
    [
        ("http://127.0.0.1:7860", "", None),  # a link that only this machine could open
        ("http://localhost", "", None),
        ("http://biblioteca.example", "", "http://biblioteca.example/?p="),
        ("http://127.0.0.1:7860", "https://citas.example/alpie/", "https://citas.example/alpie/?p="),
    ],
)
def test_what_is_exported_links_to_the_public_address(
    corpus: Any, reached: str, public: str, expected: str | None
) -> None:
    options = PageOptions.from_settings(
        replace(load_settings(environment={}), public_url=public, allowed_hosts=("biblioteca.example",))
    )
    with TestClient(create_app(lambda: corpus, options), base_url=reached) as client:
        for form in ("bibtex", "ris", "csl-json", "csv", "markdown"):
            text = client.get(f"/al/export/{form}", params={"p": corpus.passages[0].address}).text
            assert "127.0.0.1" not in text
            assert "localhost" not in text
            assert ((expected or "?p=") in text.replace("\\", "")) == bool(expected)


@pytest.mark.parametrize("style", ["apa", "iso690"])
def test_references_are_shown_and_copied_in_the_order_asked_for(
    client: TestClient, corpus: Any, style: str
) -> None:
    long = next(passage for passage in corpus.passages if len(passage.text.split()) >= 40)
    other = next(passage for passage in corpus.passages if passage.document_id != long.document_id)
    query = [("p", other.address), ("n", PAYLOAD), ("p", long.address), ("p", "no/such/0000000000")]
    answer = client.get(f"/al/references/{style}?{urlencode(query)}")
    assert answer.headers["x-alpie-vanished"] == "1"
    copied = answer.text.split('class="copyable hidden">')[1]
    assert copied.index(escape(other.text)[:40]) < copied.index(escape(long.text)[:40])
    assert escape(" ".join(PAYLOAD.split())) in copied
    assert "<script>" not in answer.text
    assert ("<blockquote>" in copied) == (style == "apa")
    assert f"<i>{escape(corpus.documents[long.document_id].title)}</i>" in copied
    assert client.get(f"/al/references/mla?{urlencode(query)}").status_code == 404


def test_exports_of_nothing_are_refused(client: TestClient) -> None:
    assert client.get("/al/export/ris").status_code == 404
    assert client.get("/al/export/exe?p=x").status_code == 404
    assert client.get("/al/export/ris?p=%3Cscript%3E").status_code == 404


def test_a_page_pasted_as_a_question_is_offered_to_the_check(loader: CorpusLoader) -> None:
    page = "La operación sigue abierta.\n" * 60
    *_, (messages, conversation) = Chat(loader, WORDS).ask(page, Conversation())
    said = messages[-1]["content"]
    assert 'class="act check-pasted"' in said
    pasted = re.search(r'<span class="pasted hidden">(.*?)</span>', said)
    assert pasted is not None
    assert html_library.unescape(pasted[1]) == page.strip()
    assert not conversation.questions


def test_check_tells_exact_altered_and_absent(client: TestClient) -> None:
    sentence = "La operación sigue abierta y no se descartan nuevas detenciones."
    for text, verdict in (
        (sentence, "exact"),
        (sentence.replace("nuevas", "muchas"), "altered"),
        ("El gato duerme sobre la mesa roja del abuelo.", "absent"),
    ):
        assert f'class="verdict {verdict}"' in client.post("/al/check", content=text).text
    for text in ("", "…", "x" * 100_000, PAYLOAD):
        answer = client.post("/al/check", content=text)
        assert answer.status_code == 200
        assert "<script>" not in answer.text
    assert "required" not in client.get("/al/check-form").text, "an empty text is sent, and answered"
    assert WORDS.html("check.no_words") in client.post("/al/check", content="").text


def test_check_says_what_was_left_out_and_what_differs_in_signs(client: TestClient) -> None:
    sentence = "La operación sigue abierta y no se descartan nuevas detenciones."
    quoted = client.post("/al/check", content=f"Según la nota, «{sentence}»").text
    assert 'class="verdict exact"' in quoted
    assert WORDS.html("verify.quoted") in quoted
    two = client.post("/al/check", content=f"«{sentence[:26]}» y «{sentence[29:]}»").text
    assert 'class="verdict exact"' in two
    assert WORDS.html("check.occurrences", number=2) not in two
    signs = client.post("/al/check", content=sentence.upper()).text
    assert 'class="verdict altered"' in signs
    assert WORDS.html("check.signs") in signs
    hostile = client.post("/al/check", content=f"Según <b>, «{sentence} <script>»").text
    assert "<script>" not in hostile
    for text in (sentence, sentence.replace("nuevas", "muchas")):
        plain = client.post("/al/check", content=text).text
        assert WORDS.html("check.signs") not in plain
        assert WORDS.html("verify.quoted") not in plain


def test_what_is_cut_is_copied_with_its_whole_sentence_only(client: TestClient) -> None:
    shown = client.post("/al/check", content="se descartan nuevas detenciones").text
    assert 'class="verdict cut"' in shown
    quoted = re.search(r'<span class="words">(.*?)</span></blockquote>', shown)
    assert quoted is not None
    assert quoted[1].endswith("abierta y no <mark>se descartan nuevas detenciones</mark>.")
    assert 'class="cut-warning"' in shown
    assert WORDS.html("quote.copy_whole") in shown
    assert WORDS.html("quote.copy") + "</button>" not in shown
    href = re.search(r'class="cite source" href="([^"]+)"', shown)
    assert href is not None
    kept = client.get(f"/al/export/csv{html_library.unescape(href[1])}").text
    assert "La operación sigue abierta y no se descartan nuevas detenciones." in kept


def test_the_printed_record_keeps_the_reserve_and_the_context_of_its_answer() -> None:
    plain = FakeCorpus()
    before, asked = "¿Cuántos miembros hay?", "¿Cuántas detenciones hubo en España?"
    answer = plain.ask(asked)
    (first, *_) = answer.quotes
    parts = (
        Part(Role.SIDE, "<i>España</i>", "¿?", (first,), tentative=True),
        Part(Role.CONTEXT, shown_elsewhere=True),
        Part(Role.SIDE, "Francia"),
    )
    hedged = replace(
        answer,
        quotes=(first,),
        follows=(before,),
        limited_to=tuple(plain.documents)[:1],
        search=replace(answer.search, firm_threshold=1.0),
    )
    title = next(iter(plain.documents.values())).title

    def printed(one: Answer) -> str:
        plain.ask = lambda *_: one  # type: ignore[method-assign]
        return html_library.unescape(bytes(render_record(plain, asked, (), WORDS, False).body).decode())

    page = printed(hedged)
    for text in (
        WORDS("ask.follows", question=before), WORDS("record.limited", documents=title),
        WORDS("answer.tentative"),
    ):  # fmt: skip
        assert text in page
        assert text not in printed(replace(answer, search=replace(answer.search, firm_threshold=0.0)))
    page = printed(replace(hedged, parts=parts))
    assert "<h2><i>España</i></h2>" in page
    assert page.count(WORDS("answer.tentative")) == 1
    for key in ("part.context", "part.elsewhere", "part.empty"):
        assert WORDS(key) in page


def test_the_record_names_question_quotes_and_fingerprint(client: TestClient, corpus: Any) -> None:
    question = "¿Cuántas detenciones hubo en España?"
    page = client.get("/al/record", params={"q": question}).text
    assert corpus.fingerprint in page
    for quote in corpus.ask(question).quotes:
        assert escape(quote.text) in page
    assert "<script>" not in client.get("/al/record", params={"q": PAYLOAD}).text
    data = client.get("/al/record", params={"q": question, "format": "json"}).json()
    assert data["question"] == question
