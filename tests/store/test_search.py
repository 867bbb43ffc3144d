"""Search: what is found, in which order, and that nothing a user types is taken for syntax."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import MessageState
from app.store.store import SearchHit, Store
from tests.store.chats import add_texts, conversation, question, reply


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.in_memory()
    yield opened
    opened.close()


def _found(store: Store, query: str) -> list[str]:
    return [hit.message_id or f"title of {hit.conversation_id}" for hit in store.search(query)]


def _marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.highlights]


@pytest.mark.parametrize(
    "query",
    [
        "walrus",
        "WALRUS",
        "w",
        "walr",
        "the walrus",
        "walrus the",
        "  walrus  ",
        "walrus.",
        "said wal",
    ],
)
def test_latin_words_are_found_by_themselves_and_by_their_beginning(
    store: Store, query: str
) -> None:
    add_texts(store, "The time has come, the Walrus said", "Something else")
    assert _found(store, query) == ["c 0"]


@pytest.mark.parametrize("query", ["alrus", "walrus ", "walruss ", "seal", "walrus seal"])
def test_ends_of_words_and_unfinished_words_before_a_space_are_not_found(
    store: Store, query: str
) -> None:
    add_texts(store, "many walruses")
    assert _found(store, query) == []


@pytest.mark.parametrize("written", ["café", "cafe\u0301", "CAFÉ", "cafe", "CAFE\u0301"])
@pytest.mark.parametrize("query", ["café", "cafe\u0301", "cafe", "CAFÉ", "caf"])
def test_case_and_diacritics_do_not_matter(store: Store, written: str, query: str) -> None:
    add_texts(store, f"at the {written} today", "tea house")
    (hit,) = store.search(query)
    assert len(_marked(hit)) == 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Łódź ist schön", "schon"),
        ("die Straße", "straße"),
        ("ΣΊΣΥΦΟΣ rolls", "σίσυφος"),
        ("Ёлка и ель", "елка"),
        ("Việt Nam", "viet"),
        ("İstanbul", "istanbul"),
        ("שלום עולם", "עולם"),
        ("مرحبا بالعالم", "مرحبا"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("version 3.11 now", "3.11"),
        ("call set_leaf here", "set_leaf"),
        ("call set_leaf here", "leaf"),
        ("see app/store/store.py", "store.py"),
        ("don't panic", "don't"),
        ("C++ and C#", "c++"),
    ],
)
def test_words_of_many_languages_are_found_and_marked(store: Store, text: str, query: str) -> None:
    add_texts(store, text)
    (hit,) = store.search(query)
    assert _marked(hit)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("京", ["c 1", "c 0"]),
        ("東京", ["c 0"]),
        ("京都", ["c 1", "c 0"]),
        ("東京都", ["c 0"]),
        ("東都", []),
        ("すし", ["c 2"]),
        ("김치", ["c 3"]),
        ("김", ["c 3"]),
        ("ラーメン", ["c 4"]),
        ("用Python写", ["c 5"]),
        ("python", ["c 5"]),
        ("Python 代码", ["c 5"]),
        ("写pyth", []),
    ],
)
def test_chinese_japanese_and_korean_are_found_by_any_piece(
    store: Store, query: str, expected: list[str]
) -> None:
    add_texts(
        store,
        "東京都に住む",
        "京都へ行く",
        "すしを食べる",
        "김치찌개 좋아",
        "ラーメン屋",
        "用Python写代码",
    )
    assert _found(store, query) == expected


def test_both_characters_of_a_phrase_are_marked(store: Store) -> None:
    add_texts(store, "我住在東京都")
    (hit,) = store.search("東京")
    assert "".join(_marked(hit)) == "東京"


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        '""',
        '"unclosed',
        "'",
        "*",
        "walrus*",
        "^walrus",
        "text:walrus",
        "(walrus",
        "walrus)",
        "walrus AND",
        "NOT walrus",
        "OR",
        "NEAR(walrus seal)",
        "walrus + seal",
        "-walrus",
        "{walrus}: x",
        "\\",
        "\0",
        "wal\0rus",
        "%_",
        ";--",
        "\u202ewalrus",
        "\ud800",
        "…",
        "_",
        "*" * 5000,
        "walrus " * 5000,
        "東" * 5000,
    ],
)
def test_punctuation_and_search_syntax_are_harmless(store: Store, query: str) -> None:
    add_texts(store, "walrus and seal")
    store.search(query)
    assert _found(store, "walrus") == ["c 0"]


def test_words_that_are_operators_elsewhere_are_words(store: Store) -> None:
    add_texts(store, "this and that", "this or that", "near or far")
    assert _found(store, "and") == ["c 0"]
    assert _found(store, "OR") == ["c 2", "c 1"]
    assert _found(store, "NEAR") == ["c 2"]


def test_nothing_is_found_for_a_query_without_words(store: Store) -> None:
    add_texts(store, "... !!! ???")
    assert [store.search(query) for query in ("", "...", "!", " ")] == [(), (), (), ()]


def test_titles_come_first_then_the_newest_messages(store: Store) -> None:
    add_texts(store, "walrus one", "walrus two", chat="a")
    add_texts(store, "walrus three", chat="b")
    store.rename_conversation("a", "About the walrus")
    assert _found(store, "walrus") == ["title of a", "b 0", "a 1", "a 0"]


def test_titles_come_in_the_order_of_the_list(store: Store) -> None:
    for name, updated_at in (("a", 3.0), ("b", 1.0), ("c", 2.0)):
        store.add_conversation(conversation(name, f"walrus {name}", updated_at))
    assert _found(store, "walrus") == ["title of a", "title of c", "title of b"]


def test_the_limit_holds_and_titles_leave_room_for_messages(store: Store) -> None:
    for number in range(20):
        add_texts(store, "walrus", chat=f"c{number}")
        store.rename_conversation(f"c{number}", f"walrus {number}")
    hits = store.search("walrus", 10)
    assert len(hits) == 10
    assert any(hit.message_id for hit in hits)
    assert store.search("walrus", 0) == ()


def test_a_hit_names_its_conversation(store: Store) -> None:
    add_texts(store, "walrus")
    store.rename_conversation("c", "Sea")
    (hit,) = store.search("walrus")
    assert (hit.conversation_id, hit.conversation_title, hit.message_id) == ("c", "Sea", "c 0")


def test_deleted_conversations_are_not_found_and_do_not_use_up_the_limit(store: Store) -> None:
    add_texts(store, "walrus", chat="kept")
    for number in range(5):
        add_texts(store, "walrus", chat=f"gone{number}")
        store.delete_conversation(f"gone{number}")
    assert [hit.message_id for hit in store.search("walrus", 2)] == ["kept 0"]


def test_the_snippet_shows_the_place_in_a_long_text(store: Store) -> None:
    text = "word " * 5000 + "the walrus\n\n  said " + "word " * 5000
    add_texts(store, text)
    (hit,) = store.search("walrus")
    assert _marked(hit) == ["walrus"]
    assert "the walrus said" in hit.snippet
    assert "\n" not in hit.snippet
    assert len(hit.snippet) < 200


def test_words_far_apart_are_found_and_at_least_one_is_shown(store: Store) -> None:
    add_texts(store, "seal " + "word " * 1000 + "walrus")
    (hit,) = store.search("seal walrus")
    assert _marked(hit)


def test_only_whole_words_are_marked_unless_the_last_is_being_typed(store: Store) -> None:
    add_texts(store, "a seal sealed the walrus and walruses")
    (hit,) = store.search("seal walrus")
    assert _marked(hit)[0] == "seal"
    assert "sealed" not in _marked(hit)
    (hit,) = store.search("seal walrus ")
    assert _marked(hit) == ["seal", "walrus"]


def test_a_broken_index_is_made_anew_when_it_is_searched(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite3"
    store = Store.open(path)
    add_texts(store, "walrus", "seal")
    names = [
        name
        for (name,) in store._connection.execute(
            "SELECT name FROM sqlite_schema WHERE name LIKE 'message%_data'"
        )
    ]
    assert len(names) == 1
    # Numbers above those of the two records about the index itself are its lists of words.
    store._connection.execute(f"DELETE FROM {names[0]} WHERE id > 10")  # noqa: S608
    store.close()
    store = Store.open(path)
    assert _found(store, "walrus") == ["c 0"]
    store.add_message(replace(question("late", "walrus")))
    assert _found(store, "walrus") == ["late", "c 0"]
    store.close()


def test_finished_versions_are_each_found_once(store: Store) -> None:
    store.add_conversation(conversation())
    for name in ("r1", "r2"):
        store.add_message(reply(name))
        store.finish_message(replace(reply(name, text="walrus"), state=MessageState.COMPLETE))
    assert _found(store, "walrus") == ["r2", "r1"]


@pytest.mark.parametrize("verb", ["add", "finish", "rename", "purge"])
def test_a_broken_index_keeps_nothing_from_being_saved(store: Store, verb: str) -> None:
    add_texts(store, "walrus", "seal", chat="old")
    add_texts(store, "walrus", "seal", chat="gone")
    store.delete_conversation("gone")
    for table in ("message_index", "title_index"):
        store._connection.execute(
            f"UPDATE {table}_data SET block = zeroblob(9) WHERE id > 1"  # noqa: S608
        )
    if verb == "add":
        store.add_message(question("new", "penguin", chat="old"))
    elif verb == "finish":
        store.finish_message(question("old 1", "penguin", chat="old"))
    elif verb == "rename":
        store.rename_conversation("old", "penguin")
    else:
        store.purge(time.time() + 60)
    assert len(store.search("penguin")) == (verb != "purge")
    assert _found(store, "walrus") == ["old 0"]
    assert len(store.search("seal")) == (verb != "finish")
