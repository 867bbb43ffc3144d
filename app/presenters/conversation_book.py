"""Every conversation that there is, and every change of what the list tells about one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.conversation import Choices, Conversation
from app.chat.grouping import folder_name
from app.chat.text import well_formed
from app.presenters.saving import Saver
from app.presenters.temporary import TemporaryConversation, keep_copy
from app.store.store import Store


class ConversationBook(QObject):
    """Holds the conversations; the database follows. Lives on the window's thread."""

    #: The list has changed.
    changed = Signal()
    #: A conversation was taken out of the list; carries its id.
    removed = Signal(str)

    def __init__(self, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._saver = saver
        self._conversations: dict[str, Conversation] = {}
        self._temporary: dict[str, TemporaryConversation] = {}

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._conversations

    @property
    def kept(self) -> tuple[Conversation, ...]:
        """Every conversation that is kept, pinned ones first, then the newest."""
        kept = (one for one in self._conversations.values() if one.id not in self._temporary)
        return tuple(sorted(kept, key=_recency, reverse=True))

    def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, or None when it is not there (any more)."""
        return self._conversations.get(conversation_id)

    def is_kept(self, conversation_id: str) -> bool:
        """Return whether a conversation outlives the program."""
        return conversation_id in self and conversation_id not in self._temporary

    def is_temporary(self, conversation_id: str) -> bool:
        """Return whether nothing is kept of a conversation."""
        return conversation_id in self._temporary

    def fill(self, stored: Iterable[Conversation]) -> None:
        """Take what the database holds. What was begun meanwhile stays as it is."""
        self._conversations = {one.id: one for one in stored} | self._conversations
        self.changed.emit()

    def begin(self, conversation: Conversation, *, temporary: bool) -> None:
        """Take a new conversation, of which nothing is kept if it is `temporary`."""
        self._conversations[conversation.id] = conversation
        if temporary:
            held = self._temporary[conversation.id] = TemporaryConversation(conversation.id)
            self._saver.hold(held)
        self._saver.save(Store.add_conversation, conversation)
        self.changed.emit()

    def keep(self, conversation_id: str) -> bool:
        """Keep a temporary conversation. Return False where there is none of that id."""
        temporary = self._temporary.pop(conversation_id, None)
        if temporary is None:
            return False
        self._saver.let_go(temporary)
        self._saver.save(keep_copy, temporary.handed_over())
        self.changed.emit()
        return True

    def end_temporary(self, conversation_id: str) -> None:
        """Forget a temporary conversation with all that was said."""
        self._conversations.pop(conversation_id, None)
        self._temporary.pop(conversation_id).end()

    def close(self) -> None:
        """Forget every temporary conversation; nothing is asked any more."""
        for temporary in self._temporary.values():
            temporary.end()

    def remove(self, conversation_id: str) -> Conversation:
        """Take a conversation out of the list, and return it for `bring_back`."""
        conversation = self._conversations.pop(conversation_id)
        self._saver.save(Store.delete_conversation, conversation_id)
        self.removed.emit(conversation_id)
        self.changed.emit()
        return conversation

    def bring_back(self, conversation: Conversation) -> None:
        """Put a conversation that was removed into the list again."""
        self._saver.save(Store.restore_conversation, conversation.id)
        self.put(conversation)

    def put(self, conversation: Conversation) -> None:
        """Take a conversation that the database holds already."""
        self._conversations[conversation.id] = conversation
        self.changed.emit()

    def touch(self, conversation_id: str, leaf_id: str) -> None:
        """Note that a message was added: the conversation moves up and shows that branch.

        The store does the same by itself when it adds the message.
        """
        self._change(conversation_id, leaf_id=leaf_id, updated_at=time.time())

    def show_branch(self, conversation_id: str, leaf_id: str | None) -> None:
        """Remember which branch of a conversation is shown."""
        self._change(conversation_id, leaf_id=leaf_id)
        self._saver.save(Store.set_leaf, conversation_id, leaf_id)

    def keep_draft(self, conversation_id: str, text: str) -> None:
        """Keep what stands in the composer of a conversation."""
        conversation = self.get(conversation_id)
        if conversation is not None and conversation.draft != text:
            self._conversations[conversation_id] = replace(conversation, draft=text)
            self._saver.save(Store.set_draft, conversation_id, text)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        title = " ".join(well_formed(title).split())
        if title and conversation_id in self:
            self._change(conversation_id, title=title)
            self._saver.save(Store.rename_conversation, conversation_id, title)

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or not."""
        if conversation_id in self:
            self._change(conversation_id, pinned=pinned)
            self._saver.save(Store.set_pinned, conversation_id, pinned)

    def set_archived(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation away at the end of the list, or take it out again."""
        if conversation_id in self:
            self._change(conversation_id, archived=archived)
            self._saver.save(Store.set_archived, conversation_id, archived)

    def set_folder(self, conversation_id: str, folder: str) -> None:
        """Lay a conversation into a folder, which is there by being named, or into none."""
        self.fill_folder((conversation_id,), folder)

    def fill_folder(self, conversation_ids: tuple[str, ...], folder: str) -> None:
        """Lay several conversations into a folder, or into none; the list changes once."""
        name = folder_name(well_formed(folder))
        known = [each for each in conversation_ids if each in self]
        for each in known:
            self._conversations[each] = replace(self._conversations[each], folder=name)
            self._saver.save(Store.set_folder, each, name)
        if known:
            self.changed.emit()

    def set_choices(self, conversation_id: str, choices: Choices) -> None:
        """Keep the model, adapter, preset and settings that are chosen for a conversation."""
        self._change(conversation_id, choices=choices)
        self._saver.save(Store.set_choices, conversation_id, choices)

    @Slot(str, str)
    def rename_preset(self, old: str, new: str) -> None:
        """Let every conversation that has a preset go on with it under its new name."""
        for conversation in tuple(self._conversations.values()):
            if conversation.choices.preset == old:
                choices = replace(conversation.choices, preset=new)
                self._conversations[conversation.id] = replace(conversation, choices=choices)
        self._saver.save(Store.rename_preset, old, new)

    def _change(self, conversation_id: str, **changes: Any) -> None:
        conversation = self.get(conversation_id)
        if conversation is not None:
            self._conversations[conversation_id] = replace(conversation, **changes)
            self.changed.emit()


def _recency(conversation: Conversation) -> tuple[bool, float]:
    return (conversation.pinned, conversation.updated_at)
