"""Carries out `alpie index`, and builds or opens the index for the other commands."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from alpie.app.settings import Settings
from alpie.app.terminal import DONE, FAILED
from alpie.app.terminal.progress import progress_bar
from alpie.app.terminal.streams import print_json, print_message
from alpie.app.translations import Translations
from alpie.index.errors import AlpieError, IndexMissing

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus
    from alpie.index.build import BuildReport


def run_index(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Build or update the index and say what became of it; returns the exit code."""
    if arguments.watch:
        return _watch(settings, translations, arguments.rebuild)
    if arguments.json:
        return _index_for_a_program(settings, arguments.rebuild)
    from alpie.app.operation.document_report import report_values
    from alpie.app.terminal.rendering import incomplete_text

    report = build_corpus(settings, translations, rebuild=arguments.rebuild)
    if report.incomplete:
        print_message(incomplete_text(report.incomplete, settings.docs, translations))
    if left_out := len(report.problems) + len(report.others):
        print_message(
            translations("index.left_out", documents=translations.count("count.documents", left_out))
        )
    print(translations("index.done", **report_values(report, translations), folder=settings.data))
    if report.backend:
        print(
            translations(
                "index.backend",
                passages=translations.count("count.passages", report.backend.passages),
                written=translations.number(report.backend.written),
                deleted=translations.number(report.backend.deleted),
            )
        )
    return DONE


def _index_for_a_program(settings: Settings, rebuild: bool) -> int:
    """Index, and print what went wrong as rows of messages, which the page shows in each visitor's language."""
    from alpie.app.answering.corpus import Corpus
    from alpie.index.messages import message_to_row

    code, messages = DONE, tuple[str, ...]()
    try:
        messages = Corpus.build(settings, rebuild=rebuild).problems
    except AlpieError as error:
        code, messages = FAILED, (error.message,)
    print_json([message_to_row(message) for message in messages])
    return code


def _watch(settings: Settings, translations: Translations, rebuild: bool) -> int:
    from alpie.app.answering.configured_parts import open_configured_encoder
    from alpie.app.answering.corpus import Corpus
    from alpie.app.operation.watching import watch

    encoder = open_configured_encoder(settings)  # once: it takes longer than a small change
    rebuilds = iter([rebuild])

    def build() -> BuildReport:
        progress = progress_bar(sys.stderr, translations)
        return Corpus.build(settings, rebuild=next(rebuilds, False), on_progress=progress, encoder=encoder)

    watch(settings, translations, build, print_message)
    return DONE


def open_or_build_corpus(settings: Settings, translations: Translations) -> Corpus:
    """The corpus; its index is built first when there is none."""
    from alpie.app.answering.corpus import Corpus

    try:
        corpus = Corpus.open(settings)
    except IndexMissing:
        build_corpus(settings, translations)
        return Corpus.open(settings)
    warn_if_stale(settings, translations)
    return corpus


def build_corpus(settings: Settings, translations: Translations, rebuild: bool = False) -> BuildReport:
    """Build or update the index, with a progress bar, and warn about what is missing from it."""
    from alpie.app.answering.corpus import Corpus
    from alpie.app.operation.document_report import build_warnings

    print_message(translations("index.building", docs=settings.docs, data=settings.data))
    progress = progress_bar(sys.stderr, translations)
    report = Corpus.build(settings, rebuild=rebuild, on_progress=progress)
    for warning in build_warnings(report, translations):
        print_message(warning)
    return report


def warn_if_stale(settings: Settings, translations: Translations) -> None:
    """Say where the documents have changed since they were indexed.

    An answer from yesterday's text is still a true quotation of that text, but people should know.
    """
    from alpie.app.operation.document_report import compare_index_with_folder, staleness_text

    try:
        freshness = compare_index_with_folder(settings.docs, settings.data, settings.max_document_bytes)
    except AlpieError as error:
        print_message(translations("index.problem", message=error))
        return
    if not freshness.is_fresh:
        print_message(staleness_text(freshness, settings.docs, settings.data, translations))
