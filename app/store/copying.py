"""A second copy of a conversation: every branch of it, under new ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.chat.conversation import Conversation
from app.chat.message import Message, MessageState, new_id


def copy_of(
    conversation: Conversation, messages: Iterable[Message], copy_id: str, title: str, moment: float
) -> tuple[Conversation, tuple[Message, ...]]:
    """Return a copy of `conversation` and of its `messages`, which come parents first.

    An answer that is being written is copied as far as it is, as one that was stopped. The draft
    stays behind, since messages that wait to be sent may be in it, and so do edits.
    """
    ids: dict[str | None, str | None] = {None: None}
    copies: list[Message] = []
    for message in messages:
        fresh = ids[message.id] = new_id()
        state = message.state
        copies.append(
            replace(
                message,
                id=fresh,
                conversation_id=copy_id,
                parent_id=ids[message.parent_id],
                state=MessageState.STOPPED if state is MessageState.STREAMING else state,
                edit="",
            )
        )
    copy = replace(
        conversation,
        id=copy_id,
        title=title,
        created_at=moment,
        updated_at=moment,
        leaf_id=ids.get(conversation.leaf_id),
        draft="",
        pinned=False,
        archived=False,
    )
    return copy, tuple(copies)
