"""What can still be done with a database that is damaged: keep the file, take over what it holds.

Rows are read in the order of their numbers; a number that cannot be read is skipped. What hung
on it is hung higher: a message without its parent starts a branch, one without its conversation
gets a conversation.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.chat.conversation import Conversation, title_from
from app.chat.message import Message, MessageState
from app.errors import StoreDamaged
from app.store.connection import connected, log_of, shared_memory_of
from app.store.failures import told
from app.store.rows import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, conversation_from, message_from
from app.store.store import Store

logger = logging.getLogger(__name__)

#: Numbers up to this one are tried when the file cannot say how many it has.
TRIED_NUMBERS = 20_000
#: The file may say nonsense.
MOST_NUMBERS = 1_000_000


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what reading raises: SQLite's own messages quote the file, and are decoded strictly."""
    return (sqlite3.Error, UnicodeDecodeError)


def set_aside(path: Path) -> Path:
    """Rename the database, and what belongs to it, so that a new one can be made; return where."""
    with told(path):
        stamp = time.strftime("%Y-%m-%d-%H%M%S")
        kept = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
        count = 1
        while kept.exists():
            count += 1
            kept = path.with_name(f"{path.stem}.damaged-{stamp}-{count}{path.suffix}")
        path.rename(kept)
        for companion in (log_of, shared_memory_of):
            with contextlib.suppress(FileNotFoundError):
                companion(path).rename(companion(kept))
    return kept


def take_over_file(kept: Path, target: Store) -> int:
    """Copy what can be read of a damaged database into `target`; return how many messages."""
    with contextlib.closing(connected(str(kept))) as source:
        return take_over(source, target)


def take_over_copy(content: bytes, target: Store) -> int:
    """Copy what a serialised database in memory holds; return how many messages."""
    with contextlib.closing(connected(":memory:")) as source:
        source.deserialize(content)
        return take_over(source, target)


def take_over(source: sqlite3.Connection, target: Store) -> int:
    """Copy what can be read through `source` into `target`; return how many messages.

    What `target` has already is left as it is there, so this may be done again after an error.
    """
    with told(target.path):
        there = {name for (name,) in target.connection.execute("SELECT id FROM conversations")}
        owners = dict(target.connection.execute("SELECT id, conversation_id FROM messages"))
    chats: list[tuple[Conversation, bool]] = []
    for conversation, is_deleted in _conversations(source):
        chats.append((conversation, is_deleted))
        if conversation.id not in there:
            target.add_conversation(replace(conversation, leaf_id=None))
            there.add(conversation.id)
    count = 0
    hidden: dict[str, str] = {}
    deletions: list[str] = []
    for message, hidden_with in _messages(source):
        if message.id in owners:
            continue
        if message.conversation_id not in there:
            target.add_conversation(_conversation_for(message))
            there.add(message.conversation_id)
        if owners.get(message.parent_id or "") != message.conversation_id:
            message = replace(message, parent_id=None)
        target.add_message(message)
        owners[message.id] = message.conversation_id
        count += 1
        if hidden_with:
            if hidden.get(message.parent_id or "") != hidden_with:
                deletions.append(message.id)
            hidden[message.id] = hidden_with
    # The deepest first: what was deleted earlier comes back by itself, as it would have there.
    for message_id in reversed(deletions):
        target.delete_message(message_id)
    for conversation, is_deleted in chats:
        if owners.get(conversation.leaf_id or "") == conversation.id:
            target.set_leaf(conversation.id, conversation.leaf_id)
        if is_deleted:
            target.delete_conversation(conversation.id)
    logger.info("%d messages of %d conversations were taken over", count, len(chats))
    return count


def _conversations(source: sqlite3.Connection) -> Iterator[tuple[Conversation, bool]]:
    for *row, deleted_at in _rows(source, "conversations", (*CONVERSATION_COLUMNS, "deleted_at")):
        try:
            conversation = conversation_from(tuple(row))
        except StoreDamaged:
            continue
        yield conversation, deleted_at is not None


def _messages(source: sqlite3.Connection) -> Iterator[tuple[Message, str]]:
    """Yield each message, and the id of the one whose deletion hid it, or an empty text."""
    for *row, hidden_with in _rows(source, "messages", (*MESSAGE_COLUMNS, "deleted_with")):
        try:
            message = message_from(tuple(row))
        except StoreDamaged:
            continue
        if message.state is MessageState.STREAMING:
            message = replace(message, text=message.text + _journalled(source, message.id))
        yield message, str(hidden_with or "")


def _journalled(source: sqlite3.Connection, message_id: str) -> str:
    pieces: list[str] = []
    query = "SELECT text FROM journal WHERE message_id = ? ORDER BY place"
    with contextlib.suppress(*_unreadable()):
        for (piece,) in source.execute(query, (message_id,)):
            pieces.append(piece)
    return "".join(pieces)


def _rows(
    source: sqlite3.Connection, table: str, columns: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    there = _columns_there(source, table, columns)
    query = f"SELECT number, {', '.join(there)} FROM {table} WHERE number > ? ORDER BY number"
    last, newest = 0, _newest(source, table)
    in_gap = False
    while last < newest:
        try:
            for number, *row in source.execute(query, (last,)):
                last, in_gap = number, False
                yield tuple(row)
        except _unreadable() as error:
            if not in_gap:
                logger.info("%s after number %d cannot be read: %s", table, last, error)
            last, in_gap = last + 1, True
        else:
            return


def _columns_there(
    source: sqlite3.Connection, table: str, columns: tuple[str, ...]
) -> tuple[str, ...]:
    """Return `columns`, with an empty text for those that an older version did not have."""
    with contextlib.suppress(*_unreadable()):
        known = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
        return tuple(name if name in known else "''" for name in columns)
    return columns


def _newest(source: sqlite3.Connection, table: str) -> int:
    """Return the highest number a table ever had, a guess when only that cannot be read, or 0."""
    try:
        # Reads the schema only. Without it, no number will do better.
        source.execute(f"SELECT number FROM {table} LIMIT 0")
    except _unreadable() as error:
        logger.info("%s cannot be read at all: %s", table, error)
        return 0
    with contextlib.suppress(*_unreadable()):
        query = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        (newest,) = source.execute(query, (table,)).fetchone() or (0,)
        if isinstance(newest, int):
            return min(newest, MOST_NUMBERS)
    return TRIED_NUMBERS


def _conversation_for(message: Message) -> Conversation:
    title = title_from(message.text) or "Recovered conversation"
    return Conversation(message.conversation_id, title, message.created_at, message.created_at)
