"""Selects across the sections of a message and across messages, by mouse and by keyboard.

1. A press is Qt's own: a click, a word, a drag inside of one section. It notes where that began.
2. A drag that leaves the section, Shift with a click, and Shift with a key that has come to the
   edge of a section make a `Span`. From there on the selection is drawn by `_show`.
3. Only the messages at the two ends are kept; what lies between need not be on the screen, and
   is read from its text when it is copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast
from weakref import WeakSet

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputDevice,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.ui.chat.document_pictures import words_of
from app.ui.chat.entries import Entries
from app.ui.chat.long_press import LongPress
from app.ui.chat.message_widget import MessageWidget
from app.ui.chat.message_widgets import MessageWidgets
from app.ui.chat.scrolling import LINE_PX
from app.ui.chat.selected_text import SelectedText, reaches_of
from app.ui.chat.selection import (
    Point,
    Section,
    Span,
    length_of,
    show_selected,
)
from app.ui.chat.text_view import LEAVING_REASONS

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView

_SCROLL_INTERVAL_MS = 30
_LEFT = Qt.MouseButton.LeftButton
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_FORWARD = {
    Qt.Key.Key_Right: QTextCursor.MoveOperation.Right,
    Qt.Key.Key_Down: QTextCursor.MoveOperation.Down,
    Qt.Key.Key_End: QTextCursor.MoveOperation.EndOfLine,
}
_BACK = {
    Qt.Key.Key_Left: QTextCursor.MoveOperation.Left,
    Qt.Key.Key_Up: QTextCursor.MoveOperation.Up,
    Qt.Key.Key_Home: QTextCursor.MoveOperation.StartOfLine,
}
_BY_WORD = {
    QTextCursor.MoveOperation.Right: QTextCursor.MoveOperation.NextWord,
    QTextCursor.MoveOperation.Left: QTextCursor.MoveOperation.PreviousWord,
    QTextCursor.MoveOperation.EndOfLine: QTextCursor.MoveOperation.End,
    QTextCursor.MoveOperation.StartOfLine: QTextCursor.MoveOperation.Start,
}


class Selector(QObject):
    """Listens to the sections of the messages in a view. Owned by the view."""

    def __init__(self, view: ChatView, entries: Entries, widgets: MessageWidgets) -> None:
        super().__init__(view)
        self._entries = entries
        self._widgets = widgets
        self._words = SelectedText(entries, widgets)
        self._long_press = LongPress(self)
        self._watched: WeakSet[QWidget] = WeakSet()
        self._anchor: Point | None = None
        self._span: Span | None = None
        self._pointer = QPoint()
        self._scroll = QTimer(self)
        self._scroll.setInterval(_SCROLL_INTERVAL_MS)
        self._scroll.timeout.connect(self._on_scroll_due)

    def watch(self, widget: MessageWidget) -> None:
        """Listen to the sections that a message has now, and to fingers that rest on it."""
        if widget not in self._watched:
            self._watched.add(widget)
            self._long_press.watch(widget)
        for section in widget.sections():
            if section not in self._watched:
                self._watched.add(section)
                section.installEventFilter(self)
                section.viewport().installEventFilter(self)
                self._long_press.watch(section.viewport())

    def keeps(self, message_id: str) -> bool:
        """Return whether the selection ends in a message, whose widget must stay."""
        span = self._span
        return span is not None and message_id in (span.anchor.message_id, span.focus.message_id)

    def show_in(self, widget: MessageWidget) -> None:
        """Select in a widget that was made what it shows of the selection."""
        if self._span is not None:
            self._show((widget,))

    @Slot()
    def clear(self) -> None:
        """Select nothing."""
        self._anchor = None
        self._scroll.stop()
        if self._span is not None:
            self._span = None
            self._show(self._made())

    def forget(self) -> None:
        """Drop a selection whose messages are not shown any more."""
        span = self._span
        if span is not None and not all(
            point.message_id in self._entries for point in (span.anchor, span.focus)
        ):
            self.clear()

    def select_message(self, message_id: str) -> None:
        """Select all of a message."""
        self._select(Point(message_id), Point.end_of(message_id))

    def select_all(self) -> None:
        """Select the whole conversation."""
        if self._entries:
            self._select(Point(self._entries[0].id), Point.end_of(self._entries[-1].id))

    @property
    def has_selection(self) -> bool:
        """Whether anything is selected, also by Qt itself in one section."""
        return self._span is not None or self._own_selection() is not None

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        own = self._own_selection()
        if self._span is None and own is not None:
            QGuiApplication.clipboard().setText(words_of(own))
            return
        QGuiApplication.clipboard().setText(self._words.text(self._span))

    def take_key_of_view(self, event: QKeyEvent) -> bool:
        """Select all or copy, for a key that no section had. Return whether it was one of these."""
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
            return True
        if event.matches(QKeySequence.StandardKey.Copy) and self._span is not None:
            self.copy()
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take over where a section by itself would come to its edge."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            section = cast("Section", watched.parent())
            if isinstance(section, QTextEdit | QPlainTextEdit):
                return self._take_mouse(section, event)
        elif kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take_key(cast("Section", watched), event)
        elif kind is QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            shift = QGuiApplication.keyboardModifiers() & _SHIFT
            if event.reason() in LEAVING_REASONS and not (
                shift and event.reason() is Qt.FocusReason.MouseFocusReason
            ):
                self.clear()
        return False

    def _own_selection(self) -> QTextCursor | None:
        """Return what Qt selected by itself in the section that has the focus."""
        focus = self._view().viewport().focusWidget()
        if isinstance(focus, QTextEdit | QPlainTextEdit) and focus.textCursor().hasSelection():
            return focus.textCursor()
        return None

    def _view(self) -> ChatView:
        # Asked for each time: a child that keeps its parent in an attribute crashes Qt when the
        # garbage collector takes both.
        return cast("ChatView", self.parent())

    def _made(self) -> list[MessageWidget]:
        """Return the widgets that there are now, in the order of their messages."""
        return self._widgets.in_order(self._entries.place)

    def _take_mouse(self, section: Section, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and event.button() is _LEFT:
            return self._begin(section, event)
        if kind is QEvent.Type.MouseButtonDblClick:
            self.clear()
        elif kind is QEvent.Type.MouseMove and event.buttons() & _LEFT:
            return self._drag(section, event)
        elif kind is QEvent.Type.MouseButtonRelease and self._scroll.isActive():
            self._scroll.stop()
            return self._span is not None
        return False

    def _begin(self, section: Section, event: QMouseEvent) -> bool:
        point = self._point_in(section, event.position().toPoint())
        if event.modifiers() & _SHIFT and self._anchor is not None:
            self._select(self._anchor, point)
            return True
        self.clear()
        # A finger that moves scrolls.
        touched = event.device().type() is QInputDevice.DeviceType.TouchScreen
        self._anchor = None if touched else point
        return False

    def _drag(self, section: Section, event: QMouseEvent) -> bool:
        if self._anchor is None:
            return False
        inside = section.viewport().rect().contains(event.position().toPoint())
        if inside and self._span is None:
            return False
        self._pointer = event.globalPosition().toPoint()
        self._scroll.start()
        self._follow_pointer()
        return True

    def _follow_pointer(self) -> None:
        place = self._view().viewport().mapFromGlobal(self._pointer)
        point = self._point_at(place)
        if point is not None and self._anchor is not None:
            self._select(self._anchor, point)

    @Slot()
    def _on_scroll_due(self) -> None:
        """Scroll while the pointer is held beyond the edge."""
        y = self._view().viewport().mapFromGlobal(self._pointer).y()
        height = self._view().viewport().height()
        if not 0 <= y < height:
            bar = self._view().verticalScrollBar()
            bar.setValue(bar.value() + (-LINE_PX if y < 0 else LINE_PX))
            self._follow_pointer()

    def _take_key(self, section: Section, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            if self._span is not None:
                self.copy()
            return self._span is not None
        widget = _message_of(section)
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_message(widget.message.id)
            return True
        key = Qt.Key(event.key())
        operation = _FORWARD.get(key) or _BACK.get(key)
        if operation is None or not event.modifiers() & _SHIFT:
            return False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            operation = _BY_WORD.get(operation, operation)
        return self._extend(section, operation, forward=key in _FORWARD)

    def _extend(
        self, section: Section, operation: QTextCursor.MoveOperation, *, forward: bool
    ) -> bool:
        """Move the end of the selection. Return False where Qt does that by itself."""
        if self._span is None:
            own = section.textCursor()
            if QTextCursor(own).movePosition(operation, QTextCursor.MoveMode.KeepAnchor):
                return False
            anchor = self._point_of(section, own.anchor())
            focus = self._point_of(section, own.position())
        else:
            anchor, focus = self._span.anchor, self._span.focus
        moved = self._moved(focus, operation, forward=forward)
        if moved is not None:
            self._select(anchor, moved)
            widget = self._widgets.get(moved.message_id)
            sections = widget.sections() if widget is not None else []
            if sections:
                self._view().bring_into_view(sections[min(moved.section, len(sections) - 1)])
        return True

    def _moved(
        self, focus: Point, operation: QTextCursor.MoveOperation, *, forward: bool
    ) -> Point | None:
        """Return where a key leads from a point; into the next section at the edge of one."""
        widget = self._view().widget_for(focus.message_id)
        if widget is None:
            return None
        sections = widget.sections()
        if not sections:
            return self._beside(focus.message_id, forward=forward)
        number = min(focus.section, len(sections) - 1)
        cursor = QTextCursor(sections[number].document())
        cursor.setPosition(min(focus.position, length_of(sections[number])))
        if cursor.movePosition(operation):
            return Point(focus.message_id, number, cursor.position())
        if forward and number + 1 < len(sections):
            return Point(focus.message_id, number + 1, 0)
        if not forward and number > 0:
            return Point(focus.message_id, number - 1, length_of(sections[number - 1]))
        return self._beside(focus.message_id, forward=forward)

    def _beside(self, message_id: str, *, forward: bool) -> Point | None:
        place = self._entries.place(message_id) + (1 if forward else -1)
        if not 0 <= place < len(self._entries):
            return None
        beside = self._entries[place].id
        widget = self._view().widget_for(beside)
        sections = widget.sections() if widget is not None else ()
        if forward or not sections:
            return Point(beside)
        return Point(beside, len(sections) - 1, length_of(sections[-1]))

    def _select(self, anchor: Point, focus: Point) -> None:
        self._anchor = anchor
        self._span = Span(anchor, focus)
        self._show(self._made())

    def _show(self, widgets: Iterable[MessageWidget]) -> None:
        reaches = reaches_of(self._span, self._entries)
        for widget in widgets:
            reach = reaches.get(widget.message.id)
            for number, section in enumerate(widget.sections()):
                start, end = (0, 0) if reach is None else reach.within(number, section)
                show_selected(section, start, end)

    def _point_of(self, section: Section, position: int) -> Point:
        widget = _message_of(section)
        return Point(widget.message.id, widget.sections().index(section), position)

    def _point_in(self, section: Section, place: QPoint) -> Point:
        return self._point_of(section, section.cursorForPosition(place).position())

    def _point_at(self, place: QPoint) -> Point | None:
        """Return the point that is nearest to a place in the viewport, from above if need be."""
        viewport = self._view().viewport()
        best: Point | None = None
        for widget in self._made():
            if widget.geometry().top() > place.y() and best is not None:
                break
            for number, section in enumerate(widget.sections()):
                inside = section.viewport().mapFrom(viewport, place)
                if inside.y() < 0:
                    if best is None:
                        return Point(widget.message.id, number, 0)
                    return best
                if inside.y() < section.viewport().height():
                    return self._point_in(section, inside)
                best = Point(widget.message.id, number, length_of(section))
        return best


def _message_of(section: Section) -> MessageWidget:
    """Return the message that a section belongs to."""
    parent = section.parentWidget()
    while not isinstance(parent, MessageWidget):
        parent = parent.parentWidget()
    return parent
