"""The list of messages: virtual, so that a conversation of any length opens and scrolls alike.

1. Every message has an `Entry`, and a height on the `Strip`: a guess until it was measured.
2. `_settle` makes widgets for what is visible, measures them, and repeats while that moves
   others into view. Meanwhile the anchor, a message that was visible before, keeps its place.
3. A timer that fires when the window is idle prepares what is one screen away, and colours code.
4. Text that streams in is collected and shown by the frame timer.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QStyle, QWidget

from app.chat.message import Role
from app.chat.tree import ShownMessage
from app.ui.chat import tab_order
from app.ui.chat.announce import announce_answer
from app.ui.chat.answer import Answer
from app.ui.chat.entry import Entry
from app.ui.chat.frame_timer import FrameTimer
from app.ui.chat.jump_button import JumpButton
from app.ui.chat.message_widget import MARGIN, MessageWidget
from app.ui.chat.message_widgets import MessageWidgets
from app.ui.chat.strip import Strip
from app.ui.icons import Icons
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL, Theme

#: The widest the column of messages gets, at text scale 1.
COLUMN_WIDTH = 760
#: Guesses are replaced by heights until nothing moves; each round measures at least one message.
_MOST_ROUNDS = 100
_LINE_PX = 24


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A message, and where in the viewport its top has to stay."""

    index: int
    top: int


class ChatView(QAbstractScrollArea):
    """Shows messages. Lives on the window's thread; the chat's pane feeds it."""

    #: Another answer is wanted in place of a message; carries its id.
    regenerate_requested = Signal(str)
    #: The user has edited a message; carries its id and the new text.
    edit_submitted = Signal(str, str)
    #: Another version is to be shown; carries the message's id and how many places further on.
    version_requested = Signal(str, int)
    #: An answer is to be continued; carries its id.
    continue_requested = Signal(str)
    #: The user chose a link; carries its address, http, https or mailto. Nothing was opened.
    link_activated = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[Entry] = []
        self._indices: dict[str, int] = {}
        self._strip = Strip(SPACE_XL, SPACE_M)
        self._widgets = MessageWidgets(theme, icons, self.viewport())
        self._follows = True
        self._is_settling = False
        self._stale: set[str] = set()
        self._frames = FrameTimer(self)
        self._frames.frame_due.connect(self._on_frame_due)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self._jump = JumpButton(theme, icons, self)
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Conversation"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(_LINE_PX)
        theme.changed.connect(self._on_theme_changed)

    @Slot(object)
    def set_items(self, items: tuple[ShownMessage, ...]) -> None:
        """Show another conversation or branch. What both have in common keeps its place."""
        old, places = self._entries, self._indices
        anchor = None if self._follows else self._anchor()
        anchor_id = old[anchor.index].id if anchor is not None else ""
        self._entries = []
        changed: list[Entry] = []
        for item in items:
            place = places.get(item.message.id)
            if place is None:
                self._entries.append(Entry.of(item))
                continue
            entry = old[place]
            self._entries.append(entry)
            if entry.item != item:
                entry.change(item)
                changed.append(entry)
        self._indices = {entry.id: index for index, entry in enumerate(self._entries)}
        self._widgets.keep_only(self._indices)
        for entry in changed:
            self._show_entry(entry)
        self._guess_heights()
        begins = (
            bool(items) and self._entries[-1].is_streaming and items[-1].message.id not in places
        )
        self._follows = begins or anchor_id not in self._indices
        index = self._indices.get(anchor_id, 0)
        self._settle(_Anchor(index, anchor.top) if anchor is not None else None)

    @Slot(object)
    def add_item(self, item: ShownMessage) -> None:
        """Show another message at the end. One of the user's own is always brought into view."""
        if item.message.id in self._indices:
            self.change_item(item)
            return
        entry = Entry.of(item)
        self._indices[entry.id] = len(self._entries)
        self._entries.append(entry)
        self._strip.append(entry.guess_height(self._column(), self._widgets.em))
        self._follows = self._follows or item.message.role is Role.USER
        self._settle()

    @Slot(object)
    def change_item(self, item: ShownMessage) -> None:
        """Show another state of a message; one that is not shown is left alone."""
        index = self._indices.get(item.message.id)
        if index is None:
            return
        entry = self._entries[index]
        was_streaming = entry.is_streaming
        entry.change(item)
        self._show_entry(entry)
        if was_streaming and not entry.is_streaming:
            announce_answer(self, item.message)
        self._settle()

    @Slot(str, str)
    def append_text(self, message_id: str, text: str) -> None:
        """Add text to a message that is being written; the next frame shows it."""
        index = self._indices.get(message_id)
        if index is not None and text:
            self._entries[index].append(text)
            self._stale.add(message_id)
            self._frames.request()

    @Slot(str, int, int)
    def set_prefill(self, message_id: str, processed: int, total: int) -> None:
        """Say how many tokens of the prompt the model has read."""
        widget = self._widgets.get(message_id)
        if isinstance(widget, Answer):
            widget.show_prefill(processed, total)
            self._entries[self._indices[message_id]].measured_width = 0
            self._settle()

    def reveal(self, message_id: str) -> None:
        """Bring a message to the top of the view."""
        index = self._indices.get(message_id)
        if index is not None:
            self._follows = False
            self._settle(_Anchor(index, SPACE_L))

    def begin_edit(self, message_id: str) -> None:
        """Let the user edit a message in its place."""
        if message_id not in self._indices:
            return
        if self._widgets.get(message_id) is None:
            self.reveal(message_id)
        widget = self._widgets.get(message_id)
        if widget is not None:
            widget.begin_edit()
            self._bring_into_view(widget)

    @Slot()
    def jump_to_end(self) -> None:
        """Go to the end, and follow what is written there."""
        self._follows = True
        self._settle()

    # What Qt calls.

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Show what the scroll bar says. Only the user moves it outside of `_settle`."""
        del dx, dy
        if not self._is_settling:
            bar = self.verticalScrollBar()
            self._follows = bar.value() >= bar.maximum()
            self._settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew what is visible."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._guess_heights()
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:
        """Make what was not worth making while nobody could see it."""
        super().showEvent(event)
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll."""
        bar = self.verticalScrollBar()
        page = max(_LINE_PX, self.viewport().height() - 2 * _LINE_PX)
        steps = {
            Qt.Key.Key_Up: -_LINE_PX,
            Qt.Key.Key_Down: _LINE_PX,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: page,
        }
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_end()
        elif event.key() in steps and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())])
        else:
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go from control to control, and keep what has the focus in view."""
        if forward and self.hasFocus() and (first := self._first_visible_control()) is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        moved = super().focusNextPrevChild(forward)
        focused = QApplication.focusWidget()
        if focused is not None and self.viewport().isAncestorOf(focused):
            self._bring_into_view(focused)
        return moved

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys scroll now."""
        super().focusInEvent(event)
        self.viewport().update()

    # Widgets and heights.

    def _column(self) -> int:
        extent = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        # As if the scroll bar were there: the column stays where it is when it comes.
        room = self.width() - extent - 2 * SPACE_L
        return max(120, min(round(COLUMN_WIDTH * self._theme.scale), room))

    def _guess_heights(self) -> None:
        column, em = self._column(), self._widgets.em
        known = len(self._strip) == len(self._entries)
        self._strip.reset(
            self._strip.height(index)
            if known and entry.measured_width
            else entry.guess_height(column, em)
            for index, entry in enumerate(self._entries)
        )

    def _show_entry(self, entry: Entry) -> None:
        """Bring the widget of a changed entry up to date, if there is one."""
        widget = self._widgets.get(entry.id)
        if widget is not None:
            widget.show_item(entry.item, entry.text)
            widget.advance()
            if widget.is_waiting:
                self._stale.add(entry.id)
                self._frames.request()

    def _measure(self, index: int) -> bool:
        """Make sure that an entry has a widget and its real height. Return whether it moved any."""
        entry, column = self._entries[index], self._column()
        widget = self._widgets.get(entry.id)
        if widget is None:
            widget = self._widgets.make(entry)
            self._connect(widget)
            if widget.is_waiting:
                self._stale.add(entry.id)
                self._frames.request()
        elif entry.measured_width == column:
            return False
        height = widget.arrange(column)
        widget.resize(column + 2 * MARGIN, height)
        entry.measured_width = column
        return self._strip.set_height(index, height + entry.space_below)

    def _connect(self, widget: MessageWidget) -> None:
        widget.regenerate_requested.connect(self.regenerate_requested)
        widget.edit_submitted.connect(self.edit_submitted)
        widget.version_requested.connect(self.version_requested)
        widget.continue_requested.connect(self.continue_requested)
        widget.link_activated.connect(self.link_activated)
        widget.height_changed.connect(self._on_height_changed)

    # Placing.

    def _anchor(self) -> _Anchor | None:
        """Return the first visible message whose height is known, or the first visible one."""
        if not self._entries:
            return None
        value = self.verticalScrollBar().value()
        visible = self._visible(value)
        column = self._column()
        index = next(
            (at for at in visible if self._entries[at].measured_width == column), visible[0]
        )
        return _Anchor(index, self._strip.top(index) - value)

    def _visible(self, value: int, beyond: int = 0) -> range:
        """Return the messages between the edges of the viewport, and `beyond` pixels more."""
        first = self._strip.index_at(value - beyond)
        last = self._strip.index_at(value + self.viewport().height() - 1 + beyond)
        return range(first, last + 1)

    def _settle(self, anchor: _Anchor | None = None) -> None:
        """Show what is visible, with the end or `anchor` in its place."""
        if self._is_settling or not self.isVisible():
            return
        self._is_settling = True
        if anchor is None and not self._follows:
            anchor = self._anchor()
        value = 0
        for _ in range(_MOST_ROUNDS if self._entries else 0):
            value = self._value_for(anchor)
            if not sum([self._measure(index) for index in self._visible(value)]):
                break
        bar = self.verticalScrollBar()
        bar.setRange(0, self._last_value())
        bar.setPageStep(self.viewport().height())
        bar.setValue(value)
        self._place(value)
        self._is_settling = False
        self._idle.start()

    def _last_value(self) -> int:
        return max(0, self._strip.total() - self.viewport().height())

    def _value_for(self, anchor: _Anchor | None) -> int:
        last = self._last_value()
        if anchor is None or self._follows:
            return last
        return min(max(0, self._strip.top(anchor.index) - anchor.top), last)

    def _place(self, value: int) -> None:
        left = (self.width() - self._column()) // 2 - MARGIN
        for message_id, widget in self._widgets:
            widget.move(left, self._strip.top(self._indices[message_id]) - value)
            widget.show()
        self._jump.move(
            (self.width() - self._jump.width()) // 2,
            self.viewport().height() - self._jump.height() - SPACE_M,
        )
        self._jump.setVisible(value < self._last_value() - 2 * _LINE_PX)
        self._jump.raise_()

    def _bring_into_view(self, widget: QWidget) -> None:
        """Scroll as little as needed to see `widget`, or its top if it is too high."""
        top = widget.mapTo(self.viewport(), widget.rect().topLeft()).y()
        bottom = top + widget.height()
        room = self.viewport().height()
        bar = self.verticalScrollBar()
        if top < SPACE_M or widget.height() > room:
            if top < 0 or top > room - _LINE_PX:
                bar.setValue(bar.value() + top - SPACE_M)
        elif bottom > room - SPACE_M:
            bar.setValue(bar.value() + bottom - room + SPACE_M)

    def _first_visible_control(self) -> QWidget | None:
        area = self.viewport().rect()
        for control in tab_order.controls(self._in_order()):
            top = control.mapTo(self.viewport(), control.rect().topLeft())
            if area.intersects(control.rect().translated(top)):
                return control
        return None

    def _in_order(self) -> list[MessageWidget]:
        made = sorted((self._indices[message_id], widget) for message_id, widget in self._widgets)
        return [widget for _, widget in made]

    @Slot()
    def _on_frame_due(self) -> None:
        with self._frames.drawing():
            stale, self._stale = self._stale, set()
            for message_id in stale:
                index = self._indices.get(message_id)
                if index is not None:
                    self._show_more(index)
            self._settle()
        if self._stale:
            self._frames.request()

    def _show_more(self, index: int) -> None:
        entry = self._entries[index]
        entry.measured_width = 0
        widget = self._widgets.get(entry.id)
        if widget is None:
            self._strip.set_height(index, entry.guess_height(self._column(), self._widgets.em))
            return
        widget.append(entry.text[len(widget.text) :])
        widget.advance()
        if widget.is_waiting:
            self._stale.add(entry.id)

    @Slot()
    def _on_idle(self) -> None:
        """Do one thing that can wait, and come back for the next."""
        if not self._entries or not self.isVisible():
            return
        value, height = self.verticalScrollBar().value(), self.viewport().height()
        for index in self._visible(value, height):
            if self._widgets.get(self._entries[index].id) is None:
                self._measure(index)
                self._settle()
                return
        if any(widget.colorize() for _, widget in self._widgets):
            self._idle.start()
            return
        near = self._visible(value, 2 * height)
        for message_id, widget in self._widgets:
            if self._indices[message_id] not in near and not widget.is_editing:
                self._widgets.release(message_id)
        tab_order.apply(self, self._in_order())

    @Slot(str)
    def _on_height_changed(self, message_id: str) -> None:
        index = self._indices.get(message_id)
        if index is None:
            return
        if self._widgets.is_outdated(message_id):
            self._widgets.release(message_id)
        self._entries[index].measured_width = 0
        self._settle()

    @Slot()
    def _on_theme_changed(self) -> None:
        anchor = None if self._follows else self._anchor()
        self._widgets.take_theme()
        for entry in self._entries:
            entry.measured_width = 0
        self._guess_heights()
        self._settle(anchor)
