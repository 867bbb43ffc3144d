"""The store: every conversation in one SQLite database.

1. One thread opens a Store, uses it and closes it; it blocks. `app.store.worker` gives it one.
2. Every change is one transaction: after an error nothing of it was written, and the same call
   may be made again. After a return it survives every end of the program; added and finished
   messages survive a power cut as well.
3. While a message is STREAMING its text stands in the table as it began, and what follows stands
   in the journal, piece by piece. Finishing, or recovering after a crash, folds the two.
4. A message is in the search index, with its note, exactly while it is not STREAMING.
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
from app.store import hiding
from app.store import statements as sql
from app.store.connection import identity_of, open_database, open_in_memory, open_to_read
from app.store.copying import copy_of
from app.store.failures import gone, primary_code, told
from app.store.migrations import transaction
from app.store.rows import (
    MESSAGE_COLUMNS,
    Bookmark,
    bookmark_from,
    conversation_from,
    message_from,
    row_of_choices,
    row_of_conversation,
    row_of_message,
    storable,
)
from app.store.search import SearchHit, SearchIndex

__all__ = ["Bookmark", "SearchHit", "Store"]

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
        """Return every conversation that is not deleted: pinned ones first, then the newest.

        Archived ones are among them.
        """
        with told(self._path):
            rows = self._connection.execute(sql.CONVERSATIONS).fetchall()
        return tuple(conversation_from(row) for row in rows)

    def add_conversation(self, conversation: Conversation) -> None:
        """Add a conversation, without its messages. Its leaf must come with `add_message`."""
        with self._writing():
            self._add_conversation(conversation)

    def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        title = storable(title)
        with self._writing() as execute:
            row = execute(sql.NUMBER_AND_TITLE, (conversation_id,)).fetchone()
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

    def set_folder(self, conversation_id: str, folder: str) -> None:
        """Lay a conversation into a folder, or into none for an empty name."""
        self._change("folder = ?", storable(folder), conversation_id)

    def set_archived(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation away at the end of the list, or take it out again."""
        self._change("archived = ?", int(archived), conversation_id)

    def set_choices(self, conversation_id: str, choices: Choices) -> None:
        """Keep the model, adapter, preset and settings of a conversation."""
        with self._writing() as execute:
            execute(sql.SET_CHOICES, (*row_of_choices(choices), conversation_id))

    def rename_preset(self, old: str, new: str) -> None:
        """Let every conversation that has a preset go on with it under its new name."""
        with self._writing() as execute:
            execute("UPDATE conversations SET preset = ? WHERE preset = ?", (new, old))

    def delete_conversation(self, conversation_id: str) -> None:
        """Take a conversation out of list and search; it can be restored until it is purged."""
        self._change("deleted_at = ?", time.time(), conversation_id)

    def restore_conversation(self, conversation_id: str) -> None:
        """Undo a deletion."""
        self._change("deleted_at = ?", None, conversation_id)

    def duplicate_conversation(
        self, conversation_id: str, copy_id: str, title: str
    ) -> Conversation | None:
        """Add a copy of a conversation with every branch and its choices; return it.

        Returns None when there is nothing to copy.
        """
        with self._writing(lasting=True) as execute:
            row = execute(sql.CONVERSATION, (conversation_id,)).fetchone()
            if row is None:
                return None
            rows = execute(sql.MESSAGES_IN_ORDER_OF_ADDING, (conversation_id,)).fetchall()
            copy, messages = copy_of(
                conversation_from(row),
                (self._with_journal(message_from(row)) for row in rows),
                copy_id,
                storable(title),
                time.time(),
            )
            self._add_conversation(replace(copy, leaf_id=None))
            for message in messages:
                self._add_message(message)
            execute("UPDATE conversations SET leaf_id = ? WHERE id = ?", (copy.leaf_id, copy.id))
        return copy

    def purge(self, deleted_before: float) -> int:
        """Remove for good what was deleted before a time; return how many conversations.

        Their words, and those of deleted messages, are gone from the file as well when this
        returns, and the room is given back.
        """
        with self._writing() as execute:
            doomed = execute(sql.DOOMED, (deleted_before,)).fetchall()
            for number, conversation_id, title in doomed:
                for row in execute(sql.INDEXED_TEXTS, (conversation_id,)).fetchall():
                    self._index.remove_message(*row)
                self._index.remove_title(number, title)
                execute("DELETE FROM conversations WHERE number = ?", (number,))
            hiding.leave_doomed(self._connection, deleted_before)
            for row in execute(sql.DOOMED_TEXTS, (deleted_before,)).fetchall():
                self._index.remove_message(*row)
            dropped = execute("DELETE FROM messages WHERE deleted_at < ?", (deleted_before,))
            removed = bool(doomed) or dropped.rowcount > 0
            if removed:
                self._index.compact()
        if removed:
            with told(self._path):
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return len(doomed)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Return all messages of a conversation, oldest first, with what was journalled so far."""
        with told(self._path):
            rows = self._connection.execute(sql.MESSAGES, (conversation_id,)).fetchall()
            return tuple(self._with_journal(message_from(row)) for row in rows)

    def add_message(self, message: Message) -> None:
        """Add a message; its conversation moves up in the list and shows the branch it ends."""
        self.add_messages((message,))

    def add_messages(self, messages: Iterable[Message]) -> None:
        """Add messages one after the other, all of them or, after an error, none."""
        with self._writing(lasting=True) as execute:
            for message in messages:
                self._add_message(message)
                execute(sql.TOUCH, (message.created_at, message.id, message.conversation_id))

    def journal(self, message_id: str, text: str) -> None:
        """Append a piece to a STREAMING message. Costs what the piece costs, not the message."""
        with self._writing() as execute:
            execute(sql.JOURNAL, (storable(text), message_id))

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

    def set_bookmark(self, message_id: str, bookmarked: bool) -> None:
        """Mark a message to be found again, or not."""
        with self._writing() as execute:
            execute(
                "UPDATE messages SET bookmarked = ? WHERE id = ?", (int(bookmarked), message_id)
            )

    def set_note(self, message_id: str, note: str) -> None:
        """Keep what the user wrote beside a message; it is found by search."""
        note = storable(note)
        with self._writing() as execute:
            row = execute(sql.INDEXED_TEXT, (message_id,)).fetchone()
            execute("UPDATE messages SET note = ? WHERE id = ?", (note, message_id))
            if row is not None:
                self._index.remove_message(*row)
                self._index.add_message(row[0], row[1], note)

    def set_edit(self, message_id: str, text: str) -> None:
        """Keep what the user is writing in the place of a message, or nothing any more."""
        with self._writing() as execute:
            execute("UPDATE messages SET edit = ? WHERE id = ?", (storable(text), message_id))

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """Return every bookmarked message that is not deleted, the newest first."""
        with told(self._path):
            rows = self._connection.execute(sql.BOOKMARKED).fetchall()
        return tuple(bookmark_from(row) for row in rows)

    def delete_message(self, message_id: str) -> None:
        """Hide a message and everything below it, until it is restored or purged.

        Where the branch that is shown ended there, it ends in the newest one that is left.
        """
        with self._writing():
            hiding.hide(self._connection, message_id, time.time())

    def restore_message(self, message_id: str) -> None:
        """Undo a deletion: what was hidden with the message is there again."""
        with self._writing():
            hiding.show(self._connection, message_id)

    def recover(self) -> tuple[Message, ...]:
        """Mark replies that were being written when the program ended, with all that was kept.

        Run once after opening. Returns them as they are now: INTERRUPTED, ready to be continued.
        Those that were deleted are not among them.
        """
        with self._writing() as execute:
            rows = execute(sql.STREAMING).fetchall()
            found = [message_from(row[:-1]) for row in rows]
            deleted = {row[0] for row in rows if row[-1] is not None}
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
        return tuple(message for message in recovered if message.id not in deleted)

    def search(self, query: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return titles and messages that contain all words of `query`, newest first."""
        with told(self._path):
            return self._index.find(query, limit)

    def _finish(self, message: Message) -> None:
        self._unindex(message.id)
        row = dict(zip(MESSAGE_COLUMNS, row_of_message(message), strict=True))
        found = self._connection.execute(sql.FINISH, row).fetchone()
        self._connection.execute("DELETE FROM journal WHERE message_id = ?", (message.id,))
        if found is not None and message.state is not MessageState.STREAMING:
            self._index.add_message(found[0], row["text"], found[1])

    def _add_conversation(self, conversation: Conversation) -> None:
        row = row_of_conversation(conversation)
        number = self._connection.execute(sql.ADD_CONVERSATION, row).lastrowid
        self._index.add_title(number or 0, storable(conversation.title))

    def _add_message(self, message: Message) -> None:
        number = self._connection.execute(sql.ADD_MESSAGE, row_of_message(message)).lastrowid
        if message.state is not MessageState.STREAMING:
            self._index.add_message(number or 0, storable(message.text), storable(message.note))

    def _unindex(self, message_id: str) -> None:
        row = self._connection.execute(sql.INDEXED_TEXT, (message_id,)).fetchone()
        if row is not None:
            self._index.remove_message(*row)

    def _with_journal(self, message: Message) -> Message:
        if message.state is not MessageState.STREAMING:
            return message
        pieces = self._connection.execute(sql.PIECES, (message.id,)).fetchall()
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
