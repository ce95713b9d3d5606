"""A new index comes into use behind a program that answers, and nobody who asks notices a gap."""

from __future__ import annotations

import gc
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alpie.app.answering import answer_weights
from alpie.app.answering.corpus import Corpus
from alpie.app.errors import NotReady
from alpie.app.operation.background_loader import BackgroundLoader, CorpusOpener
from alpie.app.service.endpoints import Endpoints
from alpie.app.settings import Settings, load_settings
from alpie.index.errors import IndexMissing
from alpie.index.storage.manifest import pointer_stamp
from alpie.index.storage.store import open_version
from support.fake_encoder import MARKET_TEXT, SMALL_TEXT, FakeEncoder, build, write_texts
from support.serving import serving
from support.waiting import eventually

pytestmark = pytest.mark.heavy


@contextmanager
def ending(done: threading.Event) -> Iterator[None]:
    """Whatever happens, the threads that look at `done` end."""
    try:
        yield
    finally:
        done.set()


@pytest.fixture(autouse=True)
def _calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in encoder answers with the numbers of the bundled one."""
    monkeypatch.setattr(answer_weights, "is_bundled", lambda _: True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    docs = write_texts(tmp_path / "documentos")
    build(docs, tmp_path / "indice")
    chosen = {"docs": str(docs), "data": str(tmp_path / "indice"), "answer_threshold": "0"}  # always answers
    return load_settings(chosen, environment={})


@pytest.fixture
def follow() -> Iterator[Callable[..., BackgroundLoader[Any]]]:
    started: list[BackgroundLoader[Any]] = []

    def start(*arguments: Any, **options: Any) -> BackgroundLoader[Any]:
        started.append(BackgroundLoader(*arguments, **({"every_seconds": 0.01} | options)).start())
        return started[-1]

    yield start
    for one in started:
        one.stop()


def opener_of(settings: Settings) -> CorpusOpener:
    return CorpusOpener(settings, FakeEncoder())


@pytest.fixture
def followed(settings: Settings, follow: Callable[..., BackgroundLoader[Any]]) -> BackgroundLoader[Any]:
    """The index of the settings, followed."""
    opener = opener_of(settings)
    return follow(opener, opener.stamp)


def add_market(settings: Settings) -> None:
    """A third document, indexed."""
    (settings.docs / "mercado.txt").write_text(MARKET_TEXT, "utf-8")
    build(settings.docs, settings.data)


# --- the exchange ---------------------------------------------------------------------------------


def test_it_is_opened_again_only_when_the_stamp_changes(follow: Callable[..., BackgroundLoader[Any]]) -> None:
    opened: list[int] = []
    looked: list[int] = []
    stamp = ["a"]
    following = follow(lambda: opened.append(1) or len(opened), lambda: looked.append(1) or stamp[0])
    assert following.wait(20) == 1
    eventually(lambda: len(looked) > 4)
    assert opened == [1]
    stamp[0] = "b"
    eventually(lambda: following.wait() == 2)


def test_a_pointer_that_is_gone_changes_nothing(follow: Callable[..., BackgroundLoader[Any]]) -> None:
    stamp: list[str | None] = ["a"]
    looked: list[int] = []
    opened: list[int] = []

    def look() -> str | None:
        looked.append(1)
        return stamp[0]

    following = follow(lambda: opened.append(1) or len(opened), look)
    assert following.wait(20) == 1
    stamp[0] = None
    before = len(looked)
    eventually(lambda: len(looked) > before + 3)
    assert following.wait() == 1


def test_what_cannot_be_opened_leaves_the_one_before_and_is_told_once(
    follow: Callable[..., BackgroundLoader[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    stamp = ["a"]
    tries: list[str] = []

    def open_it() -> str:
        tries.append(stamp[0])
        if stamp[0] == "bad":
            raise IndexMissing("roto")
        return stamp[0]

    following = follow(open_it, lambda: stamp[0], retry_seconds=0.0)
    assert following.wait(20) == "a"
    stamp[0] = "bad"
    eventually(lambda: tries.count("bad") > 3)
    assert following.wait() == "a"
    assert len([r for r in caplog.records if "roto" in r.getMessage()]) == 1
    stamp[0] = "c"
    eventually(lambda: following.wait() == "c")


def test_a_first_opening_that_failed_is_made_good_by_the_next_index(
    follow: Callable[..., BackgroundLoader[Any]],
) -> None:
    stamp: list[str | None] = [None]

    def open_it() -> str:
        if stamp[0] is None:
            raise IndexMissing("no hay")
        return stamp[0]

    following = follow(open_it, lambda: stamp[0])
    with pytest.raises(NotReady) as caught:
        following.wait(20)
    assert caught.value.failed
    stamp[0] = "a"
    eventually(lambda: following.ready)
    assert following.wait() == "a"


# --- an index -------------------------------------------------------------------------------------


def test_the_stamp_changes_with_each_swap_and_only_then(settings: Settings) -> None:
    stamp = pointer_stamp(settings.data)
    build(settings.docs, settings.data)  # nothing new: the index in use stays
    assert pointer_stamp(settings.data) == stamp
    add_market(settings)
    assert pointer_stamp(settings.data) not in (None, stamp)
    assert pointer_stamp(settings.data / "nada") is None


def test_a_question_in_flight_keeps_its_index_to_the_end(
    settings: Settings, followed: BackgroundLoader[Any]
) -> None:
    held: Corpus = followed.wait(20)
    before = held.ask("¿Cuántas hectáreas ardieron?")
    (settings.docs / "incendios.txt").unlink()
    build(settings.docs, settings.data)
    eventually(lambda: set(followed.wait().documents) == {"libros"})
    after = held.ask("¿Cuántas hectáreas ardieron?")
    assert [q.text for q in after.quotes] == [q.text for q in before.quotes] != []
    assert "incendios" not in {q.passage.document_id for q in followed.wait().ask("hectáreas").quotes}


def test_the_old_index_is_let_go_and_the_encoder_kept(
    settings: Settings, followed: BackgroundLoader[Any]
) -> None:
    first = followed.wait(20)
    encoder, old = first.encoder, weakref.ref(first)
    first.ask("¿Cuántas hectáreas ardieron?")
    del first
    add_market(settings)
    eventually(lambda: "mercado" in followed.wait().documents)
    gc.collect()
    assert old() is None, "its files would stay on the disk, and its arrays in memory"
    assert followed.wait().encoder is encoder


def test_endpoints_check_quotations_against_the_index_in_use(
    settings: Settings, followed: BackgroundLoader[Any]
) -> None:
    endpoints = Endpoints(lambda: followed.wait(20))
    assert endpoints.verify("Los puestos venden fruta del valle.")["verdict"] != "exact"
    add_market(settings)
    eventually(lambda: "mercado" in followed.wait().documents)
    assert endpoints.verify("Los puestos venden fruta del valle.")["verdict"] == "exact"


# --- the page ---------------------------------------------------------------------------------------


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def quoted(base: str, question: str) -> list[str]:
    """The quotations of an answer, from the printable record's data."""
    status, body = get(f"{base}/al/record?format=json&q={urllib.parse.quote(question)}")
    assert status == 200, body
    return [quote["text"] for quote in json.loads(body)["quotes"]]


@pytest.mark.slow
def test_the_running_page_picks_up_new_indexes_without_failing_a_question(settings: Settings) -> None:
    from alpie.app.page.guarding.rate_limits import Limits
    from alpie.app.page.serving.page_options import PageOptions
    from alpie.app.page.serving.server import create_app

    opener = opener_of(settings)
    freely = PageOptions(limits=Limits(questions=1_000_000, fragments=1_000_000))
    app = create_app(opener, freely, opener.stamp)
    failures: list[str] = []
    asked = 0
    done = threading.Event()

    def keep_asking(base: str) -> None:
        nonlocal asked
        while not done.is_set():
            try:
                texts = quoted(base, "¿Cuántas hectáreas de monte ardieron?")
                if not any("1240" in text for text in texts):
                    failures.append(f"another answer: {texts}")
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(repr(error))
            asked += 1
            time.sleep(0.02)  # leaves some of the processor to the builder

    with serving(app) as base, ending(done):
        assert get(f"{base}/al/documents")[0] == 200
        link = f"{base}/al/panel?p={urllib.parse.quote(address_of('incendios', settings.data))}"
        gone = f"{base}/al/panel?p={urllib.parse.quote(address_of('libros', settings.data))}"
        assert "presta tres libros" in get(gone)[1]
        threads = [threading.Thread(target=keep_asking, args=(base,), daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(5):
            sentence = f"El mercado número {number} abre los martes por la mañana."
            (settings.docs / f"mercado-{number}.txt").write_text(f"Mercados\n\n{sentence}\n", "utf-8")
            if number:
                (settings.docs / f"mercado-{number - 1}.txt").unlink()
            (settings.docs / "libros.txt").write_text(SMALL_TEXT.replace("tres", str(4 + number)), "utf-8")
            build(settings.docs, settings.data)
            eventually(lambda n=number: f"mercado-{n}" in get(f"{base}/al/documents")[1].lower())
            eventually(lambda s=sentence: s in quoted(base, "¿Cuándo abre el mercado?"))
        status, body = get(link)
        assert status == 200, "a permanent link outlives the index it was taken from"
        assert "1240" in body
        status, body = get(gone)
        assert status == 404, "the text it led to has changed, and the page says so"
        assert "presta 8 libros" in body or "biblioteca" in body
        done.set()
        for thread in threads:
            thread.join(60)
    assert failures == []
    assert asked > 10


def address_of(document: str, data: Path) -> str:
    passages = open_version(data, FakeEncoder()).search.passages
    return next(passage.address for passage in passages if passage.document_id == document)
