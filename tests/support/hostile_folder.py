"""A document and its metadata, full of what browsers, Markdown renderers and spreadsheets would not treat as mere text."""

from __future__ import annotations

import json
from pathlib import Path

from alpie.app.answering.corpus import Corpus
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import corpus_from
from support.tables import table

PAYLOADS, FOR_FILES = (tuple(table(__file__, name)) for name in ("payloads", "for_files"))
PAYLOAD = (
    "<script>window.hurt=1</script><img src=x onerror=window.hurt=1> [a](javascript:1) **b** $$c$$\n\n# d"
)
TITLE = "Informe <img src=x onerror=window.hurt=1> ![i](http://evil.example/t.png)"


def hostile_folder(folder: Path, payloads: tuple[str, ...] = PAYLOADS) -> Path:
    """A document and its metadata, both full of payloads."""
    folder.mkdir()
    name = "informe <img src=x onerror=hurt>.txt"
    parts = [f"{TITLE}\n"]
    for number, payload in enumerate(payloads, start=1):
        parts.append(f"{number}. Medida {number}: {payload}\n")
        parts.append(
            f"La medida número {number} sobre los menores dice {payload} y protege a los menores en la red. "
            f"Las autoridades aplicarán {payload} cuando haya víctimas.\n"
        )
        parts.append(f"Se compone de:\n• {payload} para las familias;\n• otra cosa {payload}.\n")
    (folder / name).write_text("\n".join(parts), encoding="utf-8")
    fields = {
        "id": "hostil",
        "title": TITLE,
        "publisher": '<script>window.hurt=1</script>" onload="window.hurt=1',
        "date": "2024-01-01",
        "kind": "informe <svg onload=window.hurt=1>",
        "language": "es",
        "file": name,
        "rights": "=cmd|'/c calc'!A1",
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    (folder / "sources.toml").write_text("[[document]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


def hostile_corpus(
    folder: Path, payloads: tuple[str, ...] = PAYLOADS, threshold: float | None = None
) -> Corpus:
    """That document in memory, with the small encoder: the bundled one takes long over words that are none."""
    documents = read_sources(hostile_folder(folder, payloads)).documents
    return corpus_from(documents, threshold=threshold)
