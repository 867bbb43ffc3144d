"""Conversations that were left with messages waiting: these are sent though nobody looks on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.chat.conversation import title_from
from app.presenters.conversations import ConversationsPresenter
from app.presenters.notices import NoticeAction, Notices
from app.presenters.outbox import Outbox


class LeftBehind(QObject):
    """Keeps an outbox for each of them. Lives on the window's thread; owned by `Places`."""

    def __init__(
        self,
        conversations: ConversationsPresenter,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._notices = notices
        self._outboxes: dict[str, Outbox] = {}

    @property
    def outboxes(self) -> tuple[Outbox, ...]:
        """All of them."""
        return tuple(self._outboxes.values())

    @property
    def sending(self) -> tuple[Outbox, ...]:
        """Those that may send; what is in view sends for itself."""
        is_shown = self._conversations.is_shown
        return tuple(one for one in self.outboxes if not is_shown(one.conversation_id))

    def take(self, outbox: Outbox) -> None:
        """Let what waits in `outbox` be sent from here, since its conversation is left.

        Nothing of a temporary or deleted conversation is sent any more. One that was left before
        its messages had come has its outbox here already.
        """
        left_id = outbox.conversation_id
        if outbox.is_reading or not self._conversations.book.is_kept(left_id):
            return
        self._drop(left_id)
        if outbox.queue.texts:
            twin = self._outboxes[left_id] = outbox.twin()
            twin.setParent(self)
            twin.returned.connect(self._on_returned)

    def drop_done(self) -> None:
        """Let go of those that have nothing to send any more."""
        for one in tuple(self._outboxes):
            if not self._outboxes[one].queue.texts:
                self._drop(one)

    def _drop(self, conversation_id: str) -> None:
        outbox = self._outboxes.pop(conversation_id, None)
        if outbox is not None:
            outbox.deleteLater()

    @Slot(str)
    def _on_returned(self, conversation_id: str) -> None:
        conversation = self._conversations.book.get(conversation_id)
        if conversation is None or self._conversations.is_shown(conversation_id):
            return
        show = NoticeAction(self.tr("Show it"), partial(self._conversations.open, conversation_id))
        words = self.tr("What waited in “{title}” was not sent. It is in its composer again.")
        self._notices.info(words.format(title=title_from(conversation.title)), show)
