"""The conversation database: every verb is one transaction, and no sqlite3 error leaves raw.

A streaming reply is journalled: `add_message` with state STREAMING, then `journal` for each piece
(cost of the piece, not of the reply), then `finish_message` with the whole. After a crash
`recover` puts together what had arrived. Deleting a conversation only marks it, until `purge`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.chat.conversation import Conversation
from app.chat.message import Message, MessageState
from app.store.failures import damaged, store_error, too_new
from app.store.migrations import LATEST, migrate
from app.store.rows import MESSAGE_COLUMNS, encode_statistics, message_of, row_of
from app.store.search import SearchHit, excerpt, indexable, match_expression

__all__ = ["SearchHit", "Store"]

BUSY_TIMEOUT_S = 2.0
_HEADER = b"SQLite format 3\x00"
_INTERRUPTED = "Cairn ended while this was written."


class Store:
    """An open database. Used on the thread that opened it, and closed there."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the database at `path`, or make it; bring it to the newest version.

        Raises StoreTooNew, StoreDamaged, StoreReadOnly, StoreFull or StoreError. The file is
        then left as it was.
        """
        try:
            unclean = _look_at(path)
        except OSError as error:
            raise store_error(error, path) from error
        connection = None
        try:
            connection = _connect(path)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > LATEST:
                raise too_new(path, version, LATEST)
            if unclean:
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if verdict != "ok":
                    raise damaged(path, verdict)
            connection.execute("PRAGMA journal_mode = WAL")
            # Fails now, and not at the first message, when the file may not be written.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            migrate(connection)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise store_error(error, path) from error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def in_memory(cls) -> Store:
        """Return a database that ends with the program, for when the real one cannot be used."""
        path = Path(":memory:")
        connection = _connect(path)
        migrate(connection)
        return cls(connection, path)

    @staticmethod
    def set_aside(path: Path) -> Path:
        """Rename a damaged database and what belongs to it; return its new place."""
        name = f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
        try:
            for ending in ("-wal", "-shm", ""):
                old = path.with_name(path.name + ending)
                if old.exists():
                    old.rename(path.with_name(name + ending))
        except OSError as error:
            raise store_error(error, path) from error
        return path.with_name(name)

    def close(self) -> None:
        """Close the database; the write-ahead log is folded in."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def recover(self) -> tuple[Message, ...]:
        """Mark replies that were being written as interrupted, with the text that had arrived."""
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE state = 'streaming'"
            ).fetchall()
            for row in rows:
                pieces = connection.execute(
                    "SELECT text FROM journal WHERE message_id = ? ORDER BY place", (row[0],)
                ).fetchall()
                text = row[4] + "".join(piece for (piece,) in pieces)
                connection.execute(
                    "UPDATE messages SET text = ?, state = ?, failure = ? WHERE id = ?",
                    (text, MessageState.INTERRUPTED.value, _INTERRUPTED, row[0]),
                )
                connection.execute("DELETE FROM journal WHERE message_id = ?", (row[0],))
                self._index(row[0], text)
            found = [self._message(row[0]) for row in rows]
        return tuple(found)

    def conversations(self) -> tuple[Conversation, ...]:
        """Return what was not deleted: pinned ones first, then the newest."""
        rows = self._read(
            "SELECT id, title, created_at, updated_at, leaf_id, pinned, draft FROM conversations "
            "WHERE deleted_at IS NULL ORDER BY pinned DESC, updated_at DESC"
        )
        return tuple(
            Conversation(id_, title, created, updated, leaf, bool(pinned), draft)
            for id_, title, created, updated, leaf, pinned, draft in rows
        )

    def add_conversation(self, conversation: Conversation) -> None:
        """Add a conversation without messages."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO conversations "
                "(id, title, created_at, updated_at, leaf_id, pinned, draft) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation.id,
                    conversation.title,
                    conversation.created_at,
                    conversation.updated_at,
                    conversation.leaf_id,
                    conversation.pinned,
                    conversation.draft,
                ),
            )
            connection.execute(
                "INSERT INTO title_index (rowid, text) VALUES (?, ?)",
                (cursor.lastrowid, indexable(conversation.title)),
            )

    def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Change a title."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT rowid, title FROM conversations WHERE id = ?", (conversation_id,)
            ).fetchone()
            if row is None:
                return
            _unindex(connection, "title_index", row[0], row[1])
            connection.execute(
                "INSERT INTO title_index (rowid, text) VALUES (?, ?)", (row[0], indexable(title))
            )
            connection.execute(
                "UPDATE conversations SET title = ? WHERE rowid = ?", (title, row[0])
            )

    def set_leaf(self, conversation_id: str, leaf_id: str) -> None:
        """Remember which branch is shown."""
        self._update_conversation("leaf_id", conversation_id, leaf_id)

    def set_draft(self, conversation_id: str, text: str) -> None:
        """Keep what stands in the composer."""
        self._update_conversation("draft", conversation_id, text)

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top, or not."""
        self._update_conversation("pinned", conversation_id, pinned)

    def delete_conversation(self, conversation_id: str) -> None:
        """Take a conversation out of the list; `restore_conversation` brings it back."""
        self._update_conversation("deleted_at", conversation_id, time.time())

    def restore_conversation(self, conversation_id: str) -> None:
        """Bring a deleted conversation back."""
        self._update_conversation("deleted_at", conversation_id, None)

    def purge(self, deleted_before: float) -> int:
        """Remove for good what was deleted before that moment; return how many conversations."""
        with self._transaction() as connection:
            doomed = connection.execute(
                "SELECT rowid, id, title FROM conversations WHERE deleted_at < ?",
                (deleted_before,),
            ).fetchall()
            for rowid, conversation_id, title in doomed:
                _unindex(connection, "title_index", rowid, title)
                messages = connection.execute(
                    "SELECT rowid, text FROM messages "
                    "WHERE conversation_id = ? AND state != 'streaming'",
                    (conversation_id,),
                ).fetchall()
                for message_rowid, text in messages:
                    _unindex(connection, "message_index", message_rowid, text)
                connection.execute("DELETE FROM conversations WHERE rowid = ?", (rowid,))
        return len(doomed)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Return every message of a conversation, all branches, oldest first."""
        rows = self._read(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? "
            "ORDER BY created_at, rowid",
            conversation_id,
        )
        return tuple(message_of(row) for row in rows)

    def add_message(self, message: Message) -> None:
        """Add a message; its conversation becomes the newest and shows it."""
        with self._transaction() as connection:
            connection.execute(
                f"INSERT INTO messages ({MESSAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row_of(message),
            )
            connection.execute(
                "UPDATE conversations SET leaf_id = ?, updated_at = ? WHERE id = ?",
                (message.id, message.created_at, message.conversation_id),
            )
            if message.state is not MessageState.STREAMING:
                self._index(message.id, message.text)

    def reopen_message(self, message_id: str) -> None:
        """Let a finished message be written on; its text stays, `journal` adds to it."""
        with self._transaction() as connection:
            self._unindex_message(message_id)
            connection.execute(
                "UPDATE messages SET state = 'streaming', failure = '' WHERE id = ?", (message_id,)
            )

    def journal(self, message_id: str, text: str) -> None:
        """Add a piece to a message that is being written."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO journal (message_id, place, text) VALUES "
                "(?1, (SELECT coalesce(max(place), 0) + 1 FROM journal WHERE message_id = ?1), ?2)",
                (message_id, text),
            )

    def finish_message(self, message: Message) -> None:
        """Replace a message by its final form and drop its journal."""
        with self._transaction() as connection:
            self._unindex_message(message.id)
            connection.execute(
                "UPDATE messages SET text = ?, state = ?, model = ?, failure = ?, statistics = ? "
                "WHERE id = ?",
                (
                    message.text,
                    message.state.value,
                    message.model,
                    message.failure,
                    encode_statistics(message.statistics),
                    message.id,
                ),
            )
            connection.execute("DELETE FROM journal WHERE message_id = ?", (message.id,))
            if message.state is not MessageState.STREAMING:
                self._index(message.id, message.text)

    def search(self, query: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return conversations whose title matches, then messages that do, newest first."""
        expression = match_expression(query)
        if not expression:
            return ()
        titles = self._read(
            "SELECT c.id, c.title, '', c.title FROM title_index "
            "JOIN conversations AS c ON c.rowid = title_index.rowid "
            "WHERE title_index MATCH ? AND c.deleted_at IS NULL "
            "ORDER BY title_index.rowid DESC LIMIT ?",
            expression,
            limit,
        )
        texts = self._read(
            # CROSS JOIN keeps the order: the index is walked newest first and left at the limit.
            "SELECT c.id, c.title, m.id, m.text FROM message_index "
            "CROSS JOIN messages AS m ON m.rowid = message_index.rowid "
            "CROSS JOIN conversations AS c ON c.id = m.conversation_id "
            "WHERE message_index MATCH ? AND c.deleted_at IS NULL "
            "ORDER BY message_index.rowid DESC LIMIT ?",
            expression,
            limit,
        )
        return tuple(
            SearchHit(conversation_id, title, message_id, *excerpt(text, query))
            for conversation_id, title, message_id, text in (*titles, *texts)[:limit]
        )

    def _update_conversation(self, column: str, conversation_id: str, value: object) -> None:
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE conversations SET {column} = ? WHERE id = ?", (value, conversation_id)
            )

    def _message(self, message_id: str) -> Message:
        (row,) = self._read(f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?", message_id)
        return message_of(row)

    def _index(self, message_id: str, text: str) -> None:
        self._connection.execute(
            "INSERT INTO message_index (rowid, text) SELECT rowid, ? FROM messages WHERE id = ?",
            (indexable(text), message_id),
        )

    def _unindex_message(self, message_id: str) -> None:
        row = self._connection.execute(
            "SELECT rowid, text FROM messages WHERE id = ? AND state != 'streaming'", (message_id,)
        ).fetchone()
        if row is not None:
            _unindex(self._connection, "message_index", *row)

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error


def _look_at(path: Path) -> bool:
    """Make an absent file, private to the user; return whether it was not closed properly.

    Raises OSError, or StoreDamaged when the file does not begin as a database.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with path.open("rb") as file:
        head = file.read(len(_HEADER))
    if head and head != _HEADER:
        raise damaged(path, "the file does not begin as an SQLite database")
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    # In WAL mode this loses nothing when the program dies, and spares an SD card a sync per write.
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _unindex(connection: sqlite3.Connection, index: str, rowid: int, text: str) -> None:
    # A contentless index is told what it held: sqlite.org/fts5.html#the_delete_command.
    connection.execute(
        f"INSERT INTO {index} ({index}, rowid, text) VALUES ('delete', ?, ?)",
        (rowid, indexable(text)),
    )
