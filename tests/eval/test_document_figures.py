"""The measure of reading: what it counts, on files whose faults are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpie.eval.document_figures import compare_words, main, measure_file
from support.formats.pages import Drawn


def test_missing_fused_and_divided_words_are_told_apart() -> None:
    assert compare_words("la ley de aguas", "de la ley de aguas") == (4, 0, 0, 0)
    assert compare_words("la ley de aguas", "la ley aguas") == (4, 1, 0, 0)
    assert compare_words("contra el terrorismo", "contra elterrorismo") == (3, 0, 1, 0)
    assert compare_words("el pacto hispanoluso", "el pacto hispano-luso") == (3, 0, 0, 0)
    assert compare_words("la inves-\ntigación", "la investi gación") == (2, 0, 0, 1)


def test_a_file_is_measured_against_its_own_outline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = Drawn()
    for number, title in enumerate(("Los hornos del pueblo", "La leña de los hornos")):
        y = 760 - 200 * number
        drawn.at(70, y, title, size=18)
        drawn.lines("El horno abre los martes.", "La leña la ponen los vecinos.", y=y - 40)
    # the third is no heading, the fourth stands nowhere
    for entry in ("Los hornos del pueblo", "La leña de los hornos", "El horno abre", "Firma"):
        drawn.canvas.bookmarkPage(entry)
        drawn.canvas.addOutlineEntry(entry, entry)
    (tmp_path / "a.pdf").write_bytes(drawn.bytes())
    found = measure_file(tmp_path / "a.pdf")
    assert (found.headings, found.found, found.read, found.recall) == (3, 2, 1, 1.0)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 nada")
    assert main([str(tmp_path)]) == 0
    head, first, second, last = capsys.readouterr().out.splitlines()
    assert first.split("\t")[0] == "a.pdf"
    assert "dañado" in second
    assert head.count("\t") == first.count("\t")
    assert last.startswith("peak memory")
