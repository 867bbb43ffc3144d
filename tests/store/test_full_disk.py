"""A disk without room, and one that fails: told in words, nothing lost, and it goes on by itself."""

from __future__ import annotations

import contextlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import MessageState
from app.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreRefused
from app.store.failures import translated
from app.store.store import Store
from tests.store.chats import add_texts, conversation, question, reply

ROOT = Path(__file__).parents[2]
LONG = "a text that needs pages of its own " * 2000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "conversations.sqlite3")
    add_texts(opened, "before")
    opened.add_message(reply("r", "c 0"))
    yield opened
    opened.close()


def _set_room(store: Store, pages: int) -> None:
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


VERBS: dict[str, Callable[[Store], object]] = {
    "add_conversation": lambda store: store.add_conversation(conversation("new", LONG)),
    "rename_conversation": lambda store: store.rename_conversation("c", LONG),
    "set_draft": lambda store: store.set_draft("c", LONG),
    "set_note": lambda store: store.set_note("c 0", LONG),
    "set_folder": lambda store: store.set_folder("c", LONG),
    "duplicate_conversation": lambda store: store.duplicate_conversation("c", "copy", LONG),
    "add_message": lambda store: store.add_message(question("new", LONG, "c 0")),
    "journal": lambda store: store.journal("r", LONG),
    "finish_message": lambda store: store.finish_message(
        replace(reply("r", "c 0", LONG), state=MessageState.COMPLETE)
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_tells_a_full_disk_changes_nothing_and_works_later(
    store: Store, verb: str
) -> None:
    before = store.conversations(), store.messages("c"), store.search("before")
    _set_room(store, 1)
    with pytest.raises(StoreFull) as caught:
        VERBS[verb](store)
    assert "full" in caught.value.cause
    assert caught.value.advice.endswith(".")
    assert (store.conversations(), store.messages("c"), store.search("before")) == before
    _set_room(store, 1_000_000)
    VERBS[verb](store)
    assert (store.conversations(), store.messages("c")) != before[:2]


def test_what_was_journalled_before_the_disk_was_full_is_recovered(store: Store) -> None:
    store.journal("r", "kept")
    _set_room(store, 1)
    with pytest.raises(StoreFull):
        store.journal("r", LONG)
    _set_room(store, 1_000_000)
    assert [message.text for message in store.recover()] == ["kept"]


def test_reading_goes_on_while_the_disk_is_full(store: Store) -> None:
    _set_room(store, 1)
    assert len(store.messages("c")) == 2
    assert len(store.search("before")) == 1


def test_purging_works_again_after_a_full_disk(store: Store) -> None:
    store.add_message(question("long", LONG, "c 0"))
    store.delete_conversation("c")
    _set_room(store, 1)
    with contextlib.suppress(StoreFull):
        store.purge(time.time() + 60)
    _set_room(store, 1_000_000)
    store.purge(time.time() + 60)
    assert store.messages("c") == ()


def test_a_file_that_may_not_grow_is_told_and_written_when_it_may(
    store: Store, tmp_path: Path
) -> None:
    # A limit of the system, which SQLite sees as an error of the disk rather than as a full one.
    store.journal("r", "before ")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = tmp_path / "conversations.sqlite3-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        with pytest.raises(StoreError) as caught:
            store.journal("r", LONG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.cause
    assert caught.value.advice
    store.journal("r", "after")
    assert [message.text for message in store.recover()] == ["before after"]


def test_a_real_disk_that_is_full_is_told_and_written_when_there_is_room(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    namespace = [unshare or "unshare", "--user", "--map-root-user", "--mount"]
    if unshare is None or subprocess.run([*namespace, "true"], capture_output=True).returncode:
        pytest.skip("this system does not let a test mount a small disk")
    script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -m tests.store.full_disk_child "$1"'
    ran = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", str(tmp_path), sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr


def _sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_NAME"
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_READONLY, StoreReadOnly),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreReadOnly),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_BUSY, StoreError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreError),
        (sqlite3.SQLITE_IOERR, StoreError),
        (sqlite3.SQLITE_IOERR_WRITE, StoreError),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreError),
        (sqlite3.SQLITE_CANTOPEN, StoreError),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, StoreRefused),
        (sqlite3.SQLITE_TOOBIG, StoreRefused),
        (sqlite3.SQLITE_INTERRUPT, StoreError),
    ],
)
def test_each_error_of_sqlite_has_its_words(
    tmp_path: Path, code: int, kind: type[StoreError]
) -> None:
    error = translated(_sqlite_error(code), tmp_path / "conversations.sqlite3")
    assert type(error) is kind
    assert error.cause.endswith(".")
    assert error.advice.endswith(".")
    assert "as SQLite says it" in error.details


def test_an_error_of_the_disk_is_not_called_a_full_disk_while_there_is_room(
    tmp_path: Path,
) -> None:
    error = translated(_sqlite_error(sqlite3.SQLITE_IOERR_WRITE), tmp_path / "c.sqlite3")
    assert "full" not in error.cause
    assert "disk" in error.cause
