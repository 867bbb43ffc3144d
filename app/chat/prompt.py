"""What a model is given to read: the branch that is shown, as turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.chat.message import Message, Role
from app.chat.thinking import without_thinking


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as the model reads it."""

    role: Role
    text: str


def prompt_for(path: Iterable[Message], system_prompt: str = "") -> tuple[Turn, ...]:
    """Return the turns for `path`, led by `system_prompt` when there is one.

    What the model thought before is left out, as the makers of such models advise; an answer at
    the end, which is to be written on, is given whole. Answers without text (a failed or stopped
    attempt) are left out, so that the model never reads an empty turn of its own.
    """
    messages = tuple(path)
    texts = [
        without_thinking(message.text) if message.role is Role.ASSISTANT else message.text
        for message in messages[:-1]
    ]
    texts += [message.text for message in messages[-1:]]
    turns = [
        Turn(message.role, text)
        for message, text in zip(messages, texts, strict=True)
        if text.strip()
    ]
    if system_prompt.strip():
        turns.insert(0, Turn(Role.SYSTEM, system_prompt.strip()))
    return tuple(turns)
