"""The name of a file of the library, changed in place; an empty one is that of the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.catalog.library import LibraryEntry, label_of

_LONGEST = 200


class NameField(QLineEdit):
    """Belongs to one file at a time. Enter or leaving takes the name, Escape brings it back."""

    #: The user gave a file another name; carries its path and the name.
    renamed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._label = ""
        self.setMaxLength(_LONGEST)
        self.setProperty("role", "heading")
        self.setAccessibleName(self.tr("Name"))
        self.setAccessibleDescription(self.tr("The file keeps its own name."))
        self.editingFinished.connect(self._on_editing_finished)

    def show_entry(self, entry: LibraryEntry) -> None:
        """Show the name of a file; what is being typed for the same file stays."""
        if entry.path == self._path and entry.label == self._label:
            return
        self._path, self._label = entry.path, entry.label
        self.setPlaceholderText(label_of(entry.path))
        self.setText(entry.label)
        self.setCursorPosition(0)

    def begin(self) -> None:
        """Take the keyboard, the whole name selected."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Bring the name back on Escape, and keep Enter from the window."""
        if event.key() == Qt.Key.Key_Escape and self.text() != self._label:
            self.setText(self._label)
            self.selectAll()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()

    @Slot()
    def _on_editing_finished(self) -> None:
        name = self.text().strip()
        if self._path is None or name == self._label:
            return
        self._label = name
        self.renamed.emit(self._path, name)
