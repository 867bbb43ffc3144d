"""Models with a byte changed are loaded in a child process, which native code may end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COPIES = 40
SEED = 1


def test_every_damaged_model_is_an_event_and_nothing_worse(
    model_path: Path, tmp_path: Path
) -> None:
    outcomes: dict[int, str] = {}
    while len(outcomes) < COPIES:
        first = len(outcomes)
        words = ["-m", "tests.runtime.flipped_loads", str(model_path), str(tmp_path)]
        child = subprocess.run(
            [sys.executable, *words, str(SEED), str(first), str(COPIES)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
        )
        for line in child.stdout.splitlines():
            number, _, outcome = line.partition(" ")
            outcomes[int(number)] = outcome
        if child.returncode:
            # A signal is what the window can tell of; a Python error would be ours.
            assert child.returncode < 0, child.stderr
            outcomes[len(outcomes)] = f"ended by signal {-child.returncode}"
    assert sorted(outcomes) == list(range(COPIES))
    assert "loaded" in outcomes.values()
    assert any("damaged" in outcome for outcome in outcomes.values())
