"""Sends what the user writes in one conversation: at once, or when its model is free.

It goes on with that while another conversation is shown, as a twin that nobody looks at.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.message import Message, MessageState, Role
from app.presenters.answering import Answering
from app.presenters.branch import ShownBranch
from app.presenters.conversation_book import ConversationBook
from app.presenters.message_queue import MessageQueue


class Outbox(QObject):
    """What was sent and is not answered yet. Lives on the window's thread."""

    #: What waited is in the composer again; carries the id of the conversation.
    returned = Signal(str)

    def __init__(
        self,
        branch: ShownBranch,
        queue: MessageQueue,
        answering: Answering,
        book: ConversationBook,
        parent: QObject | None = None,
    ) -> None:
        """Take over `branch`, `queue` and `answering`, which are of one conversation."""
        super().__init__(parent)
        self._branch = branch
        self.queue = queue
        self._answering = answering
        self._book = book
        for part in (branch, queue, answering):
            part.setParent(self)
        queue.text_returned.connect(self._on_text_returned)

    @property
    def conversation_id(self) -> str:
        """The conversation that is meant now."""
        return self._branch.conversation_id

    @property
    def is_reading(self) -> bool:
        """Whether the messages of the conversation have not arrived yet."""
        return self._branch.is_reading

    def takes(self) -> bool:
        """Return whether a message can be sent, now or later.

        A refusal is told to the user, unless the conversation is only just being read.
        """
        if self._branch.is_reading:
            return False
        return self._has_to_wait() or self._answering.is_possible()

    def put(self, text: str) -> None:
        """Send a message that `takes` has found a place for."""
        if self._has_to_wait():
            self._answering.choose_model()
            self.queue.add(text)
        else:
            self._ask(text)

    def send_waiting(self) -> None:
        """Send the next message that waits, if the model can take it."""
        if not self.queue.texts or self._branch.is_reading:
            return
        if self._answering.is_busy or self._answering.is_paused:
            return
        if not self._answering.is_possible():
            self.queue.give_back()
            return
        known = self._book.get(self.conversation_id)
        draft = self.queue.without_waiting(known.draft if known is not None else "")
        self._ask(self.queue.take_next())
        self.keep_draft(draft)
        if not self._answering.is_writing_here:
            # It could not even be asked; nor can what is behind it.
            self.queue.give_back()

    def take_finished(self, message: Message) -> None:
        """Take the final state of an answer, which may be of another conversation."""
        self._branch.take_written(message)
        here = message.conversation_id == self.conversation_id
        if here and message.state is not MessageState.COMPLETE:
            self._give_back()

    def give_up(self) -> None:
        """Give what waits back to the composer, unless its model is still at work."""
        if self.queue.texts and not self._answering.is_busy:
            self._give_back()

    def keep_draft(self, text: str) -> None:
        """Keep what stands in the composer, behind what waits."""
        self._book.keep_draft(self.conversation_id, self.queue.with_waiting(text))

    def twin(self) -> Outbox:
        """Return one that goes on with what waits while this one is about something else.

        It asks the model of now, with the settings of now.
        """
        branch = self._branch.twin()
        answering = self._answering.twin(branch)
        return Outbox(branch, self.queue.twin(), answering, self._book)

    def _give_back(self) -> None:
        if self._branch.is_reading:
            # The draft, which has it, comes with the messages.
            self.queue.drop()
        else:
            self.queue.give_back()

    def _has_to_wait(self) -> bool:
        return self._answering.is_busy or bool(self.queue.texts)

    def _ask(self, text: str) -> None:
        message = self._answering.new_message(self._branch.leaf_id, Role.USER, text)
        self._answering.answer(message)

    @Slot()
    def _on_text_returned(self) -> None:
        self.returned.emit(self.conversation_id)
