"""Opening whatever may lie where the database should be: an answer in words, never a loss."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import StoreDamaged, StoreError, StoreReadOnly, StoreTooNew
from app.store import connection
from app.store.migrations import LATEST
from app.store.store import Store
from tests.store.chats import add_texts, conversation, question, reply
from tests.store.without_privileges import run_without_privileges


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of the test's own, made writable again so that it can be removed."""
    made = tmp_path / "data"
    made.mkdir()
    yield made
    made.chmod(0o700)


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "conversations.sqlite3"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database with a hundred messages, closed properly."""
    path = tmp_path_factory.mktemp("healthy") / "conversations.sqlite3"
    store = Store.open(path)
    for number in range(5):
        add_texts(store, *(f"message {n} " + "text " * 60 for n in range(20)), chat=f"c{number}")
    store.close()
    return path.read_bytes()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _fails(path: Path, kind: type[StoreError]) -> StoreError:
    with pytest.raises(kind) as caught:
        Store.open(path)
    assert type(caught.value) is kind
    assert caught.value.cause.endswith(".")
    assert caught.value.advice.endswith(".")
    return caught.value


def _crashed(path: Path) -> None:
    """Make a database whose last writes are in its log only, as after a kill."""
    living = path.with_name("living")
    store = Store.open(living)
    add_texts(store, "before")
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store.add_message(question("late", "after", "c 0"))
    for ending in ("", "-wal"):
        shutil.copy(living.with_name(living.name + ending), path.with_name(path.name + ending))
    store.close()
    living.unlink()


@pytest.mark.parametrize("there", [False, True])
def test_a_missing_or_empty_file_becomes_a_database(path: Path, there: bool) -> None:
    if there:
        path.touch()
    store = Store.open(path)
    store.add_conversation(conversation())
    store.close()
    assert path.read_bytes().startswith(b"SQLite format 3\0")


def test_a_missing_folder_is_made_private(folder: Path) -> None:
    path = folder / "deep" / "er" / "conversations.sqlite3"
    Store.open(path).close()
    assert _mode(path.parent) == 0o700


def test_the_database_and_what_lies_beside_it_are_private(path: Path) -> None:
    store = Store.open(path)
    add_texts(store, "secret")
    beside = sorted(path.parent.iterdir())
    assert [file.name.removeprefix(path.name) for file in beside] == ["", "-shm", "-wal"]
    assert {_mode(file) for file in beside} == {0o600}
    store.close()


def test_closing_leaves_one_file(path: Path) -> None:
    store = Store.open(path)
    add_texts(store, "text")
    store.close()
    assert list(path.parent.iterdir()) == [path]


def test_a_log_left_by_a_crash_is_read(path: Path) -> None:
    _crashed(path)
    store = Store.open(path)
    assert [message.text for message in store.messages("c")] == ["before", "after"]
    store.close()


def test_a_log_cut_by_a_crash_costs_only_what_was_cut(path: Path) -> None:
    _crashed(path)
    log = path.with_name(path.name + "-wal")
    log.write_bytes(log.read_bytes()[:-100])
    store = Store.open(path)
    assert [message.text for message in store.messages("c")] == ["before"]
    store.close()


@pytest.mark.parametrize(
    "content",
    [b"These are not the conversations.", b"xy", b"\0" * 5000, b"SQLite format 3\0" + b"\0" * 84],
)
def test_a_file_that_is_no_database_is_told_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _fails(path, StoreDamaged)
    assert path.read_bytes() == content


@pytest.mark.parametrize("pages", [1, 2, 7])
def test_a_truncated_database_is_told_and_left_as_it_is(
    path: Path, healthy: bytes, pages: int
) -> None:
    content = healthy[: pages * 4096]
    path.write_bytes(content)
    _fails(path, StoreDamaged)
    assert path.read_bytes() == content


def test_a_large_truncated_database_is_told_too(
    path: Path, healthy: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pages of a large file are not all looked at; its length is.
    monkeypatch.setattr(connection, "ALWAYS_CHECKED_BYTES", 0)
    path.write_bytes(healthy[: len(healthy) // 8192 * 4096])
    _fails(path, StoreDamaged)


def test_flipped_bytes_never_end_in_anything_but_words(path: Path, healthy: bytes) -> None:
    chooser = random.Random(5)
    refused = 0
    for _ in range(60):
        content = bytearray(healthy)
        for _ in range(chooser.choice((1, 20, 400))):
            content[chooser.randrange(len(content))] ^= chooser.randrange(1, 256)
        path.write_bytes(content)
        try:
            store = Store.open(path)
        except StoreError as error:
            assert error.cause
            refused += 1
        else:
            for call in _verbs(store):
                try:
                    call()
                except StoreError as error:
                    assert error.cause
            store.close()
    assert 20 < refused < 60


def _verbs(store: Store) -> list[Callable[[], object]]:
    return [
        store.recover,
        store.conversations,
        lambda: [store.messages(f"c{number}") for number in range(5)],
        lambda: store.search("message"),
        lambda: store.search("t"),
        lambda: store.add_message(reply("new", chat="c1")),
        lambda: store.journal("new", "text"),
        lambda: store.rename_conversation("c2", "title"),
        lambda: store.delete_conversation("c3"),
        lambda: store.purge(time.time() + 60),
    ]


def test_a_newer_database_is_told_and_left_as_it_is(path: Path, healthy: bytes) -> None:
    path.write_bytes(healthy)
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {LATEST + 1}")
    newer.close()
    content = path.read_bytes()
    _fails(path, StoreTooNew)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE messages (id)")
    other.commit()
    other.close()
    content = path.read_bytes()
    _fails(path, StoreDamaged)
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert str(path) in f"{caught.value}{caught.value.details}"
    assert "disk" not in caught.value.cause


def test_a_file_in_the_place_of_the_folder_is_told(path: Path) -> None:
    path.write_text("not a folder")
    with pytest.raises(StoreError):
        Store.open(path / "conversations.sqlite3")


def test_a_read_only_file_is_told(path: Path, healthy: bytes) -> None:
    path.write_bytes(healthy)
    path.chmod(0o400)
    run_without_privileges(lambda: _read_only(path))
    assert path.read_bytes() == healthy


def test_a_file_that_may_not_even_be_read_is_told(path: Path, healthy: bytes) -> None:
    path.write_bytes(healthy)
    path.chmod(0)
    run_without_privileges(lambda: _read_only(path))


@pytest.mark.parametrize("there", [False, True])
def test_a_read_only_folder_is_told(path: Path, healthy: bytes, there: bool) -> None:
    if there:
        path.write_bytes(healthy)
    path.parent.chmod(0o500)
    run_without_privileges(lambda: _read_only(path))


def test_a_crash_on_a_medium_that_became_read_only_is_told_and_keeps_the_log(path: Path) -> None:
    _crashed(path)
    log = path.with_name(path.name + "-wal")
    content = path.read_bytes(), log.read_bytes()
    for file in (path, log):
        file.chmod(0o400)
    path.parent.chmod(0o500)
    run_without_privileges(lambda: _read_only(path))
    assert (path.read_bytes(), log.read_bytes()) == content


@pytest.mark.parametrize("folder_mode", [0o500, 0o700])
def test_what_may_not_be_written_can_be_read(path: Path, folder_mode: int) -> None:
    _crashed(path)
    Store.open(path).close()
    path.chmod(0o400)
    path.parent.chmod(folder_mode)
    run_without_privileges(lambda: _shown_but_not_changed(path))


def _shown_but_not_changed(path: Path) -> None:
    store = Store.to_read(path)
    assert [message.text for message in store.messages("c")] == ["before", "after"]
    with pytest.raises(StoreReadOnly):
        store.rename_conversation("c", "other")
    store.close()


def _read_only(path: Path) -> None:
    error = _fails(path, StoreReadOnly)
    assert str(path.parent) in str(error)


def test_a_locked_database_is_told_and_opens_when_it_is_free(
    path: Path, healthy: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    path.write_bytes(healthy)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    error = _fails(path, StoreError)
    assert "another program" in error.cause
    other.execute("ROLLBACK")
    Store.open(path).close()
    other.close()


def test_a_write_that_meets_a_lock_is_told_and_works_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    store = Store.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program"):
        store.add_conversation(conversation())
    assert store.conversations() == ()
    other.close()
    store.add_conversation(conversation())
    store.close()


def test_two_stores_on_one_file_see_each_others_changes(path: Path) -> None:
    first, second = Store.open(path), Store.open(path)
    first.add_conversation(conversation("a"))
    second.add_conversation(conversation("b"))
    assert len(first.conversations()) == len(second.conversations()) == 2
    first.close()
    second.close()


def test_a_file_that_vanishes_while_open_is_told_rather_than_written_into_nothing(
    path: Path,
) -> None:
    store = Store.open(path)
    add_texts(store, "text")
    kept = path.with_name("moved")
    path.rename(kept)
    with pytest.raises(StoreError) as caught:
        store.add_message(question("late", "late"))
    assert caught.value.advice
    kept.rename(path)
    store.add_message(question("late", "late"))
    assert len(store.messages("c")) == 2
    store.close()
