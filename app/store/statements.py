"""The statements of the store, for whoever reads or changes conversations and messages."""

from __future__ import annotations

from app.store.rows import CONVERSATION_COLUMNS, MESSAGE_COLUMNS


def _columns(names: tuple[str, ...], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _places(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


CONVERSATIONS = f"""
    SELECT {_columns(CONVERSATION_COLUMNS)} FROM conversations WHERE deleted_at IS NULL
    ORDER BY pinned DESC, updated_at DESC, number DESC
"""
ADD_CONVERSATION = f"""
    INSERT INTO conversations ({_columns(CONVERSATION_COLUMNS)})
    VALUES ({_places(CONVERSATION_COLUMNS)})
"""
SET_CHOICES = (
    "UPDATE conversations SET model = ?, adapter = ?, preset = ?, overrides = ? WHERE id = ?"
)
NUMBER_AND_TITLE = "SELECT number, title FROM conversations WHERE id = ?"
DOOMED = "SELECT number, id, title FROM conversations WHERE deleted_at < ?"
CONVERSATION = f"SELECT {_columns(CONVERSATION_COLUMNS)} FROM conversations WHERE id = ?"
DOOMED_TEXTS = (
    "SELECT number, text, note FROM messages WHERE deleted_at < ? AND state != 'streaming'"
)
MESSAGES = f"""
    SELECT {_columns(MESSAGE_COLUMNS)} FROM messages
    WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY created_at, number
"""
# A parent always came before what hangs on it.
MESSAGES_IN_ORDER_OF_ADDING = f"""
    SELECT {_columns(MESSAGE_COLUMNS)} FROM messages
    WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY number
"""
STREAMING = f"""
    SELECT {_columns(MESSAGE_COLUMNS)}, deleted_at FROM messages WHERE state = 'streaming'
    ORDER BY number
"""
ADD_MESSAGE = f"""
    INSERT INTO messages ({_columns(MESSAGE_COLUMNS)}, deleted_at, deleted_with)
    VALUES ({_places(MESSAGE_COLUMNS)},
        (SELECT deleted_at FROM messages WHERE id = ?3),
        (SELECT deleted_with FROM messages WHERE id = ?3))
"""
# A clock that was set back must not send the conversation down the list; what is added to
# something hidden is hidden as well, and not shown.
TOUCH = """
    UPDATE conversations SET updated_at = max(updated_at, ?),
        leaf_id = coalesce((SELECT id FROM messages WHERE id = ? AND deleted_at IS NULL), leaf_id)
    WHERE id = ?
"""
JOURNAL = """
    INSERT INTO journal (message_id, place, text)
    SELECT id, (SELECT coalesce(max(place), 0) + 1 FROM journal WHERE message_id = messages.id), ?
    FROM messages WHERE id = ? AND state = 'streaming'
"""
PIECES = "SELECT text FROM journal WHERE message_id = ? ORDER BY place"
FINISH = """
    UPDATE messages SET text = :text, state = :state, model = :model, failure = :failure,
        statistics = :statistics, adapter = :adapter, settings = :settings
    WHERE id = :id RETURNING number, note
"""
INDEXED_TEXT = "SELECT number, text, note FROM messages WHERE id = ? AND state != 'streaming'"
INDEXED_TEXTS = (
    "SELECT number, text, note FROM messages WHERE conversation_id = ? AND state != 'streaming'"
)
BOOKMARKED = f"""
    SELECT {_columns(MESSAGE_COLUMNS, "messages")}, conversations.title
    FROM messages JOIN conversations ON conversations.id = messages.conversation_id
    WHERE bookmarked = 1 AND messages.deleted_at IS NULL AND conversations.deleted_at IS NULL
    ORDER BY messages.created_at DESC, messages.number DESC
"""
