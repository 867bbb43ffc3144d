"""`python -m tests.bench [NAME…]`: every figure, or those of the named parts."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.figure import Figure, table


def _startup(_folder: Path) -> list[Figure]:
    from tests.bench.startup import measure

    return measure(rounds=21)


def _view(_folder: Path) -> list[Figure]:
    from tests.bench.view import measure

    return measure()


def _streaming(folder: Path) -> list[Figure]:
    from tests.bench.streaming import measure

    return measure(folder)


def _npu(folder: Path) -> list[Figure]:
    from tests.bench.npu import measure

    return measure(folder)


def _search(folder: Path) -> list[Figure]:
    from tests.store.measure_search import search_times

    return [
        Figure(f"search among 100,000 messages, {name.removesuffix(' ms')}", value, "ms", most=50)
        for name, value in search_times(folder).items()
    ]


PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "startup": _startup,
    "view": _view,
    "streaming": _streaming,
    "npu": _npu,
    "search": _search,
}


def main(names: list[str]) -> int:
    """Measure and print; return 1 when a budget is not kept."""
    kept = True
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder:
            figures = PARTS[name](Path(folder))
        sys.stdout.write(table(figures) + "\n")
        sys.stdout.flush()
        kept = kept and all(figure.holds for figure in figures)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
