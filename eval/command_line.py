"""The program `alpie`: the commands of `app`, and `alpie eval`, which measures them and is therefore above them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from alpie.app.settings import Settings
from alpie.app.terminal import commands
from alpie.app.translations import Translations

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    return commands.main(argv, _evaluate)


def _evaluate(
    arguments: argparse.Namespace,
    settings: Settings,
    translations: Translations,
    open_corpus: Callable[[], Corpus],
) -> int:
    from alpie.eval.run import run_command  # late: `alpie --help` and `alpie ask` need nothing of it

    return run_command(arguments, settings, translations, open_corpus)
