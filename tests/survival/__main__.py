"""`python -m tests.survival [WORDS]`: play the cases whose name has the words, print the table."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# First, as in the program: it keeps the collection of garbage off other threads.
import app.lean_imports  # noqa: F401

# isort: split
from tests.survival.cases import all_cases
from tests.survival.scene import play
from tests.survival.verdict import LARGEST_GAP_MS, problems


def main(words: list[str]) -> int:
    """Print a line for each case; return 1 when one went wrong."""
    failed = False
    print(f"{'phase':8} {'fault':20} {'recovered':>10} {'gap':>7}  what the user saw")
    for case in all_cases():
        if not all(word in case.name for word in words):
            continue
        with tempfile.TemporaryDirectory(prefix="cairn-survival-") as folder:
            outcome = play(case, Path(folder))
        wrong = problems(case, outcome)
        if outcome.largest_gap_ms > LARGEST_GAP_MS:
            wrong.append("the window was away")
        failed = failed or bool(wrong)
        seen = " / ".join(outcome.told) or "nothing"
        state = outcome.state.value if outcome.state else "–"
        print(
            f"{case.phase.value:8} {case.fault:20} {outcome.recovery_s:8.2f} s "
            f"{outcome.largest_gap_ms:4.0f} ms  {seen} [{state}]"
            + "".join(f"\n         !! {each}" for each in wrong),
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
