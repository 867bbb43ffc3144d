"""Folders, the archive, bookmarks, notes and copies: kept, found and read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.conversation import Choices, Conversation
from app.chat.message import MessageState
from app.chat.tree import MessageTree
from app.store.store import Store
from tests.store.chats import add_texts, conversation, question, reply


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "conversations.sqlite3")
    yield opened
    opened.close()


def _only(store: Store) -> Conversation:
    (found,) = store.conversations()
    return found


def test_folder_and_archive_are_kept_and_change_no_place_in_the_list(store: Store) -> None:
    add_texts(store, "walrus")
    before = _only(store)
    store.set_folder("c", "Work")
    store.set_archived("c", True)
    assert _only(store) == replace(before, folder="Work", archived=True)
    assert [hit.message_id for hit in store.search("walrus")] == ["c 0"]
    store.set_folder("c", "")
    store.set_archived("c", False)
    assert _only(store) == before


def test_bookmarks_come_newest_first_with_the_title_of_their_conversation(store: Store) -> None:
    for number, chat in enumerate(("a", "b")):
        store.add_conversation(conversation(chat, f"Title {chat}"))
        said = replace(question(f"{chat} 0", "text", chat=chat), created_at=float(number))
        store.add_message(said)
        store.set_bookmark(f"{chat} 0", True)
    found = [(mark.message.id, mark.conversation_title) for mark in store.bookmarks()]
    assert found == [("b 0", "Title b"), ("a 0", "Title a")]
    store.set_bookmark("b 0", False)
    store.delete_conversation("a")
    assert store.bookmarks() == ()
    store.restore_conversation("a")
    store.delete_message("a 0")
    assert store.bookmarks() == ()


def test_a_note_is_found_and_shown_where_the_text_has_no_match(store: Store) -> None:
    add_texts(store, "a text about seals")
    store.set_note("c 0", "remember the walrus")
    (hit,) = store.search("walrus")
    assert (hit.message_id, hit.snippet, hit.is_note) == ("c 0", "remember the walrus", True)
    (hit,) = store.search("seals")
    assert not hit.is_note
    assert len(store.search("seals walrus")) == 1
    store.set_note("c 0", "")
    assert store.search("walrus") == ()
    assert len(store.search("seals")) == 1


def test_a_note_on_an_answer_that_is_written_is_found_when_it_has_ended(store: Store) -> None:
    add_texts(store, "question")
    store.add_message(reply("r", "c 0"))
    store.set_note("r", "walrus")
    assert store.search("walrus") == ()
    # The window's copy of the answer knows nothing of the note.
    store.finish_message(replace(reply("r", "c 0", "done"), state=MessageState.COMPLETE))
    assert [hit.is_note for hit in store.search("walrus")] == [True]
    assert store.messages("c")[-1].note == "walrus"


def test_finishing_an_answer_keeps_its_bookmark_and_writes_its_settings(store: Store) -> None:
    add_texts(store, "question")
    store.add_message(reply("r", "c 0"))
    store.set_bookmark("r", True)
    ended = replace(reply("r", "c 0", "done"), state=MessageState.COMPLETE, settings="{}")
    store.finish_message(ended)
    assert store.messages("c")[-1] == replace(ended, bookmarked=True)


def test_a_copy_has_every_branch_and_shares_nothing_with_the_original(store: Store) -> None:
    store.add_conversation(
        Conversation("c", "Title", 1.0, 2.0, draft="a draft", choices=Choices("model"), folder="F")
    )
    for moment, (name, parent) in enumerate(
        (("q", None), ("a1", "q"), ("a2", "q"), ("gone", "a2"))
    ):
        said = replace(question(name, f"walrus {name}", parent), created_at=float(moment))
        store.add_message(said)
    store.delete_message("gone")
    store.set_leaf("c", "a1")
    store.set_pinned("c", True)
    store.set_note("a1", "a note")
    store.set_edit("a1", "half an edit")
    copy = store.duplicate_conversation("c", "copy", "Title (copy)")
    assert copy in store.conversations()
    assert copy is not None
    assert (copy.title, copy.draft, copy.choices.model) == ("Title (copy)", "", "model")
    assert (copy.folder, copy.pinned) == ("F", False)
    tree = MessageTree(store.messages("copy"))
    assert {message.edit for message in store.messages("copy")} == {""}
    shown = [(item.message.text, item.version, item.versions) for item in tree.shown(copy.leaf_id)]
    assert shown == [("walrus q", 1, 1), ("walrus a1", 1, 2)]
    assert tree.path_to(copy.leaf_id)[-1].note == "a note"
    store.delete_message(tree.path_to(copy.leaf_id)[0].id)
    assert len(store.messages("c")) == 3
    assert {hit.conversation_id for hit in store.search("walrus")} == {"c"}


def test_an_answer_that_is_being_written_is_copied_as_far_as_it_is(store: Store) -> None:
    add_texts(store, "question")
    store.add_message(reply("r", "c 0"))
    store.journal("r", "so far")
    store.duplicate_conversation("c", "copy", "Copy")
    last = store.messages("copy")[-1]
    assert (last.text, last.state) == ("so far", MessageState.STOPPED)
    assert [message.id for message in store.recover()] == ["r"]
