"""A reply that is being written: what is kept of it, whenever the program ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import MessageState
from app.chat.statistics import RunStatistics
from app.store.store import Store
from tests.store.chats import conversation, question, reply


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "conversations.sqlite3")
    opened.add_conversation(conversation())
    yield opened
    opened.close()


def _journal_rows(store: Store) -> int:
    (count,) = store._connection.execute("SELECT count(*) FROM journal").fetchone()
    return int(count)


def test_recovery_joins_the_pieces_in_order(store: Store) -> None:
    store.add_message(reply("r"))
    for piece in ("Once", " upon", "", " a\n", "time"):
        store.journal("r", piece)
    (recovered,) = store.recover()
    assert recovered.text == "Once upon a\ntime"
    assert recovered.state is MessageState.INTERRUPTED
    assert recovered.failure
    assert store.messages("c") == (recovered,)


def test_recovery_happens_once(store: Store) -> None:
    store.add_message(reply("r"))
    store.journal("r", "text")
    assert len(store.recover()) == 1
    assert store.recover() == ()
    assert _journal_rows(store) == 0


def test_a_reply_without_a_piece_is_recovered_empty(store: Store) -> None:
    store.add_message(reply("r"))
    (recovered,) = store.recover()
    assert (recovered.text, recovered.state) == ("", MessageState.INTERRUPTED)


def test_recovery_leaves_other_messages_alone(store: Store) -> None:
    before = question("q", "question")
    store.add_message(before)
    store.add_message(reply("r", "q"))
    store.recover()
    assert store.messages("c")[0] == before


def test_recovered_text_is_found_and_text_that_is_being_written_is_not(store: Store) -> None:
    store.add_message(reply("r"))
    store.journal("r", "a walrus")
    assert store.search("walrus") == ()
    store.recover()
    assert [hit.message_id for hit in store.search("walrus")] == ["r"]


def test_several_replies_are_recovered_each_with_its_own_pieces(store: Store) -> None:
    for name in ("r1", "r2"):
        store.add_message(reply(name))
    for piece in "abc":
        store.journal("r1", piece)
        store.journal("r2", piece.upper())
    texts = {message.id: message.text for message in store.recover()}
    assert texts == {"r1": "abc", "r2": "ABC"}


def test_finishing_replaces_the_text_and_drops_the_journal(store: Store) -> None:
    store.add_message(reply("r"))
    store.journal("r", "walr")
    final = replace(
        reply("r", text="a walrus"),
        state=MessageState.STOPPED,
        model="Another model",
        failure="",
        statistics=RunStatistics(generated_tokens=3),
    )
    store.finish_message(final)
    assert store.messages("c") == (final,)
    assert _journal_rows(store) == 0
    assert store.recover() == ()
    assert [hit.message_id for hit in store.search("walrus")] == ["r"]


def test_finishing_again_replaces_what_was_found(store: Store) -> None:
    store.add_message(reply("r"))
    store.finish_message(replace(reply("r", text="walrus"), state=MessageState.COMPLETE))
    store.finish_message(replace(reply("r", text="penguin"), state=MessageState.COMPLETE))
    assert store.search("walrus") == ()
    assert len(store.search("penguin")) == 1


def test_a_reopened_message_keeps_its_text_and_takes_pieces(store: Store) -> None:
    store.add_message(reply("r"))
    store.finish_message(replace(reply("r", text="One"), state=MessageState.STOPPED))
    store.reopen_message("r")
    assert store.messages("c")[0].state is MessageState.STREAMING
    store.journal("r", " two")
    store.journal("r", " three")
    (recovered,) = store.recover()
    assert recovered.text == "One two three"
    assert [hit.message_id for hit in store.search("one three")] == ["r"]


def test_a_message_can_be_interrupted_and_continued_again_and_again(store: Store) -> None:
    store.add_message(reply("r"))
    for number in range(4):
        store.journal("r", f"{number} ")
        store.recover()
        store.reopen_message("r")
    (recovered,) = store.recover()
    assert recovered.text == "0 1 2 3 "
    assert len(store.search("0")) == 1


def test_a_reopened_message_is_finished_like_any_other(store: Store) -> None:
    store.add_message(question("q", "walrus"))
    store.reopen_message("q")
    assert store.search("walrus") == ()
    store.journal("q", " lost")
    store.finish_message(question("q", "penguin"))
    assert store.recover() == ()
    assert store.search("walrus") == ()
    assert [message.text for message in store.messages("c")] == ["penguin"]


def test_reopening_twice_changes_nothing_more(store: Store) -> None:
    store.add_message(question("q", "walrus"))
    store.reopen_message("q")
    store.reopen_message("q")
    (recovered,) = store.recover()
    assert recovered.text == "walrus"
    assert len(store.search("walrus")) == 1


def test_a_piece_costs_what_the_piece_costs(store: Store) -> None:
    store.add_message(reply("r", text="x" * 1_000_000))
    connection = store._connection
    for _ in range(50):
        store.journal("r", "a piece")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    log = Path(connection.execute("PRAGMA database_list").fetchone()[2] + "-wal")
    store.journal("r", "a piece")
    # A page or two, never the text that is there already.
    assert log.stat().st_size < 5 * 4096
