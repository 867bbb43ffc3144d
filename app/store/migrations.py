"""The shape of the database, as the steps that lead to it.

`user_version` counts the steps a file has been through. To change the shape, write a function,
append it to `STEPS`, and test it on a database of the version before. A step that was
released is never edited.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

#: Stands in the header of every database of Cairn ("Carn"), so that a foreign one is told apart.
APPLICATION_ID = 0x4361726E

Step: TypeAlias = "Callable[[sqlite3.Connection], None]"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back by itself after some failures, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps the database has been through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def create_first_tables(connection: sqlite3.Connection) -> None:
    """Version 1: conversations, messages as a tree, the journal, and the two search indexes."""
    for statement in _FIRST_TABLES:
        connection.execute(statement)
    create_search_tables(connection)


def create_search_tables(connection: sqlite3.Connection) -> None:
    """Create the indexes over messages and titles, empty.

    They hold no text of their own (it stands in the tables) and no sizes (nothing is ranked).
    Prefixes of up to three letters have lists of their own, which keeps search fast while its
    first letters are typed.
    """
    for name in ("message_index", "title_index"):
        connection.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5(text, content='', columnsize=0,"
            " prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2"
            " categories 'L* N* Co Mn Mc So'\")"
        )


#: Columns stand before `text` when they are read without it: a long text lies on pages of its own.
#: AUTOINCREMENT, because a number that was used again could meet left-overs in the search index.
#: Statistics are one JSON value: they are read and written whole, only ever shown, and will grow
#: with the runtimes; nothing joins or sorts by them, and SQL can still look inside.
_FIRST_TABLES = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE conversations (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        leaf_id TEXT,
        pinned INTEGER NOT NULL DEFAULT 0,
        deleted_at REAL,
        draft TEXT NOT NULL DEFAULT '',
        FOREIGN KEY (id, leaf_id) REFERENCES messages (conversation_id, id)
            DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    """,
    """
    CREATE TABLE messages (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent_id TEXT,
        role TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at REAL NOT NULL,
        model TEXT NOT NULL DEFAULT '',
        failure TEXT NOT NULL DEFAULT '',
        statistics TEXT,
        text TEXT NOT NULL,
        UNIQUE (conversation_id, id),
        FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id)
    ) STRICT
    """,
    "CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id)",
    "CREATE INDEX messages_being_written ON messages (number) WHERE state = 'streaming'",
    """
    CREATE TABLE journal (
        message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (message_id, place)
    ) STRICT, WITHOUT ROWID
    """,
)


def add_choices(connection: sqlite3.Connection) -> None:
    """Version 2: model, adapter, preset and settings of a conversation, adapter of a message."""
    for table, column in (
        ("conversations", "model"),
        ("conversations", "adapter"),
        ("conversations", "preset"),
        ("conversations", "overrides"),
        ("messages", "adapter"),
    ):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")


def add_keeping_in_order(connection: sqlite3.Connection) -> None:
    """Version 3: folders and the archive; settings, bookmarks, notes and deletion of messages.

    `deleted_with` is the message whose deletion hid this one: the same comes back together.
    """
    for table, column in (
        ("conversations", "folder TEXT NOT NULL DEFAULT ''"),
        ("conversations", "archived INTEGER NOT NULL DEFAULT 0"),
        ("messages", "settings TEXT NOT NULL DEFAULT ''"),
        ("messages", "bookmarked INTEGER NOT NULL DEFAULT 0"),
        ("messages", "note TEXT NOT NULL DEFAULT ''"),
        ("messages", "deleted_at REAL"),
        ("messages", "deleted_with TEXT"),
    ):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    # Both are few: they are found without a look at every message.
    connection.execute(
        "CREATE INDEX messages_bookmarked ON messages (created_at) WHERE bookmarked = 1"
    )
    connection.execute(
        "CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL"
    )


def add_edits(connection: sqlite3.Connection) -> None:
    """Version 4: what is being written in the place of a message."""
    connection.execute("ALTER TABLE messages ADD COLUMN edit TEXT NOT NULL DEFAULT ''")


#: The step at place n leads from version n to version n + 1.
STEPS: tuple[Step, ...] = (create_first_tables, add_choices, add_keeping_in_order, add_edits)

LATEST = len(STEPS)


def migrate(connection: sqlite3.Connection, steps: tuple[Step, ...] = STEPS) -> None:
    """Bring the database to the last version; a step that fails leaves it as it was before."""
    while version_of(connection) < len(steps):
        with transaction(connection):
            # Read again: another process may have been faster.
            version = version_of(connection)
            if version < len(steps):
                steps[version](connection)
                connection.execute(f"PRAGMA user_version = {version + 1}")
