"""Measures what was built: its size, and how long it takes until its window is seen."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from assembly.image import pack
from assembly.keep import ROOT

MOST_MB = 75
MOST_TIMES_SOURCE = 1.5
_RUNS = 3
_BUDGET_S = 300


@dataclass(frozen=True, slots=True)
class Start:
    """How a start went."""

    window_s: float
    """From the call until the window is shown."""
    passed: bool
    output: str


def core_bytes(appdir: Path, runtime_bytes: int, scratch: Path, moment: int) -> int:
    """Return the size of the AppImage without the CPU runtime and the models that come with it."""
    file = scratch / "core.squashfs"
    parts = ("lib/xllamacpp", "lib/app/resources/starter")
    left_out = [f"usr/lib/cairn/{part}" for part in parts]
    pack(appdir, file, moment, left_out=left_out)
    size = file.stat().st_size
    file.unlink()
    return size + runtime_bytes


def start(command: list[str], environment: dict[str, str] | None = None) -> Start:
    """Run a self-test, and time when its window was shown."""
    with tempfile.TemporaryDirectory(prefix="cairn-start-") as home:
        own = {"HOME": home, "XDG_RUNTIME_DIR": home, "QT_QPA_PLATFORM": "offscreen"}
        begun = time.monotonic()
        process = subprocess.Popen(
            [*command, "--self-test"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | own | (environment or {}),
        )
        assert process.stdout is not None
        lines, seen = [], 0.0
        for line in process.stdout:
            lines.append(line)
            if line.startswith("ok") and " window:" in line:
                seen = time.monotonic() - begun
        status = process.wait(_BUDGET_S)
    return Start(seen, status == 0, "".join(lines))


def start_times(image: Path) -> tuple[float, float] | None:
    """Return the start from source and that of `image`, in seconds; None without a source to run.

    They take turns, since a busy machine makes both slow.
    """
    source = [sys.executable, "-P", "-m", "app"]
    environment = {"PYTHONPATH": str(ROOT)}
    if not start(source, environment).passed:
        return None
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(_RUNS):
        found[0].append(start(source, environment).window_s)
        found[1].append(start([str(image)]).window_s)
    return median(found[0]), median(found[1])
