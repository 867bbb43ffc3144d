"""Rows of the database as values, and back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import msgspec

from app.chat.conversation import Choices, Conversation
from app.chat.message import Message
from app.chat.statistics import RunStatistics
from app.errors import StoreDamaged
from app.store.failures import damaged

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A message that the user marked to find it again."""

    message: Message
    conversation_title: str


CONVERSATION_COLUMNS = (
    "id",
    "title",
    "created_at",
    "updated_at",
    "leaf_id",
    "pinned",
    "draft",
    "model",
    "adapter",
    "preset",
    "overrides",
    "folder",
    "archived",
)
MESSAGE_COLUMNS = (
    "id",
    "conversation_id",
    "parent_id",
    "role",
    "text",
    "created_at",
    "state",
    "model",
    "failure",
    "statistics",
    "adapter",
    "settings",
    "bookmarked",
    "note",
    "edit",
)
_CHOICES = ("model", "adapter", "preset", "overrides")


def conversation_from(row: tuple[Any, ...]) -> Conversation:
    """Return the conversation in a row of CONVERSATION_COLUMNS. Raises StoreDamaged."""
    fields = dict(zip(CONVERSATION_COLUMNS, row, strict=True))
    fields["pinned"] = bool(fields["pinned"])
    fields["archived"] = bool(fields["archived"])
    fields["choices"] = {name: fields.pop(name) for name in _CHOICES}
    try:
        return msgspec.convert(fields, Conversation)
    except msgspec.ValidationError as error:
        raise _unreadable(row, error) from error


def message_from(row: tuple[Any, ...]) -> Message:
    """Return the message in a row of MESSAGE_COLUMNS. Raises StoreDamaged."""
    fields = dict(zip(MESSAGE_COLUMNS, row, strict=True))
    fields["statistics"] = _statistics_from(fields["statistics"])
    fields["bookmarked"] = bool(fields["bookmarked"])
    try:
        return msgspec.convert(fields, Message)
    except msgspec.ValidationError as error:
        raise _unreadable(row, error) from error


def bookmark_from(row: tuple[Any, ...]) -> Bookmark:
    """Return the bookmark in a row of MESSAGE_COLUMNS and a title. Raises StoreDamaged."""
    *fields, title = row
    return Bookmark(message_from(tuple(fields)), title)


def row_of_conversation(conversation: Conversation) -> tuple[Any, ...]:
    """Return the values of CONVERSATION_COLUMNS."""
    return (
        conversation.id,
        storable(conversation.title),
        conversation.created_at,
        conversation.updated_at,
        conversation.leaf_id,
        int(conversation.pinned),
        storable(conversation.draft),
        *row_of_choices(conversation.choices),
        storable(conversation.folder),
        int(conversation.archived),
    )


def row_of_choices(choices: Choices) -> tuple[str, ...]:
    """Return the values of the columns for what was chosen, in their order."""
    return tuple(storable(getattr(choices, name)) for name in _CHOICES)


def row_of_message(message: Message) -> tuple[Any, ...]:
    """Return the values of MESSAGE_COLUMNS."""
    statistics = message.statistics
    return (
        message.id,
        message.conversation_id,
        message.parent_id,
        message.role.value,
        storable(message.text),
        message.created_at,
        message.state.value,
        storable(message.model),
        storable(message.failure),
        None if statistics is None else msgspec.json.encode(statistics).decode(),
        storable(message.adapter),
        storable(message.settings),
        int(message.bookmarked),
        storable(message.note),
        storable(message.edit),
    )


def storable(text: str) -> str:
    """Return `text` as UTF-8 can hold it: halves of surrogate pairs are joined or replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _statistics_from(value: Any) -> RunStatistics | None:
    if value is None:
        return None
    try:
        return msgspec.json.decode(value, type=RunStatistics)
    except (msgspec.DecodeError, TypeError) as error:
        logger.info("unreadable statistics of a message are shown as unknown: %s", error)
        return None


def _unreadable(row: tuple[Any, ...], error: msgspec.ValidationError) -> StoreDamaged:
    return damaged(f"row {row[0]!r}: {error}")
