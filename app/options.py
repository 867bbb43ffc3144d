"""The command line of the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import __version__
from app.paths import Paths


@dataclass(frozen=True, slots=True)
class Options:
    """What the window is started with."""

    model: Path | None
    """To be loaded; None leaves it to the settings."""
    paths: Paths
    quick: bool
    """Show the small window for one question only."""


def parse(arguments: Sequence[str] | None) -> Options:
    """Return what the arguments say; ends the process for those that say nothing sensible."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        return Options(None, Paths.of_user(), quick=False)
    return _parsed(given)


def _parsed(arguments: Sequence[str]) -> Options:
    # Most starts have nothing to say, and the window opens sooner without it.
    import argparse

    parser = argparse.ArgumentParser(
        prog="cairn",
        description="Chat with a language model on this machine.",
        epilog="cairn ask answers one question here, cairn doctor checks the board, cairn selftest "
        "tries a model; all have --help. cairn quick is the same as cairn --quick.",
    )
    parser.add_argument("model", nargs="?", type=Path, help="model file to load")
    parser.add_argument(
        "--profile", type=Path, metavar="FOLDER", help="keep settings and conversations there"
    )
    parser.add_argument(
        "--quick", action="store_true", help="show only the small window for one question"
    )
    parser.add_argument("--version", action="version", version=f"Cairn {__version__}")
    given = parser.parse_args(arguments)
    if given.model is not None and not os.path.lexists(given.model):
        parser.error(f"there is neither a file nor a command {given.model}")
    return Options(
        None if given.model is None else given.model.absolute(),
        Paths.of_user() if given.profile is None else Paths.under(given.profile.absolute()),
        given.quick,
    )
