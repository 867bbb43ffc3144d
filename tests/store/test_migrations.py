"""The way from an old shape of the database to the newest: nothing is lost, nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import StoreError
from app.store import migrations
from app.store.migrations import LATEST, STEPS, migrate, version_of
from app.store.store import Store
from tests.store.chats import add_texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(path, isolation_level=None)
    yield opened
    opened.close()


def _add_colour(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversations ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")


def _fail_in_the_middle(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversations ADD COLUMN size INTEGER")
    connection.execute("DELETE FROM messages")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def _dump(path: Path) -> list[str]:
    """Return every table that holds the user's words, and the version."""
    reader = sqlite3.connect(path)
    rows = [
        f"{table} {row}"
        for table in ("conversations", "messages", "journal")
        for row in reader.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
    ]
    shape = [str(row) for row in reader.execute("SELECT name, sql FROM sqlite_schema ORDER BY 1")]
    version = version_of(reader)
    reader.close()
    return [str(version), *shape, *rows]


def test_an_empty_file_is_taken_to_the_newest_version(connection: sqlite3.Connection) -> None:
    migrate(connection)
    assert version_of(connection) == LATEST == len(STEPS)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_newest_version_is_left_alone(path: Path, connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = _dump(path)
    migrate(connection)
    assert _dump(path) == before


@pytest.mark.parametrize("version", range(1, LATEST + 1))
def test_every_old_version_with_content_is_taken_to_the_newest(
    path: Path, connection: sqlite3.Connection, version: int
) -> None:
    migrate(connection, STEPS[:version])
    connection.execute(
        "INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 'Old', 1, 2)"
    )
    for name, state in (("m", "complete"), ("r", "streaming")):
        connection.execute(
            "INSERT INTO messages (id, conversation_id, role, text, created_at, state) "
            "VALUES (?, 'c', 'assistant', 'an old text', 1, ?)",
            (name, state),
        )
    connection.execute("INSERT INTO journal VALUES ('r', 1, ' goes on')")
    connection.close()
    store = Store.open(path)
    assert [conversation.title for conversation in store.conversations()] == ["Old"]
    assert [(old.folder, old.archived) for old in store.conversations()] == [("", False)]
    assert store.bookmarks() == ()
    assert [message.text for message in store.recover()] == ["an old text goes on"]
    assert {message.text for message in store.messages("c")} == {
        "an old text",
        "an old text goes on",
    }
    store.set_note("m", "a new note")
    store.set_bookmark("m", True)
    (bookmark,) = store.bookmarks()
    assert (bookmark.message.id, bookmark.message.note) == ("m", "a new note")
    store.delete_message("m")
    assert [message.id for message in store.messages("c")] == ["r"]
    store.close()


def test_a_further_step_keeps_the_content(path: Path, connection: sqlite3.Connection) -> None:
    store = Store.open(path)
    add_texts(store, "kept")
    store.close()
    migrate(connection, (*STEPS, _add_colour))
    assert version_of(connection) == LATEST + 1
    assert connection.execute("SELECT title, colour FROM conversations").fetchall() == [
        ("Untitled", "blue")
    ]
    assert connection.execute("SELECT text FROM messages").fetchall() == [("kept",)]


def test_a_step_that_fails_in_the_middle_leaves_the_database_as_it_was(
    path: Path, connection: sqlite3.Connection
) -> None:
    store = Store.open(path)
    add_texts(store, "kept")
    store.close()
    before = _dump(path)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*STEPS, _fail_in_the_middle))
    assert not connection.in_transaction
    assert _dump(path) == before


def test_steps_before_the_one_that_fails_are_kept(
    path: Path, connection: sqlite3.Connection
) -> None:
    migrate(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*STEPS, _add_colour, _fail_in_the_middle))
    assert version_of(connection) == LATEST + 1


def test_opening_tells_a_failed_step_in_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations.migrate, "__defaults__", ((*STEPS, _fail_in_the_middle),))
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert caught.value.cause


def test_two_programs_that_open_a_new_database_at_once_both_get_it(path: Path) -> None:
    first = sqlite3.connect(path, isolation_level=None)
    second = sqlite3.connect(path, isolation_level=None)
    migrate(first)
    migrate(second)
    assert version_of(second) == LATEST
    first.close()
    second.close()
