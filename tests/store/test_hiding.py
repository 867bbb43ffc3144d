"""Deleting messages: what goes together, what comes back together, and what is shown meanwhile."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import MessageState
from app.store.store import Store
from tests.store.chats import conversation, question, reply


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Two versions of a first message; the older one has an answer and a follow-up."""
    opened = Store.open(path)
    opened.add_conversation(conversation())
    for moment, (name, parent) in enumerate(
        (("q1", None), ("a1", "q1"), ("f1", "a1"), ("q2", None), ("a2", "q2"))
    ):
        said = replace(question(name, f"walrus {name}", parent), created_at=float(moment))
        opened.add_message(said)
    yield opened
    opened.close()


def _ids(store: Store) -> list[str]:
    return [message.id for message in store.messages("c")]


def _leaf(store: Store) -> str | None:
    (found,) = store.conversations()
    return found.leaf_id


def test_a_deleted_message_takes_what_hangs_on_it_out_of_view_and_search(store: Store) -> None:
    store.delete_message("q1")
    assert _ids(store) == ["q2", "a2"]
    assert {hit.message_id for hit in store.search("walrus")} == {"q2", "a2"}
    store.restore_message("q1")
    assert _ids(store) == ["q1", "a1", "f1", "q2", "a2"]
    assert len(store.search("walrus")) == 5


def test_the_shown_branch_ends_in_what_is_left(store: Store) -> None:
    store.set_leaf("c", "f1")
    store.delete_message("f1")
    assert _leaf(store) == "a1"
    store.delete_message("q1")
    assert _leaf(store) == "a2"
    store.delete_message("q2")
    assert _leaf(store) is None
    assert _ids(store) == []


def test_another_branch_stays_shown_when_one_is_deleted(store: Store) -> None:
    store.set_leaf("c", "f1")
    store.delete_message("q2")
    assert _leaf(store) == "f1"


def test_what_was_deleted_earlier_does_not_come_back_with_the_rest(store: Store) -> None:
    store.delete_message("f1")
    store.delete_message("q1")
    store.restore_message("q1")
    assert _ids(store) == ["q1", "a1", "q2", "a2"]
    store.restore_message("f1")
    assert _ids(store) == ["q1", "a1", "f1", "q2", "a2"]


def test_what_is_restored_under_something_deleted_waits_for_it(store: Store) -> None:
    store.delete_message("f1")
    store.delete_message("q1")
    store.restore_message("f1")
    assert _ids(store) == ["q2", "a2"]
    store.restore_message("q1")
    assert _ids(store) == ["q1", "a1", "f1", "q2", "a2"]


def test_deleting_twice_or_restoring_what_is_there_changes_nothing(store: Store) -> None:
    store.restore_message("a1")
    store.delete_message("q1")
    store.delete_message("a1")
    store.restore_message("q1")
    assert _ids(store) == ["q1", "a1", "f1", "q2", "a2"]


def test_a_message_added_below_a_deleted_one_is_deleted_with_it(store: Store) -> None:
    store.delete_message("q1")
    store.add_message(question("late", "walrus late", "f1"))
    assert "late" not in _ids(store)
    assert _leaf(store) == "a2"
    store.restore_message("q1")
    assert "late" in _ids(store)


def test_an_answer_that_is_deleted_while_it_is_written_is_kept_but_not_told_of(
    store: Store,
) -> None:
    store.add_message(reply("r", "a2"))
    store.journal("r", "as far ")
    store.delete_message("q2")
    store.journal("r", "as it came")
    assert store.recover() == ()
    store.restore_message("q2")
    (kept,) = [message for message in store.messages("c") if message.id == "r"]
    assert (kept.text, kept.state) == ("as far as it came", MessageState.INTERRUPTED)


def test_deletion_outlives_the_program(store: Store, path: Path) -> None:
    store.delete_message("q1")
    store.close()
    again = Store.open(path)
    assert _ids(again) == ["q2", "a2"]
    again.restore_message("q1")
    assert len(_ids(again)) == 5
    again.close()


def test_purge_takes_deleted_messages_with_their_words(store: Store, path: Path) -> None:
    store.set_note("f1", "a seal")
    store.delete_message("q1")
    assert store.purge(time.time() - 60) == 0
    store.restore_message("q1")
    store.delete_message("q1")
    assert store.purge(time.time() + 60) == 0
    store.restore_message("q1")
    assert _ids(store) == ["q2", "a2"]
    reader = sqlite3.connect(path)
    found = reader.execute(
        "SELECT count(*) FROM message_index WHERE message_index MATCH 'q1 OR seal'"
    ).fetchone()
    reader.close()
    assert found == (0,)


def test_purge_lets_the_shown_branch_end_in_nothing_that_is_gone(store: Store) -> None:
    store.delete_message("q1")
    store.set_leaf("c", "f1")
    store.purge(time.time() + 60)
    assert _leaf(store) == "a2"


def test_a_branch_of_thousands_of_messages_is_deleted_and_purged(store: Store) -> None:
    parent = "a2"
    for number in range(1500):
        store.add_message(question(f"m{number}", "text", parent))
        parent = f"m{number}"
    store.delete_message("m0")
    assert _leaf(store) == "a2"
    store.purge(time.time() + 60)
    assert len(_ids(store)) == 5
