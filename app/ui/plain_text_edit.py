"""A text field for plain text: what is pasted or dropped arrives clean, and never too much of it.

Qt lays a paragraph out as a whole, on the window's thread. The limit, and the way a word of
thousands of letters is wrapped, keep that under a tenth of a second.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

#: More than the largest context window of a model on a small board can hold.
MAX_CHARACTERS = 60_000
#: A line of its own costs more than a letter.
MAX_LINES = 10_000

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters, and the two marks that Qt uses inside of its documents.
_UNWRITTEN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f\ufdd0\ufdd1]")
_ENDLESS_WORD = re.compile(r"\S{4000}")


class PlainTextEdit(QPlainTextEdit):
    """Edits plain text. Files that are dropped on it are left to the window."""

    #: A paste or a drop was too long; carries how many characters were left out.
    paste_cut = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def text(self) -> str:
        """Return the text as it was written; `toPlainText` would change no-break spaces."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def set_text(self, text: str) -> None:
        """Show `text` and forget the steps that led to the old one."""
        self._wrap_for(text)
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def clear_undoably(self) -> None:
        """Remove the text in a way that Undo brings back."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Accept text only, however it is dressed."""
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert the text of a paste or a drop, without its dress."""
        if not source.hasText():
            return
        whole = source.text()
        cursor = self.textCursor()
        selected = abs(cursor.selectionEnd() - cursor.selectionStart())
        room = max(0, MAX_CHARACTERS - self.document().characterCount() + 1 + selected)
        clean = _clean(whole[:room])
        text = _cut(clean, MAX_LINES - self.blockCount())
        self._wrap_for(text)
        cursor.insertText(text)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        left_out = len(whole) - len(whole[:room]) + len(clean) - len(text)
        if left_out:
            self.paste_cut.emit(left_out)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take text, leave files to the window."""
        if _has_files(event):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take text, leave files to the window."""
        if _has_files(event):
            event.ignore()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take text, leave files to the window."""
        if _has_files(event):
            event.ignore()
        else:
            super().dropEvent(event)

    def _wrap_for(self, text: str) -> None:
        # Looking for word boundaries in an endless word takes the square of its length.
        if _ENDLESS_WORD.search(text):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        elif self.document().isEmpty():
            self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


def _clean(text: str) -> str:
    """Return `text` with one kind of line end, without control characters and lone surrogates."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNWRITTEN.sub("", _LINE_ENDS.sub("\n", text))


def _cut(text: str, lines: int) -> str:
    """Return the first `lines` lines of `text`."""
    if text.count("\n") < lines:
        return text
    return "\n".join(text.split("\n", max(0, lines))[: max(0, lines)])


def _has_files(event: QDropEvent) -> bool:
    return any(url.isLocalFile() for url in event.mimeData().urls())
