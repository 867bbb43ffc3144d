"""A message of the user: the exact words, in a soft bubble at the right."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.chat.tree import ShownMessage
from app.ui.chat.message_widget import MARGIN, MessageWidget
from app.ui.chat.parts import Gap
from app.ui.chat.plain import clean, verbatim
from app.ui.chat.prose import Prose
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import BUBBLE_RADIUS, SPACE_XS, Theme

#: The widest a bubble gets, relative to the column.
_WIDEST = 0.8
_FILLED = 0.9
_PADDING_X = 14
_PADDING_Y = 10


class Question(MessageWidget):
    """Shows text as it was written; nothing in it is Markdown."""

    def __init__(
        self,
        item: ShownMessage,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        width: int,
        parent: QWidget,
    ) -> None:
        super().__init__(item, theme, icons, parent)
        self._styles = styles
        self._bubble = QRectF()
        self._prose = Prose(styles, _room(width), self)
        self._prose.setAccessibleName(self.tr("You"))
        self._prose.menu_requested.connect(self._on_menu_requested)
        self.setAccessibleName(self.tr("You"))
        self.show_item(item, item.message.text)

    def show_item(self, item: ShownMessage, text: str) -> None:
        """Show another state of the message."""
        self._item = item
        self._prose.show_parts(verbatim(clean(text).strip("\n"), Gap.NONE))
        self._show_marks()

    def append(self, text: str) -> None:
        """Take over more text, which the user's messages never get."""
        raise ValueError(f"a message of the user does not grow: {self.message.id}, {len(text)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bubble."""
        del event
        if self.is_editing:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self._prose.focused_by_keyboard
        painter.setPen(QColor(self._theme.colors.accent) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colors.raised))
        painter.drawRoundedRect(self._bubble, BUBBLE_RADIUS, BUBBLE_RADIUS)
        painter.end()

    def _arrange_content(self, width: int) -> int:
        needed = _room(width)
        height = self._prose.height_at(needed)
        ideal = int(self._prose.document().idealWidth()) + 2
        # Lines that wrap fill the room; a short message gets a bubble of its own size.
        if ideal < needed * _FILLED:
            needed = ideal
            height = self._prose.height_at(needed)
        left = MARGIN + width - needed - _PADDING_X
        # Letters stand low in their lines; the same air is to be above and below them.
        sink = round(self._styles.sink)
        self._prose.setGeometry(left, _PADDING_Y - sink, needed, height)
        self._bubble = QRectF(self._prose.geometry()).adjusted(
            -_PADDING_X, sink - _PADDING_Y, _PADDING_X, _PADDING_Y + sink
        )
        self.update()
        return height + 2 * _PADDING_Y + SPACE_XS

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        yield self._prose

    def _show_content(self, visible: bool) -> None:
        super()._show_content(visible)
        self._prose.setVisible(visible)


def _room(width: int) -> int:
    return round(width * _WIDEST) - 2 * _PADDING_X
