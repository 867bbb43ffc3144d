"""Text that may still be arriving, taken in slices.

So a very long message does not stop the window; the same steps show an answer while it streams.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import Theme

#: How much text is read before the window gets to draw again, in characters.
SLICE = 16 * 1024


class ArrivingText(QWidget):
    """Its owner asks it to go on and to lay out. Subclasses show each slice."""

    #: The user chose a link; carries its address.
    link_activated = Signal(str)
    #: The user wants the menu; carries the place on the screen and the address below it, or "".
    menu_requested = Signal(QPoint, str)
    #: It needs another height: something was opened or folded, or drawn later.
    height_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        name: str,
        margin: int,
        width: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._styles = styles
        self._name = name
        self._margin = margin
        self._width = width
        self._waiting: list[str] = []
        self._is_ending = False
        self._is_finished = False

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show."""
        return bool(self._waiting) or (self._is_ending and not self._is_finished)

    @property
    def is_ended(self) -> bool:
        """Whether no more text will come."""
        return self._is_ending

    def append(self, text: str) -> None:
        """Take over more text."""
        self._waiting.append(text)

    def end(self) -> None:
        """Note that no more text will come."""
        self._is_ending = True

    def advance(self) -> None:
        """Show some of the waiting text."""
        text = "".join(self._waiting)
        now, later = text[:SLICE], text[SLICE:]
        self._waiting = [later] if later else []
        self._is_finished = self._is_ending and not later
        self._take(now)

    def _take(self, text: str) -> None:
        """Show one slice; when `_is_finished` it is the last one."""
        raise NotImplementedError
