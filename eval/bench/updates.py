"""What it costs to bring documents along, and whether the answers that were there stand.

`python -m alpie.eval.bench.updates [--documents 200]` indexes the project's documents, asks the reporting part of
the questions, adds generated documents, asks again, and then adds, changes, renames and removes one document.
It prints a table: what was embedded, seconds, and which addresses of the other documents moved (none should).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from alpie.app.answering.corpus import Corpus, open_encoder_of
from alpie.app.settings import SEED_DOCUMENTS, Settings, load_settings
from alpie.eval.bench.generated_documents import generated_documents, with_one_paragraph_changed
from alpie.eval.questions.question_file import read_own_questions
from alpie.eval.questions.question_records import Question
from alpie.eval.questions.split import split
from alpie.eval.tables import markdown_table

__all__ = ["Step", "measure_updates"]


@dataclass(frozen=True)
class Step:
    """One indexing after a change."""

    change: str
    documents: int
    passages: int
    embedded: int  # passages
    seconds: float
    moved: int  # passages of documents that nobody touched whose address is another than before


def measure_updates(settings: Settings, documents: int, out: TextIO = sys.stdout) -> tuple[Step, ...]:
    """Index, change and index again in `settings.data`; `settings.docs` is a copy that may be changed."""
    encoder = open_encoder_of(settings)
    folder = settings.docs
    questions = split(read_own_questions())
    steps: list[Step] = []
    before: dict[str, frozenset[str]] = {}
    answers: list[Mapping[str, _Asked]] = []

    for change, touched in _changes(folder, documents):
        report = Corpus.build(settings, encoder=encoder)
        corpus = Corpus.open(settings, encoder)
        after = _addresses(corpus)
        moved = sum(
            len(before[name] ^ after.get(name, frozenset())) for name in before if name not in touched
        )
        steps.append(Step(change, report.documents, report.passages, report.embedded, report.seconds, moved))
        out.write(f"{steps[-1]}\n")
        out.flush()
        before = after
        if len(steps) <= 2:
            answers.append({question.id: _asked(corpus, question) for question in questions})
    out.write(_table(steps) + _compared(answers[0], answers[1]))
    return tuple(steps)


def _changes(folder: Path, documents: int) -> Iterator[tuple[str, frozenset[str]]]:
    """What was done, and the ids of the documents it was done to; each is done when it is asked for."""
    own = frozenset(path.stem for path in folder.iterdir())
    yield "the project's documents", own
    made = dict(generated_documents(documents + 1))
    extra = sorted(made)[-1]
    for name in sorted(made)[:-1]:
        (folder / name).write_text(made[name], encoding="utf-8")
    yield f"{documents} generated ones added", frozenset()
    (folder / extra).write_text(made[extra], encoding="utf-8")
    yield "one more added", frozenset()
    one = folder / sorted(made)[documents // 2]
    one.write_text(with_one_paragraph_changed(one.read_text(encoding="utf-8")), encoding="utf-8")
    yield "one paragraph of one changed", frozenset({one.stem})
    renamed = one.rename(one.with_name(f"renombrado-{one.name}"))
    yield "one renamed", frozenset({one.stem})
    renamed.unlink()
    yield "one removed", frozenset({renamed.stem})
    yield "nothing", frozenset()


def _addresses(corpus: Corpus) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: set() for name in corpus.documents}
    for passage in corpus.passages:
        found[passage.document_id].add(passage.address)
    return {name: frozenset(those) for name, those in found.items()}


@dataclass(frozen=True)
class _Asked:
    answered: bool
    quote: str  # the first
    document: str
    quotes: frozenset[str]


def _asked(corpus: Corpus, question: Question) -> _Asked:
    quotes = corpus.ask(question.text, question.earlier).quotes
    if not quotes:
        return _Asked(False, "", "", frozenset())
    return _Asked(True, quotes[0].text, quotes[0].passage.document_id, frozenset(q.text for q in quotes))


def _compared(alone: Mapping[str, _Asked], among: Mapping[str, _Asked]) -> str:
    """How the answers of the project's documents stand among the generated ones."""
    pairs = [(one, among[name]) for name, one in alone.items()]
    both = [(one, other) for one, other in pairs if one.answered and other.answered]
    rows = {
        "questions": len(pairs),
        "answered alone": sum(one.answered for one, _ in pairs),
        "answered among the generated": sum(other.answered for _, other in pairs),
        "answered in both": len(both),
        "of these: the same first quotation": sum(one.quote == other.quote for one, other in both),
        "of these: the first quotation still among those shown": sum(
            one.quote in other.quotes for one, other in both
        ),
        "first quotation from a generated document": sum(
            other.document.startswith(("plan-", "renombrado-")) for _, other in pairs
        ),
    }
    return "\n" + markdown_table(("answers", "n"), ((name, str(n)) for name, n in rows.items()))


def _table(steps: list[Step]) -> str:
    head = ("change", "documents", "passages", "embedded", "addresses of others changed", "seconds")
    rows = (
        (s.change, *map(str, (s.documents, s.passages, s.embedded, s.moved)), f"{s.seconds:.1f}")
        for s in steps
    )
    return "\n" + markdown_table(head, rows)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m alpie.eval.bench.updates", description=__doc__)
    parser.add_argument("--documents", type=int, default=200, help="generated documents; 200")
    documents = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        shutil.copytree(SEED_DOCUMENTS, docs, ignore=shutil.ignore_patterns("__*"))
        settings = replace(load_settings(), docs=docs, data=Path(folder) / "index")
        measure_updates(settings, documents)


if __name__ == "__main__":
    _main()
