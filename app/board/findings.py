"""What a check says: one line about one thing, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"
    """Works, but not as well as it could, or not surely."""
    PROBLEM = "problem"
    """Models will not run on the NPU."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line."""

    level: Level
    name: str
    text: str
    """What was found, as a sentence."""
    remedy: str = ""
    """What to do about it, as a sentence."""
    command: str = ""
    """What to type to mend it, if a command does."""
