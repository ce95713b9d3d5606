"""Milvus from the outside: what is told when it cannot be used, and how an index gets into it.

What it finds is in `test_backend_contract.py`, with that of all backends.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from alpie.app.answering import configured_parts
from alpie.app.answering.configured_parts import configured_backend
from alpie.app.settings import load_settings
from alpie.app.terminal.doctor import Check, Outcome
from alpie.index.errors import BackendMismatch, BackendUnavailable, PackageMissing, SettingsError
from alpie.index.retrieval.backends import milvus, milvus_client, milvus_collections, select
from alpie.index.retrieval.backends.milvus_client import MilvusAddress, MilvusConnection
from alpie.index.retrieval.backends.milvus_collections import Stamp, clip_label, collection_stamp
from alpie.index.retrieval.backends.select import BackendChoice
from alpie.index.spanish.query import parse_question
from alpie.index.storage import manifest
from support.examined import examined
from support.fake_encoder import LARGE_TEXT, MARKET_TEXT, SMALL_TEXT, FakeEncoder, corpus_of

pytestmark = pytest.mark.heavy

pytest.importorskip("pymilvus", reason="pip install alpie[milvus]")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("milvus_lite", reason="pip install alpie[milvus]")
    uri = str(tmp_path_factory.mktemp("lite") / "lite.db")
    kept = MilvusConnection(MilvusAddress.parse(uri), timeout_seconds=60.0)  # opened once, not by every test
    yield uri
    kept.close()


def choice(uri: str, name: str = "alpie", seconds: float = 60.0) -> BackendChoice:
    return BackendChoice(f"milvus:{uri}#{name}", timeout_seconds=seconds)


def collections(uri: str, name: str) -> list[str]:
    connection = MilvusConnection(MilvusAddress.parse(uri), timeout_seconds=60.0)
    found = [str(one) for one in connection.call("list_collections")]
    return [one for one in found if collection_stamp(name, one)]


@pytest.mark.parametrize("text", [
    "localhost:19530", "ftp://host", "http://", "http://host:puerto", "datos", "http://host:1#1x", "a.db#á b",
])  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        MilvusAddress.parse(text)


def test_a_password_is_never_shown() -> None:
    address = MilvusAddress.parse("https://ana:secreto@milvus.example:19530#leyes")
    assert (address.display_name, address.name) == ("https://milvus.example:19530", "leyes")
    with pytest.raises(SettingsError) as caught:
        MilvusAddress.parse("http://ana:secreto@host:puerto")
    assert "secreto" not in str(caught.value)


@pytest.mark.parametrize("listens", [False, True])
def test_a_server_that_is_not_there_or_never_answers_is_told_with_its_address(listens: bool) -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        if listens:
            place.listen()
        uri = f"http://127.0.0.1:{place.getsockname()[1]}"
        with pytest.raises(BackendUnavailable, match=f"{uri}.*ALPIE_BACKEND"):
            choice(uri, seconds=1.0).open(FakeEncoder())


def test_a_missing_folder_and_a_foreign_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match="No existe la carpeta"):
        choice(str(tmp_path / "nada" / "x.db")).open(FakeEncoder())
    (tmp_path / "otro.db").write_text("no soy de Milvus", encoding="utf-8")
    with pytest.raises(BackendUnavailable, match=r"otro\.db"):
        choice(str(tmp_path / "otro.db")).open(FakeEncoder())


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_client, "find_spec", lambda name: None)
    with pytest.raises(PackageMissing, match=r"pymilvus.*alpie\[milvus\]"):
        choice("http://127.0.0.1:1").open(FakeEncoder())


@pytest.mark.parametrize(("said", "sparse", "name"), [
    ("v2.3.5-lite", False, "Milvus 2.3.5"), ("v2.6.1", True, "Milvus 2.6.1"), ("2.4.0-rc1", True, "Milvus 2.4.0"),
    ("milvus_lite-3.2.2", True, "Milvus Lite 3.2.2"), ("v2.2.9", None, r"Milvus 2\.2\.9"),
])  # fmt: skip
def test_versions_and_what_they_can(
    monkeypatch: pytest.MonkeyPatch, said: str, sparse: bool | None, name: str
) -> None:
    """Of a client that says only its version; one too old is refused."""
    client = SimpleNamespace(get_server_version=lambda timeout: said)
    monkeypatch.setattr(MilvusConnection, "_connect", lambda *_: client)
    address = MilvusAddress.parse("http://127.0.0.1:1")
    if sparse is None:
        with pytest.raises(BackendUnavailable, match=name):
            MilvusConnection(address)
    else:
        connection = MilvusConnection(address)
        assert (connection.name, connection.has_sparse) == (name, sparse)


def test_a_stamp_is_read_back_from_a_name() -> None:
    stamp = Stamp.from_encoder("huella", 384, 61.24)
    assert collection_stamp("leyes", f"leyes_{stamp.label}_1a2b") == stamp
    assert collection_stamp("leyes", f"leyes_{stamp.label}_1a2b_sentences") is None
    assert collection_stamp("ley", f"leyes_{stamp.label}_1a2b") is None
    assert not stamp.differs_in(replace(stamp, mean_stems=90.0))
    assert not stamp.can_grow(replace(stamp, mean_stems=90.0))
    assert stamp.can_grow(replace(stamp, mean_stems=63.0))
    assert len(stamp.differs_in(replace(stamp, analysis=0, encoder="0123456789"))) == 2


def test_a_collection_of_the_first_format_is_known_and_not_searched() -> None:
    old = collection_stamp("leyes", "leyes_f1_a1_e0123456789_d384_s612_1a2b")
    assert old is not None
    assert old.differs_in(replace(old, format=3)) == ("el formato",)
    assert not old.can_grow(replace(old, format=3))


def test_labels_hold_nothing_that_a_filter_cannot_spell() -> None:
    assert clip_label("a\x00b\nñ\ud800") == "a\ufffdb\nñ?"
    assert len(clip_label("x" * 5_000)) == 1_000


def test_an_index_is_written_followed_and_made_anew(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing there; filled; made anew beside a reader; nothing to do; documents taken out; another encoder."""
    monkeypatch.setattr(milvus_collections, "_MAX_DRIFT", 1.0)  # of such short texts the mean leaps
    three, one = corpus_of(LARGE_TEXT, SMALL_TEXT, MARKET_TEXT), corpus_of(LARGE_TEXT)
    here = choice(file, "ciclo")
    with pytest.raises(BackendMismatch, match="alpie index"):
        here.open(FakeEncoder())
    first = here.fill(FakeEncoder(), one.index)
    assert (first.written, first.deleted) == (len(one.index.passages), 0)
    reader = here.open(FakeEncoder())
    assert reader.count() == first.passages
    fresh = here.fill(FakeEncoder(), three.index, fresh=True)
    assert fresh.written == fresh.passages == len(three.index.passages)
    assert len(collections(file, "ciclo")) == 1
    found = replace(three.index, backend=reader).search(parse_question("¿Cuándo abre el mercado?"))
    assert "martes" in found.hits[0].passage.text  # the reader's collection is gone: it follows the alias
    again = here.fill(FakeEncoder(), three.index)
    assert (again.written, again.deleted) == (0, 0)
    less = here.fill(FakeEncoder(), one.index)
    assert (less.written, less.deleted) == (0, len(three.index.passages) - len(one.index.passages))
    with pytest.raises(BackendMismatch, match="el codificador"):
        here.open(FakeEncoder("otro"))


def test_an_interrupted_run_is_finished_by_the_next(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = corpus_of(LARGE_TEXT, SMALL_TEXT, MARKET_TEXT)
    here, total = choice(file, "corte"), len(corpus.index.passages)
    monkeypatch.setattr(select, "_AT_A_TIME", 1)
    whole = milvus.MilvusBackend.upsert
    left = iter((True, True))

    def breaks(backend: milvus.MilvusBackend, entries: object) -> int:
        if not next(left, False):
            raise BackendUnavailable("corte de luz")
        return whole(backend, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(milvus.MilvusBackend, "upsert", breaks)
    with pytest.raises(BackendUnavailable, match="corte"):
        here.fill(FakeEncoder(), corpus.index)
    with pytest.raises(BackendMismatch, match="ninguna colección"):  # half an index is nobody's
        here.open(FakeEncoder())
    monkeypatch.setattr(milvus.MilvusBackend, "upsert", whole)
    finished = here.fill(FakeEncoder(), corpus.index)
    assert (finished.passages, finished.written) == (total, total - 2)
    assert len(collections(file, "corte")) == 1
    here.open(FakeEncoder())


def test_an_index_of_another_analysis_says_so(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = corpus_of(SMALL_TEXT)
    here = choice(file, "analisis")
    here.fill(FakeEncoder(), corpus.index)
    from_encoder = Stamp.from_encoder
    monkeypatch.setattr(Stamp, "from_encoder", lambda *given: replace(from_encoder(*given), analysis=99))
    with pytest.raises(BackendMismatch, match="el análisis del español"):
        here.open(FakeEncoder())
    here.fill(FakeEncoder(), corpus.index)  # a new collection, then the only one
    here.open(FakeEncoder())
    (only,) = collections(file, "analisis")
    assert "_a99_" in only


def test_the_doctor_explains_the_backend(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured_parts, "open_encoder", lambda *_: FakeEncoder())

    def told(index: str) -> Check:
        return examined("backend", load_settings({"data": str(tmp_path), "backend": index}, environment={}))

    assert told("").state is Outcome.GOOD
    assert "ninguna colección" in told(f"milvus:{file}#nadie").message
    refused = told("milvus:http://127.0.0.1:1")
    assert refused.state is Outcome.BAD
    assert "http://127.0.0.1:1" in refused.message
    corpus = corpus_of(SMALL_TEXT)
    choice(file, "doctor").fill(FakeEncoder(), corpus.index)
    good = told(f"milvus:{file}#doctor")
    assert (good.state, "Milvus Lite" in good.message) == (Outcome.GOOD, True)
    monkeypatch.setattr(manifest, "current_version", lambda data: data)
    monkeypatch.setattr(manifest, "read_manifest", lambda folder: SimpleNamespace(passages=7))
    differs = told(f"milvus:{file}#doctor")
    assert differs.state is Outcome.BAD
    assert "alpie index" in differs.message


def test_a_corpus_opens_with_the_backend_of_its_settings() -> None:
    given = {"backend": "milvus:http://127.0.0.1:1", "backend_timeout_seconds": 3}
    settings = load_settings(given, environment={})
    assert configured_backend(settings) == BackendChoice("milvus:http://127.0.0.1:1", "", 3.0)
    assert configured_backend(load_settings({}, environment={})) is None
    with pytest.raises(SettingsError, match="backend"):
        load_settings({"backend": "faiss"}, environment={})
