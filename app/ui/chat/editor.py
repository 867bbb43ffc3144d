"""Edits a message in its place: its text, Save and Cancel."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import BUBBLE_RADIUS, SPACE_M, SPACE_S, Theme

#: The field grows with its text up to this many lines, then scrolls.
_MOST_LINES = 14
_LEAST_LINES = 2
#: So long after the last key what is written is kept.
_PAUSE_MS = 500
_SAVE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Field(PlainTextEdit):
    """Keeps the keys of the editor from the window's shortcuts."""

    #: Ctrl+Enter was pressed.
    save_pressed = Signal()
    #: Esc was pressed.
    cancel_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        """Claim the keys before a shortcut of the window takes them."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and (_saves(event) or event.key() == Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let the box show that the keyboard is here."""
        super().focusInEvent(event)
        self.parentWidget().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the box show that it is not."""
        super().focusOutEvent(event)
        self.parentWidget().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save, cancel or write."""
        if _saves(event):
            self.save_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel_pressed.emit()
        else:
            super().keyPressEvent(event)


class MessageEditor(QWidget):
    """A field with the text of a message. Says when it is done and when its height changes."""

    #: The user is done; carries the new text.
    saved = Signal(str)
    #: The user wants the text to stay as it was.
    cancelled = Signal()
    #: The user has paused in writing; carries the text as it is.
    paused = Signal(str)
    #: The text needs another height.
    height_changed = Signal()

    def __init__(self, theme: Theme, text: str, parent: QWidget, *, is_question: bool) -> None:
        """Begin with `text`; a question that is saved is answered anew."""
        super().__init__(parent)
        self._theme = theme
        self._lines = 0
        self._field = _Field(self)
        self._field.setProperty("plain", True)
        self._field.setAccessibleName(self.tr("Edit message"))
        self._field.setTabChangesFocus(True)
        self._field.document().setDocumentMargin(0)
        self._field.setFont(theme.font())
        self._field.set_text(text)
        self._field.save_pressed.connect(self._on_save)
        self._field.cancel_pressed.connect(self.cancelled)
        self._field.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)
        self._save = QPushButton(self.tr("Send") if is_question else self.tr("Save"), self)
        self._save.setProperty("kind", "primary")
        self._save.setToolTip(self.tr("{label} (Ctrl+Enter)").format(label=self._save.text()))
        self._save.clicked.connect(self._on_save)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setProperty("kind", "flat")
        self._cancel.setToolTip(self.tr("Cancel (Esc)"))
        self._cancel.clicked.connect(self.cancelled)
        self._field.textChanged.connect(self._on_text_changed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self.setFocusProxy(self._field)
        self._save.setEnabled(bool(text.strip()))

    @property
    def text(self) -> str:
        """What is written now."""
        return self._field.text()

    @Slot()
    def flush(self) -> None:
        """Tell now what is written."""
        self._pause.stop()
        self.paused.emit(self.text)

    def arrange(self, width: int) -> int:
        """Place field and buttons in `width` and return the height."""
        inner = width - 2 * SPACE_M
        self._field.resize(inner, self._field.height())
        self._lines = self._wanted_lines()
        field = self._height_of(self._lines)
        self._field.setGeometry(SPACE_M, SPACE_M, inner, field)
        save, cancel = self._save.sizeHint(), self._cancel.sizeHint()
        top = SPACE_M + field + SPACE_M
        left = width - SPACE_M - save.width()
        self._save.setGeometry(QRect(QPoint(left, top), save))
        place = QPoint(left - SPACE_S - cancel.width(), top)
        self._cancel.setGeometry(QRect(place, cancel))
        return top + save.height() + SPACE_M

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        return iter((self._field, self._save, self._cancel))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box; the accent shows where the keyboard is."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_here = self._field.hasFocus()
        color = self._theme.colors.accent if is_here else self._theme.colors.edge
        painter.setPen(QPen(QColor(color), 2 if is_here else 1))
        painter.setBrush(QColor(self._theme.colors.surface))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, BUBBLE_RADIUS, BUBBLE_RADIUS)
        painter.end()

    def _wanted_lines(self) -> int:
        # The layout of plain text counts its height in lines.
        lines = round(self._field.document().size().height())
        return min(max(lines, _LEAST_LINES), _MOST_LINES)

    def _height_of(self, lines: int) -> int:
        """Return the height of so many lines of the text, as they were laid out.

        A line can be higher than the font says, and Qt scrolls unless there is a pixel to spare.
        """
        layout = self._field.document().documentLayout()
        block = self._field.document().begin()
        height, counted = 0.0, 0
        while block.isValid() and counted < lines:
            height += layout.blockBoundingRect(block).height()
            counted += max(1, block.lineCount())
            block = block.next()
        return ceil(height * lines / counted) + 1

    @Slot()
    def _on_save(self) -> None:
        if self.text.strip():
            self.saved.emit(self.text)

    @Slot()
    def _on_text_changed(self) -> None:
        self._save.setEnabled(bool(self.text.strip()))
        self._pause.start()

    @Slot()
    def _on_size_changed(self) -> None:
        if self._lines and self._wanted_lines() != self._lines:
            self.height_changed.emit()


def _saves(event: QKeyEvent) -> bool:
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) and event.key() in _SAVE_KEYS
