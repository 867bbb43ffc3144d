"""A piece of a message as text that can be selected, and nothing more.

It loads no resource, opens no link, takes no drop, and leaves wheel and scroll keys to the view.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from app.ui.chat import links
from app.ui.chat.document_pictures import words_of
from app.ui.chat.focus import KEYBOARD_REASONS

#: The user has gone elsewhere in the window; a menu or another window comes back.
LEAVING_REASONS = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
)
_CARET_WIDTH = 2


class TextView(QTextBrowser):
    """Shows a document that someone else writes. As high as its text at the width given."""

    #: The user chose a link; carries its address.
    link_activated = Signal(str)
    #: The user wants the menu; carries the place on the screen and the address below it, or "".
    menu_requested = Signal(QPoint, str)

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caret: QColor | None = None
        self._text_height = 0
        self.focused_by_keyboard = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        # The width to come, or else all text is laid out once for nothing.
        self.setLineWrapColumnOrWidth(width)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setCursorWidth(0)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(self._on_anchor_clicked)

    def height_at(self, width: int) -> int:
        """Lay the text out in `width` and return its height."""
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        self._text_height = math.ceil(self.document().size().height())
        return self._text_height

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end of the text, where more will come, in `color`; None takes it away."""
        if color != self._caret:
            self._caret = color
            self.viewport().update()

    def end_of_text(self) -> QTextCursor:
        """Return the place where more text will come."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def clear_selection(self) -> None:
        """Select nothing."""
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Give an empty picture or nothing: nothing is ever loaded, whatever the text says."""
        del name
        # With None instead of a picture, Qt would go and open the file itself.
        return QImage(1, 1, QImage.Format.Format_Mono) if kind in _PICTURES else ""

    def doSetSource(
        self,
        name: QUrl | str,
        type: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource,  # noqa: A002
    ) -> None:
        """Stay: a link never replaces the document."""
        del name, type

    @Slot()
    def copy_selection(self) -> None:
        """Put the selected text on the clipboard, plain; formulas as their source.

        Not by `createMimeDataFromSelection`: the clipboard lives longer than Python, and data made
        by Python crashes it at the very end.
        """
        if self.textCursor().hasSelection():
            QGuiApplication.clipboard().setText(words_of(self.textCursor()))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take nothing."""
        del source
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the view."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select, follow links; leave the rest to the view."""
        selects = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif (
            event.matches(QKeySequence.StandardKey.SelectAll)
            or (selects and event.key() in _SELECTING_KEYS)
            or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the message's own menu."""
        address = self.anchorAt(event.pos())
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        self.menu_requested.emit(place, address if links.allowed(address) else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note whether the keyboard brought the focus, to show where it is."""
        super().focusInEvent(event)
        self.focused_by_keyboard = event.reason() in KEYBOARD_REASONS
        if self.focused_by_keyboard and not self.textCursor().hasSelection():
            # Whoever comes by keyboard selects from the beginning.
            self.moveCursor(QTextCursor.MoveOperation.Start)
        self._repaint_ring()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take ring and selection away, unless the focus comes back."""
        super().focusOutEvent(event)
        if event.reason() in LEAVING_REASONS:
            self.focused_by_keyboard = False
            self.clear_selection()
        self._repaint_ring()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and the caret behind it."""
        super().paintEvent(event)
        if self._caret is None:
            return
        cursor = self.end_of_text()
        rect = self.cursorRect(cursor)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._caret)
        side = -2 - _CARET_WIDTH if cursor.block().textDirection() == _RTL else 2
        size = QTextCursor(cursor).charFormat().font().pointSizeF()
        height = min(rect.height(), round(size * 1.9) or rect.height())
        top = rect.bottom() - height + 1
        left = min(max(0, rect.left() + side), self.viewport().width() - _CARET_WIDTH)
        painter.drawRoundedRect(left, top, _CARET_WIDTH, height, 1, 1)
        painter.end()

    def _repaint_ring(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.update()

    @Slot(QUrl)
    def _on_anchor_clicked(self, url: QUrl) -> None:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if links.allowed(address):
            self.link_activated.emit(address)


_PICTURES = (QTextDocument.ResourceType.ImageResource.value,)
_RTL = Qt.LayoutDirection.RightToLeft
_SELECTING_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
