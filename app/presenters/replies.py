"""The answers that are being written, one for each engine.

They belong to no panel: the user may look at other conversations while they go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.chat.message import Message
from app.engine.engine import Engine
from app.presenters.reply import Reply
from app.presenters.saving import Saver


class Replies(QObject):
    """Finds the answer of a conversation or an engine. Lives on the window's thread."""

    #: Text has been added to an answer; carries message id and text.
    text_appended = Signal(str, str)
    #: The prompt of an answer is being read; carries message id, tokens read, tokens in all.
    prefill_progressed = Signal(str, int, int)
    #: An answer has ended, well or not; carries its final Message.
    reply_finished = Signal(object)
    #: What goes on has changed in one of them.
    status_changed = Signal()
    #: A request failed while the model stays usable; carries a RunError.
    run_failed = Signal(object)
    #: Others can be resumed now; see `paused_ids`.
    paused_changed = Signal()

    def __init__(self, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._saver = saver
        self._replies: dict[Engine, Reply] = {}

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being written anywhere."""
        return any(reply.message is not None for reply in self._replies.values())

    @property
    def conversation_ids(self) -> frozenset[str]:
        """The conversations that are being answered."""
        return frozenset(reply.conversation_id for reply in self._replies.values()) - {""}

    @property
    def paused_ids(self) -> frozenset[str]:
        """The answers that their models can go on with as if nothing had happened."""
        return frozenset(reply.paused_id for reply in self._replies.values()) - {""}

    def by(self, engine: Engine) -> Reply:
        """Return what an engine writes, or will write."""
        if engine not in self._replies:
            self._replies[engine] = self._make(engine)
        return self._replies[engine]

    def within(self, conversation_id: str) -> Reply | None:
        """Return the answer that is being written in a conversation, or None."""
        writing = (reply for reply in self._replies.values() if reply.message is not None)
        return next((reply for reply in writing if reply.conversation_id == conversation_id), None)

    def end(self, conversation_id: str) -> None:
        """End what is written in a conversation that is gone; no model keeps its place there."""
        for reply in self._replies.values():
            if reply.conversation_id == conversation_id:
                reply.stop()
            if reply.paused_in == conversation_id:
                reply.forget_pause()

    def forget_pauses(self, messages: Iterable[Message]) -> None:
        """Let no model keep its place in one of these messages, which are gone."""
        gone = {message.id for message in messages}
        for reply in self._replies.values():
            if reply.paused_id in gone:
                reply.forget_pause()

    def stop(self) -> None:
        """End every answer; what is written stands."""
        for reply in self._replies.values():
            reply.stop()

    def _make(self, engine: Engine) -> Reply:
        reply = Reply(engine, self._saver, self)
        reply.text_appended.connect(self.text_appended)
        reply.prefill_progressed.connect(self.prefill_progressed)
        reply.reply_finished.connect(self.reply_finished)
        reply.status_changed.connect(self.status_changed)
        reply.run_failed.connect(self.run_failed)
        reply.paused_changed.connect(self.paused_changed)
        return reply
