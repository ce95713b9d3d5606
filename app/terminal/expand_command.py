"""Carries out `alpie expand`: says what writing the missing expansions costs, and has them written."""

from __future__ import annotations

import argparse
import sys

from alpie.app.settings import Settings
from alpie.app.terminal import DONE, FAILED
from alpie.app.terminal.index_command import open_or_build_corpus
from alpie.app.terminal.progress import progress_bar
from alpie.app.terminal.streams import print_message
from alpie.app.translations import Translations
from alpie.index.sources.expansions import expansions_file


def run_expand(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Say what the missing expansions of the chosen documents cost, and write them where `--yes` is given."""
    from alpie.app.writer.expand import estimate_cost, example_row, passages_without_lines, write_expansions

    corpus = open_or_build_corpus(settings, translations)
    asked = [corpus.require_document(name) for name in arguments.documents or corpus.documents]
    passages = [passage for passage in corpus.passages if passage.document_id in asked]
    left = passages_without_lines(settings.docs, corpus.documents, passages)
    if not left:
        print(translations("expand.nothing"))
        return DONE
    if not settings.writer:
        file = settings.docs / expansions_file(left[0].document_id)
        print_message(
            translations(
                "expand.no_model", passages=translations.count("count.passages", len(left)), file=file
            )
        )
        print(example_row(left[0]))
        return FAILED
    need = estimate_cost(left)
    print_message(
        translations(
            "expand.estimate",
            model=settings.writer,
            passages=translations.count("count.passages", need.passages),
            requests=translations.number(need.requests),
            read=translations.number(need.tokens_read),
            written=translations.number(need.tokens_written),
        )
    )
    if not arguments.yes:
        print_message(translations("expand.yes"))
        return DONE
    progress = progress_bar(sys.stderr, translations, label="expand.progress")
    done = write_expansions(settings, corpus.documents, left, progress)
    print(
        translations(
            "expand.done",
            lines=translations.number(done.lines),
            passages=translations.count("count.passages", done.passages),
            dropped=translations.number(sum(done.dropped.values())),
            failed=translations.number(done.failed),
        )
    )
    return DONE
