"""What the user does with a message beside reading it: bookmark, note, delete and undo that."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.chat.message import Message
from app.chat.text import well_formed
from app.presenters.branch import ShownBranch
from app.presenters.conversations import ConversationsPresenter
from app.presenters.notices import NoticeAction, Notices
from app.presenters.replies import Replies
from app.presenters.saving import Saver
from app.store.store import Store


class MessageMarks(QObject):
    """Changes messages of the shown branch. Lives on the window's thread."""

    def __init__(
        self,
        branch: ShownBranch,
        replies: Replies,
        conversations: ConversationsPresenter,
        saver: Saver,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._branch = branch
        self._replies = replies
        self._conversations = conversations
        self._saver = saver
        self._notices = notices

    def set_bookmarked(self, message_id: str, bookmarked: bool) -> None:
        """Keep a message in the list of bookmarks, or not."""
        if message_id in self._branch:
            self._branch.change(replace(self._branch[message_id], bookmarked=bookmarked))
            self._saver.save(Store.set_bookmark, message_id, bookmarked)

    def set_note(self, message_id: str, text: str) -> None:
        """Write something beside a message; an empty text takes the note away."""
        note = well_formed(text).strip()
        if message_id in self._branch and note != self._branch[message_id].note:
            self._branch.change(replace(self._branch[message_id], note=note))
            self._saver.save(Store.set_note, message_id, note)

    @Slot(str, str)
    def keep_edit(self, message_id: str, text: str) -> None:
        """Keep what is being written in the place of a message; an empty text is the end of it."""
        message = self._branch.get(message_id)
        if message is None:
            return
        text = well_formed(text)
        edit = "" if text == message.text else text
        if edit != message.edit:
            self._branch.change(replace(message, edit=edit))
            self._saver.save(Store.set_edit, message_id, edit)

    def delete(self, message_id: str) -> None:
        """Take a message away with all that follows it; the notice offers to undo it."""
        if message_id not in self._branch:
            return
        tree, before = self._branch.tree, self._branch.leaf_id
        reply = self._replies.within(self._branch.conversation_id)
        writing = None if reply is None else reply.message
        if writing is not None and message_id in {item.id for item in tree.path_to(writing.id)}:
            self._notices.warn(
                self.tr("An answer is being written here."),
                self.tr("Stop it first, or wait for its end."),
            )
            return
        after = self._leaf_without(message_id)
        taken = tree.take_out(message_id)
        self._saver.save(Store.delete_message, message_id)
        self._replies.forget_pauses(taken)
        self._branch.show_and_keep(after)
        told = self.tr("The message was deleted.")
        if len(taken) > 1:
            told = self.tr("The message and what follows it were deleted.")
        undo = partial(self._restore, taken, before)
        self._notices.info(told, NoticeAction(self.tr("Undo"), undo))

    def _leaf_without(self, message_id: str) -> str | None:
        """Return what to show when a message is gone: the version beside it, or what it answers."""
        tree = self._branch.tree
        path = [message.id for message in self._branch.path()]
        if message_id not in path:
            return self._branch.leaf_id
        versions = [version.id for version in tree.siblings(message_id)]
        place = versions.index(message_id)
        others = versions[:place][::-1] + versions[place + 1 :]
        return tree.newest_leaf_below(others[0]) if others else tree[message_id].parent_id

    def _restore(self, taken: tuple[Message, ...], leaf_id: str | None) -> None:
        conversation_id = taken[0].conversation_id
        self._saver.save(Store.restore_message, taken[0].id)
        if conversation_id == self._branch.conversation_id:
            if taken[0].id not in self._branch:
                self._branch.tree.put_back(taken)
            self._branch.show_and_keep(leaf_id)
        else:
            self._conversations.book.show_branch(conversation_id, leaf_id)
            self._conversations.open_anew(conversation_id)
