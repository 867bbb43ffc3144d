"""The list of messages: virtual, so that a conversation of any length opens and scrolls alike.

1. Every message has an `Entry`, and a height on the `Strip`: a guess until it was measured.
2. `_settle` makes widgets for what is visible, measures them, and repeats while that moves
   others into view. Meanwhile the anchor, a message that was visible before, keeps its place.
3. A timer that fires when the window is idle prepares what is one screen away, and colours code.
4. Text that streams in is collected and shown by the frame timer.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QStyle, QWidget

from app.chat.message import Role
from app.chat.tree import ShownMessage
from app.ui.chat.announce import announce_answer
from app.ui.chat.answer import Answer
from app.ui.chat.entries import Entries
from app.ui.chat.entry import Entry
from app.ui.chat.focus import FocusRing
from app.ui.chat.frame_timer import FrameTimer
from app.ui.chat.jump_button import JumpButton
from app.ui.chat.message_area import MessageArea
from app.ui.chat.message_widget import MARGIN, MessageWidget
from app.ui.chat.message_widgets import MessageWidgets
from app.ui.chat.scrolling import LINE_PX, distance_into_view, scrolled_by
from app.ui.chat.selector import Selector
from app.ui.chat.standing import Standing
from app.ui.chat.strip import Anchor, Strip
from app.ui.chat.tab_order import TabOrder, first_visible
from app.ui.icons import Icons
from app.ui.theme import COLUMN_WIDTH, SPACE_L, SPACE_M, SPACE_XL, Theme

_NARROWEST_COLUMN = 120
#: Guesses are replaced by heights until nothing moves; each round measures at least one message.
_MOST_ROUNDS = 100


class ChatView(MessageArea):
    """Shows messages. Lives on the window's thread; the chat's pane feeds it."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._strip = Strip(SPACE_XL, SPACE_M)
        self._entries = Entries(self._strip)
        self._standing = Standing(self._entries, self._strip)
        self._widgets = MessageWidgets(theme, icons, self.viewport())
        self._tab_order = TabOrder(self)
        self._follows = True
        self._is_settling = False
        #: Ids of messages with text that is not shown yet.
        self._stale: set[str] = set()
        self.selector = Selector(self, self._entries, self._widgets)
        self._frames = FrameTimer(self)
        self._frames.frame_due.connect(self._on_frame_due)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self._jump = JumpButton(theme, icons, self)
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        FocusRing(theme, self)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Conversation"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(LINE_PX)
        theme.changed.connect(self._on_theme_changed)

    @Slot(object)
    def set_items(self, items: tuple[ShownMessage, ...]) -> None:
        """Show another conversation or branch. What both have in common keeps its place."""
        anchor = None if self._follows else self._anchor()
        anchor_id = "" if anchor is None else self._entries[anchor.index].id
        newest = items[-1].message if items else None
        is_new = newest is not None and newest.id not in self._entries
        changed = self._entries.replace(items)
        self._widgets.keep_only(self._entries)
        self.selector.forget()
        for entry in changed:
            self._show_entry(entry)
        self._entries.guess_all(self._column(), self._widgets.em)
        place = self._entries.place_of(anchor_id)
        begins = is_new and self._entries[-1].is_streaming
        self._follows = begins or place is None
        self._settle(Anchor(place, anchor.top) if place is not None and anchor else None)

    @Slot(object)
    def add_item(self, item: ShownMessage) -> None:
        """Show another message at the end. One of the user's own is always brought into view."""
        if item.message.id in self._entries:
            self.change_item(item)
            return
        self._entries.add(item, self._column(), self._widgets.em)
        self._follows = self._follows or item.message.role is Role.USER
        self._settle()

    @Slot(object)
    def change_item(self, item: ShownMessage) -> None:
        """Show another state of a message; one that is not shown is left alone."""
        entry = self._entries.get(item.message.id)
        if entry is None:
            return
        was_streaming = entry.is_streaming
        entry.change(item)
        self._show_entry(entry)
        if was_streaming and not entry.is_streaming:
            announce_answer(self, item.message)
        self._settle()

    @Slot(str, str)
    def append_text(self, message_id: str, text: str) -> None:
        """Add text to a message that is being written; the next frame shows it."""
        entry = self._entries.get(message_id)
        if entry is not None and text:
            entry.append(text)
            self._stale.add(message_id)
            self._frames.request()

    @Slot(str, int, int)
    def set_prefill(self, message_id: str, processed: int, total: int) -> None:
        """Say how many tokens of the prompt the model has read."""
        widget = self._widgets.get(message_id)
        if isinstance(widget, Answer):
            widget.show_prefill(processed, total)
            self._entries[self._entries.place(message_id)].measured_width = 0
            self._settle()

    def reveal(self, message_id: str) -> None:
        """Bring a message to the top of the view."""
        place = self._entries.place_of(message_id)
        if place is not None:
            self._follows = False
            self._settle(Anchor(place, SPACE_L))

    def begin_edit(self, message_id: str) -> None:
        """Let the user edit a message in its place."""
        if self._widgets.get(message_id) is None:
            self.reveal(message_id)
        widget = self._widgets.get(message_id)
        if widget is not None:
            widget.begin_edit()
            self._measure_out_of_view(self._entries.place(message_id))
            self.bring_into_view(widget)

    def flush_edits(self) -> None:
        """Tell what is written in open editors; call this before something else is shown."""
        self._widgets.flush_edits()

    def is_raw(self, message_id: str) -> bool:
        """Return whether the text of a message is shown as it came."""
        entry = self._entries.get(message_id)
        return entry is not None and entry.is_raw

    def set_raw(self, message_id: str, is_raw: bool) -> None:
        """Show the text of an answer as it came, or what it means."""
        entry = self._entries.get(message_id)
        if entry is None:
            return
        self.selector.clear()
        entry.is_raw = is_raw
        entry.measured_width = 0  # Also where it has no widget.
        widget = self._widgets.get(message_id)
        if isinstance(widget, Answer):
            widget.show_raw(is_raw)
            self._show_entry(entry)
        self._settle()

    def widget_for(self, message_id: str) -> MessageWidget | None:
        """Return the widget of a message that is shown, made if need be."""
        place = self._entries.place_of(message_id)
        if place is None:
            return None
        if self._widgets.get(message_id) is None:
            self._measure_out_of_view(place)
        return self._widgets.get(message_id)

    @Slot()
    def jump_to_end(self) -> None:
        """Go to the end, and follow what is written there."""
        self._follows = True
        self._settle()

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
        if event.size().width() == event.oldSize().width():
            self._settle()
            return
        anchor = self._anchor_for_layout()
        self._entries.guess_all(self._column(), self._widgets.em)
        self._settle(anchor)

    def showEvent(self, event: QShowEvent) -> None:
        """Make what was not worth making while nobody could see it."""
        super().showEvent(event)
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll; select all, and copy what is selected."""
        if self.selector.take_key_of_view(event):
            return
        bar = self.verticalScrollBar()
        distance = scrolled_by(event, self.viewport().height())
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_end()
        elif distance is not None:
            bar.setValue(bar.value() + distance)
        else:
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go from control to control, and keep what has the focus in view."""
        if forward and self.hasFocus():
            first = first_visible(self.viewport(), self._widgets.in_order(self._entries.place))
            if first is not None:
                first.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        moved = super().focusNextPrevChild(forward)
        focused = QApplication.focusWidget()
        if focused is not None and self.viewport().isAncestorOf(focused):
            self.bring_into_view(focused)
        return moved

    def _column(self) -> int:
        extent = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        # As if the scroll bar were there: the column stays where it is when it comes.
        room = self.width() - extent - 2 * SPACE_L
        return max(_NARROWEST_COLUMN, min(round(COLUMN_WIDTH * self._theme.scale), room))

    def _show_entry(self, entry: Entry) -> None:
        """Bring the widget of a changed entry up to date, if there is one."""
        widget = self._widgets.get(entry.id)
        if widget is not None:
            widget.show_item(entry.item, entry.text)
            widget.advance()
            # It may have been measured meanwhile, on the way of the keyboard to another control.
            entry.measured_width = 0
            self._request_rest(widget)

    def _request_rest(self, widget: MessageWidget) -> None:
        """See to it that the text that a widget does not show yet gets a frame."""
        if widget.is_waiting:
            self._stale.add(widget.message.id)
            self._frames.request()

    def _measure(self, place: int) -> bool:
        """Make sure that a message has a widget and its real height. Return whether it moved any."""
        entry, column = self._entries[place], self._column()
        widget = self._widgets.get(entry.id)
        if widget is None:
            widget = self._widgets.make(entry, column)
            self._pass_on(widget)
            widget.height_changed.connect(self._on_height_changed)
            self.selector.show_in(widget)
            self._request_rest(widget)
        elif entry.measured_width == column:
            return False
        height = widget.arrange(column)
        self.selector.watch(widget)
        widget.resize(column + 2 * MARGIN, height)
        return self._entries.set_height(place, height, column)

    def _measure_out_of_view(self, place: int) -> None:
        """Do so for a message that nobody sees, and keep in its place what is seen."""
        anchor = self._anchor()
        self._measure(place)
        self._settle(anchor)

    def _anchor(self) -> Anchor | None:
        value, height = self.verticalScrollBar().value(), self.viewport().height()
        return self._standing.anchor(value, height, self._column())

    def _anchor_for_layout(self) -> Anchor | None:
        if self._follows:
            return None
        value, height = self.verticalScrollBar().value(), self.viewport().height()
        return self._standing.anchor_for_layout(value, height)

    def _visible(self, value: int, beyond: int = 0) -> range:
        return self._standing.visible(value, self.viewport().height(), beyond)

    def _settle(self, anchor: Anchor | None = None) -> None:
        """Show what is visible, with the end or `anchor` in its place."""
        if self._is_settling or not self.isVisible():
            return
        self._is_settling = True
        try:
            if anchor is None and not self._follows:
                anchor = self._anchor()
            value = self._make_visible(anchor)
            bar = self.verticalScrollBar()
            bar.setRange(0, self._last_value())
            bar.setPageStep(self.viewport().height())
            bar.setValue(value)
            self._place(value)
        finally:
            self._is_settling = False
        self._idle.start()

    def _make_visible(self, anchor: Anchor | None) -> int:
        """Make and measure what is visible. Return where the view has to stand."""
        value = 0
        for _ in range(_MOST_ROUNDS if self._entries else 0):
            value = self._value_for(anchor)
            moved = [self._measure(place) for place in self._visible(value)]
            if not any(moved):
                break
        return value

    def _last_value(self) -> int:
        return self._standing.last_value(self.viewport().height())

    def _value_for(self, anchor: Anchor | None) -> int:
        kept = None if self._follows else anchor
        return self._standing.value_for(kept, self.viewport().height())

    def _place(self, value: int) -> None:
        left = (self.width() - self._column()) // 2 - MARGIN
        for message_id, widget in self._widgets:
            widget.move(left, self._strip.top(self._entries.place(message_id)) - value)
            widget.show()
        is_away = value < self._last_value() - 2 * LINE_PX
        self._jump.float_in(self.width(), self.viewport().height(), is_wanted=is_away)

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll to a widget inside of a message."""
        top = widget.mapTo(self.viewport(), widget.rect().topLeft()).y()
        bar = self.verticalScrollBar()
        distance = distance_into_view(top, widget.height(), self.viewport().height())
        bar.setValue(bar.value() + distance)

    def _show_more(self, place: int) -> None:
        """Show text that has arrived for a message."""
        entry = self._entries[place]
        entry.measured_width = 0
        widget = self._widgets.get(entry.id)
        if widget is None:
            self._entries.guess(place, self._column(), self._widgets.em)
            return
        widget.append(entry.text[len(widget.text) :])
        widget.advance()
        self._request_rest(widget)

    @Slot()
    def _on_frame_due(self) -> None:
        with self._frames.drawing():
            stale, self._stale = self._stale, set()
            for message_id in stale:
                place = self._entries.place_of(message_id)
                if place is not None:
                    self._show_more(place)
            self._settle()

    @Slot()
    def _on_idle(self) -> None:
        """Do one thing that can wait, and come back for the next."""
        if not self._entries or not self.isVisible():
            return
        value, height = self.verticalScrollBar().value(), self.viewport().height()
        for place in self._visible(value, height):
            if self._widgets.get(self._entries[place].id) is None:
                self._measure_out_of_view(place)
                return
        if any(widget.colorize() for _, widget in self._widgets):
            self._idle.start()
            return
        near = self._visible(value, 2 * height)
        for message_id, widget in self._widgets:
            kept = widget.is_editing or self.selector.keeps(message_id)
            if self._entries.place(message_id) not in near and not kept:
                self._widgets.release(message_id)
        self._tab_order.apply(self._widgets.in_order(self._entries.place))

    @Slot(str)
    def _on_height_changed(self, message_id: str) -> None:
        entry = self._entries.get(message_id)
        if entry is None:
            return
        if self._widgets.is_outdated(message_id):
            self._widgets.release(message_id)
        entry.measured_width = 0
        self._settle()

    @Slot()
    def _on_theme_changed(self) -> None:
        anchor = self._anchor_for_layout()
        self.selector.clear()
        self._widgets.take_theme()
        self._entries.forget_heights()
        self._entries.guess_all(self._column(), self._widgets.em)
        self._settle(anchor)
