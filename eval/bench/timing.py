"""Measuring fairly on a shared machine: processor time beside wall time, cases in turns, medians."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Case", "Machine", "Timing", "in_turns", "resident_megabytes", "run_process"]

Case = Callable[[], "Timing"]
"""Does the work once and says what it took."""


@dataclass(frozen=True)
class Timing:
    """What one run took, or, made by `median`, what several did."""

    cpu_ms: float  # of all threads of the process, system time included
    wall_ms: float
    megabytes: float | None = None  # resident; of a process, its largest
    n: int = 1

    @classmethod
    def of(cls, work: Callable[[], object], repeats: int = 1) -> Timing:
        """`work` timed in this process, per repeat."""
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(repeats):
            work()
        return cls(
            1000 * (time.process_time() - cpu) / repeats, 1000 * (time.perf_counter() - wall) / repeats
        )

    @classmethod
    def median(cls, timings: Sequence[Timing]) -> Timing:
        """The median of each figure, taken apart."""
        memory = [one.megabytes for one in timings if one.megabytes is not None]
        return cls(
            statistics.median(one.cpu_ms for one in timings),
            statistics.median(one.wall_ms for one in timings),
            statistics.median(memory) if memory else None,
            len(timings),
        )


def in_turns(cases: Mapping[str, Case], runs: int, warm: bool = True) -> dict[str, Timing]:
    """Medians of `runs` rounds, each case once a round, so that a busy minute touches all of them.

    The order turns too: what follows a heavy case finds colder caches. `warm` runs each once before.
    """
    found: dict[str, list[Timing]] = {name: [] for name in cases}
    names = list(cases)
    if warm:
        for case in cases.values():
            case()
    for number in range(runs):
        shift = number % max(1, len(names))
        for name in names[shift:] + names[:shift]:
            found[name].append(cases[name]())
    return {name: Timing.median(timings) for name, timings in found.items()}


# A process starts with the largest memory of the one that started it, as far as the system's account goes: so a small
# one does.
_LAUNCHER = """
import json, os, sys, time
nowhere = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss]))
"""


def run_process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Timing:
    """A whole process from start to end; its output is thrown away.

    Raises `RuntimeError` with the end of its error output when it fails.
    """
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=None if environment is None else dict(environment),
        check=False,
    )
    exit_code, cpu, wall, largest = json.loads(launched.stdout) if launched.stdout else (1, 0, 0, 0)
    if exit_code:
        said = launched.stderr.decode(errors="replace")
        raise RuntimeError(f"{' '.join(command[:4])} failed: {said[-500:]}")
    unit = 1e6 if platform.system() == "Darwin" else 1024
    return Timing(1000 * cpu, 1000 * wall, largest / unit)


def resident_megabytes(process_id: int | None = None) -> float | None:
    """Resident memory of a process now (this one by default); None where the system does not say."""
    status = _proc(process_id, "status")
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return None


def cpu_milliseconds(process_id: int) -> float:
    """Processor time of another process so far; 0 where the system does not say."""
    fields = _proc(process_id, "stat").rpartition(")")[2].split()
    if not fields:
        return 0.0
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _proc(process_id: int | None, name: str) -> str:
    try:
        return Path(f"/proc/{process_id or 'self'}/{name}").read_text(encoding="utf-8")
    except OSError:
        return ""


@dataclass(frozen=True)
class Machine:
    """Where and under what load it was measured."""

    processor: str
    cores: int
    memory_gigabytes: float
    system: str
    python: str
    load: float  # runnable processes, mean of the last minute; ours included once it runs

    @classmethod
    def here(cls) -> Machine:
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            memory_gigabytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            load=os.getloadavg()[0],
        )

    def as_row(self) -> dict[str, Any]:
        return {
            **vars(self),
            "memory_gigabytes": round(self.memory_gigabytes, 1),
            "load": round(self.load, 2),
        }


def _processor() -> str:
    """The model, and which wide instructions it has, on which the 8-bit products depend."""
    try:
        information = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    fields: dict[str, str] = {}
    for line in information.splitlines():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    flags = set(fields.get("flags", "").split())
    wide = [name for name in ("avx2", "avx512_vnni", "avx_vnni", "amx_int8") if name in flags]
    return " ".join([fields.get("model name", platform.machine()), *wide])
