"""The branch of a conversation that is shown: the messages on it, and every change of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.chat.message import Message, Role
from app.chat.tree import MessageTree, ShownMessage
from app.presenters.conversation_book import ConversationBook


class ShownBranch(QObject):
    """A tree of messages and where in it the reader is. Lives on the window's thread."""

    #: Another conversation or branch is shown; carries a tuple of ShownMessage.
    messages_shown = Signal(object)
    #: A message was added at the end; carries a ShownMessage.
    message_added = Signal(object)
    #: A shown message has changed; carries a ShownMessage.
    message_changed = Signal(object)

    def __init__(self, book: ConversationBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self.conversation_id = ""
        self.tree = MessageTree()
        self.leaf_id: str | None = None
        #: Between the choice of a conversation and the arrival of its messages.
        self.is_reading = False
        #: The answers that their models can go on with as if nothing had happened.
        self.paused_ids: frozenset[str] = frozenset()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self.tree

    def __getitem__(self, message_id: str) -> Message:
        return self.tree[message_id]

    def get(self, message_id: str) -> Message | None:
        """Return a message, or None when it is not in the tree."""
        return self.tree.get(message_id)

    def begin(self, conversation_id: str) -> None:
        """Belong to another conversation, whose messages come with `fill`."""
        self.conversation_id = conversation_id
        self.tree = MessageTree()
        self.leaf_id = None

    def twin(self) -> ShownBranch:
        """Return another one, with the same messages."""
        twin = ShownBranch(self._book)
        twin.conversation_id = self.conversation_id
        twin.tree, twin.leaf_id = self.tree, self.leaf_id
        return twin

    def fill(self, messages: Iterable[Message]) -> None:
        """Take the messages of the conversation."""
        self.tree = MessageTree(messages)

    def path(self) -> tuple[Message, ...]:
        """Return the messages that are shown, from the first one on."""
        return self.tree.path_to(self.leaf_id)

    def last_id(self, role: Role) -> str:
        """Return the id of the last shown message of a role, or an empty text."""
        return next((item.id for item in reversed(self.path()) if item.role is role), "")

    def shown_one(self, message_id: str) -> ShownMessage:
        """Return one message as the view gets it."""
        return self._marked(self.tree.shown_one(message_id))

    def shown(self) -> tuple[ShownMessage, ...]:
        """Return the shown messages as the view gets them."""
        return tuple(map(self._marked, self.tree.shown(self.leaf_id)))

    def show(self, leaf_id: str | None) -> None:
        """Show the branch that ends with a message."""
        self.leaf_id = leaf_id
        self.messages_shown.emit(self.shown())

    def show_and_keep(self, leaf_id: str | None) -> None:
        """Show another branch, also the next time the conversation is opened."""
        self.show(leaf_id)
        self._book.show_branch(self.conversation_id, leaf_id)

    def show_through(self, message_id: str) -> None:
        """Show the newest branch through a message, unless the message is shown already."""
        if message_id in self.tree and self.tree[message_id] not in self.path():
            self.show_and_keep(self.tree.newest_leaf_below(message_id))

    def show_version(self, message_id: str, step: int) -> None:
        """Show the version of a message `step` places further on, with what follows it."""
        if message_id not in self.tree:
            return
        versions = self.tree.siblings(message_id)
        place = [version.id for version in versions].index(message_id) + step
        if 0 <= place < len(versions):
            self.show_and_keep(self.tree.newest_leaf_below(versions[place].id))

    def show_added(self, *messages: Message) -> None:
        """Show the branch that ends with the last of `messages`, each the parent of the next."""
        at_end = messages[0].parent_id == self.leaf_id
        self.leaf_id = messages[-1].id
        self._book.touch(self.conversation_id, self.leaf_id)
        if at_end:
            for message in messages:
                self.message_added.emit(self.shown_one(message.id))
        else:
            self.show(self.leaf_id)

    def take_writing(self, message: Message) -> None:
        """Take an answer as far as it is written, without a word; its end is told."""
        self.tree.put(self._with_marks(message))

    def take_written(self, message: Message) -> None:
        """Take the end of an answer; one that is not in the tree is passed over."""
        self.change(self._with_marks(message))

    def change(self, message: Message) -> None:
        """Take another state of a message; one that is not in the tree is passed over."""
        if message.conversation_id == self.conversation_id and message.id in self.tree:
            self.tree.put(message)
            self.message_changed.emit(self.shown_one(message.id))

    def set_paused(self, message_ids: frozenset[str]) -> None:
        """Note which answers are paused now, here or elsewhere."""
        before, self.paused_ids = self.paused_ids, message_ids
        for changed in (before ^ message_ids) & {message.id for message in self.path()}:
            self.message_changed.emit(self.shown_one(changed))

    def _marked(self, item: ShownMessage) -> ShownMessage:
        if item.message.id not in self.paused_ids:
            return item
        return ShownMessage(item.message, item.version, item.versions, is_paused=True)

    def _with_marks(self, message: Message) -> Message:
        """Return what was written with what the user marked, noted or edited meanwhile."""
        here = self.get(message.id)
        if here is None:
            return message
        return replace(message, bookmarked=here.bookmarked, note=here.note, edit=here.edit)
