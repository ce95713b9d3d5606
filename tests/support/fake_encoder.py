"""A small real encoder and reader in place of the neural ones, and indexes that take milliseconds to build with them.

Each word has its own fixed vector, and a text is the sum of its words' vectors: texts with words in common are close,
others are not. The reader counts common words. Nothing is random, and nothing is loaded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import LinearModel, Weights
from alpie.app.answering.corpus import Corpus
from alpie.index.build import BuildReport, build_index
from alpie.index.chunking.passages import make_passages
from alpie.index.encoder import OnProgress, without_surrogates
from alpie.index.layout import lay_out
from alpie.index.reader import AnswerWords, ReaderInput, Reading
from alpie.index.records import BlockKind, Document, Passage, Sentence, SentenceRole, Span
from alpie.index.spanish.analysis import fold, stem, stems
from alpie.index.spanish.query import parse_question
from alpie.index.storage.store import open_version

DIMENSION = 32
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")

# Weights of our own, so that no refit changes what these tests say.
WEIGHTS = Weights(
    candidate=LinearModel.from_mapping({"reader": 1.0, "cosine": 2.0, "list_asked": 2.0}),
    answerable=LinearModel.from_mapping({"reader": 1.0}, bias=0.0),
    threshold=0.5,
    fitted_on={},
)

LARGE_TEXT = """Los incendios del verano

En julio ardieron 1240 hectáreas de monte en la comarca de Valdeluna. Los bomberos tardaron nueve días en apagar el fuego.

La causa fue una chispa de un tren de mercancías, según el informe de la Guardia Rural (GR).

El plan prevé las siguientes medidas:

- limpiar los márgenes de la vía;
- instalar torres de vigilancia;
- formar a los vecinos.
"""
MARKET_TEXT = "El mercado\n\nEl mercado abre los martes. Los puestos venden fruta del valle.\n"
SMALL_TEXT = """La biblioteca municipal

La biblioteca abre de lunes a sábado y presta tres libros a cada lector. El carné es gratuito para los menores.
"""


def write_texts(folder: Path) -> Path:
    """A new folder of documents that holds the two texts; returned."""
    folder.mkdir()
    (folder / "incendios.txt").write_text(LARGE_TEXT, "utf-8")
    (folder / "libros.txt").write_text(SMALL_TEXT, "utf-8")
    return folder


@cache
def word_vector(word: str) -> NDArray[np.float32]:
    """The vector of a word: the same for all its inflected forms, and nearly at right angles to others."""
    digest = hashlib.sha256(stem(fold(word)).encode()).digest()
    seed = int.from_bytes(digest[:8], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)


class FakeEncoder:
    """`Encoder` by words. `texts_seen` are all passages and sentences it has embedded so far."""

    dimension = DIMENSION
    runtime = "fake"

    def __init__(self, name: str = "de mentira", on_text: Callable[[str], None] | None = None) -> None:
        self.name = name
        self.fingerprint = f"fake {name}"
        self.texts_seen: list[str] = []
        self._on_text = on_text

    def _encode(self, text: str) -> NDArray[np.float32]:
        words = re.findall(r"\w+|[^\w\s]+", without_surrogates(text))
        # the number is what all texts have in common
        total = np.sum([np.full(DIMENSION, 0.5), *map(word_vector, words)], axis=0, dtype=np.float32)
        return np.asarray(total / np.float32(np.linalg.norm(total)))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._encode(text) for text in texts], np.float32).reshape(-1, DIMENSION)

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        for done, text in enumerate(texts, start=1):
            self.texts_seen.append(text)
            if self._on_text:
                self._on_text(text)
            if on_progress:
                on_progress(done, len(texts))
        return self.encode_queries(texts)


class FakeReader:
    """`Reader` by words: the share of the question's stems that a sentence holds, as log-odds.

    The words that answer are the first figure of a sentence.
    """

    name = "fake"
    reads_each_alone = True

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        asked = stems(question[:2_000])
        readings: list[Reading] = []
        for passage in passages:
            shares = [len(asked & stems(sentence)) / max(1, len(asked)) for sentence in passage.sentences]
            scores = np.array([12 * share - 4 for share in shares], np.float32)
            words = tuple(
                AnswerWords(*found.span(), 0.9) if (found := _FIGURE.search(sentence)) else None
                for sentence in passage.sentences
            )
            readings.append(Reading(float(scores.max(initial=-4.0)), scores, words))
        return readings


def document_of(text: str, identity: str = "prueba") -> Document:
    """A document of which nothing but its text matters."""
    return Document(identity, identity.capitalize(), "", "2024", "informe", "es", f"{identity}.txt", text)


def corpus_from(
    documents: Iterable[Document], passages: Iterable[Passage] | None = None, **options: Any
) -> Corpus:
    """A corpus in memory of these documents, or of these passages of them; options as those of `Corpus`."""
    documents = tuple(documents)
    layouts = {document.id: lay_out(document) for document in documents}
    if passages is None:
        passages = [
            passage for document in documents for passage in make_passages(document, layouts[document.id])
        ]
    made = Corpus.from_passages(documents, tuple(passages), FakeEncoder(), FakeReader())
    return replace(made, **{"layouts": layouts, "weights": WEIGHTS, **options})


def corpus_of(*texts: str, **options: Any) -> Corpus:
    """Documents `uno`, `dos`, `tres` and `cuatro` with these texts, in memory."""
    names = ("uno", "dos", "tres", "cuatro")
    return corpus_from(map(document_of, texts, names), **options)


def passage_of(*sentences: str | tuple[str, SentenceRole, int | None], document: str = "prueba") -> Passage:
    """A passage made of these sentences, and `source_of` them is the text that they stand in.

    A sentence may come with its role and the number of its list.
    """
    made: list[Sentence] = []
    position = 0
    for row in sentences:
        text, role, group = (row, SentenceRole.SENTENCE, None) if isinstance(row, str) else row
        made.append(Sentence(text, (Span(position, position + len(text)),), role, group))
        position += len(text) + 1
    return Passage(f"{document}/texto/0000000000", document, tuple(made), (), BlockKind.PARAGRAPH)


def source_of(passage: Passage) -> str:
    """The text of the document in which `passage` stands alone."""
    return "\n".join(sentence.text for sentence in passage.sentences)


def build(docs: Path, data: Path, encoder: FakeEncoder | None = None, **options: Any) -> BuildReport:
    """Index `docs` into `data`; `options` as those of `build_index`."""
    return build_index(docs, data, encoder or FakeEncoder(), **options)


def addresses(data: Path) -> dict[str, str]:
    """Address → text of every passage of the index in `data`."""
    passages = open_version(data, FakeEncoder()).search.passages
    return {passage.address: passage.text for passage in passages}


def answers(data: Path, question: str = "incendios") -> list[str]:
    """What the index in `data` finds: texts of the passages, best first."""
    search = open_version(data, FakeEncoder()).search
    return [hit.passage.text for hit in search.search(parse_question(question)).hits]
