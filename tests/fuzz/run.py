"""Coverage-guided fuzzing by hand: `pip install -e ".[dev,fuzz]"`, then

    python tests/fuzz/run.py layout --seconds 300

Findings are written to `var/fuzz/<target>/` and end the run. A finding that was mended belongs, as bytes,
into `tests/fuzz/findings/<target>/`, where `tests/test_fuzz_targets.py` tries it ever after.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

TESTS = Path(__file__).resolve().parents[1]


def main() -> None:
    """Fuzz one target for some time; seeds come from the findings and from `tests/fuzz/seeds.py`."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("target")
    arguments.add_argument("--seconds", type=int, default=300)
    arguments.add_argument("--longest", type=int, default=4096, help="bytes of an input")
    chosen = arguments.parse_args()
    sys.path.insert(0, str(TESTS))
    with atheris.instrument_imports(include=["alpie"]):
        from fuzz.targets import TARGETS
    from fuzz.seeds import seeds_of

    work = TESTS.parent / "var" / "fuzz" / chosen.target
    corpus = work / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds_of(chosen.target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={chosen.seconds}", f"-max_len={chosen.longest}", f"-artifact_prefix={work}/", "-timeout=60",
        "-rss_limit_mb=4096", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], TARGETS[chosen.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
