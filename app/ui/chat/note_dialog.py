"""Asks what the user wants to note on a message."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.chat.message import Message
from app.ui.page_dialog import take_size
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import SPACE_L, SPACE_M

_SAVE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NoteDialog(QDialog):
    """A field with the note, Save and Cancel. An empty note is none."""

    #: The note is to be this; carries the message's id and the text.
    note_saved = Signal(str, str)

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message_id = message.id
        self.setWindowTitle(self.tr("Note on a message"))
        self._field = PlainTextEdit(self)
        self._field.setAccessibleName(self.tr("Note"))
        self._field.setPlaceholderText(self.tr("What you want to remember about this message"))
        self._field.setTabChangesFocus(True)
        self._field.set_text(message.note)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Save | standard.Cancel, self)
        buttons.button(standard.Save).setProperty("kind", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        rows.setSpacing(SPACE_M)
        rows.addWidget(self._field, 1)
        rows.addWidget(buttons)
        self.accepted.connect(self._on_accepted)
        take_size(self, QSize(440, 260))
        self._field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save with Ctrl+Enter, as the editor of messages does."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in _SAVE_KEYS:
            self.accept()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_accepted(self) -> None:
        self.note_saved.emit(self._message_id, self._field.text())
