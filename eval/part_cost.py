"""Processor time of each step of an answer, measured step by step on real questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from alpie.app.abstention import answerable_features
from alpie.app.choice import ranked_units
from alpie.app.corpus import Corpus
from alpie.app.features import candidates_of
from alpie.app.quotes import QuotePolicy, select_quotes
from alpie.app.weights import load_weights
from alpie.eval.report import Table
from alpie.eval.timing import Timing
from alpie.index.errors import QuestionError
from alpie.index.query import read_question

__all__ = ["cost_table", "measure_costs"]

_QUESTIONS = 60
_REPEATS = 3
_READ = 20  # passages read word by word


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
    retrieval = index.search(question, _READ)
    encoded = retrieval.encoded
    candidates = candidates_of(index, retrieval)
    units = ranked_units(retrieval, candidates, weights.unit)
    return {
        "chat clean-up, language": lambda: read_question(text),
        "encoding the question": lambda: index.encoder.encode_query(question.searched),
        "BM25": lambda: index.lexical.best(encoded.terms, 100),
        "n-gram BM25": lambda: index.gram_index.best(encoded.grams, 100),
        "passage vectors": lambda: index.dense.search(encoded.vector, 100),
        "sentence vectors": lambda: index.sentence_vectors.search(encoded.vector, 200),
        "acronyms": lambda: index.acronyms.related(encoded.terms),
        "word comparison": lambda: index.token_matches(encoded, retrieval.rows),
        "features of the sentences": lambda: candidates_of(index, retrieval),
        "choice": lambda: ranked_units(retrieval, candidates, weights.unit),
        "refusal": lambda: answerable_features(index, retrieval, candidates, units),
        "quotations": lambda: select_quotes(units, question.searched, corpus.documents, 1.0, QuotePolicy()),
        "all of it": lambda: corpus.ask(text),
    }


def cost_table(costs: Mapping[str, Timing]) -> Table:
    """Steps with their processor time."""
    rows = tuple((name, f"{one.cpu_ms:.2f}", str(one.n)) for name, one in costs.items())
    return Table("Processor time of each step", ("step", "CPU ms, median", "n"), rows)
