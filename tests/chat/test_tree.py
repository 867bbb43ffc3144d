"""Branches: what is shown, and how versions of a message are counted."""

from __future__ import annotations

from app.chat.message import Message, Role
from app.chat.tree import MessageTree


def message(name: str, parent: str | None, age: float) -> Message:
    return Message(name, "c", parent, Role.USER, name, age)


TREE = MessageTree(
    [
        message("answer 2", "question", 3),
        message("question", None, 1),
        message("answer 1", "question", 2),
        message("follow-up", "answer 1", 4),
        message("other question", None, 5),
    ]
)


def test_the_branch_leads_from_the_first_message_to_the_leaf() -> None:
    assert [item.id for item in TREE.path_to("follow-up")] == [
        "question",
        "answer 1",
        "follow-up",
    ]


def test_an_unknown_or_absent_leaf_shows_nothing() -> None:
    assert TREE.path_to("gone") == ()
    assert TREE.path_to(None) == ()


def test_versions_are_counted_by_age() -> None:
    shown = TREE.shown("answer 2")
    assert [(item.message.id, item.version, item.versions) for item in shown] == [
        ("question", 1, 2),
        ("answer 2", 2, 2),
    ]


def test_another_version_is_shown_with_what_follows_it() -> None:
    assert TREE.newest_leaf_below("answer 1") == "follow-up"
    assert TREE.newest_leaf_below("question") == "answer 2"


def test_replacing_a_message_keeps_its_place() -> None:
    tree = MessageTree([message("a", None, 1), message("b", None, 2)])
    tree.put(message("a", None, 9))
    assert [item.id for item in tree.siblings("a")] == ["a", "b"]


def test_a_circle_of_parents_does_not_hang() -> None:
    tree = MessageTree([message("a", "b", 1), message("b", "a", 2)])
    assert {item.id for item in tree.path_to("a")} == {"a", "b"}


def test_what_is_taken_out_goes_with_all_that_follows_and_comes_back_to_its_place() -> None:
    tree = MessageTree(
        [
            message("q", None, 1),
            message("a1", "q", 2),
            message("a2", "q", 3),
            message("follow-up", "a1", 4),
        ]
    )
    taken = tree.take_out("a1")
    assert [item.id for item in taken] == ["a1", "follow-up"]
    assert [item.id for item in tree.siblings("a2")] == ["a2"]
    assert "follow-up" not in tree
    tree.put_back(taken)
    assert [item.id for item in tree.siblings("a2")] == ["a1", "a2"]
    assert tree.newest_leaf_below("a1") == "follow-up"


def test_the_first_message_can_be_taken_out() -> None:
    tree = MessageTree([message("q", None, 1), message("a", "q", 2)])
    tree.take_out("q")
    assert len(tree) == 0
    assert tree.children(None) == ()
