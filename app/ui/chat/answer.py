"""A message of the model: its words over the full column, and how the answer stands."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.chat.message import MessageState
from app.chat.tree import ShownMessage
from app.ui.chat.body import Body
from app.ui.chat.focus import give_up_focus
from app.ui.chat.message_widget import MARGIN, MessageWidget
from app.ui.chat.raw import RawText
from app.ui.chat.state_line import StateLine
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import SPACE_XS, Theme


class Answer(MessageWidget):
    """Shows Markdown, also while it arrives."""

    def __init__(
        self,
        item: ShownMessage,
        text: str,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        width: int,
        parent: QWidget,
        *,
        is_raw: bool = False,
    ) -> None:
        super().__init__(item, theme, icons, parent)
        self._styles = styles
        self._is_raw = is_raw
        self._width = width
        self._text = ""
        self._prefill = (0, 0)
        name = item.message.model or self.tr("Model")
        self.setAccessibleName(name)
        self._body = self._make_body()
        self._state = StateLine(theme, width, self)
        self._state.continue_requested.connect(self._on_continue_requested)
        self._state.menu_requested.connect(self._on_menu_requested)
        self.show_item(item, text)

    @property
    def text(self) -> str:
        """The whole text of the message, also while it arrives."""
        return self._text

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show."""
        return self._body.is_waiting

    def show_item(self, item: ShownMessage, text: str) -> None:
        """Show another state of the message; what of `text` is shown already stays."""
        ended = item.message.state is not MessageState.STREAMING
        is_another = not text.startswith(self._text)
        if is_another or (self._body.is_ended and (text != self._text or not ended)):
            self._replace_body()
        self._item = item
        self.append(text[len(self._text) :])
        known = item.message.statistics
        self._body.show_thinking_ms(known.thinking_ms if known is not None else None)
        if ended:
            self._body.end()
            self._prefill = (0, 0)
        self._show_state()
        self._show_marks()

    def show_raw(self, is_raw: bool) -> None:
        """Show the text as it came, or what it means."""
        if is_raw != self._is_raw:
            self._is_raw = is_raw
            self._replace_body()
            self.show_item(self._item, self.message.text)

    def append(self, text: str) -> None:
        """Take over more text."""
        if text:
            self._text += text
            self._body.append(text)

    def advance(self) -> None:
        """Show some of the waiting text."""
        self._body.advance()
        self._show_state()

    def show_prefill(self, processed: int, total: int) -> None:
        """Say how much of the prompt is read, until the first words are there."""
        self._prefill = (processed, total)
        self._show_state()

    def colorize(self) -> bool:
        """Colour one code block that is not coloured yet. Return whether there was one."""
        return self._body.colorize()

    def _arrange_content(self, width: int) -> int:
        self._width = width
        height = self._body.arrange(width)
        self._body.setGeometry(0, 0, width + 2 * MARGIN, height)
        state_height = self._state.arrange(width)
        top = height + (SPACE_XS if height and state_height else 0)
        self._state.setGeometry(0, top, width + 2 * MARGIN, state_height)
        return top + state_height + (SPACE_XS if state_height else 0)

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        yield from self._body.focus_widgets()
        yield from self._state.focus_widgets()

    def _content_sections(self) -> Iterator[QWidget]:
        return self._body.focus_widgets()

    def _show_content(self, visible: bool) -> None:
        super()._show_content(visible)
        self._body.setVisible(visible)
        self._state.setVisible(visible)

    def _show_state(self) -> None:
        streaming = self.message.state is MessageState.STREAMING
        processed, total = self._prefill
        if streaming and total and self._body.is_empty:
            self._state.show_prefill(processed, total)
        else:
            self._state.show_message(
                self.message, has_words=not self._body.is_empty, is_paused=self._item.is_paused
            )
        self._body.show_caret(QColor(self._theme.colors.accent) if streaming else None)

    def _make_body(self) -> Body | RawText:
        kind: type[Body | RawText] = RawText if self._is_raw else Body
        body = kind(
            self._theme,
            self._icons,
            self._styles,
            self.accessibleName(),
            MARGIN,
            self._width,
            self,
        )
        body.link_activated.connect(self.link_activated)
        body.menu_requested.connect(self._on_menu_requested)
        body.height_changed.connect(self._on_height_changed)
        return body

    def _replace_body(self) -> None:
        give_up_focus(self._body, self.parentWidget().parentWidget())
        self._body.hide()
        self._body.deleteLater()
        self._body = self._make_body()
        self._body.setVisible(not self.is_editing)
        self._text = ""
