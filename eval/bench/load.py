"""A load test of a running page: `python -m alpie.eval.bench.load URL [--users 50] [--seconds 60] [--pause 2]`.

Each user asks the project's questions one after the other, and checks that each answer belongs to its question. Set
`ALPIE_QUESTIONS_PER_MINUTE` high enough on the server: all users come from one address.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from gradio_client import Client
from gradio_client.exceptions import AppError

from alpie.eval.questions.question_file import own_question_texts


def _visit(url: str, seconds: float, pause: float, seed: int) -> tuple[Counter[str], list[float]]:
    """What one user met, and how long each answer took."""
    client, chance = Client(url, verbose=False), random.Random(seed)
    questions, met, waited = own_question_texts(200), Counter[str](), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        question, started = chance.choice(questions), time.monotonic()
        try:
            row = client.predict(question=question, turns=[], api_name="/ask")
        except AppError:
            met["turned away"] += 1
        except Exception as error:  # noqa: BLE001 — counted by its name: a load test goes on
            met[type(error).__name__] += 1
        else:
            met["answered" if row["question"] == question else "lost"] += 1
            waited.append(time.monotonic() - started)
        time.sleep(chance.expovariate(1 / pause) if pause else 0)
    return met, waited


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, and print what happened; exit code 1 where an answer was lost or anything failed."""
    parser = argparse.ArgumentParser(prog="python -m alpie.eval.bench.load", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--pause", type=float, default=2, help="seconds between a user's questions, on average"
    )
    options = parser.parse_args(argv)
    met, waited = Counter[str](), list[float]()
    with ThreadPoolExecutor(options.users) as pool:
        visits = [
            pool.submit(_visit, options.url, options.seconds, options.pause, n) for n in range(options.users)
        ]
        for visit in visits:
            of_one, took = visit.result()
            met += of_one
            waited += took
    middle, high = np.percentile(waited, [50, 95]) if waited else (float("nan"), float("nan"))
    counts = ", ".join(f"{count} {what}" for what, count in met.most_common())
    sys.stdout.write(
        f"{counts}; p50 {middle:.2f} s, p95 {high:.2f} s, {len(waited) / options.seconds:.1f} a second\n"
    )
    return int(bool(set(met) - {"answered", "turned away"}))


if __name__ == "__main__":
    sys.exit(main())
