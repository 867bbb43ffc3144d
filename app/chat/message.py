"""One message of a conversation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum

from app.chat.statistics import RunStatistics


class Role(Enum):
    """Who wrote a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    """What a function answered that the model asked for."""


class MessageState(Enum):
    """How far a message got. Everything but STREAMING is final."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    CUT = "cut"
    """Ended at the token limit; can be continued."""
    STOPPED = "stopped"
    """Ended by the user; can be continued."""
    INTERRUPTED = "interrupted"
    """The program or its engine ended while it was written; can be continued."""
    FAILED = "failed"
    """The model never got to write it, or failed on the way; `failure` says why."""


CONTINUABLE_STATES = frozenset({MessageState.CUT, MessageState.STOPPED, MessageState.INTERRUPTED})


def new_id() -> str:
    """Return an id that no other message or conversation has: 128 random bits."""
    return os.urandom(16).hex()


@dataclass(frozen=True, slots=True)
class Message:
    """A node of the conversation's tree: an edit or a new answer is a sibling, never a change."""

    id: str
    conversation_id: str
    parent_id: str | None
    """The message it answers, or None for the first one of the conversation."""
    role: Role
    text: str
    created_at: float
    """Seconds since the epoch."""
    state: MessageState = MessageState.COMPLETE
    model: str = ""
    """Display name of the model that wrote it; empty for the user's messages."""
    failure: str = ""
    """One sentence for the user when `state` is FAILED or INTERRUPTED."""
    statistics: RunStatistics | None = None
    adapter: str = ""
    """Display name of the LoRA adapter that was on; empty for none."""
    settings: str = ""
    """JSON of the sampling settings it was written with; empty where they are not known."""
    bookmarked: bool = False
    note: str = ""
    """What the user wrote beside it."""
    edit: str = ""
    """What the user is writing in its place and has not saved yet; empty for nothing."""
