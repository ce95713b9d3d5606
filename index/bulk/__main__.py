"""Embedding a large collection in partitions, on as many processes or machines as there are.

    python -m alpie.index.bulk plan  --docs DOCS --work WORK      documents → WORK/in/part-00000.parquet …
    python -m alpie.index.bulk embed --work WORK --processes 8    in/part-N → out/part-N, those that are missing
    python -m alpie.index.bulk load  --docs DOCS --work WORK --data DATA

A partition is embedded whole or not at all, and says what it was made with: every step can be killed and run
again, on any machine that sees WORK. `index_partitions` indexes as `alpie index` does, with the vectors of the partitions.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from alpie.index.bulk.partitions import (
    PASSAGES,
    embed_partitions,
    index_partitions,
    input_partitions,
    write_partitions,
)
from alpie.index.encoder import BUNDLED_ENCODER
from alpie.index.encoder.factory import open_encoder
from alpie.index.errors import AlpieError
from alpie.index.messages import message
from alpie.index.system.files import user_cache


def main(argv: Sequence[str] | None = None) -> int:
    """One step; exit codes 0 done, 1 a clear error, 2 wrong usage."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m alpie.index.bulk", description=__doc__, formatter_class=plain)
    parser.add_argument("step", choices=["plan", "embed", "load"])
    parser.add_argument(
        "--work", type=Path, required=True, help="folder of the partitions, seen by all machines"
    )
    parser.add_argument("--docs", type=Path, help="plan, load: the documents")
    parser.add_argument("--data", type=Path, help="load: where the index goes")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="embed: how many")
    parser.add_argument("--passages", type=int, default=PASSAGES, help="plan: of a partition")
    parser.add_argument("--encoder", default=BUNDLED_ENCODER, help="as the setting of this name")
    parser.add_argument("--cache", type=Path, default=user_cache(), help="as the setting of this name")
    options = parser.parse_args(argv)
    for name, steps in (("docs", ("plan", "load")), ("data", ("load",))):
        if options.step in steps and getattr(options, name) is None:
            parser.error(f"{options.step} needs --{name}")
    try:
        sys.stdout.write(_step(options) + "\n")
    except AlpieError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _step(options: argparse.Namespace) -> str:
    open_one = partial(open_encoder, options.encoder, options.cache)

    def tell(done: int, total: int) -> None:
        sys.stderr.write(f"{done}/{total}\n")

    if options.step == "plan":
        passages = write_partitions(options.docs, options.work, options.passages)
        return message("bulk.planned", passages=passages, partitions=len(input_partitions(options.work)))
    if options.step == "embed":
        done = embed_partitions(options.work, open_one, options.processes, tell)
        return message("bulk.embedded", partitions=done)
    report = index_partitions(options.docs, options.work, options.data, open_one())
    return message("bulk.loaded", passages=report.passages, fresh=report.embedded, folder=report.folder)


if __name__ == "__main__":
    sys.exit(main())
