"""What the window knows of the model: values for the header, the picker and the welcome page."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be picked."""

    path: Path
    label: str
    detail: str = ""
    is_starter: bool = False
    problem: str = ""
    """Why it cannot be loaded, or an empty text."""
