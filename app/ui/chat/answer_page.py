"""One answer on a page of its own: Markdown as it arrives, as in a conversation, and it scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.ui.chat.body import Body
from app.ui.chat.focus import FocusRing, give_up_focus
from app.ui.chat.frame_timer import FrameTimer
from app.ui.chat.message_widget import MARGIN
from app.ui.chat.tab_order import TabOrder
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import Theme


class AnswerPage(QScrollArea):
    """Follows what is written unless the user reads further up. Lives on the window's thread."""

    #: The user chose a link; carries its address. Nothing was opened.
    link_activated = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._styles = TextStyles(theme)
        self._text = ""
        self._paper = QWidget(self)
        self._frames = FrameTimer(self)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._tab_order = TabOrder(self)
        self._body = self._make_body()
        self.setWidget(self._paper)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._paper.setAutoFillBackground(False)
        FocusRing(theme, self)
        self._frames.frame_due.connect(self._on_frame_due)
        self._idle.timeout.connect(self._on_idle)
        theme.changed.connect(self._on_theme_changed)

    def clear(self) -> None:
        """Be ready for another answer."""
        self._text = ""
        give_up_focus(self._body, self)
        self._body.hide()
        self._body.deleteLater()
        self._body = self._make_body()
        self._arrange()

    def add(self, text: str) -> None:
        """Add `text` at the end; the next frame shows it."""
        self._text += text
        self._body.append(text)
        self._frames.request()

    def end(self) -> None:
        """Show that no more text will come."""
        self._body.end()
        self._frames.request()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def _make_body(self) -> Body:
        body = Body(
            self._theme,
            self._icons,
            self._styles,
            self.accessibleName(),
            MARGIN,
            self._column(),
            self._paper,
        )
        body.link_activated.connect(self.link_activated)
        body.height_changed.connect(self._arrange)
        body.show()
        return body

    def _column(self) -> int:
        return max(1, self.viewport().width() - 2 * MARGIN)

    @Slot()
    def _arrange(self) -> None:
        width = self._column()
        height = self._body.arrange(width)
        self._body.setGeometry(0, 0, width + 2 * MARGIN, height)
        self._paper.resize(width + 2 * MARGIN, height)

    @Slot()
    def _on_frame_due(self) -> None:
        with self._frames.drawing():
            bar = self.verticalScrollBar()
            follows = bar.value() == bar.maximum()
            self._body.advance()
            is_ended = self._body.is_ended
            self._body.show_caret(None if is_ended else QColor(self._theme.colors.accent))
            self._arrange()
            if follows:
                bar.setValue(bar.maximum())
        if self._body.is_waiting:
            self._frames.request()
        else:
            self._idle.start()

    @Slot()
    def _on_idle(self) -> None:
        self._tab_order.apply((self._body,))
        if self._body.colorize():
            self._idle.start()

    @Slot()
    def _on_theme_changed(self) -> None:
        text, is_ended = self._text, self._body.is_ended
        self._styles = TextStyles(self._theme)
        self.clear()
        self.add(text)
        if is_ended:
            self.end()
