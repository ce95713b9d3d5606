"""Whatever happens to a build, the index that was there answers, and the next build finishes.

`ALPIE_TEST_KILLS=300 pytest tests/index/storage/test_survival.py -k killed -s` runs the campaign of docs/contributing.md.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import verify_quotation
from alpie.index.build import build_index
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexUnwritable
from alpie.index.spanish.query import parse_question
from alpie.index.storage.manifest import check_files, current_version
from alpie.index.storage.store import open_version
from support.building import ended, go, start_builder
from support.fake_encoder import FakeEncoder, FakeReader, build

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(os.name != "posix", reason="kill -9, resource limits, mounts"),
]

KILLS = int(os.environ.get("ALPIE_TEST_KILLS", "15"))
SEED = int(os.environ.get("ALPIE_TEST_SEED", "1"))
REAL_KILLS = int(os.environ.get("ALPIE_TEST_REAL_KILLS", "0"))  # with the bundled encoder
QUESTIONS = ("¿Cuánto dura el plan?", "¿Quién gestiona la biblioteca?", "presupuesto de 12 euros")


def text_of(number: int, version: int = 0) -> str:
    paragraphs = [
        f"El plan número {number} dura {version + part} años y lo gestiona la oficina {number * 7 + part}. "
        f"Su presupuesto es de {number + part * 3} euros. La biblioteca {part} presta los documentos."
        for part in range(3)
    ]
    return f"Plan {number}\n\n" + "\n\n".join(paragraphs) + "\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(6):
        (folder / f"plan-{number}.txt").write_text(text_of(number), "utf-8")
    return folder


def state(data: Path, encoder: Encoder | None = None) -> object:
    """Everything the index says, after every file of it was read and compared with its checksum."""
    version = open_version(data, encoder or FakeEncoder())
    check_files(version.folder, version.manifest, thorough=True)
    search = version.search
    first = search.passages[0]
    corpus = Corpus(version.documents, version.layouts, search, FakeReader(), version.fingerprint)
    assert verify_quotation(first.sentences[0].text, corpus).verdict is Verdict.EXACT
    return (
        version.fingerprint,
        {name: document.sha256 for name, document in version.documents.items()},
        {passage.address: passage.text for passage in search.passages},
        [
            [
                (hit.passage.address, round(hit.score, 4))
                for hit in search.search(parse_question(question)).hits
            ]
            for question in QUESTIONS
        ],
    )


def assert_clean(data: Path) -> None:
    """Nothing is left but the index in use."""
    assert [path.name for path in (data / "versions").iterdir()] == [current_version(data).name]
    assert {path.name for path in data.iterdir()} <= {"CURRENT", "versions", "build.lock"}


def tell(figures: str) -> None:
    """Shown by `pytest -s`."""
    sys.stdout.write(f"\n{figures}\n")


# --- killed at any moment ---------------------------------------------------------------------------

FORKING = """
import os, signal, time
docs, data = Path({docs!r}), Path({data!r})
encoder = {encoder}
build_index(docs, data, encoder)  # imports what is imported late, once and not in every fork
def one(delay):
    began = time.monotonic()
    child = os.fork()
    if not child:
        try:
            build_index(docs, data, encoder)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    if delay >= 0:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    print(os.waitstatus_to_exitcode(status), time.monotonic() - began, flush=True)
"""


class Builders:
    """Builds in a fork that dies after a given time: importing everything takes longer than building."""

    def __init__(self, docs: Path, data: Path, encoder: str) -> None:
        before = FORKING.format(docs=str(docs), data=str(data), encoder=encoder)
        body = "for line in sys.stdin: one(float(line))"
        self._process = start_builder(docs, data, before=before, body=body)
        go(self._process)

    def run(self, delay: float) -> tuple[int, float]:
        """Exit code (−9: killed) and seconds; a negative `delay` lets it finish."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{delay}\n")
        process.stdin.flush()
        code, seconds = process.stdout.readline().split()
        return int(code), float(seconds)

    def close(self) -> None:
        assert ended(self._process) == (0, "")


def change_something(docs: Path, chance: random.Random, trial: int) -> None:
    """One document is added, changed, renamed or removed, as people do."""
    files = sorted(docs.glob("*.txt"))
    one = chance.choice(files)
    action = chance.choice(["add", "change", "rename", "remove"] if len(files) > 3 else ["add"])
    if action == "add":
        (docs / f"nuevo-{trial}.txt").write_text(text_of(100 + trial), "utf-8")
    elif action == "change":
        one.write_text(text_of(trial, trial), "utf-8")
    elif action == "rename":
        one.rename(docs / f"otro-{trial}.txt")
    else:
        one.unlink()


def kill_builds(docs: Path, data: Path, kills: int, make: str, encoder: Encoder) -> Counter[str]:
    """Change a document, kill the build that follows, look at what is there, build again; again and again.

    `make` is code for `encoder`, in another process.
    """
    chance = random.Random(SEED)
    builders = Builders(docs, data, make)
    took = [builders.run(-1)[1] for _ in range(3)]
    outcomes: Counter[str] = Counter()
    before = state(data, encoder)
    for trial in range(kills):
        change_something(docs, chance, trial)
        code, _ = builders.run(chance.uniform(0, 1.1 * statistics.median(took[-9:])))
        assert code in (-signal.SIGKILL, 0)
        after = state(data, encoder)
        leftovers = any(path.name.startswith(".") for path in (data / "versions").iterdir())
        code, seconds = builders.run(-1)
        assert code == 0, "the next build finishes"
        took.append(seconds)
        new = state(data, encoder)
        assert after in (before, new), "neither the old index nor the new one, but something between"
        outcomes["new index" if after == new else "old index"] += 1
        outcomes["half-written folder swept"] += leftovers
        assert_clean(data)
        before = new
    builders.close()
    tell(f"{kills} kills within builds of {1000 * statistics.median(took):.0f} ms: {dict(outcomes)}")
    return outcomes


def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_new_one(docs: Path, data: Path) -> None:
    outcomes = kill_builds(docs, data, KILLS, "FakeEncoder()", FakeEncoder())
    assert outcomes["old index"] > 0


@pytest.mark.skipif(not REAL_KILLS, reason="ALPIE_TEST_REAL_KILLS=30 kills builds with the bundled encoder")
def test_a_build_with_the_bundled_encoder_killed_at_any_moment(
    docs: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "real"
    build_index(docs, data, encoder)
    module = "__import__('importlib').import_module('alpie.app.answering.corpus')"
    make = f"{module}.open_configured_encoder({module}.load_settings())"
    assert kill_builds(docs, data, REAL_KILLS, make, encoder).total() > 0


# --- no room, no permission -------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "disco"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted here by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def one_document_more(docs: Path, data: Path) -> Iterator[object]:
    """It cannot be indexed meanwhile: the old index stays in use, as given, and the next build takes it in."""
    before = state(data)
    (docs / "otro.txt").write_text(text_of(50), "utf-8")
    yield before
    assert state(data) == before
    build(docs, data)
    assert state(data) != before
    assert_clean(data)


def test_a_full_disk_is_said_wherever_in_the_build_it_fills(docs: Path, small_disk: Path) -> None:
    data, ballast = small_disk / "index", small_disk / "ballast"
    build(docs, data)
    before = state(data)
    (docs / "otro.txt").write_text(text_of(50), "utf-8")
    for refused, kilobytes in enumerate((0, 4, 8, 16, 32, 64, 96, 128, 160, 200, 240, 280)):
        ballast.write_bytes(b"")
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"\0" * max(0, free - 1024 * kilobytes))
        try:
            build(docs, data)
        except IndexUnwritable as error:
            problem = str(error)
        else:
            assert refused > 3
            break
        assert re.search(f"{data}.*no queda espacio en el disco.*sigue en uso", problem)
        assert state(data) == before
        assert_clean(data)
    ballast.unlink()
    build(docs, data)
    assert state(data) != before


def test_a_limit_on_the_size_of_files_is_said(docs: Path, data: Path) -> None:
    limits = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (3_000, resource.RLIM_INFINITY))"
    with one_document_more(docs, data):
        builder = start_builder(docs, data, before=limits)
        go(builder)
        code, told = ended(builder)
        assert code == 1
        assert re.match("IndexUnwritable: No se puede escribir el índice.*sigue en uso", told)


def test_a_read_only_disk_is_said(docs: Path, small_disk: Path) -> None:
    data = small_disk / "index"
    build(docs, data)
    with one_document_more(docs, data) as before:
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        for place, said in (
            (data, r"no se permite .*sigue en uso.*--data"),
            (small_disk / "otro", "no se permite"),
        ):
            with pytest.raises(IndexUnwritable, match=said):
                build(docs, place)
        assert state(data) == before
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("closed", [".", "versions"])
def test_a_closed_folder_is_said(docs: Path, data: Path, closed: str) -> None:
    with one_document_more(docs, data):
        (data / closed).chmod(0o500)
        try:
            with pytest.raises(IndexUnwritable, match=r"no se permite .*sigue en uso"):
                build(docs, data)
        finally:
            (data / closed).chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_said(docs: Path, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("no soy una carpeta", "utf-8")
    with pytest.raises(IndexUnwritable, match=r"No se puede escribir el índice en .*index"):
        build(docs, tmp_path / "index")


# --- two at once ------------------------------------------------------------------------------------


def test_two_processes_that_index_at_once_both_finish_or_one_says_so(docs: Path, data: Path) -> None:
    (docs / "otro.txt").write_text(text_of(50), "utf-8")
    both = [start_builder(docs, data) for _ in range(2)]
    for one in both:
        go(one)
    results = [ended(one) for one in both]
    assert (0, "") in results
    for code, told in results:
        assert code == 0 or "Otro proceso está indexando" in told
    assert "otro" in open_version(data, FakeEncoder()).documents
    assert_clean(data)
