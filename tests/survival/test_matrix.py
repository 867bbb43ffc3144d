"""The window survives whatever the NPU library does, whenever it does it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.guards import LogGuard
from tests.survival.cases import Case, Phase, all_cases
from tests.survival.scene import play
from tests.survival.verdict import problems

pytestmark = pytest.mark.alone

#: What is quick enough for every run: each phase, and each kind of end once or more. The rest is
#: played by `./start survival`.
_SLOW = {"spin", "slow tokens", "deaf", "a deaf library", "spin at the end", "block at the end"}


@pytest.mark.parametrize(
    "case", [case for case in all_cases() if case.fault not in _SLOW], ids=lambda case: case.name
)
def test_the_window_survives(
    qapp: QApplication, tmp_path: Path, expected_log: LogGuard, case: Case
) -> None:
    assert problems(case, play(case, tmp_path)) == []


def test_the_table_has_every_phase() -> None:
    assert {case.phase for case in all_cases()} == set(Phase)
