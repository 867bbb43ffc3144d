"""Messages that were sent while an answer was being written, and wait for its end.

On disk they stand at the beginning of the conversation's draft, so that nothing written is lost
when the program ends before they could be sent.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

_BETWEEN = "\n\n"


class MessageQueue(QObject):
    """The messages that wait in one conversation. Lives on the window's thread; owned by an outbox."""

    #: Others wait in its conversation; carries a tuple of texts, the next one first.
    queue_changed = Signal(object)
    #: A message of its conversation goes back to the composer; carries its text.
    text_returned = Signal(str)

    def __init__(self, texts: dict[str, list[str]], parent: QObject | None = None) -> None:
        """`texts` holds what waits in every conversation, wherever it is shown."""
        super().__init__(parent)
        self._texts = texts
        self._conversation_id = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What waits, the next one first."""
        return tuple(self._texts.get(self._conversation_id, ()))

    def twin(self) -> MessageQueue:
        """Return another one, about the same conversation."""
        twin = MessageQueue(self._texts)
        twin.show(self._conversation_id)
        return twin

    def show(self, conversation_id: str) -> None:
        """Be about another conversation."""
        self._conversation_id = conversation_id
        self.queue_changed.emit(self.texts)

    def add(self, text: str) -> None:
        """Let a message wait."""
        self._texts.setdefault(self._conversation_id, []).append(text)
        self.queue_changed.emit(self.texts)

    def remove(self, place: int) -> None:
        """Let a waiting message go."""
        if place < len(self.texts):
            del self._texts[self._conversation_id][place]
            self.queue_changed.emit(self.texts)

    def edit(self, place: int) -> None:
        """Give a waiting message back to the composer."""
        if place < len(self.texts):
            text = self.texts[place]
            self.remove(place)
            self.text_returned.emit(text)

    def take_next(self) -> str:
        """Return the message that is to be sent now, which waits no more, or ""."""
        text = self.texts[0] if self.texts else ""
        self.remove(0)
        return text

    def give_back(self) -> None:
        """Give all that waits back to the composer: it cannot be sent."""
        texts = self.texts
        self.drop()
        if texts:
            self.text_returned.emit(_BETWEEN.join(texts))

    def drop(self) -> None:
        """Let nothing wait any more; it still stands in the draft of the conversation."""
        if self._texts.pop(self._conversation_id, None):
            self.queue_changed.emit(())

    def with_waiting(self, draft: str) -> str:
        """Return what to keep on disk while `draft` is written."""
        return _BETWEEN.join([*self.texts, *([draft] if draft else [])])

    def without_waiting(self, kept: str) -> str:
        """Return what stood in the composer when `kept` was made by `with_waiting`."""
        waiting = _BETWEEN.join(self.texts)
        if not waiting or not kept.startswith(waiting):
            return kept
        return kept.removeprefix(waiting).removeprefix(_BETWEEN)
