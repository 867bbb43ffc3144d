"""A button that copies something and says for a moment that it has."""

from __future__ import annotations

from PySide6.QtCore import QTimerEvent
from PySide6.QtWidgets import QWidget

from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import Theme

#: Side of the buttons in a message, and of the icons on them.
SIDE = 30
ICON = 16
_DONE_MS = 1_600


class CopyButton(IconButton):
    """Shows a check mark for a while after `show_done`."""

    def __init__(
        self, theme: Theme, icons: Icons, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, icons, "copy", text, parent, side=SIDE, icon_size=ICON)
        self._timer = 0

    def show_done(self) -> None:
        """Say that it is done."""
        self.set_icon_name("check", "accent")
        if self._timer:
            self.killTimer(self._timer)
        self._timer = self.startTimer(_DONE_MS)

    def timerEvent(self, event: QTimerEvent) -> None:
        """Look as before."""
        if event.timerId() == self._timer:
            self.killTimer(self._timer)
            self._timer = 0
            self.set_icon_name("copy", "quiet")
