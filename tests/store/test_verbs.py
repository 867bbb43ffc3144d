"""Every verb of the store: what it writes is read again, also after the file was opened anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.conversation import Choices, Conversation
from app.chat.message import Message, MessageState, Role
from app.chat.statistics import RunStatistics
from app.chat.tree import MessageTree
from app.errors import StoreError
from app.store.connection import log_of
from app.store.store import Store
from tests.store.chats import add_texts, conversation, question, reply

CHOSEN = Choices("/models/a.gguf", "/models/pirate.gguf", "Precise", '{"sampling.top_k": 1}')
FULL = Conversation(
    "full", "All of it", 10.5, 20.25, None, True, "half a sent", CHOSEN, "Work", True
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store.open(path)
    yield opened
    opened.close()


def _ids(store: Store) -> list[str]:
    return [found.id for found in store.conversations()]


def _only(store: Store) -> Conversation:
    (found,) = store.conversations()
    return found


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.conversations() == ()
    assert store.messages("c") == ()
    assert store.recover() == ()


def test_a_conversation_is_read_as_it_was_added(store: Store) -> None:
    store.add_conversation(FULL)
    assert store.conversations() == (FULL,)


def test_what_is_chosen_for_a_conversation_is_kept(store: Store) -> None:
    store.add_conversation(conversation())
    store.set_choices("c", CHOSEN)
    assert _only(store).choices == CHOSEN


def test_a_message_is_read_as_it_was_added(store: Store) -> None:
    statistics = RunStatistics(12, 4, 100, 1.5, None, 30.25, thinking_ms=800.5)
    said = Message(
        "m",
        "c",
        None,
        Role.ASSISTANT,
        "text",
        5.125,
        MessageState.CUT,
        "model",
        "why",
        statistics,
        "Pirate",
        '{"temperature": 0.5}',
        True,
        "read this again",
    )
    store.add_conversation(conversation())
    store.add_message(said)
    assert store.messages("c") == (said,)


def test_everything_is_there_after_opening_again(path: Path) -> None:
    store = Store.open(path)
    store.add_conversation(FULL)
    said = question("m", "hello", chat="full")
    store.add_message(said)
    store.close()
    store = Store.open(path)
    assert _ids(store) == ["full"]
    assert store.messages("full") == (said,)
    assert [hit.message_id for hit in store.search("hello")] == ["m"]
    store.close()


@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("role", Role)
def test_every_role_and_state_is_kept(store: Store, role: Role, state: MessageState) -> None:
    said = Message("m", "c", None, role, "text", 1.0, state)
    store.add_conversation(conversation())
    store.add_message(said)
    assert store.messages("c") == (said,)


@pytest.mark.parametrize(
    "text",
    ["", " \n\t ", "a\u0000b", "'; DROP TABLE messages; --", "🏳️‍🌈 日本語 \u202e", "x" * 300_000],
)
def test_any_text_is_kept_letter_by_letter(store: Store, text: str) -> None:
    add_texts(store, text)
    store.set_draft("c", text)
    store.rename_conversation("c", text)
    assert [message.text for message in store.messages("c")] == [text]
    assert (_only(store).draft, _only(store).title) == (text, text)


def test_half_a_surrogate_pair_is_replaced_rather_than_refused(store: Store) -> None:
    add_texts(store, "broken \ud83d emoji")
    store.add_message(reply("r"))
    store.journal("r", "broken \ude00 again")
    store.finish_message(replace(reply("r", text="\udfff"), state=MessageState.COMPLETE))
    store.set_draft("c", "\ud800")
    store.rename_conversation("c", "\udc00")
    assert store.messages("c")[0].text == "broken \ufffd emoji"
    store.search("\ud800 emoji")


def test_conversations_come_pinned_first_then_the_newest(store: Store) -> None:
    for name, updated_at in (("old", 1.0), ("newest", 3.0), ("middle", 2.0)):
        store.add_conversation(conversation(name, updated_at=updated_at))
    store.set_pinned("old", True)
    assert _ids(store) == ["old", "newest", "middle"]
    store.set_pinned("old", False)
    assert _ids(store) == ["newest", "middle", "old"]


def test_a_new_message_lifts_its_conversation_and_becomes_its_leaf(store: Store) -> None:
    store.add_conversation(conversation("a", updated_at=1.0))
    store.add_conversation(conversation("b", updated_at=2.0))
    store.add_message(replace(question("m", "text", chat="a"), created_at=9.0))
    first, _ = store.conversations()
    assert (first.id, first.updated_at, first.leaf_id) == ("a", 9.0, "m")


def test_a_new_title_is_kept_and_found_and_the_old_one_is_not(store: Store) -> None:
    store.add_conversation(conversation(title="Walrus"))
    store.rename_conversation("c", "Penguin")
    assert _only(store).title == "Penguin"
    assert store.search("walrus") == ()
    (hit,) = store.search("penguin")
    assert (hit.conversation_id, hit.conversation_title, hit.snippet) == ("c", "Penguin", "Penguin")
    assert not hit.message_id


def test_the_leaf_is_kept(store: Store) -> None:
    add_texts(store, "one", "two")
    store.set_leaf("c", "c 0")
    assert _only(store).leaf_id == "c 0"


def test_the_draft_is_kept(store: Store) -> None:
    store.add_conversation(conversation())
    store.set_draft("c", "not sent yet")
    assert _only(store).draft == "not sent yet"


def test_versions_and_branches_form_the_same_tree_again(store: Store) -> None:
    store.add_conversation(conversation())
    for said in (
        question("q", "question"),
        question("a1", "first answer", "q"),
        question("a2", "second answer", "q"),
        question("f", "follow-up", "a1"),
        question("q2", "edited question"),
    ):
        store.add_message(said)
    tree = MessageTree(store.messages("c"))
    assert [message.id for message in tree.path_to("f")] == ["q", "a1", "f"]
    versions = [(shown.message.id, shown.version, shown.versions) for shown in tree.shown("a2")]
    assert versions == [("q", 1, 2), ("a2", 2, 2)]


def test_messages_of_the_same_moment_stay_in_the_order_they_were_added(store: Store) -> None:
    add_texts(store, *"abcdefgh")
    assert "".join(message.text for message in store.messages("c")) == "abcdefgh"


def test_a_deleted_conversation_is_hidden_until_it_is_restored(store: Store) -> None:
    add_texts(store, "walrus")
    store.set_draft("c", "draft")
    before = store.conversations(), store.messages("c"), store.search("walrus")
    store.delete_conversation("c")
    assert store.conversations() == ()
    assert store.search("walrus") == ()
    assert store.search("untitled") == ()
    store.restore_conversation("c")
    assert (store.conversations(), store.messages("c"), store.search("walrus")) == before


def test_purge_takes_only_what_was_deleted_before_the_moment(store: Store) -> None:
    add_texts(store, "kept", chat="kept")
    add_texts(store, "gone", chat="gone")
    store.delete_conversation("gone")
    assert store.purge(time.time() - 60) == 0
    assert store.purge(time.time() + 60) == 1
    store.restore_conversation("gone")
    assert _ids(store) == ["kept"]
    assert store.messages("gone") == ()


def test_purge_takes_the_words_out_of_the_search_index(path: Path, store: Store) -> None:
    add_texts(store, "walrus seal")
    store.rename_conversation("c", "walrus")
    store.add_message(reply("r", text="walrus"))
    store.journal("r", " walrus")
    store.delete_conversation("c")
    store.purge(time.time() + 60)
    for table in _search_tables(store):
        # A contentless index is asked itself: joined with nothing, it would still know the rows.
        found = store._connection.execute(
            f"SELECT count(*) FROM {table} WHERE {table} MATCH 'walrus OR seal'"  # noqa: S608
        ).fetchone()
        assert found == (0,)


def test_nothing_of_what_was_purged_is_left_in_the_file(path: Path, store: Store) -> None:
    for chat in ("kept", "gone"):
        add_texts(store, *(f"{chat}word {number} " * 300 for number in range(30)), chat=chat)
        store.rename_conversation(chat, f"{chat}title")
        store.set_draft(chat, f"{chat}draft")
    store.delete_conversation("gone")
    size = path.stat().st_size + log_of(path).stat().st_size
    store.purge(time.time() + 60)
    content = path.read_bytes() + log_of(path).read_bytes()
    assert b"keptword" in content
    assert b"gone" not in content
    assert len(content) < 0.7 * size


def test_what_comes_after_a_purge_is_not_mixed_up_with_what_was_purged(store: Store) -> None:
    add_texts(store, "walrus", chat="gone")
    store.delete_conversation("gone")
    store.purge(time.time() + 60)
    add_texts(store, "penguin", chat="new")
    assert store.search("walrus") == ()
    assert [hit.message_id for hit in store.search("penguin")] == ["new 0"]


def test_a_conversation_of_thousands_of_turns_can_be_purged(store: Store) -> None:
    # SQLite gives up a cascade that is a thousand rows deep.
    store.add_conversation(conversation())
    parent = None
    for number in range(1500):
        store.add_message(question(f"m{number}", "text", parent))
        parent = f"m{number}"
    store.delete_conversation("c")
    assert store.purge(time.time() + 60) == 1
    assert store.messages("c") == ()


def test_a_streaming_reply_of_a_purged_conversation_is_not_recovered(store: Store) -> None:
    store.add_conversation(conversation())
    store.add_message(reply("r"))
    store.journal("r", "text")
    store.delete_conversation("c")
    store.purge(time.time() + 60)
    assert store.recover() == ()


def test_late_changes_to_what_is_gone_do_nothing(store: Store) -> None:
    store.rename_conversation("gone", "x")
    store.set_draft("gone", "x")
    store.set_pinned("gone", True)
    store.set_leaf("gone", "x")
    store.delete_conversation("gone")
    store.restore_conversation("gone")
    store.set_folder("gone", "x")
    store.set_archived("gone", True)
    store.set_bookmark("gone", True)
    store.set_note("gone", "x")
    store.delete_message("gone")
    store.restore_message("gone")
    assert store.duplicate_conversation("gone", "copy", "x") is None
    store.journal("gone", "x")
    store.reopen_message("gone")
    store.finish_message(question("gone", "x"))
    assert store.conversations() == ()
    assert store.search("x") == ()


def test_a_message_of_an_unknown_conversation_is_refused_with_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        store.add_message(question("m", "text", chat="nowhere"))
    assert caught.value.cause
    assert caught.value.advice


def test_a_refused_call_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    add_texts(store, "one")
    with pytest.raises(StoreError):
        store.add_message(question("bad", "orphan", parent="nowhere"))
    assert _only(store).leaf_id == "c 0"
    assert store.search("orphan") == ()
    store.add_message(question("good", "two", "c 0"))
    assert [message.id for message in store.messages("c")] == ["c 0", "good"]


def test_a_store_in_memory_has_all_the_verbs() -> None:
    store = Store.in_memory()
    add_texts(store, "walrus")
    assert [hit.message_id for hit in store.search("walrus")] == ["c 0"]
    store.close()


def test_a_closed_store_says_so_in_words(path: Path) -> None:
    store = Store.open(path)
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.conversations()


def _search_tables(store: Store) -> list[str]:
    rows = store._connection.execute(
        "SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%'"
    ).fetchall()
    assert len(rows) == 2
    return [name for (name,) in rows]
