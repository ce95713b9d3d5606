"""The page under load, briefly: what is asked at once, what is shed, and what the server counts of itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio.queueing import Queue
from prometheus_client.parser import text_string_to_metric_families

from alpie.app.answering.answer_types import Answer
from alpie.app.page.guarding.rate_limits import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.question_options import QuestionOptions
from alpie.app.page.state.server_metrics import STAGES, Meter
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.evaluation_view import render_timings
from alpie.app.page.views.page_translations import page_translations_for
from alpie.eval.bench.load import main
from support.fake_corpus import FakeCorpus
from support.serving import serving, wait_until_ready
from support.waiting import eventually


class HeldCorpus(FakeCorpus):
    """One that answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()

    def ask(self, question: str, *how: Any) -> Any:
        assert self.may_answer.wait(120)
        return super().ask(question, *how)


class CrowdedCorpus(FakeCorpus):
    """One that counts how many searches run at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self._lock = threading.Lock()

    def search(self, *arguments: Any, **options: Any) -> Any:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.1)  # a fifth would come in meanwhile, if it were let
        with self._lock:
            self.now -= 1
        return super().search(*arguments, **options)


def ask(address: str, question: str) -> httpx.Response | dict[str, Any]:
    """What the public endpoint answers; the response of a question that was turned away."""
    call = f"{address}/gradio_api/call/ask"
    asked = httpx.post(call, json={"data": [question, []]}, timeout=60)
    if asked.status_code != 200:
        return asked
    stream = httpx.get(f"{call}/{asked.json()['event_id']}", timeout=60).text
    data = next(line for line in stream.splitlines() if line.startswith("data: "))
    row: dict[str, Any] = json.loads(data.removeprefix("data: "))[0]
    return row


def values(address: str) -> dict[tuple[str, str], float]:
    """Of `/al/metrics`: by name and first label."""
    text = httpx.get(f"{address}/al/metrics").raise_for_status().text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(one.name, next(iter(one.labels.values()), "")): one.value for one in samples}


def test_few_fragments_are_made_at_once() -> None:
    corpus = CrowdedCorpus()
    with serving(create_app(lambda: corpus)) as address, ThreadPoolExecutor(16) as visitors:
        wait_until_ready(address)
        asked = [f"{address}/al/search?text=menores+{number}" for number in range(32)]
        answers = list(visitors.map(lambda one: httpx.get(one, timeout=60), asked))
    assert {answer.status_code for answer in answers} == {200}
    assert 1 < corpus.most <= 4


def test_gradio_keeps_no_table_of_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[int]()

    def table(records: list[Any]) -> Any:
        made.append(len(records))
        raise AssertionError

    monkeypatch.setattr(Queue, "_get_df", staticmethod(table))
    queues = list[Queue]()
    start = Queue.start
    monkeypatch.setattr(Queue, "start", lambda queue: [queues.append(queue), start(queue)][1])
    corpus = FakeCorpus()
    with serving(create_app(lambda: corpus)) as address:
        wait_until_ready(address)
        for number in range(3):
            assert isinstance(ask(address, f"¿Cuántas detenciones hubo {number}?"), dict)
    assert not made
    assert queues
    assert all(len(queue.event_analytics) <= 1 for queue in queues)


def test_visitors_lose_nothing_and_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = FakeCorpus()
    with serving(create_app(lambda: corpus, PageOptions(limits=Limits(questions=100_000)))) as address:
        wait_until_ready(address)
        assert main([address, "--users", "3", "--seconds", "2", "--pause", "0"]) == 0
        told = capsys.readouterr().out
        counted = values(address)
    answered = int(told.split(" answered")[0])
    assert answered > 3
    outcomes = ("answered", "not_in_documents", "unusable", "failed")
    asked = [counted["alpie_questions_total", outcome] for outcome in outcomes]
    assert sum(asked[:2]) == answered
    assert asked[2:] == [0, 0]
    assert counted["alpie_stage_seconds_count", "render"] == 0  # rows are not drawn
    assert counted["alpie_index_passages", ""] == len(corpus.passages)
    assert counted["alpie_waiting_questions", ""] == 0


def test_only_what_people_ask_is_counted() -> None:
    question, meter = "¿Cuántas detenciones hubo en España?", Meter()
    corpus = FakeCorpus()

    def asked(counted: Mapping[tuple[str, ...], float]) -> float:
        return sum(value for key, value in counted.items() if key[0] == "alpie_questions_total")

    with serving(create_app(lambda: corpus)) as address:
        wait_until_ready(address)
        welcome = f"{address}/al/welcome"
        eventually(lambda: "data-incomplete" not in httpx.get(welcome, timeout=60).text)
        assert 'class="ask"' in httpx.get(welcome).text, "the page has asked questions by itself"
        httpx.get(f"{address}/al/record", params={"q": question}, timeout=60).raise_for_status()
        assert asked(values(address)) == values(address)["alpie_answer_seconds_count", ""] == 0
        ask(address, question)
        assert asked(values(address)) == 1
    loader = CorpusLoader(lambda: corpus).start()
    options = QuestionOptions(documents=list(corpus.documents)[:1], each=True)
    *_, (messages, _) = Chat(loader, page_translations_for("es"), meter=meter).ask(
        question, Conversation(), options=options
    )
    assert "<blockquote" in messages[-1]["content"]
    assert asked(meter.values()) == 1


def test_past_capacity_it_sheds_in_words_and_recovers() -> None:
    corpus = HeldCorpus()
    with serving(create_app(lambda: corpus, PageOptions(max_waiting_questions=2))) as address:
        wait_until_ready(address)
        with ThreadPoolExecutor(20) as visitors:
            asked = [visitors.submit(ask, address, f"¿Y la número {number}?") for number in range(20)]
            eventually(lambda: any(one.done() for one in asked))  # nothing is answered yet: turned away
            corpus.may_answer.set()
            found = [one.result() for one in asked]
        shed = [one for one in found if isinstance(one, httpx.Response)]
        assert shed, "more was asked than it bears"
        assert {one.status_code for one in shed} == {503}
        assert all(int(one.headers["Retry-After"]) > 0 and "ocupado" in one.text for one in shed)
        answers = {one["question"] for one in found if isinstance(one, dict)}
        assert len(answers) == 20 - len(shed), "each got the answer to its own question"
        assert isinstance(ask(address, "¿Y ahora?"), dict)
        assert values(address)["alpie_refused_requests_total", "503"] == len(shed)


def test_who_may_read_the_metrics() -> None:
    from fastapi.testclient import TestClient

    corpus = FakeCorpus()
    for allowed, near, far in (("off", 404, 404), ("loopback", 200, 403), ("all", 200, 200)):
        app = create_app(lambda: corpus, PageOptions(metrics=allowed))
        with TestClient(app, client=("127.0.0.1", 1)) as client:
            assert client.get("/al/metrics").status_code == near
        assert TestClient(app, client=("10.0.0.1", 1)).get("/al/metrics").status_code == far


def test_times_are_shown_to_people_by_stage() -> None:
    corpus, meter = FakeCorpus(), Meter()
    translations = page_translations_for("es")
    assert translations.html("timings.none") in render_timings(meter, translations)
    answer = meter.count_answers(corpus.ask)("¿Cuántas detenciones hubo en España?", each_document=False)
    assert answer.quotes
    for stage in STAGES:
        meter.stage(stage, 0.003)
    shown = render_timings(meter, translations)
    for stage in (*STAGES, "total"):
        assert translations.html(f"timings.stage.{stage}") in shown
    render = next(time_ for time_ in meter.stage_times() if time_.stage == "render")
    assert render.count == 1
    assert render.mean == pytest.approx(3)
    assert 2 <= render.p95 <= 5


def test_a_question_that_fails_is_counted_and_still_fails() -> None:
    def broken() -> Answer:
        raise ZeroDivisionError

    meter = Meter()
    with pytest.raises(ZeroDivisionError):
        meter.count_answers(broken)()
    assert meter.values()["alpie_questions_total", "failed"] == 1
