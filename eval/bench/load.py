"""A real server under load: many visitors asking and clicking on loopback, then more than it can bear.

    python -m alpie.eval.bench.load --users 50 --seconds 120
    python -m alpie.eval.bench.load --users 300 --seconds 60 --pause 0      # past capacity: it sheds, and recovers
    python -m alpie.eval.bench.load --questions 5000 --users 8 --pause 0    # memory over many questions

Starts `alpie serve` on a free port, unless `--address` names a server. Each visitor comes from an address of
its own (127.1.…), so that the limits by client are those of every day; Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
import numpy as np

from alpie.eval.bench.load_visitor import Tally, Visitor
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_own_questions

__all__ = ["LoadReport", "Process", "load", "main", "serving"]

_START_SECONDS = 600
_TICKS = os.sysconf("SC_CLK_TCK")
_TURNS = 40  # questions of one address when there are no pauses: below the limit of a minute


@dataclass(frozen=True)
class LoadReport:
    """What was measured. Seconds and megabytes; percentiles over all visitors."""

    users: int
    seconds: float
    pause_seconds: float
    asked: int
    answered: int
    lost: int
    shed: int
    errors: tuple[str, ...]
    questions_a_second: float
    actions: dict[str, dict[str, float]]  # by action: n, p50, p95, max
    cpu_seconds: float = 0.0  # of the server
    peak_megabytes: float = 0.0
    memory: tuple[tuple[int, float], ...] = ()  # questions answered, resident megabytes
    megabytes_a_thousand: float = 0.0  # least squares over `memory`, its first fifth left out
    recovery_seconds: float = 0.0  # of a question right after
    machine_load: float = 0.0


@dataclass
class Process:
    """A server to measure, by its number."""

    pid: int
    started_cpu: float = field(init=False)

    def __post_init__(self) -> None:
        self.started_cpu = self._cpu()

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def cpu_seconds(self) -> float:
        return self._cpu() - self.started_cpu

    def megabytes(self, line: str = "VmRSS") -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith(line))


def load(
    address: str,
    users: int,
    seconds: float,
    pause_seconds: float,
    process: Process | None = None,
    most_questions: int | None = None,
    questions: Sequence[str] | None = None,
    turns: int = _TURNS,
) -> LoadReport:
    """Send `users` visitors for `seconds`, or until `most_questions` are answered, and measure.

    `turns`: with `most_questions`, the questions of one conversation; then another visitor comes.
    """
    asked = itertools.cycle(questions or own_questions())
    return asyncio.run(_load(address, users, seconds, pause_seconds, process, most_questions, asked, turns))


async def _load(
    address: str,
    users: int,
    seconds: float,
    pause: float,
    process: Process | None,
    most: int | None,
    asked: Iterator[str],
    turns: int,
) -> LoadReport:
    tally, memory = Tally(), list[tuple[int, float]]()
    locals_ = (f"127.{1 + n // 62500}.{n // 250 % 250}.{n % 250 + 2}" for n in itertools.count())
    there = asyncio.Barrier(users)  # all have the page open before the first of them asks
    started = until = 0.0

    async def visit(number: int) -> None:
        nonlocal started, until
        first = True
        while first or (time.monotonic() < until and (most is None or tally.asked < most)):
            visitor = Visitor(address, next(locals_), asked, tally, number)
            try:
                try:
                    await visitor.open()
                finally:
                    if first:
                        first = False
                        if await there.wait() == 0:
                            started = time.monotonic()
                        until = until or time.monotonic() + seconds
                if most is None:
                    await visitor.stay(until, pause)
                for _ in range(turns if most else 0):
                    if tally.asked < (most or 0) and time.monotonic() < until:
                        await visitor.do("ask")
            except httpx.HTTPError as error:
                tally.errors.append(f"page: {type(error).__name__}: {error}")
                await asyncio.sleep(1)
            finally:
                await visitor.close()

    async def watch() -> None:
        step = max((most or 5000) // 10, 1)
        while process:
            if not memory or tally.answered - memory[-1][0] >= step:
                memory.append((tally.answered, process.megabytes()))
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(visit(number) for number in range(users)))
    watching.cancel()
    passed = time.monotonic() - started
    recovery = await _right_after(address, next(locals_), asked, tally)
    return LoadReport(
        users=users,
        seconds=round(passed, 1),
        pause_seconds=pause,
        asked=tally.asked,
        answered=tally.answered,
        lost=tally.lost,
        shed=tally.shed,
        errors=tuple(tally.errors),
        questions_a_second=round(len(tally.seconds.get("ask", ())) / passed, 2),
        actions={name: _percentiles(times) for name, times in sorted(tally.seconds.items())},
        cpu_seconds=round(process.cpu_seconds, 1) if process else 0.0,
        peak_megabytes=round(process.megabytes("VmHWM"), 1) if process else 0.0,
        memory=tuple((n, round(size, 1)) for n, size in memory),
        megabytes_a_thousand=_slope(memory),
        recovery_seconds=recovery,
        machine_load=round(os.getloadavg()[0], 1),
    )


async def _right_after(address: str, local: str, asked: Iterator[str], tally: Tally) -> float:
    """Seconds of one question once the others have gone."""
    visitor = Visitor(address, local, asked, tally, 0)
    try:
        await visitor.open()
        started = time.perf_counter()
        await visitor.do("ask")
        return round(time.perf_counter() - started, 3)
    finally:
        await visitor.close()


def own_questions() -> tuple[str, ...]:
    """Every question of the project's files once, those for fitting first."""
    questions = (*read_own_questions(OWN_QUESTIONS / "fitting"), *read_own_questions())
    return tuple(dict.fromkeys(one.text for one in questions))


@contextmanager
def serving(data: Path | None = None, **environment: str) -> Iterator[tuple[str, Process]]:
    """A real `alpie serve` on a free port of loopback, ready to answer; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "alpie.app", "serve", "--port", str(port)]
    command += ["--data", str(data)] if data else []
    running = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _START_SECONDS
        while _state(address) != "ready":
            if running.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start; what it printed says why")
            time.sleep(0.2)
        yield address, Process(running.pid)
    finally:
        running.send_signal(signal.SIGINT)
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()


def _state(address: str) -> str:
    try:
        return str(httpx.get(f"{address}/healthz", timeout=5).json()["status"])
    except httpx.HTTPError:
        return "none"


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times, (50, 95))
    return {
        "n": len(times),
        "p50": round(float(p50), 3),
        "p95": round(float(p95), 3),
        "max": round(max(times), 3),
    }


def _slope(memory: Sequence[tuple[int, float]]) -> float:
    """Megabytes a thousand questions, by least squares; what fills at first (caches, threads) is left out."""
    kept = [row for row in memory if row[0] >= memory[-1][0] / 5]
    if len(kept) < 3:
        return 0.0
    counts, sizes = np.array(kept, dtype=float).T
    return round(1000 * float(np.polyfit(counts, sizes, 1)[0]), 2)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a JSON object; 1 when a question was lost or anything failed."""
    parser = argparse.ArgumentParser(
        prog="python -m alpie.eval.bench.load", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between two actions, on average")
    parser.add_argument("--questions", type=int, help="stop after so many, and watch the memory")
    parser.add_argument("--turns", type=int, default=_TURNS, help="with --questions: of one conversation")
    parser.add_argument("--address", help="a server that is running; else one is started")
    parser.add_argument("--pid", type=int, help="its process, to measure it")
    parser.add_argument("--data", type=Path, help="index of the server that is started")
    given = parser.parse_args(argv)
    seconds = given.seconds if given.questions is None else 86_400.0

    def run(address: str, process: Process | None) -> LoadReport:
        return load(address, given.users, seconds, given.pause, process, given.questions, turns=given.turns)

    if given.address:
        report = run(given.address, Process(given.pid) if given.pid else None)
    else:
        with serving(given.data) as (address, process):
            report = run(address, process)
    sys.stdout.write(json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n")
    return 1 if report.lost or report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
