"""What the user noted on a message: a quiet line below it, with a sign in front."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from app.ui.chat.copy_button import ICON
from app.ui.chat.focus import draw_ring
from app.ui.chat.plain import clean
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.theme import SPACE_S, FontRole, Theme


class NoteLine(QWidget):
    """Takes no room when nothing is noted."""

    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)

    def __init__(self, theme: Theme, icons: Icons, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._note = ""
        self.text = TextView(width, self)
        self.text.setAccessibleName(self.tr("Note"))
        self.text.menu_requested.connect(self.menu_requested)
        self.text.document().setDefaultFont(theme.font(FontRole.SMALL))
        self.hide()

    @property
    def has_note(self) -> bool:
        """Whether something is noted."""
        return bool(self._note)

    def show_note(self, note: str) -> None:
        """Say what is noted."""
        if note == self._note:
            return
        self._note = note
        form = QTextCharFormat()
        form.setForeground(QColor(self._theme.colors.quiet))
        self.text.clear()
        QTextCursor(self.text.document()).insertText(clean(note), form)

    def arrange(self, width: int, margin: int) -> int:
        """Place the note in a column of `width` that begins at `margin`; return the height."""
        if not self._note:
            return 0
        left = margin + ICON + SPACE_S
        height = max(ICON, self.text.height_at(width - ICON - SPACE_S))
        self.text.setGeometry(left, 0, width - ICON - SPACE_S, height)
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign, and where the keyboard is."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self.text.x() - ICON - SPACE_S
        sign = self._icons.pixmap("note", "quiet", ICON, self.devicePixelRatioF())
        painter.drawPixmap(left, 0, sign)
        if self.text.focused_by_keyboard:
            around = self.text.geometry().adjusted(-SPACE_S, 0, SPACE_S, 0)
            draw_ring(painter, self._theme, around.intersected(self.rect()))
        painter.end()
