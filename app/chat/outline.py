"""The tree of a conversation as rows below each other, indented where it branches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.chat.message import Message
from app.chat.tree import MessageTree


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One message in the outline."""

    message: Message
    depth: int
    """How many times the conversation branched on the way to it."""
    version: int
    """Counted from 1, oldest first."""
    versions: int
    is_shown: bool
    """It stands on the branch that is shown."""


def outline(tree: MessageTree, leaf_id: str | None) -> tuple[OutlineRow, ...]:
    """Return all messages of `tree`, each branch in reading order, with that of `leaf_id` marked.

    What follows without another version stays at the same depth, so that a long conversation
    does not run out of the window.
    """
    shown: Collection[str] = {message.id for message in tree.path_to(leaf_id)}
    rows: list[OutlineRow] = []
    # From the end: the oldest is looked at first.
    waiting = _below(tree, None, 0)
    while waiting:
        message_id, depth, version, versions = waiting.pop()
        message = tree[message_id]
        rows.append(OutlineRow(message, depth, version, versions, message_id in shown))
        waiting.extend(_below(tree, message_id, depth))
    return tuple(rows)


def _below(
    tree: MessageTree, message_id: str | None, depth: int
) -> list[tuple[str, int, int, int]]:
    """Return id, depth, version and count of versions of what follows a message, last one first."""
    ids = tree.children(message_id)
    deeper = depth + (len(ids) > 1)
    found = [(one, deeper, place, len(ids)) for place, one in enumerate(ids, 1)]
    return found[::-1]
