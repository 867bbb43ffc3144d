"""Room for one conversation in the window, which can hold two beside each other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.chat.conversation import Choices


class Place(QObject):
    """What is shown here. Lives on the window's thread; changed by `ConversationsPresenter` only."""

    #: Another conversation is about to be shown here; carries the Place.
    leaving = Signal(object)
    #: Another conversation is shown here; carries its id, or an empty text for a new one.
    conversation_changed = Signal(str)
    #: What is shown here is temporary now, or no more; carries which.
    temporary_changed = Signal(bool)
    #: A message should be brought into view once its conversation is shown; carries its id.
    message_wanted = Signal(str)

    #: What is shown here has changed elsewhere and is to be read again.
    rereading_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        #: The window can be without this place for a while.
        self.is_in_view = True
        #: Empty while a new one has no message yet.
        self.conversation_id = ""
        #: The one that was shown before.
        self.last_id = ""
        #: Nothing is kept of it.
        self.is_temporary = False
        #: The preset that a new one begins with.
        self.preset = ""
        #: What is chosen for a new one that has no message yet.
        self.new_choices = Choices()
