"""`cairn doctor`: the board check in a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from app.board.checks import check_board
from app.board.findings import Level
from app.board.machine import Machine
from app.board.report import as_json, as_text, worst
from app.paths import Paths


def main(arguments: Sequence[str]) -> int:
    """Print the findings; return 1 when something keeps models off the NPU."""
    parser = argparse.ArgumentParser(
        prog="cairn doctor", description="Check whether models run on the NPU of this board."
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(arguments)
    findings = check_board(Machine(data_dir=Paths.of_user().data))
    sys.stdout.write(as_json(findings) if options.json else as_text(findings))
    return 1 if worst(findings) is Level.PROBLEM else 0
