"""What collections of given sizes cost: `python -m alpie.eval.bench.growth PASSAGES …` prints a line for each size.

A collection is made from the indexed documents: their sentences with made-up words (by Zipf's law), their vectors with noise.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.corpus import Corpus
from alpie.app.settings import Settings, load_settings
from alpie.eval.bench.timing import Timing, resident_megabytes
from alpie.eval.questions.question_file import own_question_texts
from alpie.index.build import build_index
from alpie.index.encoder import Encoder, OnProgress, normalise_rows

_PASSAGES_A_DOCUMENT = 50  # documents stay few; search itself does not depend on where they end
_SENTENCES = 4  # a passage
_NOISE = 0.35  # beside a vector of length 1: cosine .94, as between like sentences
_ZIPF = 1.15  # n draws give some n^(1/1.15) different words
_WORD = re.compile(r"\b[^\W\d_]{6,}\b")
_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]


def generated_texts(sentences: Sequence[str], passages: int, seed: int = 0) -> Iterator[str]:
    """Markdown documents with so many passages in all; the same seed gives the same texts."""
    chance = np.random.default_rng(seed)
    for first in range(0, passages, _PASSAGES_A_DOCUMENT):
        sections = []
        for number in range(first, min(first + _PASSAGES_A_DOCUMENT, passages)):
            chosen = chance.integers(0, len(sentences), _SENTENCES)
            text = " ".join(_reword(sentences[row], chance) for row in chosen.tolist())
            sections.append(f"## {made_up_word(number + 1).capitalize()}\n\n{text}\n")
        yield "\n".join(sections)


def _reword(sentence: str, chance: np.random.Generator) -> str:
    words = list(_WORD.finditer(sentence))
    if not words:
        return sentence
    place = words[int(chance.integers(0, len(words)))]
    made = made_up_word(min(int(chance.zipf(_ZIPF)), 2**40))
    return f"{sentence[: place.start()]}{made}{sentence[place.end() :]}"


def made_up_word(rank: int) -> str:
    """A word for each number, the longer the larger: `rank` written with Spanish syllables as digits."""
    syllables: list[str] = []
    while rank or len(syllables) < 2:
        rank, digit = divmod(rank, len(_SYLLABLES))
        syllables.append(_SYLLABLES[digit])
    return "".join(syllables)


class AssumedVectors:
    """An encoder of questions that gives each passage one of some real vectors with noise, which costs nothing."""

    def __init__(self, encoder: Encoder, real: NDArray[np.float32]) -> None:
        self._encoder, self._real = encoder, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self._real.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            chance = np.random.default_rng(zlib.crc32(text.encode()))
            noise = chance.standard_normal(vectors.shape[1], dtype=np.float32)
            vectors[row] = self._real[chance.integers(0, len(self._real))] + noise * np.float32(
                _NOISE / np.sqrt(vectors.shape[1])
            )
        return normalise_rows(vectors)


def measure_growth(passages: int, settings: Settings, questions: Sequence[str]) -> dict[str, Any]:
    """Figures of a collection of some `passages`, made of the documents that `settings` have indexed."""
    real = Corpus.open(settings)
    encoder = real.encoder
    sentences = [sentence.text for passage in real.passages for sentence in passage.sentences]
    assumed = AssumedVectors(encoder, encoder.encode_passages(sentences))
    with tempfile.TemporaryDirectory(prefix="alpie-growth-") as name:
        docs, data = Path(name) / "docs", Path(name) / "index"
        docs.mkdir()
        for number, text in enumerate(generated_texts(sentences, passages)):
            (docs / f"generado-{number:06d}.md").write_text(text, encoding="utf-8")
        built = Timing.measure(lambda: build_index(docs, data, assumed))
        (docs / "nota-breve.md").write_text(
            "## Nota breve\n\nLa denuncia se traslada en el mismo día.\n", "utf-8"
        )
        added = Timing.measure(lambda: build_index(docs, data, assumed))
        opened: list[Corpus] = []
        grown = replace(settings, docs=docs, data=data)
        opening = Timing.measure(lambda: opened.append(Corpus.open(grown, encoder)))
        corpus = opened[0]
        corpus.search(questions[0])  # what is read at first use is read
        searching = [Timing.measure(lambda text=text: corpus.search(text)) for text in questions]  # type: ignore[misc]
        disk = sum(Path(folder, file).stat().st_size for folder, _, files in os.walk(data) for file in files)
        return {
            "passages": len(corpus.passages),
            "build, CPU s": round(built.cpu_ms / 1000, 1),
            "one document more, wall s": round(added.wall_ms / 1000, 2),
            "disk, MB": round(disk / 1e6, 1),
            "open, wall ms": round(opening.wall_ms),
            "search, CPU ms": round(statistics.median(timing.cpu_ms for timing in searching), 2),
            "resident, MB": round(resident_megabytes() or 0),
        }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each size, with the settings and the index in use."""
    parser = argparse.ArgumentParser(prog="python -m alpie.eval.bench.growth", description=__doc__)
    parser.add_argument("passages", type=int, nargs="+")
    for passages in parser.parse_args(argv).passages:
        figures = measure_growth(passages, load_settings(), own_question_texts(40))
        sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
