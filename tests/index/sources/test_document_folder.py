"""Documents are read once, byte for byte; a bad one is named and never stops the others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from alpie.app.settings import SEED_DOCUMENTS
from alpie.index.errors import SourceError
from alpie.index.sources.document_folder import SourcesReport, read_sources

SEED_CHECKSUMS = {
    "interpol_2021_resolucion_ga_2021_89_res_09.txt": "0d84fc31b507a4b63d65552d5ea68346f0d2bbcc0c778996f92cfd2bbfd19ffc",
    "policia_nacional_2025_detencion_alicante.txt": "ef0a06c6eb2165d904d39bcce5d695f1fdf1e83a81cde18e96ab4f33c97ec89a",
    "policia_nacional_2025_operacion_europol_ia.txt": "ffa268a73acf848a963642cd40779e258a839662fde65095610408c254a7f15a",
    "weprotect_2019_evaluacion_amenaza_global.txt": "965eb83563cc3910a869bc58c9d8569d0a16b9b2175a47c82ebe1d1a18868a36",
}  # fmt: skip

ENTRY = """
[[document]]
id = "{id}"
file = "{file}"
title = "Título"
publisher = "Organismo"
date = "{date}"
kind = "informe"
language = "es"
{more}
"""


def folder_with(folder: Path, *entries: str, **files: str | bytes) -> Path:
    if entries:
        (folder / "sources.toml").write_text("".join(entries), encoding="utf-8")
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.txt").write_bytes(data)
    return folder


def entry(id: str = "uno", file: str = "uno.txt", date: str = "2024", more: str = "") -> str:
    return ENTRY.format(id=id, file=file, date=date, more=more)


def only_problem(report: SourcesReport) -> str:
    [problem] = report.problems
    return str(problem)


def ids(report: SourcesReport) -> list[str]:
    return [document.id for document in report.documents]


def test_the_seed_documents_are_unaltered() -> None:
    files = {path.name: path.read_bytes() for path in SEED_DOCUMENTS.glob("*.txt")}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} == SEED_CHECKSUMS


def test_the_seed_documents_are_read_whole_and_described() -> None:
    report = read_sources(SEED_DOCUMENTS)
    assert report.problems == ()
    assert ids(report) == ["europol-ia-2025", "alicante-2025", "weprotect-2019", "interpol-2021"]
    for document in report.documents:
        data = (SEED_DOCUMENTS / document.file).read_bytes()
        assert document.text.encode() == data
        assert document.sha256 == SEED_CHECKSUMS[document.file]
        assert document.title
        assert document.publisher
        assert document.rights


def test_what_a_seed_text_does_not_say_of_itself_is_marked_as_ours() -> None:
    for document in read_sources(SEED_DOCUMENTS).documents:
        values = {"title": document.title, "publisher": document.publisher, "kind": document.kind}
        collapsed = " ".join(document.text.split()).casefold()
        for name, value in values.items():
            said = all(word.strip(",.:()").casefold() in collapsed for word in value.split())
            assert said or name in document.editorial, (document.id, name)


def test_a_file_nobody_listed_is_taken_with_what_its_name_tells(tmp_path: Path) -> None:
    (tmp_path / "leyes").mkdir()
    (tmp_path / "leyes" / "Ley_orgánica 8_2021.txt").write_text("Artículo 1.", encoding="utf-8")
    (tmp_path / "README.md").write_text("No es un documento.", encoding="utf-8")
    (tmp_path / ".oculto.txt").write_text("No.", encoding="utf-8")
    report = read_sources(tmp_path)
    assert ids(report) == ["leyes-ley-organica-8-2021"]
    [document] = report.documents
    assert (document.title, document.date) == ("Ley orgánica 8 2021", "2021")
    assert document.file == "leyes/Ley_orgánica 8_2021.txt"
    assert {"title", "date", "kind", "language"} <= set(document.editorial)


def test_files_of_one_name_get_different_ids_that_stay(tmp_path: Path) -> None:
    for name in ("a b.txt", "a-b.txt", "a_b.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    first = ids(read_sources(tmp_path))
    assert len(set(first)) == 3
    assert first == ids(read_sources(tmp_path))


@pytest.mark.parametrize(("bad", "said"), [
    (entry(more='autor = "x"'), "clave desconocida «autor»"), (entry(id="Uno Dos"), "«id»"),
    (entry(id="../uno"), "«id»"), (entry(file="../uno.txt"), "«file»"), (entry(file="/etc/passwd"), "«file»"),
    (entry(file="falta.txt"), "no existe"), (entry(date="23/12/25"), "«date»"), (entry(date="2021-02-30"), "«date»"),
    (entry(date="2021-11-25/2021-11-23"), "«date»"), (entry(more='url = "javascript:alert(1)"'), "«url»"),
    (entry(more='editorial = ["autor"]'), "autor"), (entry(more="notes = 3"), "«notes»"),
    (entry().replace('"Título"', "3"), "«title»"), (entry().replace('"Título"', '"a\\u0000b"'), "«title»"),
    (entry().replace('"es"', "[]"), "«language»"), (entry().replace('"2024"', "true"), "«date»"),
    (entry(more='rights = "a\\nb"'), "una línea"), ('[[document]]\nid = "uno"\nfile = "uno.txt"\n', "falta «title»"),
])  # fmt: skip
def test_a_faulty_entry_is_refused_and_its_file_is_not_taken_under_another_name(
    tmp_path: Path, bad: str, said: str
) -> None:
    report = read_sources(folder_with(tmp_path, bad, entry("dos", "dos.txt"), uno="Uno", dos="Dos"))
    assert said in only_problem(report)
    assert "dos" in ids(report)
    if "uno.txt" in bad:
        assert ids(report) == ["dos"] or "../" in bad


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    report = read_sources(folder_with(tmp_path, entry(), entry("uno", "dos.txt"), uno="Uno", dos="Dos"))
    assert ids(report) == ["uno"]
    assert "repetido" in only_problem(report)


def test_a_date_may_be_missing_or_a_toml_date(tmp_path: Path) -> None:
    listed = entry(date="").replace('date = ""', "date = 2021-11-23")
    folder = folder_with(tmp_path, listed, entry("dos", "dos.txt", date=""), uno="Uno", dos="Dos")
    report = read_sources(folder)
    assert [document.date for document in report.documents] == ["2021-11-23", ""]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "secreto.txt").write_text("Secreto", encoding="utf-8")
    (docs / "uno.txt").symlink_to(tmp_path / "secreto.txt")
    (docs / "dos.txt").write_text("Dos", encoding="utf-8")
    (docs / "tres.txt").symlink_to(docs / "dos.txt")
    (docs / "ciclo.txt").symlink_to(docs / "ciclo.txt")
    report = read_sources(docs)
    assert ids(report) == ["dos"]
    assert "fuera de" in str(report.problems[2])
    assert "mismo documento que «dos.txt»" in str(report.problems[1])
    assert all("Secreto" not in document.text for document in report.documents)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--docs"):
        read_sources(tmp_path / "nada")
    assert read_sources(tmp_path) == SourcesReport((), ())
