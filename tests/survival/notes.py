"""What a witness in the program notes, and how it is read after the kill."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The environment variable that names the file.
VARIABLE = "CAIRN_WITNESS"


@dataclass(frozen=True, slots=True)
class Write:
    """A change that the window made."""

    at: float
    """Of the clock that all processes share, in seconds."""
    verb: str
    """Of the Store."""
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of an answer that the window got."""

    at: float
    message_id: str
    text: str


def notes_in(path: Path) -> tuple[Write | Text, ...]:
    """Return what was noted, in order."""
    found: list[Write | Text] = []
    with path.open("rb") as file:
        while True:
            try:
                found.append(pickle.load(file))  # noqa: S301 - it is our own
            except EOFError:
                return tuple(found)
