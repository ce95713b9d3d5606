"""The page without a browser: escaping, catalogues, headers, closed routes, limits, bad input."""

from __future__ import annotations

import html as html_library
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fake_corpus import FakeCorpus
from fastapi.testclient import TestClient
from places import ROOT

from alpie.app import translations as common
from alpie.app.answering.answer_types import Answer, WriterReport, WrittenSentence
from alpie.app.page.guarding.guard import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.feedback import FeedbackFile
from alpie.app.page.state.library import NotReady, Opening
from alpie.app.page.views.answer_view import render_answer, render_quote
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.help import Risk, at_risk, load_help_lines
from alpie.app.page.views.link_places import link, parse_spans, spans_parameter
from alpie.app.page.views.lookup_view import Wanted, look_up
from alpie.app.page.views.markup import emphasised, escape, one_line, tag
from alpie.app.page.views.page_words import LANGUAGES, translations_for
from alpie.app.page.views.panel import Panels
from alpie.app.page.views.templates import Markup
from alpie.app.page.views.welcome import candidates
from alpie.app.settings import load_settings
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexMissing, SettingsError
from alpie.index.readable import readable_text
from alpie.index.records import Block, BlockKind, Document, Layout, Sentence, SentenceRole, Span
from alpie.index.retrieval.word_search import fold_as_stored
from alpie.index.spanish.conversation import MAX_TURNS
from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

PAGE = ROOT / "app" / "page"
HELP = load_help_lines()
PAYLOAD = (
    "<script>window.hurt=1</script><img src=x onerror=window.hurt=1> [a](javascript:1) **b** $$c$$\n\n# d"
)


@pytest.fixture(scope="module")
def corpus() -> Any:
    return FakeCorpus()


@pytest.fixture(scope="module")
def client(corpus: Any) -> Iterator[TestClient]:
    app = create_app(lambda: corpus, PageOptions(limits=Limits(questions=5, readings=400)))
    with TestClient(app, client=("10.0.0.1", 1)) as client:
        yield client


@pytest.fixture(scope="module")
def opening(corpus: Any) -> Opening:
    opening = Opening(lambda: corpus).start()
    opening.wait(10)
    return opening


# --- escaping ------------------------------------------------------------------------------------


def test_text_is_escaped_and_kept_on_one_line() -> None:
    assert "<" not in escape(PAYLOAD)
    assert "\n" not in escape(PAYLOAD)
    assert html_library.unescape(escape(PAYLOAD)) == PAYLOAD
    assert one_line(Markup("<b>\n&amp;</b>")) == "<b>&#10;&amp;</b>"
    assert tag("a", "x", title='"><script>') == '<a title="&quot;&gt;&lt;script&gt;">x</a>'


def test_emphasis_does_not_change_the_words() -> None:
    text = "Uno & <dos> tres"
    shown = emphasised(text, [(0, 3), (6, 11), (2, 5), (90, 99)])
    assert html_library.unescape(re.sub(r"</?strong>", "", shown)) == text
    assert shown.count("<strong>") == 2


def test_a_question_cannot_become_markup(opening: Opening) -> None:
    chat = Chat(opening, translations_for("es"), HELP)
    for messages, _ in chat.ask(PAYLOAD, Conversation()):
        for message in messages:
            assert "<script" not in message["content"]
            assert "<img" not in message["content"]
            assert "\n" not in message["content"], "a line end would hand the rest to the Markdown reader"


def _words_of(quote: Any) -> str:
    """The words of a quotation as they are shown, with their markup."""
    shown = re.search(
        r'<span class="words">(.*)</span>(?:<a [^>]*>[^<]*</a>)?</blockquote>',
        render_quote(quote, translations_for("es"), {}),
    )
    assert shown
    return shown[1]


def test_quotes_stand_in_the_answer_exactly(corpus: Any) -> None:
    answer = corpus.ask("¿Cuántas detenciones hubo en España?")
    assert answer.quotes
    shown = render_answer(answer, translations_for("es"), corpus.documents)
    for quote in answer.quotes:
        words = html_library.unescape(re.sub(r"<[^>]+>", "", _words_of(quote)))
        assert words == quote.text
        assert _words_of(quote) in shown


def test_words_are_bold_where_they_answer_and_not_where_they_are_only_near(corpus: Any) -> None:
    quote = replace(corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0], emphasis=((0, 3),))
    assert "<strong>" in render_quote(quote, translations_for("es"), corpus.documents, number=1)
    assert "<strong>" not in render_quote(
        quote, translations_for("es"), corpus.documents, number=1, nearest=True
    )


def test_a_question_that_was_put_right_is_shown_as_understood(corpus: Any) -> None:
    asked = corpus.ask("¿Cuántas detenciones hubo en España?")
    assert "searched-as" not in render_answer(asked, translations_for("es"), corpus.documents)
    put_right = replace(asked, question="q detenciones <b>", searched="que detenciones <b>")
    shown = render_answer(put_right, translations_for("es"), corpus.documents)
    assert "Entendido como: «que detenciones &lt;b&gt;»" in shown


@pytest.mark.parametrize(
    ("roles", "shown"),
    [
        (("sentence", "sentence"), "Uno & dos: • Tres <4>."),
        (("lead_in", "item"), '<span class="run">Uno & dos: </span><span class="item">• Tres <4>.</span>'),
        (
            ("header", "row"),
            '<span class="row header">Uno & dos: </span><span class="row">• Tres <4>.</span>',
        ),
    ],
)
def test_a_list_or_a_table_is_quoted_line_by_line(corpus: Any, roles: tuple[str, str], shown: str) -> None:
    """No white space is left between two lines: in a quotation it would be shown, as an empty line."""
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    texts = ("Uno & dos:", "• Tres <4>.")
    sentences = tuple(
        Sentence(text, (Span(0, 1),), SentenceRole(role)) for text, role in zip(texts, roles, strict=True)
    )
    listed = replace(
        quote, text=" ".join(texts), emphasis=(), passage=replace(quote.passage, sentences=sentences)
    )
    escaped = shown.replace("&", "&amp;").replace("<4>", "&lt;4&gt;")
    assert _words_of(listed) == escaped


def test_generated_prose_is_marked_and_never_quoted(corpus: Any) -> None:
    answer = corpus.ask("¿Cuántas detenciones hubo en España?")
    written = (WrittenSentence("Hubo <b>dos</b> detenciones.", (1, 99)),)
    report = WriterReport("fake:model", {"unsupported": 2})
    shown = render_answer(
        replace(answer, writer=written, writer_report=report), translations_for("es"), corpus.documents
    )
    generated = shown[
        shown.index('class="generated"') : shown.index(
            'class="suggestions"' if 'class="suggestions"' in shown else 'class="answer-foot"'
        )
    ]
    assert shown.rindex('class="quote-unit"') < shown.index('class="generated"')
    assert "&lt;b&gt;dos" in generated
    assert generated.count("<a ") == 1, "a note that leads nowhere is not shown"
    assert translations_for("es").html("answer.generated") in generated
    assert escape(translations_for("es").count("writer.dropped", 2)) in generated
    assert "«" not in generated
    failed = replace(answer, writer=(), writer_report=WriterReport("fake:model", failure="timeout"))
    shown = render_answer(failed, translations_for("es"), corpus.documents)
    assert translations_for("es").html("writer.timeout", model="fake:model") in shown


def test_quotations_are_shown_before_the_summary_is_written(opening: Opening) -> None:
    seen: list[Answer] = []

    def finish(answer: Answer) -> Answer:
        seen.append(answer)
        return replace(answer, writer=(WrittenSentence("Hubo dos.", (1,)),))

    chat = Chat(opening, translations_for("es"), HELP, finish)
    asking = chat.ask("¿Cuántas detenciones hubo en España?", Conversation())
    next(asking)
    shown = next(asking)[0][-1]["content"]
    assert 'class="quote-unit"' in shown
    assert translations_for("es").html("answer.generating") in shown
    assert not seen
    messages, talk = next(asking)
    assert "Hubo dos." in messages[-1]["content"]
    assert translations_for("es").html("answer.generating") not in messages[-1]["content"]
    assert [len(messages), len(talk.questions), len(seen)] == [2, 1, 1]
    assert list(asking) == []


def test_the_page_says_when_a_writer_is_sent_the_question(corpus: Any) -> None:
    words = translations_for("es")
    with TestClient(create_app(lambda: corpus, PageOptions(finish=lambda answer: answer))) as client:
        shown = json.dumps(client.get("/config").json(), ensure_ascii=False)
        assert words("foot.privacy.writer") in shown
        assert words("foot.privacy") not in shown
        assert words.html("help.writer") in client.get("/al/help").text


def test_a_failing_writer_leaves_the_quotations(opening: Opening) -> None:
    def finish(answer: Answer) -> Answer:
        raise ValueError("no")

    *_, last = Chat(opening, translations_for("es"), HELP, finish).ask(
        "detenciones en España", Conversation()
    )
    assert 'class="quote-unit"' in last[0][-1]["content"]
    assert translations_for("es").html("answer.generating") not in last[0][-1]["content"]


def test_nothing_is_written_about_what_was_not_found(opening: Opening) -> None:
    def finish(answer: Answer) -> Answer:
        raise AssertionError

    *_, (messages, _) = Chat(opening, translations_for("es"), HELP, finish).ask(
        "capital de Mongolia", Conversation()
    )
    assert 'class="none"' in messages[-1]["content"]


def test_a_conversation_that_was_left_shows_nothing_more(opening: Opening) -> None:
    chat, talk = Chat(opening, translations_for("es"), HELP, lambda answer: answer), Conversation()
    asking = chat.ask("detenciones en España", talk)
    next(asking)
    next(asking)
    assert chat.start_again(talk) == ([], Conversation())
    assert list(asking) == []


def test_the_writer_of_the_settings_is_taken(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path / "index")}, environment={})
    assert PageOptions.from_settings(settings).finish is None
    assert PageOptions.from_settings(replace(settings, writer="openai:any")).finish is not None


# --- catalogues ----------------------------------------------------------------------------------


def _sources() -> str:
    paths = (*PAGE.rglob("*.py"), *PAGE.rglob("*.html"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _keys_used() -> set[str]:
    python = _sources()
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (PAGE / "assets").glob("*.js"))
    quoted = set(re.findall(r"""["']([a-z][a-z0-9_-]*(?:\.[a-z0-9_@ -]+)+)["']""", python))
    return quoted | {f"js.{name}" for name in re.findall(r"words\.([a-z_]+)", scripts)}


def _families() -> tuple[str, ...]:
    """Prefixes of keys that are put together in the code: f"nav.{view}"."""
    python = _sources()
    joined = re.findall(r'f"([a-z]+(?:\.[a-z_]+)*\.)\{', python)
    return tuple({*joined, *re.findall(r'"([a-z]+(?:\.[a-z_]+)*\.)" ~', python)})


def _catalogue(language: str) -> dict[str, str]:
    entries: dict[str, str] = json.loads((PAGE / "locale" / f"{language}.json").read_text(encoding="utf-8"))
    return entries


def test_catalogues_have_the_same_keys_and_placeholders() -> None:
    first, *others = (_catalogue(language) for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)
        for key, text in first.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", other[key])), key


def test_spanish_calls_its_reader_usted() -> None:
    familiar = re.compile(
        r"\b(tu|tus|te|puedes|quieres|y usa|y repite|Inténtalo|Añade|Añádelo|Instala|Actualiza)\b"
    )
    entries = translations_for("es").entries.items()
    told_to_a_child = ("help.notice.self.",)
    assert not {
        key: text for key, text in entries if familiar.search(text) and not key.startswith(told_to_a_child)
    }


def test_no_key_is_unused() -> None:
    used, families = _keys_used(), _families()
    unused = [
        key
        for key in _catalogue("es")
        if key
        not in {*used, *common.translations_for("es").entries}  # the page may say its own for one of them
        and not key.startswith(families)
        and key.rpartition(".")[0] not in used  # "count.passages" stands for its .one and .many
        and not re.match(r"help\.(asking|limits|privacy|keys)\.", key)
    ]
    assert not unused


def test_no_key_is_missing() -> None:
    python = _sources()
    asked = set(re.findall(r"""words(?:\.html)?\(\s*["']([^"']+)["'][,)]""", python))
    scripts = {key for key in _keys_used() if key.startswith("js.")} - {
        "js.home",
        "js.lang",
        "js.public",
        "js.root",
        "js.feedback",
    }
    missing = [
        key for key in asked | scripts if not key.endswith(".") and key not in translations_for("es").entries
    ]
    assert not missing


# --- places --------------------------------------------------------------------------------------


def test_a_link_finds_its_words_again(corpus: Any) -> None:
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    document = corpus.documents[quote.document_id]
    written = spans_parameter(quote.passage, quote.spans)
    assert parse_spans(written, quote.passage, len(document.text)) == quote.spans
    assert link(quote.passage, quote.spans).startswith(f"?p={quote.passage.address}&s=")


@pytest.mark.parametrize("text", ["", "x", "1-", "5-5", "9-1", "0-99999999", "-99999-5", "1-2;3", "١-٢" * 50])
def test_spans_from_strangers_are_harmless(corpus: Any, text: str) -> None:
    passage = corpus.passages[0]
    length = len(corpus.documents[passage.document_id].text)
    for span in parse_spans(text, passage, length):
        assert 0 <= span.start < span.end <= length


# --- reader --------------------------------------------------------------------------------------


def test_the_reader_marks_exactly_the_quoted_words(corpus: Any) -> None:
    panels = Panels(corpus)
    for passage in corpus.passages[:40]:
        spans = passage.sentences[-1].spans
        shown = panels.at(passage.address, spans_parameter(passage, spans), translations_for("es"))
        marked = " ".join(re.findall(r"<mark>(.*?)</mark>", shown))
        text = html_library.unescape(marked)
        assert text == readable_text(corpus.documents[passage.document_id].text, spans)


def test_the_reader_shows_every_word_of_every_block(corpus: Any) -> None:
    panels = Panels(corpus)
    for document in corpus.documents.values():
        marked = panels.reader(document.id).render(translations_for("es"))
        levels = [2, *map(int, re.findall(r"<h(\d)", marked))]
        assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
        shown, at = "".join(html_library.unescape(re.sub(r"<[^>]+>", " ", marked)).split()), 0
        for block in corpus.layouts[document.id].blocks:  # in order, with labels and page marks between them
            words = "".join(readable_text(document.text, block.spans).split())
            at = shown.find(words, at) + len(words)
            assert at >= len(words), words


def test_a_vanished_address_says_so(client: TestClient) -> None:
    answer = client.get("/al/reader", params={"p": "europol-ia-2025/texto/0000000000"})
    assert answer.status_code == 404
    assert translations_for("es").html("reader.vanished.changed") in answer.text
    unknown = client.get("/al/reader", params={"p": "<script>/x/y"})
    assert unknown.status_code == 404
    assert "<script>" not in unknown.text


# --- look-up -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("«cifrado de extremo a extremo»", "cifrado de extremo a extremo"),
        ('"CIFRADO de Extremo"', "cifrado de extremo"),
        ("AGN/65/RES/10", "AGN/65/RES/10"),
        ("extremo cifrado", "cifrado"),
        ("xyzzy OR ciber*", "ciber"),
    ],
)
def test_lookup_finds_what_was_asked(corpus: Any, text: str, must: str) -> None:
    found = look_up(corpus, Wanted(text)).found
    assert found
    assert all(fold_as_stored(must) in fold_as_stored(item.passage.text) for item in found)


def test_related_passages_are_apart_and_lack_a_word(corpus: Any) -> None:
    results = look_up(corpus, Wanted("detenciones España"))
    holding = {item.passage.address for item in results.found}
    assert results.related
    assert not holding & {item.passage.address for item in results.related}
    assert not look_up(corpus, Wanted('"detenciones" España')).related, "a phrase is wanted as it is"


def test_filters_narrow(corpus: Any) -> None:
    every = look_up(corpus, Wanted("menores")).found
    for narrowed in (
        Wanted("menores", document="interpol-2021"),
        Wanted("menores", kind="resolución"),
        Wanted("menores", since="2021", until="2021-11-24"),
    ):
        found = look_up(corpus, narrowed).found
        assert 0 < len(found) < len(every)
        assert {item.passage.document_id for item in found} == {"interpol-2021"}


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
def test_results_are_sorted(corpus: Any, sort: str) -> None:
    found = look_up(corpus, Wanted("menores", sort=sort, shown=400)).found
    documents = list(dict.fromkeys(item.passage.document_id for item in found))
    assert len(documents) > 2
    if sort == "relevance":
        best = [max(item.weight for item in found if item.passage.document_id == one) for one in documents]
        assert best == sorted(best, reverse=True)
    else:
        dates = [corpus.documents[document].date.split("/")[-1] for document in documents]
        assert dates == sorted(dates, reverse=sort == "newest")


def test_what_is_counted_is_every_passage_and_the_rest_is_one_link_away(
    client: TestClient, corpus: Any
) -> None:
    words, wanted = translations_for("es"), Wanted("menores")
    every = sum(look_up(corpus, wanted).counts.values())
    assert every > 40
    shown = client.get("/al/search", params={"text": "menores"}).text
    assert words.count("count.passages", every) in shown
    assert words.html("search.shown", number=40) in shown
    assert shown.split('class="related"')[0].count('class="quote-unit result"') == 40
    more = html_library.unescape(re.findall(r'class="act more" href="\?([^#]+)#', shown)[0])
    whole = client.get(f"/al/search?{more.replace('shown=80', 'shown=400')}").text
    assert whole.split('class="related"')[0].count('class="quote-unit result"') == every
    assert 'class="act more"' not in whole
    assert "shown" not in Wanted("a").address()
    assert wanted.address(80) == "?text=menores&shown=80#buscar"


@pytest.mark.parametrize(
    "text", ["", "«»", "((((", "\\", "«" * 500, "a" * 5000, PAYLOAD, "*", "AGN/65", "a* NEAR a* " * 25]
)
def test_lookup_survives_any_text(client: TestClient, text: str) -> None:
    for sort in ("newest", "<x>"):
        answer = client.get("/al/search", params={"text": text, "sort": sort, "since": "<b>", "shown": "-1"})
        assert answer.status_code == 200
        assert "<script>" not in answer.text


# --- help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "me están chantajeando con fotos mías",
        "Un chico me amenaza con publicar mis fotos",
        "he encontrado imágenes de abusos en internet, ¿qué hago?",
        "Tengo 13 años y alguien me pide fotos desnuda",
        "someone is blackmailing me with my nudes",
        "Están amenazando a mi hija por WhatsApp",
        "mi hijo sufre acoso en un videojuego",
        "un adulto me pide que me desnude por la cámara",
        "me han enviado un vídeo de abusos a una niña",
        "tengo miedo de lo que pueda llegar a hacer",
        "me atraen los menores",
    ],
)
def test_people_at_risk_are_shown_help(question: str, encoder: Encoder) -> None:
    assert at_risk(question)
    assert at_risk(question, encoder)


@pytest.mark.parametrize(
    ("question", "risk"),
    [
        ("qué puedo hacer si un tío me pide fotos x insta", Risk.SELF),
        ("han subido fotos mias a un grupo", Risk.SELF),
        ("un hombre de internet quiere quedar conmigo", Risk.SELF),
        ("mi amiga sufre acoso en el insti", Risk.OTHER),
        ("a mi hija le piden fotos por instagram", Risk.OTHER),
        ("me atraen los niños y tengo miedo", Risk.OTHER),
    ],
)
def test_only_whoever_writes_of_themselves_is_called_tu(opening: Opening, question: str, risk: Risk) -> None:
    assert at_risk(question) is risk
    chat = Chat(opening, translations_for("es"), HELP)
    *_, (messages, _) = chat.ask(question, Conversation())
    said = messages[-1]["content"]
    assert ("no es culpa tuya" in said) == (risk is Risk.SELF)
    folded = said.index("set-aside")
    assert said.index("116 111") < folded < said.index('class="answer"')


@pytest.mark.parametrize(
    "question",
    [
        "¿Qué es la extorsión sexual?",
        "¿Cuántas denuncias de abusos hubo?",
        "¿Qué dice mi gobierno sobre el cifrado?",
        "¿Cómo se amenaza a las víctimas?",
        "What is sextortion?",
        "¿Me puedes explicar qué es el acoso?",
        "¿Qué conclusiones tengo que leer de la Evaluación de la Amenaza Global?",
        "Para mi trabajo necesito cifras de extorsión sexual",
        "¿Qué me dices de las amenazas a los menores?",
        "¿Han encontrado material de abusos en España?",
        "I need figures about threats to children",
    ],
)
def test_questions_about_the_subject_are_not_interrupted(question: str, encoder: Encoder) -> None:
    assert not at_risk(question)
    assert not at_risk(question, encoder)


def test_messages_of_people_at_risk_are_known_by_what_they_mean(encoder: Encoder) -> None:
    """Of messages that nothing was fitted on; the signs in words alone find 4 of the 30."""
    lines = (ROOT / "eval/training/risk_messages.jsonl").read_text("utf-8").splitlines()
    kept = [row for row in map(json.loads, lines) if row["part"] == "test"]
    shown = [bool(at_risk(row["text"], encoder)) for row in kept]
    wanted = [bool(row["risk"]) for row in kept]
    assert (len(kept), sum(wanted)) == (60, 30)
    assert sum(one for one, want in zip(shown, wanted, strict=True) if want) >= 26
    assert sum(one for one, want in zip(shown, wanted, strict=True) if not want) <= 2


def test_help_lines_have_a_date_and_the_required_contacts() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", HELP.checked)
    assert {"112", "116 111", "017"} <= {line.contact for line in HELP.lines}
    assert any("aepd" in line.link for line in HELP.lines)


SCRIPT = 'country="ES"\nwho="child"\nname_es="x"\ncontact="1"\nlink="javascript:alert(1)"'


@pytest.mark.parametrize(
    "text",
    [
        "", "checked = 1", "[[line]]", 'checked="x"\n[[line]]\ncountry="ES"', "\xff",
        f'checked="2026-01-01"\n[[line]]\n{SCRIPT}\n',
    ],
)  # fmt: skip
def test_an_unusable_file_of_help_lines_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lines.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match=f"{re.escape(str(path))}|javascript"):
        load_help_lines(path)


# --- server --------------------------------------------------------------------------------------


def test_every_response_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/en/", "/healthz", "/al/help", "/al/assets/page.js", "/gradio_api/upload", "/no-such"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_under_a_sub_path_every_link_has_the_prefix(corpus: Any) -> None:
    """As uvicorn hands it on: the path with the prefix, and the prefix."""
    options = PageOptions(limits=Limits(readings=40), root_path="/alpie")
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
    assert 'href="/alpie/al/record?q=' in render_answer(
        answer, translations_for("es"), corpus.documents, root_path="/alpie"
    )


async def _answer_204(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("question", [None, 3, [], {"a": 1}, "", "   ", "a" * 100_000, "\x00", "?" * 900])
@pytest.mark.parametrize("state", [None, "x", {"messages": []}])
def test_the_handler_bears_any_input(opening: Opening, question: object, state: object) -> None:
    *_, (messages, talk) = Chat(opening, translations_for("es"), HELP).ask(question, state)
    assert isinstance(talk, Conversation)
    assert all(len(message["content"]) < 100_000 for message in messages)
    assert len("".join(talk.questions)) <= MAX_TYPED_CHARACTERS * MAX_TURNS


def test_a_follow_up_hands_on_the_questions_before(corpus: Any) -> None:
    asked: list[tuple[str, ...]] = []

    class Listening(type(corpus)):  # type: ignore[misc]
        def ask(self, question: str, turns: tuple[str, ...] = ()) -> Any:
            asked.append(turns)
            return super().ask(question, turns)

    opening = Opening(Listening).start()
    opening.wait(10)
    chat = Chat(opening, translations_for("es"), HELP)
    talk = Conversation()
    for question in ("¿Cuántas detenciones hubo?", "¿Y en Argentina?"):
        *_, (_, talk) = chat.ask(question, talk)
    assert asked == [(), ("¿Cuántas detenciones hubo?",)]


def test_whoever_goes_on_after_a_message_of_danger_still_sees_help_first(corpus: Any) -> None:
    class Following(type(corpus)):  # type: ignore[misc]
        def ask(self, question: str, turns: tuple[str, ...] = ()) -> Any:
            return replace(super().ask(question), follows=turns)

    opening = Opening(Following).start()
    opening.wait(10)
    chat, talk = Chat(opening, translations_for("es"), HELP), Conversation()
    for question in ("me están chantajeando con fotos mías", "explícamelo"):
        *_, (messages, talk) = chat.ask(question, talk)
        assert "no es culpa tuya" in messages[-1]["content"]


def test_a_corpus_that_cannot_be_opened_is_a_plain_sentence() -> None:
    def missing() -> Any:
        raise IndexMissing("nothing built in /secret/path")

    opening = Opening(missing).start()
    with pytest.raises(NotReady):
        opening.wait(5)
    *_, (messages, _) = Chat(opening, translations_for("es"), HELP).ask("hola qué tal", Conversation())
    assert "/secret" not in messages[-1]["content"]
    app = create_app(missing)
    with TestClient(app) as client:
        answer = client.get("/al/search", params={"text": "x"})
        assert answer.status_code == 500
        assert "/secret" not in answer.text
        assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("form", ["apa", "iso690", "bibtex", "ris", "csl-json", "csv", "markdown"])
def test_every_export_downloads(client: TestClient, corpus: Any, form: str) -> None:
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    vanished = "&p=europol-ia-2025/x/0000000000"
    answer = client.get(f"/al/export/{form}{link(quote.passage, quote.spans)}{vanished}&lang=es")
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
    long = next(one for one in corpus.passages if len(one.text.split()) >= 40)
    other = next(one for one in corpus.passages if one.document_id != long.document_id)
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


def test_a_page_pasted_as_a_question_is_offered_to_the_check(opening: Opening) -> None:
    page = "La operación sigue abierta.\n" * 60
    *_, (messages, talk) = Chat(opening, translations_for("es"), HELP).ask(page, Conversation())
    said = messages[-1]["content"]
    assert 'class="act check-pasted"' in said
    pasted = re.search(r'<span class="pasted hidden">(.*?)</span>', said)
    assert pasted is not None
    assert html_library.unescape(pasted[1]) == page.strip()
    assert not talk.questions


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


def test_check_says_what_was_left_out_and_what_differs_in_signs(client: TestClient) -> None:
    words = translations_for("es")
    sentence = "La operación sigue abierta y no se descartan nuevas detenciones."
    quoted = client.post("/al/check", content=f"Según la nota, «{sentence}»").text
    assert 'class="verdict exact"' in quoted
    assert words.html("verify.quoted") in quoted
    two = client.post("/al/check", content=f"«{sentence[:26]}» y «{sentence[29:]}»").text
    assert 'class="verdict exact"' in two
    assert words.html("check.occurrences", number=2) not in two
    signs = client.post("/al/check", content=sentence.upper()).text
    assert 'class="verdict altered"' in signs
    assert words.html("check.signs") in signs
    hostile = client.post("/al/check", content=f"Según <b>, «{sentence} <script>»").text
    assert "<script>" not in hostile
    for text in (sentence, sentence.replace("nuevas", "muchas")):
        plain = client.post("/al/check", content=text).text
        assert words.html("check.signs") not in plain
        assert words.html("verify.quoted") not in plain


def test_what_is_cut_is_copied_with_its_whole_sentence_only(client: TestClient) -> None:
    words = translations_for("es")
    shown = client.post("/al/check", content="se descartan nuevas detenciones").text
    assert 'class="verdict cut"' in shown
    quoted = re.search(r'<span class="words">(.*?)</span></blockquote>', shown)
    assert quoted is not None
    assert quoted[1].endswith("abierta y no <mark>se descartan nuevas detenciones</mark>.")
    assert 'class="cut-warning"' in shown
    assert words.html("quote.copy_whole") in shown
    assert words.html("quote.copy") + "</button>" not in shown
    href = re.search(r'class="cite source" href="([^"]+)"', shown)
    assert href is not None
    kept = client.get(f"/al/export/csv{html_library.unescape(href[1])}").text
    assert "La operación sigue abierta y no se descartan nuevas detenciones." in kept


def test_an_empty_text_to_check_is_sent_and_answered(client: TestClient) -> None:
    assert "required" not in client.get("/al/check-form").text
    assert translations_for("es").html("check.no_words") in client.post("/al/check", content="").text


def test_the_record_names_question_quotes_and_fingerprint(client: TestClient, corpus: Any) -> None:
    question = "¿Cuántas detenciones hubo en España?"
    page = client.get("/al/record", params={"q": question}).text
    assert corpus.fingerprint in page
    for quote in corpus.ask(question).quotes:
        assert escape(quote.text) in page
    assert "<script>" not in client.get("/al/record", params={"q": PAYLOAD}).text
    data = client.get("/al/record", params={"q": question, "format": "json"}).json()
    assert data["question"] == question


def test_evaluation_without_or_with_a_broken_report(tmp_path: Path) -> None:
    from alpie.app.page.views.quality_view import render_evaluation

    words = translations_for("es")
    report = tmp_path / "report.json"
    none = words.html("evaluation.none")
    assert none in render_evaluation((), words, "a")
    for text in (
        "",
        "{",
        "[]",
        '{"corpus_fingerprint": "a"}',
        '{"corpus_fingerprint": "a", "pipelines": {}}',
    ):
        report.write_text(text, encoding="utf-8")
        assert none in render_evaluation((tmp_path / "none.json", report), words, "a"), text


def test_an_evaluation_is_shown_with_the_documents_it_is_about() -> None:
    from alpie.app.page.views.quality_view import about, render_evaluation

    report = PAGE.parents[1] / "docs" / "evaluation" / "report.json"
    fingerprint = json.loads(report.read_text(encoding="utf-8"))["corpus_fingerprint"]
    shown = render_evaluation((report,), translations_for("es"), fingerprint)
    for part in ('class="figures"', 'class="bars"', "<polyline", 'class="compare"', fingerprint):
        assert part in shown
    assert about((report,), fingerprint)
    assert not about((report,), "0")
    assert "figures" not in render_evaluation((report,), translations_for("es"), "0")


# --- first screen --------------------------------------------------------------------------------


def test_the_first_screen_shows_the_documents_and_questions_that_they_answer(
    client: TestClient, corpus: Any
) -> None:
    for _ in range(100):
        shown = client.get("/al/welcome").text
        if "data-incomplete" not in shown:
            break
        time.sleep(0.1)
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
    text = "¿Qué es un parque?\n1.2. Horario de apertura:\nI\nNotas\nUn título\n"
    document = Document("a", "Un título", "", "", "", "es", "a.txt", text)
    spans = [Span(one.start(), one.end()) for one in re.finditer(r".+", text)]
    layout = Layout("a", tuple(Block(BlockKind.HEADING, (one,), (), level=1) for one in spans), (), (), ())
    assert list(candidates(document, layout, translations_for("es"))) == [
        "¿Qué es un parque?",
        "¿Qué se dice sobre «Horario de apertura»?",
        "¿De qué trata «Un título»?",
        "¿Qué pide «Un título»?",
    ]
    assert list(candidates(document, None, translations_for("en"))) == [
        "What is “Un título” about?",
        "What does “Un título” ask for?",
    ]


def test_the_first_response_is_the_page_in_its_language(client: TestClient) -> None:
    for path, language in (("/", "es"), ("/en/", "en")):
        words = translations_for(language)
        text = client.get(path).text
        assert f'<html\n\tlang="{language}"' in text
        assert f"<title>{words.html('page.title')}</title>" in text
        first = text.partition('<div id="first"')[2].partition("<gradio-app")[0]
        assert words.html("welcome.title") in first
        assert words.html("chat.placeholder") in first
        head = text.partition("</head>")[0]
        assert 'rel="stylesheet"' not in head, "nothing keeps the browser from drawing"
        assert "gradio.app" not in text.partition("<script>")[0]


# --- verdicts of readers ---------------------------------------------------------------------------


def test_verdicts_are_not_kept_unless_turned_on(client: TestClient) -> None:
    assert client.post("/al/feedback", json={"verdict": "useful", "question": "x"}).status_code == 404


def test_verdicts_are_kept_in_a_local_file(corpus: Any, tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    with TestClient(create_app(lambda: corpus, PageOptions(feedback=path))) as client:
        good = {"verdict": "wrong-quote", "question": "¿x?\n", "address": "a/b/c"}
        assert client.post("/al/feedback", json=good).status_code == 204
        for bad in ({}, [], {"verdict": "x", "question": "y"}, {"verdict": "useful", "question": 3}):
            assert client.post("/al/feedback", json=bad).status_code == 400
        assert client.post("/al/feedback", content=b"\xff").status_code == 400
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == ["wrong-quote"]
    assert not FeedbackFile(path).add("useful", None)
