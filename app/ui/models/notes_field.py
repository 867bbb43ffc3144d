"""What the user notes on a file: kept a moment after the last letter, and when the field is left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from app.ui.plain_text_edit import PlainTextEdit

#: Whoever writes pauses this long between two thoughts.
KEEP_DELAY_MS = 800
_LINES = 4


class NotesField(PlainTextEdit):
    """Plain text that belongs to one file at a time."""

    #: The notes on a file are others; carries its path and the text.
    notes_changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._kept = ""
        self.setPlaceholderText(self.tr("Notes"))
        self.setAccessibleName(self.tr("Notes"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 16)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_DELAY_MS)
        self._timer.timeout.connect(self.flush)
        self.textChanged.connect(self._on_text_changed)

    def show_notes(self, path: Path | None, notes: str) -> None:
        """Show the notes on a file; what is being written on the same file stays."""
        if path == self._path and (notes == self._kept or self._timer.isActive()):
            return
        self.flush()
        self._path, self._kept = path, notes
        if notes != self.text():
            self.set_text(notes)
        self._timer.stop()

    @Slot()
    def flush(self) -> None:
        """Keep what is not kept yet."""
        self._timer.stop()
        text = self.text()
        if self._path is not None and text != self._kept:
            self._kept = text
            self.notes_changed.emit(self._path, text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep what was written."""
        super().focusOutEvent(event)
        self.flush()

    @Slot()
    def _on_text_changed(self) -> None:
        if self.text() != self._kept:
            self._timer.start()
