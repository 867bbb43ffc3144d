"""The field in which a message is written: it grows with the text and knows what Enter means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.settings.schema import EnterKey
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import CONTROL_HEIGHT, SPACE_XS

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PAGE_KEYS = {int(Qt.Key.Key_PageUp): -1, int(Qt.Key.Key_PageDown): 1}
_SHORTCUT_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class MessageEdit(PlainTextEdit):
    """One line high at first; grows up to its height limit, then scrolls."""

    #: The key that sends was pressed.
    send_pressed = Signal()
    #: Up was pressed while nothing is written.
    up_pressed = Signal()
    #: Page up or page down was pressed where there is no page to turn; carries -1 or 1.
    page_pressed = Signal(int)
    #: The user may be about to do something else: the focus left, or a shortcut is on its way.
    pause_began = Signal()
    #: The focus came or went; carries whether it is here.
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._enter_key = EnterKey.SENDS
        self._composing = False
        self._height_limit = 10 * CONTROL_HEIGHT
        self.setProperty("plain", True)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)
        self.textChanged.connect(self._on_size_changed)
        self._fit()

    def set_enter_key(self, enter_key: EnterKey) -> None:
        """Choose what Enter does; Shift+Enter does the other."""
        self._enter_key = enter_key

    def set_height_limit(self, height: int) -> None:
        """Grow up to `height` pixels, but always to one line."""
        if height != self._height_limit:
            self._height_limit = height
            self._fit()

    def set_placeholder(self, text: str) -> None:
        """Show `text` while nothing is written, however many lines it needs."""
        self.setPlaceholderText(text)
        if self.isVisible():
            # Qt paints a prompt anew only when it comes or goes, not when it says something else.
            self.viewport().update()
        self._fit()

    def fits_one_line(self, width: int) -> bool:
        """Return whether the text needs one line only in a field of `width` pixels."""
        if self.blockCount() > 1 or self.document().characterCount() > width:
            return False
        room = width - 2 * round(self.document().documentMargin())
        return self.fontMetrics().horizontalAdvance(self.text()) < room

    def sizeHint(self) -> QSize:
        """Any width will do; the height follows the text."""
        return QSize(240, self.height())

    def minimumSizeHint(self) -> QSize:
        """Go down to some words."""
        return QSize(80, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send, start a line, or call the last message back."""
        if event.key() in _ENTER_KEYS:
            self._take_enter(event)
        elif (
            event.key() == Qt.Key.Key_Up
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            and self.document().isEmpty()
            and not self._composing
        ):
            self.up_pressed.emit()
        elif event.key() in _PAGE_KEYS and not event.modifiers() and not self._has_pages():
            self.page_pressed.emit(_PAGE_KEYS[event.key()])
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether an input method is in the middle of a word."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the focus came."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the focus went."""
        self._composing = False
        super().focusOutEvent(event)
        self.focus_changed.emit(False)
        self.pause_began.emit()

    def event(self, event: QEvent) -> bool:
        """See shortcuts before they act."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.modifiers() & _SHORTCUT_MODIFIERS or event.key() >= Qt.Key.Key_F1)
        ):
            self.pause_began.emit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Fit the height to another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _has_pages(self) -> bool:
        return self.verticalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff

    def _take_enter(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shifted = modifiers == Qt.KeyboardModifier.ShiftModifier
        if self._composing:
            # The input method takes this Enter; some let it through to here as well.
            event.accept()
        elif modifiers and not shifted:
            event.ignore()
        elif shifted == (self._enter_key is EnterKey.NEW_LINE):
            if not event.isAutoRepeat():
                self.send_pressed.emit()
        else:
            # Qt's own Shift+Enter would put a line separator there, which is not a new line.
            self.textCursor().insertBlock()
            self.ensureCursorVisible()

    @Slot()
    def _on_size_changed(self) -> None:
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        margin = 2 * round(self.document().documentMargin())
        # One line stands in the middle beside a button; more lines need less air.
        air = max(SPACE_XS, (CONTROL_HEIGHT - line - margin - 1) // 2)
        # Qt scrolls unless there is a pixel to spare.
        around = margin + 2 * air + 1
        # Whole lines, so that none is shown cut.
        limit = around + line * max(1, (self._height_limit - around) // line)
        wanted = self._text_height(limit) + around
        self.setViewportMargins(0, air, 0, air)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if wanted > limit
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if self.height() != min(wanted, limit) or self.minimumHeight() != self.maximumHeight():
            self.setFixedHeight(min(wanted, limit))
            self.ensureCursorVisible()

    def _text_height(self, enough: int) -> int:
        """Return the height of the text, or any height above `enough`."""
        if self.document().isEmpty() and not self._composing:
            # Not `viewport`: wrapping it sets up every class of widget, before the first paint.
            width = self.maximumViewportSize().width() - 2 * round(self.document().documentMargin())
            room = QRect(0, 0, max(80, width), 10_000)
            text = self.placeholderText() or " "
            flags = Qt.TextFlag.TextWordWrap
            return self.fontMetrics().boundingRect(room, flags, text).height()
        height = 0.0
        layout = self.document().documentLayout()
        block = self.document().begin()
        while block.isValid() and height <= enough:
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        # Qt counts the margin below the text to its last paragraph.
        return round(height if block.isValid() else height - self.document().documentMargin())
