"""What the messages in a view ask for, passed on to whoever listens to the view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QAbstractScrollArea

from app.ui.chat.message_widget import MessageWidget


class MessageArea(QAbstractScrollArea):
    """Has a signal for everything that can be asked of a message, whichever one that is."""

    #: Another answer is wanted in place of a message; carries its id.
    regenerate_requested = Signal(str)
    #: The user has edited a message; carries its id and the new text.
    edit_submitted = Signal(str, str)
    #: What is written in the place of a message has changed; carries its id and that.
    edit_changed = Signal(str, str)
    #: Another version is to be shown; carries the message's id and how many places further on.
    version_requested = Signal(str, int)
    #: An answer is to be continued; carries its id.
    continue_requested = Signal(str)
    #: The user chose a link; carries its address, http, https or mailto. Nothing was opened.
    link_activated = Signal(str)

    #: The user wants the menu of a message; carries its id, the place on the screen, and the
    #: address of the link below it or an empty text.
    menu_requested = Signal(str, QPoint, str)
    #: A message is to be a bookmark no more; carries its id.
    bookmark_dropped = Signal(str)

    def _pass_on(self, widget: MessageWidget) -> None:
        """Tell what a message asks for."""
        widget.regenerate_requested.connect(self.regenerate_requested)
        widget.edit_submitted.connect(self.edit_submitted)
        widget.edit_changed.connect(self.edit_changed)
        widget.version_requested.connect(self.version_requested)
        widget.continue_requested.connect(self.continue_requested)
        widget.link_activated.connect(self.link_activated)
        widget.menu_requested.connect(self.menu_requested)
        widget.bookmark_dropped.connect(self.bookmark_dropped)
