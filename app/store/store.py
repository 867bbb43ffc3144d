"""The store: every conversation in one SQLite database.

1. One thread opens a Store, uses it and closes it; it blocks. `app.store.worker` gives it one.
2. Every change is one transaction: after an error nothing of it was written, and the same call
   may be made again. After a return it survives every end of the program; added and finished
   messages survive a power cut as well.
3. While a message is STREAMING its text stands in the table as it began, and what follows stands
   in the journal, piece by piece. Finishing, or recovering after a crash, folds the two.
4. A message is in the search index exactly while it is not STREAMING.
5. A change to something that is not there (any more) is passed over: there is nothing to save.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from app.chat.conversation import Choices, Conversation
from app.chat.message import Message, MessageState
from app.store.connection import identity_of, open_database, open_in_memory, open_to_read
from app.store.failures import gone, primary_code, told
from app.store.migrations import transaction
from app.store.rows import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    conversation_from,
    message_from,
    row_of_choices,
    row_of_conversation,
    row_of_message,
    storable,
)
from app.store.search import SearchHit, SearchIndex

__all__ = ["SearchHit", "Store"]

_MEMORY = Path(":memory:")

INTERRUPTED = "Cairn ended while this answer was being written."


class Store:
    """An open database. Made by `open` or `in_memory`, ended by `close`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._index = SearchIndex(connection)
        self._identity = identity_of(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database at `path`, made when missing, brought up to date when older.

        Raises StoreTooNew, StoreDamaged, StoreReadOnly, StoreFull, or StoreError for the rest.
        """
        return cls(open_database(path), path)

    @classmethod
    def to_read(cls, path: Path) -> Self:
        """Open a database that may not be written: it is shown, and changes raise StoreReadOnly.

        Raises StoreError.
        """
        return cls(open_to_read(path), path)

    @classmethod
    def in_memory(cls) -> Self:
        """Return an empty store that keeps nothing beyond its close."""
        return cls(open_in_memory(), _MEMORY)

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._path

    @property
    def is_in_memory(self) -> bool:
        """Whether nothing is kept beyond the close."""
        return self._path == _MEMORY

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for what belongs to this package only."""
        return self._connection

    @property
    def index(self) -> SearchIndex:
        """The search index, for what belongs to this package only."""
        return self._index

    def close(self) -> None:
        """Write the log back into the database and close it; a second call does nothing."""
        with told(self._path):
            self._connection.close()

    def conversations(self) -> tuple[Conversation, ...]:
        """Return every conversation that is not deleted: pinned ones first, then the newest."""
        with told(self._path):
            rows = self._connection.execute(_CONVERSATIONS).fetchall()
        return tuple(conversation_from(row) for row in rows)

    def add_conversation(self, conversation: Conversation) -> None:
        """Add a conversation, without its messages. Its leaf must come with `add_message`."""
        with self._writing() as execute:
            number = execute(_ADD_CONVERSATION, row_of_conversation(conversation)).lastrowid
            self._index.add_title(number or 0, storable(conversation.title))

    def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        title = storable(title)
        with self._writing() as execute:
            row = execute(_NUMBER_AND_TITLE, (conversation_id,)).fetchone()
            if row is None:
                return
            self._index.remove_title(*row)
            execute("UPDATE conversations SET title = ? WHERE number = ?", (title, row[0]))
            self._index.add_title(row[0], title)

    def set_leaf(self, conversation_id: str, leaf_id: str | None) -> None:
        """Remember which branch of a conversation is shown."""
        self._change("leaf_id = ?", leaf_id, conversation_id)

    def set_draft(self, conversation_id: str, text: str) -> None:
        """Keep what stands in the composer of a conversation."""
        self._change("draft = ?", storable(text), conversation_id)

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or not."""
        self._change("pinned = ?", int(pinned), conversation_id)

    def set_choices(self, conversation_id: str, choices: Choices) -> None:
        """Keep the model, adapter, preset and settings of a conversation."""
        with self._writing() as execute:
            execute(_SET_CHOICES, (*row_of_choices(choices), conversation_id))

    def delete_conversation(self, conversation_id: str) -> None:
        """Take a conversation out of list and search; it can be restored until it is purged."""
        self._change("deleted_at = ?", time.time(), conversation_id)

    def restore_conversation(self, conversation_id: str) -> None:
        """Undo a deletion."""
        self._change("deleted_at = ?", None, conversation_id)

    def purge(self, deleted_before: float) -> int:
        """Remove for good what was deleted before a time; return how many conversations.

        Their words are gone from the file as well when this returns, and the room is given back.
        """
        with self._writing() as execute:
            doomed = execute(_DOOMED, (deleted_before,)).fetchall()
            for number, conversation_id, title in doomed:
                for row in execute(_INDEXED_TEXTS, (conversation_id,)).fetchall():
                    self._index.remove_message(*row)
                self._index.remove_title(number, title)
                execute("DELETE FROM conversations WHERE number = ?", (number,))
            if doomed:
                self._index.compact()
        if doomed:
            with told(self._path):
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return len(doomed)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Return all messages of a conversation, oldest first, with what was journalled so far."""
        with told(self._path):
            rows = self._connection.execute(_MESSAGES, (conversation_id,)).fetchall()
            return tuple(self._with_journal(message_from(row)) for row in rows)

    def add_message(self, message: Message) -> None:
        """Add a message; its conversation moves up in the list and shows the branch it ends."""
        self.add_messages((message,))

    def add_messages(self, messages: Iterable[Message]) -> None:
        """Add messages one after the other, all of them or, after an error, none."""
        with self._writing(lasting=True) as execute:
            for message in messages:
                number = execute(_ADD_MESSAGE, row_of_message(message)).lastrowid
                execute(_TOUCH, (message.created_at, message.id, message.conversation_id))
                if message.state is not MessageState.STREAMING:
                    self._index.add_message(number or 0, storable(message.text))

    def journal(self, message_id: str, text: str) -> None:
        """Append a piece to a STREAMING message. Costs what the piece costs, not the message."""
        with self._writing() as execute:
            execute(_JOURNAL, (storable(text), message_id))

    def reopen_message(self, message_id: str) -> None:
        """Make a message STREAMING again: it keeps its text, and pieces follow it."""
        with self._writing() as execute:
            self._unindex(message_id)
            execute(
                "UPDATE messages SET state = 'streaming', failure = '' WHERE id = ?", (message_id,)
            )

    def finish_message(self, message: Message) -> None:
        """Write how a message ended; its journal is dropped and its text can be found."""
        with self._writing(lasting=True):
            self._finish(message)

    def recover(self) -> tuple[Message, ...]:
        """Mark replies that were being written when the program ended, with all that was kept.

        Run once after opening. Returns them as they are now: INTERRUPTED, ready to be continued.
        """
        with self._writing() as execute:
            found = [message_from(row) for row in execute(_STREAMING).fetchall()]
            recovered = tuple(
                replace(
                    self._with_journal(message),
                    state=MessageState.INTERRUPTED,
                    failure=INTERRUPTED,
                )
                for message in found
            )
            for message in recovered:
                self._finish(message)
        return recovered

    def search(self, query: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return titles and messages that contain all words of `query`, newest first."""
        with told(self._path):
            return self._index.find(query, limit)

    def _finish(self, message: Message) -> None:
        self._unindex(message.id)
        row = dict(zip(MESSAGE_COLUMNS, row_of_message(message), strict=True))
        found = self._connection.execute(_FINISH, row).fetchone()
        self._connection.execute("DELETE FROM journal WHERE message_id = ?", (message.id,))
        if found is not None and message.state is not MessageState.STREAMING:
            self._index.add_message(found[0], row["text"])

    def _unindex(self, message_id: str) -> None:
        row = self._connection.execute(_INDEXED_TEXT, (message_id,)).fetchone()
        if row is not None:
            self._index.remove_message(*row)

    def _with_journal(self, message: Message) -> Message:
        if message.state is not MessageState.STREAMING:
            return message
        pieces = self._connection.execute(_PIECES, (message.id,)).fetchall()
        return replace(message, text=message.text + "".join(piece for (piece,) in pieces))

    def _change(self, assignment: str, value: object, conversation_id: str) -> None:
        with self._writing() as execute:
            statement = f"UPDATE conversations SET {assignment} WHERE id = ?"
            execute(statement, (value, conversation_id))

    @contextlib.contextmanager
    def _writing(self, *, lasting: bool = False) -> Iterator[Any]:
        """Make one transaction; a `lasting` one is on the disk itself when it returns."""
        # SQLite would go on writing into a file that nobody can open again.
        if identity_of(self._path) != self._identity:
            raise gone(self._path)
        with told(self._path):
            try:
                if lasting:
                    self._connection.execute("PRAGMA synchronous = FULL")
                with transaction(self._connection):
                    yield self._connection.execute
                    self._index.settle()
            except sqlite3.Error as error:
                if primary_code(error) == sqlite3.SQLITE_FULL:
                    self._give_room_back()
                raise
            finally:
                self._index.drop_changes()
                if lasting:
                    self._connection.execute("PRAGMA synchronous = NORMAL")

    def _give_room_back(self) -> None:
        """Empty the log, which may be what fills the disk: the next attempt may then succeed."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _places(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


_CONVERSATIONS = f"""
    SELECT {_columns(CONVERSATION_COLUMNS)} FROM conversations WHERE deleted_at IS NULL
    ORDER BY pinned DESC, updated_at DESC, number DESC
"""
_ADD_CONVERSATION = f"""
    INSERT INTO conversations ({_columns(CONVERSATION_COLUMNS)})
    VALUES ({_places(CONVERSATION_COLUMNS)})
"""
_SET_CHOICES = (
    "UPDATE conversations SET model = ?, adapter = ?, preset = ?, overrides = ? WHERE id = ?"
)
_NUMBER_AND_TITLE = "SELECT number, title FROM conversations WHERE id = ?"
_DOOMED = "SELECT number, id, title FROM conversations WHERE deleted_at < ?"
_MESSAGES = f"""
    SELECT {_columns(MESSAGE_COLUMNS)} FROM messages WHERE conversation_id = ?
    ORDER BY created_at, number
"""
_STREAMING = f"""
    SELECT {_columns(MESSAGE_COLUMNS)} FROM messages WHERE state = 'streaming' ORDER BY number
"""
_ADD_MESSAGE = f"""
    INSERT INTO messages ({_columns(MESSAGE_COLUMNS)}) VALUES ({_places(MESSAGE_COLUMNS)})
"""
# A clock that was set back must not send the conversation down the list.
_TOUCH = "UPDATE conversations SET updated_at = max(updated_at, ?), leaf_id = ? WHERE id = ?"
_JOURNAL = """
    INSERT INTO journal (message_id, place, text)
    SELECT id, (SELECT coalesce(max(place), 0) + 1 FROM journal WHERE message_id = messages.id), ?
    FROM messages WHERE id = ? AND state = 'streaming'
"""
_PIECES = "SELECT text FROM journal WHERE message_id = ? ORDER BY place"
_FINISH = """
    UPDATE messages SET text = :text, state = :state, model = :model, failure = :failure,
        statistics = :statistics, adapter = :adapter
    WHERE id = :id RETURNING number
"""
_INDEXED_TEXT = "SELECT number, text FROM messages WHERE id = ? AND state != 'streaming'"
_INDEXED_TEXTS = (
    "SELECT number, text FROM messages WHERE conversation_id = ? AND state != 'streaming'"
)
