"""The tree of a conversation as rows."""

from __future__ import annotations

from app.chat.message import Message, Role
from app.chat.outline import outline
from app.chat.tree import MessageTree


def message(name: str, parent: str | None, age: float) -> Message:
    return Message(name, "c", parent, Role.USER, name, age)


def test_branches_follow_each_other_and_stand_further_in() -> None:
    tree = MessageTree(
        [
            message("q", None, 1),
            message("a1", "q", 2),
            message("a2", "q", 3),
            message("f1", "a1", 4),
            message("f2", "a1", 5),
        ]
    )
    rows = outline(tree, "f2")
    assert [(row.message.id, row.depth, row.version, row.versions) for row in rows] == [
        ("q", 0, 1, 1),
        ("a1", 1, 1, 2),
        ("f1", 2, 1, 2),
        ("f2", 2, 2, 2),
        ("a2", 1, 2, 2),
    ]
    assert [row.message.id for row in rows if row.is_shown] == ["q", "a1", "f2"]


def test_a_long_conversation_stays_at_one_depth() -> None:
    chain = [message(str(n), str(n - 1) if n else None, float(n)) for n in range(5_000)]
    rows = outline(MessageTree(chain), "4999")
    assert len(rows) == 5_000
    assert {row.depth for row in rows} == {0}


def test_an_empty_conversation_has_no_rows() -> None:
    assert outline(MessageTree(), None) == ()
