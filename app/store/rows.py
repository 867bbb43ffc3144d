"""Messages as rows of the database and back."""

from __future__ import annotations

from typing import Any

import msgspec

from app.chat.message import Message, MessageState, Role
from app.chat.statistics import RunStatistics

MESSAGE_COLUMNS = (
    "id, conversation_id, parent_id, role, text, created_at, state, model, failure, statistics"
)


def row_of(message: Message) -> tuple[Any, ...]:
    """Return the values of MESSAGE_COLUMNS for `message`."""
    return (
        message.id,
        message.conversation_id,
        message.parent_id,
        message.role.value,
        message.text,
        message.created_at,
        message.state.value,
        message.model,
        message.failure,
        encode_statistics(message.statistics),
    )


def message_of(row: tuple[Any, ...]) -> Message:
    """Return the message that stands in a row of MESSAGE_COLUMNS."""
    message_id, conversation_id, parent_id, role, text, created_at, state, *rest = row
    model, failure, statistics = rest
    return Message(
        message_id,
        conversation_id,
        parent_id,
        Role(role),
        text,
        created_at,
        MessageState(state),
        model,
        failure,
        _decode_statistics(statistics),
    )


def encode_statistics(statistics: RunStatistics | None) -> str | None:
    """Return figures as they are kept: JSON, because nothing is ever looked up by them."""
    return None if statistics is None else msgspec.json.encode(statistics).decode()


def _decode_statistics(text: str | None) -> RunStatistics | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=RunStatistics)
    except msgspec.MsgspecError:
        # Figures are not worth losing a message for.
        return None
