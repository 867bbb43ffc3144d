"""The widgets of the messages that are on the screen or near it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from PySide6.QtWidgets import QWidget

from app.ui.chat.answer import Answer
from app.ui.chat.entry import Entry
from app.ui.chat.focus import give_up_focus
from app.ui.chat.message_widget import MessageWidget
from app.ui.chat.question import Question
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import Theme


class MessageWidgets:
    """Makes widgets for entries, by id, and lets them go."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        self._theme = theme
        self._icons = icons
        self._parent = parent
        self._styles = TextStyles(theme)
        self._made: dict[str, MessageWidget] = {}
        #: Ids of widgets that look as the theme looked before; they are being edited.
        self._outdated: set[str] = set()

    @property
    def em(self) -> float:
        """The size of body text in pixels."""
        return self._styles.em

    def __iter__(self) -> Iterator[tuple[str, MessageWidget]]:
        return iter(tuple(self._made.items()))

    def in_order(self, place_of: Callable[[str], int]) -> list[MessageWidget]:
        """Return the widgets in the order of the places of their messages."""
        return [self._made[message_id] for message_id in sorted(self._made, key=place_of)]

    def get(self, message_id: str) -> MessageWidget | None:
        """Return the widget of a message, if there is one."""
        return self._made.get(message_id)

    def make(self, entry: Entry, width: int) -> MessageWidget:
        """Return a new widget for `entry` that shows the beginning of its text.

        It is to be arranged at `width`.
        """
        widget: MessageWidget
        if entry.is_answer:
            widget = Answer(
                entry.item,
                entry.text,
                self._theme,
                self._icons,
                self._styles,
                width,
                self._parent,
                is_raw=entry.is_raw,
            )
        else:
            widget = Question(
                entry.item, self._theme, self._icons, self._styles, width, self._parent
            )
        widget.advance()
        if entry.item.message.edit:
            widget.resume_edit(entry.item.message.edit)
        self._made[entry.id] = widget
        return widget

    def flush_edits(self) -> None:
        """Let open editors tell what is written."""
        for _, widget in self:
            widget.flush_edit()

    def release(self, message_id: str) -> None:
        """Let a widget go. The focus, if it has it, goes to the view.

        What is written in its editor comes back with the message.
        """
        widget = self._made.pop(message_id)
        widget.flush_edit()
        self._outdated.discard(message_id)
        give_up_focus(widget, self._parent.parentWidget())
        # A widget that waits for its end would still be drawn.
        widget.hide()
        widget.deleteLater()

    def keep_only(self, message_ids: Container[str]) -> None:
        """Let all others go."""
        for message_id in tuple(self._made):
            if message_id not in message_ids:
                self.release(message_id)

    def is_outdated(self, message_id: str) -> bool:
        """Return whether a widget was kept over a change of the theme, and is no longer edited."""
        return message_id in self._outdated and not self._made[message_id].is_editing

    def take_theme(self) -> None:
        """Start anew with the theme of now. What the user is writing is kept."""
        self._styles = TextStyles(self._theme)
        for message_id, widget in self:
            if widget.is_editing:
                self._outdated.add(message_id)
            else:
                self.release(message_id)
