"""What a model is given to read: the branch that is shown, as turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.chat.message import Message, Role


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as the model reads it."""

    role: Role
    text: str


def prompt_for(path: Iterable[Message], system_prompt: str = "") -> tuple[Turn, ...]:
    """Return the turns for `path`, led by `system_prompt` when there is one.

    Answers without text (a failed or stopped attempt) are left out, so that the model never
    reads an empty turn of its own.
    """
    turns = [Turn(message.role, message.text) for message in path if message.text.strip()]
    if system_prompt.strip():
        turns.insert(0, Turn(Role.SYSTEM, system_prompt.strip()))
    return tuple(turns)
