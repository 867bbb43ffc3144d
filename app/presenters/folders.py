"""The folders of the list: they are there while a conversation lies in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.chat.grouping import Group, Section, folder_name, folders_of
from app.chat.text import well_formed
from app.presenters.notices import NoticeAction, Notices

if TYPE_CHECKING:
    from app.presenters.conversations import ConversationsPresenter


class Folders(QObject):
    """What is done with a whole folder. Lives on the window's thread; owned by the list."""

    def __init__(self, conversations: ConversationsPresenter, notices: Notices) -> None:
        super().__init__(conversations)
        self._conversations = conversations
        self._notices = notices

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all folders, in the order of the alphabet."""
        return folders_of(self._conversations.conversations)

    def move(self, conversation_id: str, section: Section) -> None:
        """Put a conversation where it was dragged to: a folder, the archive, the top, or none."""
        conversation = self._conversations.book.get(conversation_id)
        if conversation is None:
            return
        if section.group is Group.ARCHIVE:
            self._conversations.set_archived(conversation_id, archived=True)
            return
        if conversation.archived:
            self._conversations.set_archived(conversation_id, archived=False)
        if conversation.folder != section.folder:
            self._conversations.book.set_folder(conversation_id, section.folder)
        pinned = section.group is Group.PINNED
        if section.group is not Group.FOLDER and conversation.pinned != pinned:
            self._conversations.book.set_pinned(conversation_id, pinned)

    def rename(self, old: str, name: str) -> None:
        """Give a folder another name; that of another folder brings both together."""
        if (name := folder_name(well_formed(name))) and name != old:
            self._conversations.book.fill_folder(self._content(old), name)

    def remove(self, name: str) -> None:
        """Take a folder away; its conversations stay. The notice offers to undo it."""
        content = self._content(name)
        self._conversations.book.fill_folder(content, "")
        put_back = partial(self._conversations.book.fill_folder, content, name)
        undo = NoticeAction(self.tr("Undo"), put_back)
        self._notices.info(
            self.tr("The folder “{name}” was removed. Its conversations stay.").format(name=name),
            undo,
        )

    def _content(self, name: str) -> tuple[str, ...]:
        every = self._conversations.conversations
        return tuple(conversation.id for conversation in every if conversation.folder == name)
