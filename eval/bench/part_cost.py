"""Processor time of each step of an answer, measured step by step on real questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from alpie.app.answering.abstention import answerable_features
from alpie.app.answering.answer_weights import load_weights
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.features import candidates_of
from alpie.app.answering.quotes import QuotePolicy, select_quotes
from alpie.app.answering.ranking import ranked_units
from alpie.app.answering.read_passages import MAX_READ, read_hits
from alpie.eval.bench.timing import Timing
from alpie.eval.report import Table
from alpie.index.errors import QuestionError
from alpie.index.reader.open_reader import default_reader
from alpie.index.retrieval.bm25 import best_of
from alpie.index.spanish.query import read_question

__all__ = ["cost_table", "measure_costs"]

_QUESTIONS = 60
_REPEATS = 3


def measure_costs(corpus: Corpus, questions: Sequence[str], most: int = _QUESTIONS) -> dict[str, Timing]:
    """Medians over up to `most` of the questions, spread evenly; each step is repeated a few times."""
    found: dict[str, list[Timing]] = {}
    for text in questions[:: max(1, len(questions) // most)][:most]:
        try:
            steps = _steps(corpus, text)
        except QuestionError:
            continue
        for name, work in steps.items():
            found.setdefault(name, []).append(Timing.of(work, _REPEATS))
    return {name: Timing.median(timings) for name, timings in found.items()}


def _steps(corpus: Corpus, text: str) -> Mapping[str, Callable[[], object]]:
    index, weights = corpus.index, load_weights()
    question = read_question(text)
    reader = index.reader or default_reader()
    retrieval = index.search(question, MAX_READ)
    encoded = retrieval.encoded
    readings = read_hits(reader, encoded.question.searched, retrieval.hits)
    candidates = candidates_of(index, retrieval, readings)
    units = ranked_units(retrieval, readings, candidates, weights.unit)
    return {
        "chat clean-up, language": lambda: read_question(text),
        "encoding the question": lambda: index.encoder.encode_queries([question.searched]),
        "BM25": lambda: best_of(index.lexical.scores(encoded.terms), 100),
        "passage vectors": lambda: index.dense.search(encoded.vector, 100),
        "sentence vectors": lambda: index.sentence_vectors.search(encoded.vector, 200),
        "acronyms": lambda: index.acronyms.related(encoded.terms),
        "reading": lambda: read_hits(reader, encoded.question.searched, retrieval.hits),
        "features of the sentences": lambda: candidates_of(index, retrieval, readings),
        "choice": lambda: ranked_units(retrieval, readings, candidates, weights.unit),
        "refusal": lambda: answerable_features(retrieval, readings, candidates, units),
        "quotations": lambda: select_quotes(units, question, corpus.documents, 1.0, QuotePolicy()),
        "all of it": lambda: corpus.ask(text),
    }


def cost_table(costs: Mapping[str, Timing]) -> Table:
    """Steps with their processor time."""
    rows = tuple((name, f"{one.cpu_ms:.2f}", str(one.n)) for name, one in costs.items())
    return Table("Processor time of each step", ("step", "CPU ms, median", "n"), rows)
