"""Carries out `alpie expand`: says what writing the missing expansions will cost, and has them written."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from alpie.app.settings import Settings
from alpie.app.terminal import DONE, FAILED
from alpie.app.terminal.index_command import open_or_build_corpus
from alpie.app.terminal.progress import progress_bar
from alpie.app.terminal.streams import print_message
from alpie.app.translations import Translations
from alpie.index.sources.expansions import expansions_file

if TYPE_CHECKING:
    from alpie.app.writer.expand import ExpansionReport, WritingCost


def run_expand(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Say what the missing expansions of the chosen documents cost, and write them where `--yes` is given."""
    from alpie.app.writer.expand import (
        estimate_cost,
        example_row,
        passages_without_expansions,
        write_expansions,
    )

    corpus = open_or_build_corpus(settings, translations)
    asked = [corpus.require_document(name) for name in arguments.documents or corpus.documents]
    passages = [passage for passage in corpus.passages if passage.document_id in asked]
    left = passages_without_expansions(settings.docs, corpus.documents, passages)
    if not left:
        print(translations("expand.nothing"))
        return DONE
    if not settings.writer:
        passages_left = translations.count("count.passages", len(left))
        file = settings.docs / expansions_file(left[0].document_id)
        print_message(translations("expand.no_model", passages=passages_left, file=file))
        print(example_row(left[0]))
        return FAILED
    print_message(_report_text("expand.estimate", estimate_cost(left), translations, model=settings.writer))
    if not arguments.yes:
        print_message(translations("expand.yes"))
        return DONE
    progress = progress_bar(sys.stderr, translations, label="expand.progress")
    done = write_expansions(settings, corpus.documents, left, progress)
    dropped = translations.number(sum(done.dropped.values()))
    print(_report_text("expand.done", done, translations, dropped=dropped))
    return DONE


def _report_text(
    key: str, report: WritingCost | ExpansionReport, translations: Translations, **facts: str
) -> str:
    """The sentence `key` with the numbers of `report`."""
    numbers = {
        name: translations.number(value) for name, value in vars(report).items() if isinstance(value, int)
    }
    numbers["passages"] = translations.count("count.passages", report.passages)
    return translations(key, **numbers, **facts)
