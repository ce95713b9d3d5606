"""`alpie eval`: the command's options, and where an evaluation gets its corpus from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

from alpie.app.answering.corpus import Corpus, open_encoder_of
from alpie.app.settings import Settings
from alpie.app.terminal.progress import progress_bar
from alpie.app.translations import Translations
from alpie.eval.run import EvaluationOptions, evaluate
from alpie.index.records import Document, Passage


def run(
    arguments: argparse.Namespace, settings: Settings, words: Translations, open_corpus: Callable[[], Corpus]
) -> int:
    """Do what `arguments` ask for; `open_corpus` builds the index where there is none. Returns the exit code."""
    if arguments.speed:
        from alpie.eval.bench.speed import measure_speed

        open_corpus()
        return measure_speed(settings, arguments.report)
    if arguments.fit:
        from alpie.eval.fit_encoder import fit_encoder

        return fit_encoder(settings, sys.stdout, progress_bar(sys.stderr, words))
    names = {field.name for field in fields(EvaluationOptions)}
    given = {name: value for name, value in vars(arguments).items() if name in names and value is not None}
    return evaluate(EvaluationOptions(**given), _Source(settings, words, open_corpus), sys.stdout, sys.stderr)


@dataclass(frozen=True)
class _Source:
    """Where an evaluation gets its corpus from."""

    settings: Settings
    words: Translations
    open: Callable[[], Corpus]

    def on_backend(self, backend: str) -> tuple[str, Corpus]:
        corpus = Corpus.open(replace(self.settings, index=backend))
        return corpus.index.backend.name if corpus.index.backend else "FAISS", corpus

    def from_passages(self, documents: Sequence[Document], passages: Sequence[Passage]) -> Corpus:
        encoder = open_encoder_of(self.settings)
        return Corpus.from_passages(documents, passages, encoder, progress_bar(sys.stderr, self.words))
