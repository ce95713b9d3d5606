"""Passages of public norms, for the rows written on them: `python -m alpie.eval.training.norm_passages DOCS DATA`.

DOCS is a folder of the files whose ids the rows of source «norms» name: `pe-pe-ds-093-2019-pcm` is
`pe/DS-093-2019-PCM.md` of crafter-research/legalize-pe, put there as `pe__pe__DS-093-2019-PCM.md`; `ar-…` and `uy-…`
are of legalize-dev/legalize-ar and legalize-uy. They are read as `alpie index` reads them, and DATA gets
``norms.jsonl.gz``, where `alpie.eval.training.reader_rows` finds passages by their checksum. A file that is read
otherwise by now gives other passages: their rows are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.read_passages import opening_of
from alpie.app.settings import load_settings


def norm_passages(docs: Path) -> Iterator[dict[str, str]]:
    """The passages of the files in `docs` under their headings, and the titles that the reader sees before them."""
    with TemporaryDirectory() as scratch:
        settings = load_settings({"docs": docs, "data": Path(scratch)})
        Corpus.build(settings)
        corpus = Corpus.open(settings)
        for passage in corpus.passages:
            text = ". ".join([*passage.path[-1:], passage.text])
            yield {"title": opening_of(corpus.documents[passage.document_id].title), "passage": text}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file of passages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs", type=Path)
    parser.add_argument("data", type=Path)
    options = parser.parse_args(argv)
    with gzip.open(options.data / "norms.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in norm_passages(options.docs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
