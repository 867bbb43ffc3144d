"""The command `cairn`: the window, or one of the commands that need none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

#: Each has a `main(arguments) -> int`, and is imported when it is asked for.
COMMANDS = {"doctor": "app.board.doctor", "selftest": "app.selftest"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the first argument names, else the window; return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        command = import_module(COMMANDS[given[0]])
        status: int = command.main(given[1:])
        return status
    from app.main import main as open_window

    return open_window(given)
