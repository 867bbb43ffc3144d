"""What the status line says about the answer that is being written, or the last one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Activity(Enum):
    """What the engine is doing for the shown conversation."""

    IDLE = "idle"
    WAITING = "waiting"
    """The request is on its way; the model has not begun to read."""
    PREFILL = "prefill"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class ChatStatus:
    """Measured figures; None where nothing was measured."""

    activity: Activity = Activity.IDLE
    tokens_per_second: float | None = None
    first_token_ms: float | None = None
    context_used: int | None = None
    """Tokens of the context window that the conversation fills."""
    context_limit: int | None = None
