"""Chooses the CPU cores that compute: one thread for each fast physical core that we may use.

More threads than such cores make llama.cpp slower, badly so when another program wants them too,
because every step waits for the slowest thread.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SYS_CPU = Path("/sys/devices/system/cpu")
#: Cores within this share of the fastest one count as fast: maximum frequencies of equal cores
#: differ by a few percent between chips (and by more between the kinds of core).
_FAST_SHARE = 0.85

#: Operations per second of one thread in prefill. x86-64: 33 to 50 thousand million measured with
#: AVX-512, half of it taken for older ones. Elsewhere: NEON without dot products, not measured.
_PREFILL_OPERATIONS = {"x86_64": 20_000_000_000}
_SLOWEST_PREFILL_OPERATIONS = 8_000_000_000
#: Up to here a second thread costs more in waiting than it computes.
_SMALL_MODEL = 20_000_000
#: Below it the weights are read from memory so often that the whole prefill gets slower.
_SMALLEST_STEP = 16
_LARGEST_STEP = 256


@dataclass(frozen=True, slots=True)
class Cores:
    """The cores to compute on; `bound` when slow cores are left out and threads must be kept off."""

    numbers: tuple[int, ...]
    bound: bool


def fast_cores(allowed: frozenset[int], sys_cpu: Path = _SYS_CPU) -> Cores:
    """Return one core number for each fast physical core among `allowed`.

    Speed is the kernel's capacity of a core, else its maximum frequency, else equal for all.
    """
    physical: dict[str, int] = {}
    for number in sorted(allowed):
        siblings = _text(sys_cpu / f"cpu{number}" / "topology" / "thread_siblings_list")
        physical.setdefault(siblings or str(number), number)
    numbers = sorted(physical.values())
    speeds = _speeds(numbers, sys_cpu)
    fastest = max(speeds.values(), default=0)
    fast = tuple(n for n in numbers if speeds[n] >= fastest * _FAST_SHARE)
    return Cores(fast, bound=len(fast) < len(numbers))


def thread_count(cores: Cores, allowed: int, parameters: int, wanted: int) -> int:
    """Return how many threads compute: `wanted`, or for 0 what suits the cores and the model.

    Where nothing but fast cores is allowed, one of them is left to the window and the system:
    every step waits for the slowest thread, and a thread that shares its core is the slowest.
    """
    if wanted > 0:
        return min(wanted, allowed)
    fast = len(cores.numbers)
    free = fast if allowed > fast else max(1, fast - 1)
    return 1 if parameters < _SMALL_MODEL else free


def prefill_step(parameters: int, threads: int, wanted: int) -> int:
    """Return how many tokens to read in one step, at most `wanted`.

    A stop during prefill waits for the end of a step, so a step should take about a second. Its
    length is only estimated, since it has to be fixed before anything can be measured: every
    token takes two operations for each weight.
    """
    speed = _PREFILL_OPERATIONS.get(platform.machine(), _SLOWEST_PREFILL_OPERATIONS)
    in_a_second = speed * threads // max(1, 2 * parameters)
    return max(_SMALLEST_STEP, min(wanted, _LARGEST_STEP, in_a_second))


def allowed_cores() -> frozenset[int]:
    """Return the cores the system lets this thread use."""
    return frozenset(os.sched_getaffinity(0))


@contextmanager
def bound_to(cores: Cores) -> Iterator[None]:
    """Make threads that are started inside the block run on `cores` only.

    A thread inherits the affinity of the one that starts it; the calling thread gets its own back.
    """
    if not cores.bound:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores.numbers)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _speeds(numbers: list[int], sys_cpu: Path) -> dict[int, int]:
    for source in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        texts = {n: _text(sys_cpu / f"cpu{n}" / source) for n in numbers}
        if all(text.isdigit() for text in texts.values()):
            return {n: int(text) for n, text in texts.items()}
    return dict.fromkeys(numbers, 1)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
