"""Which cores compute, with how many threads, in steps of how many tokens."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.runtime.cores import (
    Cores,
    allowed_cores,
    bound_to,
    fast_cores,
    prefill_step,
    thread_count,
)


def _machine(folder: Path, speeds: Sequence[int | None], source: str, siblings: int = 1) -> Path:
    """Describe a machine the way the kernel does; `siblings` cores share a physical one."""
    for number, speed in enumerate(speeds):
        core = folder / f"cpu{number}"
        (core / "topology").mkdir(parents=True)
        first = number // siblings * siblings
        names = ",".join(str(first + n) for n in range(siblings))
        (core / "topology" / "thread_siblings_list").write_text(f"{names}\n")
        if speed is not None:
            (core / source).parent.mkdir(exist_ok=True)
            (core / source).write_text(f"{speed}\n")
    return folder


def _all(count: int) -> frozenset[int]:
    return frozenset(range(count))


def test_the_big_cores_of_an_rk3588_are_chosen(tmp_path: Path) -> None:
    speeds = [530, 530, 530, 530, 1024, 1024, 1024, 1024]
    machine = _machine(tmp_path, speeds, "cpu_capacity")
    assert fast_cores(_all(8), machine) == Cores((4, 5, 6, 7), bound=True)


def test_frequencies_serve_where_capacities_are_not_known(tmp_path: Path) -> None:
    speeds = [1800000] * 4 + [2256000, 2256000, 2352000, 2304000]
    machine = _machine(tmp_path, speeds, "cpufreq/cpuinfo_max_freq")
    assert fast_cores(_all(8), machine) == Cores((4, 5, 6, 7), bound=True)


def test_equal_cores_are_not_bound(tmp_path: Path) -> None:
    machine = _machine(tmp_path, [1024] * 4, "cpu_capacity")
    assert fast_cores(_all(4), machine) == Cores((0, 1, 2, 3), bound=False)


def test_two_threads_of_one_core_count_once(tmp_path: Path) -> None:
    machine = _machine(tmp_path, [None] * 8, "cpu_capacity", siblings=2)
    assert fast_cores(_all(8), machine) == Cores((0, 2, 4, 6), bound=False)


def test_only_allowed_cores_are_chosen(tmp_path: Path) -> None:
    machine = _machine(tmp_path, [530, 530, 1024, 1024], "cpu_capacity")
    assert fast_cores(frozenset({0, 1}), machine) == Cores((0, 1), bound=False)
    assert fast_cores(frozenset({1, 3}), machine) == Cores((3,), bound=True)


def test_a_machine_that_says_nothing_has_equal_cores(tmp_path: Path) -> None:
    assert fast_cores(_all(3), tmp_path) == Cores((0, 1, 2), bound=False)


def test_this_machine_has_a_core() -> None:
    assert set(fast_cores(allowed_cores()).numbers) <= allowed_cores()
    assert fast_cores(allowed_cores()).numbers


def test_threads_of_the_block_inherit_the_chosen_cores() -> None:
    before = os.sched_getaffinity(0)
    chosen = min(before)
    seen: list[set[int]] = []

    def look() -> None:
        seen.append(os.sched_getaffinity(0))

    with bound_to(Cores((chosen,), bound=True)):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [{chosen}]
    assert os.sched_getaffinity(0) == before


def test_unbound_cores_change_nothing() -> None:
    before = os.sched_getaffinity(0)
    with bound_to(Cores((min(before),), bound=False)):
        assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("parameters", "wanted", "threads"),
    [
        (1_700_000_000, 0, 4),
        (2_000_000, 0, 1),
        (2_000_000, 3, 3),
        (1_700_000_000, 6, 6),
        (1_700_000_000, 64, 8),
    ],
)
def test_threads_suit_cores_and_model(parameters: int, wanted: int, threads: int) -> None:
    cores = Cores((4, 5, 6, 7), bound=True)
    assert thread_count(cores, 8, parameters, wanted) == threads


@pytest.mark.parametrize(
    ("fast", "allowed", "threads"), [(1, 1, 1), (2, 2, 1), (4, 4, 3), (4, 8, 4)]
)
def test_a_core_is_left_to_the_window_where_all_are_fast(
    fast: int, allowed: int, threads: int
) -> None:
    cores = Cores(tuple(range(fast)), bound=False)
    assert thread_count(cores, allowed, 1_700_000_000, 0) == threads


def test_prefill_steps_shrink_with_the_size_of_the_model() -> None:
    assert prefill_step(2_000_000, 1, 128) == 128
    assert prefill_step(2_000_000, 1, 4096) == 256
    assert 16 <= prefill_step(1_000_000_000, 4, 128) <= 128
    assert prefill_step(70_000_000_000, 4, 128) == 16
