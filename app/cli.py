"""The command `cairn`: the window, or one of the commands that need none."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

#: Each has a `main(arguments) -> int`, and is imported when it is asked for.
COMMANDS = {
    "ask": "app.ask",
    "doctor": "app.board.doctor",
    "selftest": "app.selftest",
    "--self-test": "app.window_trial",
}

#: Shows the small window for one question, of the running program if there is one.
QUICK = "quick"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the first argument names, else the window; return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        command = import_module(COMMANDS[given[0]])
        status: int = command.main(given[1:])
        return status
    if given and given[0] == QUICK:
        # So that a desktop can bind a key to it.
        given[0] = "--quick"
    # Nothing is to be put away yet; Python's own answer is lost where Qt is calling at the moment.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _is_received(given):
        return 0
    from app.main import main as open_window

    return open_window(given)


def _is_received(given: Sequence[str]) -> bool:
    """Return whether the program that runs already does what is wanted.

    Asked before anything of a window is imported; what goes wrong here `app.main` sees as well.
    """
    from app.options import parse

    options = parse(given)
    try:
        if not options.paths.socket.exists():
            return False
    except OSError:
        return False
    from app.visit import Visit, hand_over

    return hand_over(options.paths.socket, Visit.of_this_start(options.model, quick=options.quick))
