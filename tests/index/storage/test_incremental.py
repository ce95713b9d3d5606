"""An index is extended: only what is new is read and embedded, and the answers are those of one built anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alpie.index import build as build_module
from alpie.index.spanish.query import parse_question
from alpie.index.storage import incremental
from alpie.index.storage.manifest import current_version
from alpie.index.storage.store import open_version
from support.disturbed import files
from support.fake_encoder import MARKET_TEXT, SMALL_TEXT, FakeEncoder, addresses, answers, build

pytestmark = pytest.mark.heavy


def test_a_rebuild_embeds_everything(docs: Path, data: Path) -> None:
    encoder = FakeEncoder()
    report = build(docs, data, encoder, rebuild=True)
    assert (report.embedded, report.reused) == (2, 0)
    assert set(addresses(data).values()) <= set(encoder.texts_seen)


def test_an_extended_index_answers_like_one_built_anew(docs: Path, data: Path, tmp_path: Path) -> None:
    (docs / "mercado.txt").write_text(MARKET_TEXT, "utf-8")
    (docs / "libros.txt").unlink()
    build(docs, data)
    build(docs, tmp_path / "nuevo")
    extended = open_version(data, FakeEncoder()).search
    fresh = open_version(tmp_path / "nuevo", FakeEncoder()).search
    assert tuple(extended.passages) == tuple(fresh.passages)
    for name in ("dense", "sentence_vectors"):
        rows = np.arange(len(getattr(fresh, name)))
        np.testing.assert_array_equal(getattr(extended, name).rows(rows), getattr(fresh, name).rows(rows))
    question = parse_question("¿Cuándo abre el mercado?")
    assert [hit.passage for hit in extended.search(question).hits] == [
        hit.passage for hit in fresh.search(question).hits
    ]


def plan(number: int) -> str:
    subject = ("bibliotecas", "caminos rurales", "aguas", "parques", "mercados")[number % 5]
    return (
        f"Plan de {subject} de Valdeluna, {2001 + number} (expediente {number + 100})\n\nAntecedentes\n\n"
        f"El servicio atendió a {number + 40} vecinos durante {1999 + number}. La comisión de seguimiento se reúne cada "
        f"{number + 2} meses y publica sus acuerdos en el tablón de anuncios.\n\nMedidas\n\nEl ayuntamiento destinará "
        f"{900 * (number + 1)} euros a {subject} y a renovar las instalaciones. Las reclamaciones se resuelven en un "
        f"plazo de {number + 5} días naturales.\n"
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five documents of several passages and a table that names one of them; and their index."""
    place = tmp_path_factory.mktemp("many")
    folder = place / "docs"
    folder.mkdir()
    for number in range(25):
        (folder / f"plan-{number:04}.txt").write_text(plan(number), "utf-8")
    describe(folder, "plan-0007", "plan-0007.txt")
    build(folder, place / "index")
    return place


@pytest.fixture
def many(indexed: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of them, to be changed."""
    place = shutil.copytree(indexed, tmp_path / "many")
    return place / "docs", place / "index"


def describe(folder: Path, identity: str, file: str) -> None:
    rows = {"id": identity, "file": file, "title": "Plan", "publisher": "Ayuntamiento", "date": "2020",
            "kind": "plan", "language": "es"}  # fmt: skip
    table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
    (folder / "sources.toml").write_text(f"[[document]]\n{table}", "utf-8")


def change_a_paragraph(folder: Path) -> None:
    file = folder / "plan-0003.txt"
    kept, _, _ = file.read_text("utf-8").rpartition("\n\n")
    file.write_text(f"{kept}\n\nEste párrafo sustituye al anterior por acuerdo del pleno.\n", "utf-8")


def rename_the_file(folder: Path) -> None:
    (folder / "plan-0007.txt").rename(folder / "renombrado.txt")
    describe(folder, "plan-0007", "renombrado.txt")


@pytest.mark.parametrize(("change", "touched", "embedded"), [
    (lambda folder: (folder / "z.txt").write_text(SMALL_TEXT, "utf-8"), {"z"}, 1),
    (change_a_paragraph, {"plan-0003"}, 1), (rename_the_file, set(), 0),
    (lambda folder: describe(folder, "otro-id", "plan-0007.txt"), {"plan-0007", "otro-id"}, 0),
    (lambda folder: (folder / "plan-0004.txt").unlink(), {"plan-0004"}, 0),
], ids=["added", "one paragraph changed", "file renamed", "id changed", "removed"])  # fmt: skip
def test_of_many_documents_only_the_one_that_was_touched_is(
    many: tuple[Path, Path], change: Callable[[Path], object], touched: set[str], embedded: int
) -> None:
    folder, data = many
    before = addresses(data)
    change(folder)
    encoder = FakeEncoder()
    report = build(folder, data, encoder)
    after = addresses(data)
    assert len(set(after.values()) & set(encoder.texts_seen)) == report.embedded == embedded
    assert report.reused == len(after) - embedded > 40

    def of_others(found: dict[str, str]) -> dict[str, str]:
        return {address: text for address, text in found.items() if address.split("/")[0] not in touched}

    assert of_others(after) == of_others(before)
    assert report.changed


def test_a_document_is_read_again_only_when_something_of_it_or_of_the_program_changed(
    many: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = many
    laid_out: list[str] = []
    lay_out = build_module.lay_out
    monkeypatch.setattr(build_module, "lay_out", lambda one: laid_out.append(one.id) or lay_out(one))

    def read_again() -> list[str]:
        laid_out.clear()
        build(folder, data)
        return laid_out.copy()

    assert read_again() == []
    (folder / "z.txt").write_text(SMALL_TEXT, "utf-8")
    change_a_paragraph(folder)
    assert read_again() == ["plan-0003", "z"]
    (folder / "sources.toml").write_text((folder / "sources.toml").read_text("utf-8").replace("2020", "2021"))
    assert read_again() == ["plan-0007"]
    assert open_version(data, FakeEncoder()).documents["plan-0007"].date == "2021"
    monkeypatch.setattr(incremental, "_program", lambda: "another parser")
    assert len(read_again()) == 26
    assert read_again() == []


def test_what_was_removed_is_in_no_file_any_more(docs: Path, data: Path) -> None:
    def files_with(word: bytes) -> list[str]:
        return [path.name for path in files(data) if word in path.read_bytes()]

    assert files_with(b"bibliotec") == ["text.sqlite"]
    (docs / "libros.txt").unlink()
    build(docs, data)
    assert files_with(b"bibliotec") == []
    assert files_with(b"incendi") == ["text.sqlite"]


def test_vectors_of_another_encoder_are_not_taken_over(docs: Path, data: Path) -> None:
    other = FakeEncoder("otro")
    assert build(docs, data, other).reused == 0
    open_version(data, other)


def test_a_damaged_index_is_built_anew_without_asking(docs: Path, data: Path) -> None:
    (current_version(data) / "dense.faiss").write_bytes(b"nada")
    assert build(docs, data).reused == 0
    assert answers(data)
