"""Conversations and messages for the tests of the store."""

from __future__ import annotations

from app.chat.conversation import Conversation
from app.chat.message import Message, MessageState, Role
from app.store.store import Store


def conversation(name: str = "c", title: str = "A title", updated_at: float = 1.0) -> Conversation:
    """Return a conversation without messages."""
    return Conversation(name, title, 1.0, updated_at)


def question(name: str, text: str, parent: str | None = None, chat: str = "c") -> Message:
    """Return a message of the user."""
    return Message(name, chat, parent, Role.USER, text, 2.0)


def reply(name: str, parent: str | None = None, text: str = "", chat: str = "c") -> Message:
    """Return an answer that is about to be written."""
    return Message(
        name, chat, parent, Role.ASSISTANT, text, 3.0, MessageState.STREAMING, model="A model"
    )


def add_texts(store: Store, *texts: str, chat: str = "c") -> None:
    """Add a conversation in which each text is a message of its own: "c 0", "c 1" and so on."""
    store.add_conversation(conversation(chat, "Untitled"))
    for number, text in enumerate(texts):
        store.add_message(question(f"{chat} {number}", text, chat=chat))
