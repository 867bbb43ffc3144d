"""The window that shows what the engine process and its native library have written.

Lines arrive in bursts while a model loads, so they are put in a few times a second. Only the last
ones are kept.
"""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.icons import Icons
from app.ui.text_label import TextLabel
from app.ui.theme import SPACE_M, SPACE_S, FontRole, Theme

#: How many lines are kept, and how long one may be.
MAX_LINES = 5000
MAX_LINE_LENGTH = 2000
_FLUSH_INTERVAL_MS = 100
#: What colours a terminal, and whatever else nobody should see.
_TERMINAL_CODES = re.compile("\x1b\\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f\ufdd0\ufdd1]")
_LINE_ENDS = re.compile("\r\n|[\r\n\u2028\u2029]")


class EngineLog(QWidget):
    """A window of its own; the rest of the program goes on. Lives on the window's thread."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._arrived: deque[str] = deque(maxlen=MAX_LINES)
        self._view = QPlainTextEdit(self)
        self._view.setReadOnly(True)
        self._view.setUndoRedoEnabled(False)
        self._view.setMaximumBlockCount(MAX_LINES)
        self._view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._view.setProperty("role", FontRole.MONO.value)
        self._view.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._view.setAccessibleName(self.tr("Engine log"))
        self._copy = QPushButton(self.tr("Copy all"), self)
        self._save = QPushButton(self.tr("Save as…"), self)
        self._clear = QPushButton(self.tr("Clear"), self)
        self._result = TextLabel(theme, self, color="quiet")
        self._result.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FLUSH_INTERVAL_MS)
        self.setWindowTitle(self.tr("Engine log – Cairn"))
        self.setWindowIcon(icons.icon("log"))
        self._lay_out()
        self._copy.clicked.connect(self._on_copy_clicked)
        self._save.clicked.connect(self._on_save_clicked)
        self._clear.clicked.connect(self._on_clear_clicked)
        self._timer.timeout.connect(self._flush)
        self._show_state()

    @Slot(str)
    def append_line(self, line: str) -> None:
        """Add what the engine wrote, a moment later; more than one line becomes as many."""
        for part in _LINE_ENDS.split(line.rstrip("\r\n")):
            self._arrived.append(_TERMINAL_CODES.sub("", part)[:MAX_LINE_LENGTH])
        if not self._timer.isActive():
            self._timer.start()

    def text(self) -> str:
        """Return everything that is kept."""
        self._flush()
        return self._view.toPlainText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._save)
        buttons.addStretch(1)
        buttons.addWidget(self._clear)
        self._empty = QLabel(self.tr("The engine has written nothing yet."), self._view)
        self._empty.setProperty("tone", "quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        middle = QVBoxLayout(self._view.viewport())
        middle.addWidget(self._empty)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._view, 1)
        rows.addWidget(self._result)
        rows.addLayout(buttons)
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(800, room.width()), min(480, room.height()))

    def _show_state(self) -> None:
        empty = self._view.document().isEmpty()
        self._empty.setVisible(empty)
        for button in (self._copy, self._save, self._clear):
            button.setEnabled(not empty)

    def _tell(self, words: str, color: str = "quiet") -> None:
        self._result.set_color(color)
        self._result.set_text(words)
        self._result.setVisible(bool(words))

    @Slot()
    def _flush(self) -> None:
        self._timer.stop()
        if not self._arrived:
            return
        bar = self._view.verticalScrollBar()
        follows = bar.value() == bar.maximum()
        lines = "\n".join(self._arrived)
        self._arrived.clear()
        # Qt keeps the view where it is, unless it stands at the end; a selection stays too.
        if self._view.document().isEmpty():
            self._view.setPlainText(lines)
        else:
            self._view.appendPlainText(lines)
        if follows:
            bar.setValue(bar.maximum())
        self._show_state()

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self._tell(self.tr("Copied."))

    @Slot()
    def _on_save_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the engine log"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Text (*.txt *.log)"), self.tr("All files (*)")])
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("cairn-engine-log.txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_file_selected)
        dialog.open()

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        try:
            Path(name).write_text(self.text() + "\n", encoding="utf-8", errors="replace")
        except OSError as error:
            words = self.tr("The log could not be saved: {reason}. Choose another folder.")
            self._tell(words.format(reason=(error.strerror or str(error)).lower()), "danger")
        else:
            self._tell(self.tr("Saved as {name}.").format(name=name))

    @Slot()
    def _on_clear_clicked(self) -> None:
        self._arrived.clear()
        self._view.clear()
        self._tell("")
        self._show_state()
