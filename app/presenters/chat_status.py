"""What the status line says about the answer that is being written, or the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from app.chat.message import Message, Role
from app.presenters.model_state import ModelState


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
    elsewhere: str = ""
    """Title of the other conversation that the model is writing in, if it is."""


def status_at_rest(path: Sequence[Message], model: ModelState, elsewhere: str = "") -> ChatStatus:
    """Return what is known of a branch while nothing is being written for it."""
    limit = model.info.context_tokens if model.info else None
    answer = next((item for item in reversed(path) if item.role is Role.ASSISTANT), None)
    # Another model cuts the same text into other tokens.
    if answer is None or answer.statistics is None or answer.model != model.name:
        return ChatStatus(context_limit=limit, elsewhere=elsewhere)
    return ChatStatus(
        Activity.IDLE,
        answer.statistics.decode_tokens_per_second,
        answer.statistics.first_token_ms,
        answer.statistics.context_tokens,
        limit,
        elsewhere,
    )
