"""One answer on a page of its own, letter by letter as the model wrote it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from app.ui.chat.plain import clean
from app.ui.plain_text_edit import PlainTextEdit

_FEWEST_LINES = 4


class PlainPage(PlainTextEdit):
    """Shows text as it comes and leaves the user where they read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setMinimumHeight(_FEWEST_LINES * self.fontMetrics().lineSpacing())

    def add(self, text: str) -> None:
        """Add `text` at the end; the view follows only when it stands there."""
        bar = self.verticalScrollBar()
        follows = bar.value() == bar.maximum()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(clean(text))
        if follows:
            bar.setValue(bar.maximum())

    def end(self) -> None:
        """Know that no more text will come; nothing shows it."""
