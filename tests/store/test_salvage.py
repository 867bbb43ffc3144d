"""A damaged database: the file is kept, and what can be read of it stands in the new one."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import Message, MessageState
from app.errors import StoreError
from app.store.connection import log_of
from app.store.migrations import STEPS, migrate
from app.store.salvage import set_aside, take_over, take_over_file
from app.store.store import Store
from tests.store.chats import conversation, question, reply

CHATS = 10
MESSAGES = 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "new.sqlite3")
    yield opened
    opened.close()


def _filled(path: Path) -> dict[str, Message]:
    """Write conversations that are one long branch each; return all messages by id."""
    store = Store.open(path)
    for chat in range(CHATS):
        name = f"chat{chat}"
        store.add_conversation(conversation(name, f"Title {chat}", float(chat)))
        for number in range(MESSAGES):
            parent = f"{name} {number - 1}" if number else None
            text = f"walrus {chat} {number} " * 20
            store.add_message(question(f"{name} {number}", text, parent, name))
    store.set_pinned("chat3", True)
    store.set_draft("chat3", "a draft")
    store.set_leaf("chat4", "chat4 7")
    store.delete_conversation("chat5")
    said = {
        message.id: message for chat in range(CHATS) for message in store.messages(f"chat{chat}")
    }
    store.close()
    return said


def _all_messages(store: Store) -> dict[str, Message]:
    for chat in range(CHATS):
        store.restore_conversation(f"chat{chat}")
    return {
        message.id: message for chat in store.conversations() for message in store.messages(chat.id)
    }


def test_setting_aside_keeps_the_file_and_its_log_under_another_name(path: Path) -> None:
    path.write_bytes(b"content")
    log_of(path).write_bytes(b"log")
    kept = set_aside(path)
    assert not path.exists()
    assert (kept.read_bytes(), log_of(kept).read_bytes()) == (b"content", b"log")
    assert kept.parent == path.parent
    assert "damaged" in kept.name


def test_setting_aside_twice_in_a_second_overwrites_nothing(path: Path) -> None:
    kept = set()
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        kept.add(set_aside(path))
    assert sorted(file.read_bytes() for file in kept) == [b"one", b"three", b"two"]


def test_setting_aside_what_is_not_there_is_told_in_words(path: Path) -> None:
    with pytest.raises(StoreError):
        set_aside(path)


def test_a_healthy_file_is_taken_over_whole(path: Path, target: Store) -> None:
    said = _filled(path)
    before = Store.open(path)
    listed = before.conversations()
    before.close()
    assert take_over_file(path, target) == len(said)
    assert target.conversations() == listed
    assert _all_messages(target) == said
    assert len(target.search("walrus 9 39")) == 1


def test_what_was_deleted_stays_deleted(path: Path, target: Store) -> None:
    _filled(path)
    take_over_file(path, target)
    assert "chat5" not in {chat.id for chat in target.conversations()}
    target.restore_conversation("chat5")
    assert len(target.messages("chat5")) == MESSAGES


def test_broken_pages_cost_only_what_stood_on_them(path: Path, target: Store) -> None:
    said = _filled(path)
    content = bytearray(path.read_bytes())
    reader = sqlite3.connect(path)
    pages = [
        number
        for (number,) in reader.execute(
            "SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf'"
        )
    ]
    reader.close()
    broken = random.Random(3).sample(pages, 4)
    for page in broken:
        content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    saved = take_over_file(path, target)
    share = 1 - len(broken) / len(pages)
    assert saved >= (share - 0.05) * len(said)
    assert saved < len(said)
    for name, message in _all_messages(target).items():
        assert replace(message, parent_id=said[name].parent_id) == said[name]
        # A message whose parent is lost starts a branch; the others hang where they hung.
        assert message.parent_id in (None, said[name].parent_id)


def test_messages_without_their_conversation_get_one(path: Path, target: Store) -> None:
    _filled(path)
    source = sqlite3.connect(path)
    source.execute("DELETE FROM conversations")
    take_over(source, target)
    source.close()
    assert len(target.conversations()) == CHATS
    assert all(chat.title.startswith("walrus") for chat in target.conversations())
    assert all(chat.leaf_id == f"{chat.id} {MESSAGES - 1}" for chat in target.conversations())


def test_a_row_that_makes_no_sense_is_left_out(path: Path, target: Store) -> None:
    said = _filled(path)
    source = sqlite3.connect(path)
    source.execute("UPDATE messages SET role = 'nobody' WHERE id = 'chat1 5'")
    source.execute("UPDATE messages SET statistics = '{broken' WHERE id = 'chat1 6'")
    assert take_over(source, target) == len(said) - 1
    source.close()
    kept = _all_messages(target)
    assert "chat1 5" not in kept
    assert kept["chat1 6"].parent_id is None
    assert kept["chat1 7"].parent_id == "chat1 6"


def test_a_reply_that_was_being_written_is_taken_over_with_its_journal(
    path: Path, target: Store
) -> None:
    store = Store.open(path)
    store.add_conversation(conversation())
    store.add_message(reply("r"))
    store.journal("r", "as far as ")
    store.journal("r", "it came")
    store.close()
    take_over_file(path, target)
    (recovered,) = target.recover()
    assert (recovered.text, recovered.state) == ("as far as it came", MessageState.INTERRUPTED)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 9000])
def test_nothing_is_taken_over_from_what_holds_nothing(
    path: Path, target: Store, content: bytes
) -> None:
    path.write_bytes(content)
    assert take_over_file(path, target) == 0
    assert target.conversations() == ()


def test_taking_over_ends_whatever_is_broken(path: Path, tmp_path: Path) -> None:
    _filled(path)
    healthy = path.read_bytes()
    chooser = random.Random(4)
    for attempt in range(12):
        content = bytearray(healthy)
        # The first page holds the schema, without which nothing can be read.
        first = 4096 if attempt % 4 else 0
        for _ in range(chooser.choice((5, 50, 500))):
            content[chooser.randrange(first, len(content))] = chooser.randrange(256)
        kept = tmp_path / f"broken{attempt}.sqlite3"
        kept.write_bytes(content)
        target = Store.in_memory()
        take_over_file(kept, target)
        assert target.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert target.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        target.close()


def test_a_file_of_an_older_version_is_taken_over(path: Path, target: Store) -> None:
    source = sqlite3.connect(path, isolation_level=None)
    migrate(source, STEPS[:1])
    source.execute(
        "INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 'Old', 1, 2)"
    )
    source.execute(
        "INSERT INTO messages (id, conversation_id, role, text, created_at, state) "
        "VALUES ('m', 'c', 'user', 'an old text', 1, 'complete')"
    )
    assert take_over(source, target) == 1
    assert [said.text for said in target.messages("c")] == ["an old text"]
    source.close()


def test_what_keeps_conversations_in_order_is_taken_over(path: Path, target: Store) -> None:
    _filled(path)
    store = Store.open(path)
    store.set_folder("chat1", "Work")
    store.set_archived("chat2", True)
    store.set_bookmark("chat1 3", True)
    store.set_note("chat1 3", "a seal")
    store.close()
    take_over_file(path, target)
    kept = {chat.id: chat for chat in target.conversations()}
    assert (kept["chat1"].folder, kept["chat2"].archived) == ("Work", True)
    assert [bookmark.message.id for bookmark in target.bookmarks()] == ["chat1 3"]
    assert [hit.message_id for hit in target.search("seal")] == ["chat1 3"]


def test_deleted_messages_stay_deleted_and_come_back_each_by_itself(
    path: Path, target: Store
) -> None:
    _filled(path)
    store = Store.open(path)
    store.delete_message("chat1 30")
    store.delete_message("chat1 20")
    store.close()
    take_over_file(path, target)
    assert len(target.messages("chat1")) == 20
    target.restore_message("chat1 20")
    assert len(target.messages("chat1")) == 30
    target.restore_message("chat1 30")
    assert len(target.messages("chat1")) == MESSAGES
