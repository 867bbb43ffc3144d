"""A conversation that leaves no trace: what would be written is held in memory, and then dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.chat.conversation import Conversation
from app.chat.message import Message
from app.store.salvage import take_over_copy
from app.store.store import Store


class TemporaryConversation:
    """Takes the writes about one conversation. Used on the window's thread.

    It has a store of its own that lies in memory, so that every verb means there what it means
    on the disk. When it has ended, late writes about it are still taken, and go nowhere.
    """

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self._ids = {conversation_id}
        self._store: Store | None = Store.in_memory()

    def takes(self, arguments: tuple[Any, ...]) -> bool:
        """Return whether a call of a verb with `arguments` is about this conversation."""
        first = arguments[0] if arguments else None
        if isinstance(first, Message):
            if first.conversation_id in self._ids:
                self._ids.add(first.id)
            return first.conversation_id in self._ids
        return (first.id if isinstance(first, Conversation) else first) in self._ids

    def write(self, verb: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Make a call of a Store method here."""
        if self._store is not None:
            verb(self._store, *arguments)

    def end(self) -> None:
        """Forget everything that was said."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def handed_over(self) -> bytes:
        """End it, and return what it held for `keep_copy` to write."""
        assert self._store is not None
        content = self._store.connection.serialize()
        self.end()
        return content


def keep_copy(store: Store, content: bytes) -> None:
    """Write a conversation that was temporary. As a verb of Store, for Saver."""
    take_over_copy(content, store)
