"""A short load test of the page as it is served; the long one is `python -m alpie.eval.bench.load`."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fake_corpus import FakeCorpus
from gradio.queueing import Queue
from prometheus_client.parser import text_string_to_metric_families
from serving import serving, wait_until_ready

from alpie.app.page.guarding import guard
from alpie.app.page.serving.page_options import Choices
from alpie.app.page.serving.server import create_app
from alpie.app.page.serving.timings import render_timings
from alpie.app.page.state.server_metrics import STAGES, Meter
from alpie.app.page.views.page_words import translations_for
from alpie.eval.bench.load import _slope, load, own_questions

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="visitors come from 127.1.…, which is Linux's own"
)


class SlowCorpus(FakeCorpus):
    """One that takes its time to answer."""

    def ask(self, question: str, turns: tuple[str, ...] = ()) -> Any:
        time.sleep(0.5)
        return super().ask(question, turns)


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
        time.sleep(0.1)
        with self._lock:
            self.now -= 1
        return super().search(*arguments, **options)


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
    assert {one.status_code for one in answers} == {200}
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
        report = load(address, users=2, seconds=300, pause_seconds=0, most_questions=6)
    assert report.answered >= 6
    assert not made
    assert queues
    assert all(len(queue.event_analytics) <= 1 for queue in queues)


def test_visitors_lose_nothing_and_are_counted() -> None:
    corpus = FakeCorpus()
    with serving(create_app(lambda: corpus)) as address:
        report = load(address, users=4, seconds=300, pause_seconds=0, most_questions=20)
        assert report.errors == ()
        assert report.lost == 0
        assert report.answered >= 20
        assert set(report.actions) >= {"ask", "page"}
        counted = values(address)
        outcomes = ("answered", "not_in_documents", "unusable", "failed")
        asked = [counted["alpie_questions_total", outcome] for outcome in outcomes]
        assert sum(asked[:3]) == report.asked
        assert asked[3] == 0
        assert counted["alpie_stage_seconds_count", "render"] == sum(asked[:2])
        assert counted["alpie_index_passages", ""] == len(corpus.passages)
        assert counted["alpie_waiting_questions", ""] == 0


def test_past_capacity_it_sheds_in_words_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guard._RETRY_SECONDS, 503, 1)
    corpus = SlowCorpus()
    with serving(create_app(lambda: corpus, Choices(most_waiting=2))) as address:
        report = load(address, users=20, seconds=300, pause_seconds=0, most_questions=20)
        assert report.shed > 0, "more was asked than it bears"
        assert report.errors == (), "each was told so in words, with a time to come back"
        assert report.lost == 0
        assert report.recovery_seconds > 0
        assert values(address)["alpie_refused_requests_total", "503"] == report.shed


def test_a_leak_shows_as_a_slope() -> None:
    flat = [(n, 400.0 + (50 if n == 0 else 0)) for n in range(0, 5001, 500)]
    assert _slope(flat) == 0
    assert _slope([(n, 400 + n / 100) for n, _ in flat]) == 10
    assert _slope([]) == 0
    assert _slope(flat[:2]) == 0


def test_own_questions_are_distinct_and_many() -> None:
    questions = own_questions()
    assert len(questions) == len(set(questions)) > 500


def test_who_may_read_the_metrics() -> None:
    from fastapi.testclient import TestClient

    corpus = FakeCorpus()
    for allowed, near, far in (("off", 404, 404), ("loopback", 200, 403), ("all", 200, 200)):
        app = create_app(lambda: corpus, Choices(metrics=allowed))
        with TestClient(app, client=("127.0.0.1", 1)) as client:
            assert client.get("/al/metrics").status_code == near
        assert TestClient(app, client=("10.0.0.1", 1)).get("/al/metrics").status_code == far


def test_times_are_shown_to_people_by_stage() -> None:
    corpus, meter = FakeCorpus(), Meter()
    words = translations_for("es")
    assert words.html("timings.none") in render_timings(meter, words)
    library = meter.measured(corpus)
    assert library.passages == corpus.passages
    answer = library.ask("¿Cuántas detenciones hubo en España?")
    assert answer.quotes
    for stage in STAGES:
        meter.stage(stage, 0.003)
    shown = render_timings(meter, words)
    for stage in (*STAGES, "total"):
        assert words.html(f"timings.stage.{stage}") in shown
    render = next(one for one in meter.stage_times() if one.stage == "render")
    assert render.count == 1
    assert render.mean == pytest.approx(3)
    assert 2 <= render.p95 <= 5


def test_a_question_that_fails_is_counted_and_still_fails() -> None:
    class Broken(FakeCorpus):
        def ask(self, question: str, turns: tuple[str, ...] = ()) -> Any:
            raise ZeroDivisionError

    meter = Meter()
    with pytest.raises(ZeroDivisionError):
        meter.measured(Broken()).ask("x")
    assert meter.counts()["failed"] == 1
