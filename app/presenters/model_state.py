"""What the window knows of the model: values for the header, the picker and the welcome page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.errors import AppError
from app.runtime.protocol import LoadProgress, ModelInfo


class ModelStage(Enum):
    """Where the model stands."""

    NONE = "none"
    LOADING = "loading"
    READY = "ready"
    RESTING = "resting"
    """Its memory was given back; the next message loads it again."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelState:
    """The model in use, or the one that is being loaded."""

    stage: ModelStage = ModelStage.NONE
    name: str = ""
    detail: str = ""
    """Size, quantisation and context, for people."""
    progress: LoadProgress | None = None
    info: ModelInfo | None = None
    is_starter: bool = False
    error: AppError | None = None
    path: Path | None = None
    """The file, once one was chosen."""
    replaces: str = ""
    """Name of the model whose place is taken while this one loads."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be picked."""

    path: Path
    label: str
    detail: str = ""
    is_starter: bool = False
    problem: str = ""
    """Why it cannot be loaded, or an empty text."""
    warning: str = ""
    """Why it may not work, or an empty text."""
    speed: float | None = None
    """Tokens per second when it was last measured here."""
    fit: str = ""
    """Whether it fits the memory, in one word: "fits", "tight", "too_big"; empty if unknown."""
    fit_reason: str = ""
    """Why, with figures."""
    is_favourite: bool = False
    is_kept: bool = False
    """It stays loaded when another one is chosen."""
    is_loaded: bool = False


def has_starter(choices: Iterable[ModelChoice]) -> bool:
    """Return whether the starter model can be used."""
    return any(choice.is_starter and not choice.problem for choice in choices)
