"""The text of a code block: unwrapped lines that scroll sideways in their own box."""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QTextBlock,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.ui.chat.highlight import CodeColors, Span
from app.ui.chat.sideways import scroll_by_key, scroll_by_wheel
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.text_view import LEAVING_REASONS


class CodeText(QPlainTextEdit):
    """Shows code that grows at its end. Takes the wheel only sideways."""

    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)

    def __init__(self, styles: TextStyles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""
        #: The height of the lines before the last, and how many these are.
        self._settled_height = 0.0
        self._settled_lines = 0
        self._colors: CodeColors | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setCursorWidth(0)
        self.document().setDocumentMargin(0)
        self.setFont(styles.mono)
        self.document().setDefaultFont(styles.mono)
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self.viewport().setAutoFillBackground(False)

    def show_code(self, code: str) -> None:
        """Show `code`; what it has in common with the code before stays, as does a selection."""
        if code == self._code:
            return
        if code.startswith(self._code):
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(code[len(self._code) :])
        else:
            self.setPlainText(code)
            self._settled_height, self._settled_lines = 0.0, 0
        self._code = code

    @property
    def wraps(self) -> bool:
        """Whether long lines go on in the next one instead of scrolling."""
        return self.lineWrapMode() is QPlainTextEdit.LineWrapMode.WidgetWidth

    def set_wraps(self, wraps: bool) -> None:
        """Wrap long lines, or let them scroll."""
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if wraps else mode.NoWrap)
        self._settled_height, self._settled_lines = 0.0, 0

    def take_width(self, width: int) -> None:
        """Lay the lines out in `width` if they wrap."""
        if self.width() == width or not self.wraps:
            return
        self.resize(width, self.height())
        self._settled_height, self._settled_lines = 0.0, 0

    def show_colors(self, found: dict[int, list[Span]], *, is_dark: bool) -> None:
        """Colour the code."""
        if self._colors is None:
            self._colors = CodeColors(self, is_dark=is_dark)
        self._colors.show_spans(found)

    def text_height(self) -> int:
        """Return the height of all lines."""
        layout = self.document().documentLayout()
        block = self.document().findBlockByNumber(self._settled_lines)
        last = self.document().lastBlock()
        while block.isValid() and block != last:
            self._settled_height += layout.blockBoundingRect(block).height()
            self._settled_lines += 1
            block = block.next()
        height = self._settled_height + layout.blockBoundingRect(last).height()
        # Qt scrolls unless there is a pixel to spare.
        return math.ceil(height) + 2

    def end_of_text(self) -> tuple[QPointF, float]:
        """Return where the last line ends, from its top, and how high it is."""
        block: QTextBlock = self.document().lastBlock()
        rect = self.blockBoundingGeometry(block).translated(self.contentOffset())
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return QPointF(self.cursorRect(cursor).left(), rect.top()), rect.height()

    @Slot()
    def copy_selection(self) -> None:
        """Put the selected code on the clipboard."""
        self.copy()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take nothing."""
        del source
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways; leave up and down to the view."""
        scroll_by_wheel(self.horizontalScrollBar(), event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select, scroll sideways; leave the rest to the view."""
        if (
            event.matches(QKeySequence.StandardKey.Copy)
            or event.matches(QKeySequence.StandardKey.SelectAll)
            or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            super().keyPressEvent(event)
            return
        step = self.fontMetrics().averageCharWidth() * 4
        if not scroll_by_key(self.horizontalScrollBar(), event, step):
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the message's own menu."""
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        self.menu_requested.emit(place, "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let the box show that the focus is here."""
        super().focusInEvent(event)
        self._repaint_box()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take ring and selection away, unless the focus comes back."""
        super().focusOutEvent(event)
        if event.reason() in LEAVING_REASONS:
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
        self._repaint_box()

    def _repaint_box(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.update()
