"""Embedding in partitions: whole or not at all, resumed after a kill, and never done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest

from alpie.app.settings import load_settings
from alpie.index.bulk import __main__ as bulk
from alpie.index.bulk.partitions import (
    embed_partitions,
    index_partitions,
    input_partitions,
    output_path,
    pending_partitions,
    write_partitions,
)
from alpie.index.encoder import BUNDLED_ENCODER
from alpie.index.encoder.factory import open_encoder
from alpie.index.errors import BulkError, PackageMissing
from alpie.index.spanish.query import parse_question
from alpie.index.storage.store import open_version
from support.fake_encoder import SMALL_TEXT, FakeEncoder, answers, build
from support.places import TESTS

pytestmark = pytest.mark.heavy

pytest.importorskip("pyarrow", reason="bulk embedding needs the extra «bulk»")

FINGERPRINT = FakeEncoder().fingerprint


@pytest.fixture
def docs(docs: Path) -> Path:
    """Six documents of one passage each."""
    for number in range(4):
        text = f"Aviso {number}\n\nEl mercado número {number} abre los martes. Los puestos venden fruta.\n"
        (docs / f"aviso{number}.txt").write_text(text, "utf-8")
    return docs


@pytest.fixture
def work(docs: Path, tmp_path: Path) -> Path:
    write_partitions(docs, tmp_path / "trabajo", passages=1)
    return tmp_path / "trabajo"


def outputs(work: Path) -> dict[str, int]:
    """Name → time of the last change of every output that is there."""
    return {path.name: path.stat().st_mtime_ns for path in (work / "out").glob("part-*.parquet")}


def test_every_passage_is_in_one_partition_once(docs: Path, tmp_path: Path) -> None:
    (docs / "otra_vez.txt").write_text(SMALL_TEXT, "utf-8")
    assert write_partitions(docs, tmp_path / "a", passages=4) == 6
    assert [path.name for path in input_partitions(tmp_path / "a")] == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]


def test_an_index_of_partitions_answers_like_one_made_directly(
    docs: Path, work: Path, tmp_path: Path
) -> None:
    assert embed_partitions(work, FakeEncoder) == 6
    encoder = FakeEncoder()
    report = index_partitions(docs, work, tmp_path / "indice", encoder)
    assert (report.passages, report.embedded) == (6, 0)
    assert encoder.texts_seen == []
    build(docs, tmp_path / "directo")
    loaded = open_version(tmp_path / "indice", FakeEncoder()).search
    direct = open_version(tmp_path / "directo", FakeEncoder()).search
    assert list(loaded.passages) == list(direct.passages)
    for question in ("¿Cuántas hectáreas ardieron?", "biblioteca", "mercado número 3"):
        one, other = (index.search(parse_question(question)) for index in (loaded, direct))
        assert one.hits[0].passage == other.hits[0].passage
        assert one.hits[0].score == pytest.approx(other.hits[0].score, abs=0.05)  # half precision
    assert "1240" in answers(tmp_path / "indice", "¿Cuántas hectáreas ardieron?")[0]


def test_nothing_is_done_twice(docs: Path, work: Path) -> None:
    embed_partitions(work, FakeEncoder)
    before = outputs(work)
    assert write_partitions(docs, work, passages=1) == 6
    assert embed_partitions(work, FakeEncoder) == 0
    assert outputs(work) == before


def test_a_changed_document_and_another_encoder_are_embedded_anew(docs: Path, work: Path) -> None:
    embed_partitions(work, FakeEncoder)
    (docs / "libros.txt").write_text(SMALL_TEXT.replace("tres", "dos"), "utf-8")
    write_partitions(docs, work, passages=1)
    assert len(pending_partitions(work, FINGERPRINT)) == 1
    assert embed_partitions(work, FakeEncoder) == 1
    assert embed_partitions(work, partial(FakeEncoder, "otro")) == 6


def test_a_partition_that_is_not_whole_is_made_again(work: Path) -> None:
    embed_partitions(work, FakeEncoder)
    torn = output_path(input_partitions(work)[2])
    torn.write_bytes(torn.read_bytes()[:100])
    assert pending_partitions(work, FINGERPRINT) == [input_partitions(work)[2]]


def test_an_index_wants_all_partitions(docs: Path, work: Path, tmp_path: Path) -> None:
    with pytest.raises(BulkError, match="6 particiones"):
        index_partitions(docs, work, tmp_path / "indice", FakeEncoder())
    with pytest.raises(BulkError, match=r"index\.bulk plan"):
        pending_partitions(tmp_path / "nada", FINGERPRINT)


def test_a_missing_package_is_named_with_its_extra(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PackageMissing, match=r"alpie\[bulk\]"):
        write_partitions(docs, tmp_path / "trabajo", passages=1)


CHILD = """
    import sys, time
    sys.path.insert(0, {tests!r})
    from pathlib import Path
    from support.fake_encoder import FakeEncoder
    from alpie.index.bulk.partitions import embed_partitions

    done = 0

    class Slow(FakeEncoder):
        def encode_passages(self, texts, on_progress=None):
            if done == 3:
                print("here", flush=True)
                time.sleep(600)
            return super().encode_passages(texts, on_progress)

    def count(*_):
        global done
        done += 1

    embed_partitions(Path({work!r}), Slow, 1, count)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_killed_run_goes_on_where_it_stopped(docs: Path, work: Path, tmp_path: Path) -> None:
    code = textwrap.dedent(CHILD).format(tests=str(TESTS), work=str(work))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        child.send_signal(signal.SIGKILL)
    before = outputs(work)
    assert len(before) == 3
    assert len(pending_partitions(work, FINGERPRINT)) == 3
    assert embed_partitions(work, FakeEncoder) == 3
    assert {name: outputs(work)[name] for name in before} == before
    assert index_partitions(docs, work, tmp_path / "indice", FakeEncoder()).embedded == 0


def test_processes_embed_what_one_process_does(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the real encoder, through the command line."""
    for name, processes in (("uno", "1"), ("dos", "2")):
        work = str(tmp_path / name)
        assert bulk.main(["plan", "--docs", str(docs), "--work", work, "--passages", "3"]) == 0
        assert bulk.main(["embed", "--work", work, "--processes", processes]) == 0
    import pyarrow.parquet as parquet

    for path in input_partitions(tmp_path / "uno"):
        one = parquet.read_table(output_path(path))
        assert one.equals(parquet.read_table(output_path(tmp_path / "dos" / "in" / path.name)))
    data = ["--data", str(tmp_path / "indice"), "--docs", str(docs)]
    assert bulk.main(["load", "--work", str(tmp_path / "dos"), *data]) == 0
    assert "0 sin partición" in capsys.readouterr().out
    index = open_version(tmp_path / "indice", open_encoder(BUNDLED_ENCODER, load_settings().cache)).search
    assert "martes" in index.search(parse_question("¿Qué día abre el mercado?")).hits[0].passage.text


def test_a_step_that_cannot_be_done_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bulk.main(["embed", "--work", str(tmp_path)]) == 1
    assert "index.bulk plan" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        bulk.main(["plan", "--work", str(tmp_path)])
