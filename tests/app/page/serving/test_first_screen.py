"""The first response is the whole page in its language, under any prefix, and says plainly what cannot be opened."""

from __future__ import annotations

import html as html_library
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from alpie.app.errors import NotReady
from alpie.app.page.guarding.guard import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.feedback import FeedbackFile
from alpie.app.page.views.answer_view import render_answer
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.page.views.welcome import example_questions
from alpie.index.errors import IndexMissing
from alpie.index.records import Block, BlockKind, Document, Layout, Span
from support.places import ROOT
from support.waiting import eventually

WORDS = page_translations_for("es")

PAGE = ROOT / "app" / "page"


def test_under_a_sub_path_every_link_has_the_prefix(corpus: Any) -> None:
    """As uvicorn hands it on: the path with the prefix, and the prefix."""
    options = PageOptions(limits=Limits(fragments=40), root_path="/alpie")
    with TestClient(create_app(lambda: corpus, options), root_path="/alpie") as client:
        for home, other in (("/alpie/", "/alpie/en/"), ("/alpie/en/", "/alpie/")):
            page = client.get(home)
            assert page.status_code == 200
            config = client.get(f"{home}config").json()
            assert config["root"] == f"http://testserver{home}".rstrip("/")
            text = page.text + json.dumps(config)
            assert not re.findall(r"""["'(=]\\?["']?/(?:al|en)/""", text)
            assert f'href=\\"{other}\\"' in json.dumps(config)
            for asset in set(re.findall(r"/alpie/al/assets/[^\"'\\\\]+", page.text)):
                assert client.get(asset).status_code == 200
        opened = client.get("/alpie/al/references/apa", params={"p": corpus.passages[0].address})
        (export, *_) = re.findall(r'href="([^"]*/export/bibtex[^"]*)"', opened.text)
        assert export.startswith("/alpie/al/export/")
        exported = client.get(html_library.unescape(export))
        assert "http://testserver/alpie/?p=" in exported.text
        record = client.get("/alpie/al/record", params={"q": "detenciones en España"})
        assert record.status_code == 200
        assert not re.findall(r'(?:href|src)="/', record.text)
        assert client.post("/alpie/gradio_api/upload").status_code == 403
        statuses = {client.get("/alpie/al/help").status_code for _ in range(40)}
        assert statuses == {200, 429}, "the limits hold under the prefix too"
    answer = corpus.ask("¿Cuántas detenciones hubo en España?")
    assert 'href="/alpie/al/record?q=' in render_answer(answer, WORDS, corpus.documents, root_path="/alpie")


def test_a_corpus_that_cannot_be_opened_is_a_plain_sentence() -> None:
    def missing() -> Any:
        raise IndexMissing("nothing built in /secret/path")

    loader = CorpusLoader(missing).start()
    with pytest.raises(NotReady):
        loader.wait(5)
    *_, (messages, _) = Chat(loader, WORDS).ask("hola qué tal", Conversation())
    assert "/secret" not in messages[-1]["content"]
    app = create_app(missing)
    with TestClient(app) as client:
        answer = client.get("/al/search", params={"text": "x"})
        assert answer.status_code == 500
        assert "/secret" not in answer.text
        assert client.get("/healthz").status_code == 503


def test_evaluation_without_or_with_a_broken_report(tmp_path: Path) -> None:
    from alpie.app.page.views.evaluation_view import render_evaluation

    report = tmp_path / "report.json"
    none = WORDS.html("evaluation.none")
    assert none in render_evaluation((), WORDS, "a")
    for text in (
        "",
        "{",
        "[]",
        '{"corpus_fingerprint": "a"}',
        '{"corpus_fingerprint": "a", "pipelines": {}}',
    ):
        report.write_text(text, encoding="utf-8")
        assert none in render_evaluation((tmp_path / "none.json", report), WORDS, "a"), text


def test_an_evaluation_is_shown_with_the_documents_it_is_about() -> None:
    from alpie.app.page.views.evaluation_view import has_results_about, render_evaluation

    report = PAGE / "published" / "report.json"
    fingerprint = json.loads(report.read_text(encoding="utf-8"))["corpus_fingerprint"]
    shown = render_evaluation((report,), WORDS, fingerprint)
    for part in ('class="figures"', 'class="bars"', "<polyline", 'class="compare"', fingerprint):
        assert part in shown
    assert has_results_about((report,), fingerprint)
    assert not has_results_about((report,), "0")
    assert "figures" not in render_evaluation((report,), WORDS, "0")


def test_the_first_screen_shows_the_documents_and_questions_that_they_answer(
    client: TestClient, corpus: Any
) -> None:
    eventually(lambda: "data-incomplete" not in client.get("/al/welcome").text)
    shown = client.get("/al/welcome").text
    for document in corpus.documents.values():
        assert f'href="?d={document.id}"' in shown
        assert escape(document.title) in shown
    asked = [html_library.unescape(one) for one in re.findall(r'class="ask" href="[^"]+">([^<]+)</a>', shown)]
    assert asked
    titles = " ".join(one.title for one in corpus.documents.values())
    for question in asked:
        told = re.search(r"«(.+)»", question)
        assert told is not None
        assert told[1] in titles or any(told[1] in one.text for one in corpus.documents.values())
        assert corpus.ask(question).quotes


def test_questions_to_begin_with_are_made_of_headings() -> None:
    text = "¿Qué es un parque?\n1.2. Horario de apertura:\nI\nNotas\nUn título\nArtículo 3. Principios de la Ley.\n"
    text += "TÍTULO PRELIMINAR\nJUAN CARLOS I\nCAPÍTULO II - De la matrícula\nCAPÍTULO III. De las becas ...... 9\n"
    document = Document("a", "Un título", "", "", "", "es", "a.txt", text)
    spans = [Span(one.start(), one.end()) for one in re.finditer(r".+", text)]
    layout = Layout("a", tuple(Block(BlockKind.HEADING, (span,), (), level=1) for span in spans), (), (), ())
    assert list(example_questions(document, layout, WORDS)) == [
        "¿Qué es un parque?",
        "¿Qué se dice sobre «Horario de apertura»?",
        "¿Qué se dice sobre «Principios de la Ley»?",
        "¿Qué se dice sobre «De la matrícula»?",
        "¿De qué trata «Un título»?",
        "¿Qué pide «Un título»?",
    ]
    assert list(example_questions(document, None, page_translations_for("en"))) == [
        "What is “Un título” about?",
        "What does “Un título” call for?",
    ]


def test_the_first_response_is_the_page_in_its_language(client: TestClient) -> None:
    for path, language in (("/", "es"), ("/en/", "en")):
        translations = page_translations_for(language)
        text = client.get(path).text
        assert f'<html\n\tlang="{language}"' in text
        assert f"<title>{translations.html('page.title')}</title>" in text
        first = text.partition('<div id="first"')[2].partition("<gradio-app")[0]
        assert translations.html("welcome.title") in first
        assert translations.html("chat.placeholder") in first
        head = text.partition("</head>")[0]
        assert 'rel="stylesheet"' not in head, "nothing keeps the browser from drawing"
        assert "gradio.app" not in text.partition("<script>")[0]


def test_verdicts_are_kept_in_a_local_file_where_that_is_turned_on(
    client: TestClient, corpus: Any, tmp_path: Path
) -> None:
    assert client.post("/al/feedback", json={"verdict": "useful", "question": "x"}).status_code == 404
    path = tmp_path / "feedback.jsonl"
    with TestClient(create_app(lambda: corpus, PageOptions(feedback=path))) as client:
        good = {"verdict": "wrong-quote", "question": "¿x?\n", "address": "a/b/c"}
        assert client.post("/al/feedback", json=good).status_code == 204
        for bad in ({}, [], {"verdict": "x", "question": "y"}, {"verdict": "useful", "question": 3}):
            assert client.post("/al/feedback", json=bad).status_code == 400
        assert client.post("/al/feedback", content=b"\xff").status_code == 400
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == ["wrong-quote"]
    assert not FeedbackFile(path).add(b'{"verdict": "useful", "question": null}')
