"""`cairn --self-test`, which every check of a package runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def self_test(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "--self-test", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


def test_it_opens_a_window_and_streams_an_answer(tmp_path: Path) -> None:
    done = self_test(TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("ok")]
    assert steps == ["window:", "engine:", "answer:", "end:"]
    assert list(tmp_path.iterdir()) == []


def test_it_fails_where_there_is_no_screen() -> None:
    done = self_test(QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert "There is no screen" in done.stderr
