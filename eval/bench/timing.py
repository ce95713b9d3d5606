"""Measures CPU time, wall time and memory, of a call or of a whole process, with the cases taking turns."""

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
    def measure(cls, work: Callable[[], object]) -> Timing:
        """Time `work` in this process."""
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        return cls(1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall))

    @classmethod
    def median(cls, timings: Sequence[Timing]) -> Timing:
        """The median of each figure, taken apart."""
        memory = [timing.megabytes for timing in timings if timing.megabytes is not None]
        return cls(
            statistics.median(timing.cpu_ms for timing in timings),
            statistics.median(timing.wall_ms for timing in timings),
            statistics.median(memory) if memory else None,
            len(timings),
        )


def measure_in_turns(cases: Mapping[str, Case], runs: int, warm: bool = True) -> dict[str, Timing]:
    """Measure each case once in each of `runs` rounds, so that a busy minute touches all cases; returns medians.

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
    """Measure a whole process from start to end, without its output.

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
        problem = launched.stderr.decode(errors="replace")
        raise RuntimeError(f"{' '.join(command[:4])} failed: {problem[-500:]}")
    unit = 1e6 if platform.system() == "Darwin" else 1024
    return Timing(1000 * cpu, 1000 * wall, largest / unit)


def resident_megabytes() -> float | None:
    """Resident memory of this process now; None where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return None
    lines = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return next((int(line.split()[1]) / 1024 for line in lines), None)


def machine_facts() -> str:
    """Name the machine and its load; the speed of 8-bit products depends on the instructions of the processor."""
    fields: dict[str, str] = {}
    information = Path("/proc/cpuinfo")
    for line in information.read_text(encoding="utf-8").splitlines() if information.exists() else ():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    flags = set(fields.get("flags", "").split())
    wide = [name for name in ("avx2", "avx512_vnni", "avx_vnni", "amx_int8") if name in flags]
    processor = " ".join([fields.get("model name", platform.machine()), *wide])
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
