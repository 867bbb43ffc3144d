"""The tree of a conversation: which messages stand on the branch that is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.chat.message import Message


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message on the shown branch, and which of its versions it is."""

    message: Message
    version: int
    """Counted from 1, oldest first."""
    versions: int
    is_paused: bool = False
    """The model can still go on with it as if it had not been interrupted."""


class MessageTree:
    """The messages of one conversation, by id and by parent. Siblings keep their order of age."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._messages: dict[str, Message] = {}
        self._children: dict[str | None, list[str]] = defaultdict(list)
        for message in sorted(messages, key=_age):
            self.put(message)

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._messages

    def __getitem__(self, message_id: str) -> Message:
        return self._messages[message_id]

    def get(self, message_id: str) -> Message | None:
        """Return a message, or None when it is not there."""
        return self._messages.get(message_id)

    def put(self, message: Message) -> None:
        """Add `message`, or replace the one with its id (its place in the tree is fixed)."""
        if message.id not in self._messages:
            self._children[message.parent_id].append(message.id)
        self._messages[message.id] = message

    def take_out(self, message_id: str) -> tuple[Message, ...]:
        """Remove a message with everything below it; return what was removed, parents first."""
        taken = tuple(self._messages[below] for below in self._below(message_id))
        self._children[taken[0].parent_id].remove(message_id)
        for message in taken:
            del self._messages[message.id]
            self._children.pop(message.id, None)
        return taken

    def put_back(self, messages: Iterable[Message]) -> None:
        """Add what was taken out to where it was: among its siblings by age."""
        for message in messages:
            self.put(message)
            self._children[message.parent_id].sort(key=self._age_of)

    def children(self, message_id: str | None) -> tuple[str, ...]:
        """Return the ids of what follows a message, oldest first; None stands for the beginning."""
        return tuple(self._children.get(message_id, ()))

    def path_to(self, leaf_id: str | None) -> tuple[Message, ...]:
        """Return the messages from the first one down to `leaf_id`, both included."""
        path: list[Message] = []
        seen: set[str] = set()
        current = leaf_id
        while current is not None and current in self._messages and current not in seen:
            seen.add(current)
            path.append(self._messages[current])
            current = self._messages[current].parent_id
        return tuple(reversed(path))

    def shown(self, leaf_id: str | None) -> tuple[ShownMessage, ...]:
        """Return the branch that ends at `leaf_id`, with the place of each among its versions."""
        return tuple(self._shown(message) for message in self.path_to(leaf_id))

    def shown_one(self, message_id: str) -> ShownMessage:
        """Return one message with its place among its versions."""
        return self._shown(self._messages[message_id])

    def siblings(self, message_id: str) -> tuple[Message, ...]:
        """Return the versions of a message, oldest first, itself included."""
        ids = self._children[self._messages[message_id].parent_id]
        return tuple(self._messages[sibling] for sibling in ids)

    def newest_leaf_below(self, message_id: str) -> str:
        """Return the end of the newest branch that passes through `message_id`."""
        current = message_id
        while self._children.get(current):
            current = self._children[current][-1]
        return current

    def _below(self, message_id: str) -> list[str]:
        """Return the ids of a message and of everything below it, parents first."""
        found = [message_id]
        for known in found:
            found.extend(self._children.get(known, ()))
        return found

    def _age_of(self, message_id: str) -> tuple[float, str]:
        return _age(self._messages[message_id])

    def _shown(self, message: Message) -> ShownMessage:
        siblings = self._children[message.parent_id]
        return ShownMessage(message, siblings.index(message.id) + 1, len(siblings))


def _age(message: Message) -> tuple[float, str]:
    return (message.created_at, message.id)
