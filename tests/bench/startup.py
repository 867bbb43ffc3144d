"""How long the window takes, and what window and engine weigh, against the least Qt can do."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure


def measure(rounds: int) -> list[Figure]:
    """Return the figures of the start, from `rounds` pairs of an empty window and Cairn's."""
    ratios, memory, engine, empty_s, cairn_s = [], [], [], [], []
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder:
        # Compiled code is kept between the starts, as it is where Cairn is used.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        _start("empty")
        _start("cairn", folder)
        for _ in range(rounds):
            least, _ = _start("empty")
            took, reports = _start("cairn", folder)
            if reports[0]["imported_early"]:
                raise AssertionError(f"imported before the window: {reports[0]['imported_early']}")
            empty_s.append(least)
            cairn_s.append(took)
            ratios.append(took / least)
            memory.append(reports[0]["resident_mb"])
            engine.append(reports[1]["engine_mb"])
    median = statistics.median
    return [
        Figure(
            "window shown / QtWidgets and an empty window",
            median(ratios),
            "×",
            most=2.5,
            how=f"({median(cairn_s) * 1000:.0f} ms against {median(empty_s) * 1000:.0f} ms)",
        ),
        Figure("memory of the window at first paint", median(memory), "MB", most=70),
        Figure("memory of the engine process without a model", median(engine), "MB"),
    ]


def _start(kind: str, *more: str) -> tuple[float, list[dict[str, Any]]]:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.first_paint", kind, *more],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    reports = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return reports[0]["at"] - begun, reports
