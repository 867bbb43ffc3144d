"""What an engine is doing."""

from __future__ import annotations

from enum import Enum


class EngineState(Enum):
    """What the engine is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    RUNNING = "running"
