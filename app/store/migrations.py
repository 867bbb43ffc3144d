"""The shape of the database, as steps from each version to the next.

`PRAGMA user_version` holds the number of steps that were taken. A step is never changed once it
was released; a new shape is a new step at the end, with a test that takes an old database there.
"""

from __future__ import annotations

import sqlite3

_VERSION_1 = """
CREATE TABLE conversations (
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    leaf_id TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    draft TEXT NOT NULL DEFAULT '',
    deleted_at REAL
);
CREATE TABLE messages (
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES messages (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    state TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    failure TEXT NOT NULL DEFAULT '',
    statistics TEXT
);
CREATE INDEX messages_by_conversation ON messages (conversation_id);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_being_written ON messages (state) WHERE state = 'streaming';
CREATE TABLE journal (
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (message_id, place)
) WITHOUT ROWID;
-- Contentless: they hold only the index, the texts stand above. Rowids are those above.
CREATE VIRTUAL TABLE message_index USING fts5 (
    text, content = '', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE title_index USING fts5 (
    text, content = '', tokenize = 'unicode61 remove_diacritics 2'
);
"""

STEPS: tuple[str, ...] = (_VERSION_1,)
LATEST = len(STEPS)


def migrate(connection: sqlite3.Connection) -> None:
    """Take every step that is missing, each in a transaction of its own. Raises sqlite3.Error."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(STEPS[version:], start=version + 1):
        # executescript would commit by itself at its start; this makes the step one transaction.
        connection.executescript(
            f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;"
        )
