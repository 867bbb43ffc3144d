"""Deleting messages and bringing them back: a message goes with everything that hangs on it.

1. A hidden message has `deleted_at`, and `deleted_with` names the message whose deletion took it.
2. Whatever hangs on a hidden message is hidden, and was hidden no later; so what is purged takes
   nothing with it that should stay.
3. The branch that is shown never ends in a hidden message.
"""

from __future__ import annotations

import sqlite3

_BELOW = """
    WITH RECURSIVE below (id) AS (
        VALUES (:id)
        UNION SELECT messages.id FROM messages JOIN below
            ON messages.conversation_id = :conversation AND messages.parent_id = below.id
    )
"""
_HIDE = f"""
    {_BELOW}
    UPDATE messages SET deleted_at = :moment, deleted_with = :id
    WHERE id IN below AND deleted_at IS NULL
"""
# What hangs on something that is still hidden stays hidden, and comes back with that.
_SHOW = f"""
    {_BELOW}
    UPDATE messages SET deleted_at = :moment, deleted_with = :with
    WHERE id IN below AND deleted_with = :id
"""
_PLACE = "SELECT conversation_id, parent_id FROM messages WHERE id = ?"
_DELETION = "SELECT deleted_at, deleted_with FROM messages WHERE id = ?"
_HIDDEN_LEAF = """
    SELECT conversations.leaf_id FROM conversations
    JOIN messages ON messages.id = conversations.leaf_id
    WHERE conversations.id = ? AND messages.deleted_at IS NOT NULL
"""
_NEWEST_CHILD = """
    SELECT id FROM messages
    WHERE conversation_id = ? AND parent_id IS ? AND deleted_at IS NULL
    ORDER BY created_at DESC, number DESC LIMIT 1
"""
_ENDING = """
    SELECT DISTINCT conversations.id FROM conversations
    JOIN messages ON messages.id = conversations.leaf_id WHERE messages.deleted_at < ?
"""


def hide(connection: sqlite3.Connection, message_id: str, moment: float) -> None:
    """Hide a message and what hangs on it; another branch is shown where it was on the shown one.

    Called inside a transaction.
    """
    execute = connection.execute
    place = execute(_PLACE, (message_id,)).fetchone()
    if place is None:
        return
    execute(_HIDE, {"id": message_id, "conversation": place[0], "moment": moment})
    _leave_hidden(connection, place[0])


def show(connection: sqlite3.Connection, message_id: str) -> None:
    """Bring back what was hidden together with a message. Called inside a transaction."""
    execute = connection.execute
    place = execute(_PLACE, (message_id,)).fetchone()
    if place is None:
        return
    moment, hidden_with = execute(_DELETION, (place[1],)).fetchone() or (None, None)
    execute(
        _SHOW,
        {"id": message_id, "conversation": place[0], "moment": moment, "with": hidden_with},
    )


def leave_doomed(connection: sqlite3.Connection, before: float) -> None:
    """Let no shown branch end in a message that was hidden before a time."""
    for (conversation_id,) in connection.execute(_ENDING, (before,)).fetchall():
        _leave_hidden(connection, conversation_id)


def _leave_hidden(connection: sqlite3.Connection, conversation_id: str) -> None:
    """Show the newest branch through the nearest message that is left, if the end is hidden."""
    execute = connection.execute
    found = execute(_HIDDEN_LEAF, (conversation_id,)).fetchone()
    if found is None:
        return
    leaf: str | None = found[0]
    while leaf is not None and execute(_DELETION, (leaf,)).fetchone()[0] is not None:
        leaf = execute(_PLACE, (leaf,)).fetchone()[1]
    while (child := execute(_NEWEST_CHILD, (conversation_id, leaf)).fetchone()) is not None:
        leaf = child[0]
    execute("UPDATE conversations SET leaf_id = ? WHERE id = ?", (leaf, conversation_id))
