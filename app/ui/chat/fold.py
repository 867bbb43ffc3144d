"""A row that says in a few words what is folded away below it, and opens it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.ui.chat.copy_button import ICON, SIDE
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XS, FontRole, Theme

_BAR_WIDTH = 2


class Fold(QWidget):
    """Begins folded. Subclasses bring the words of the row, and the content when it is opened."""

    #: The user chose a link; carries its address.
    link_activated = Signal(str)
    #: The user wants the menu; carries the place on the screen and the address below it, or "".
    menu_requested = Signal(QPoint, str)
    #: It was opened or folded, or what it shows needs another height.
    height_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        margin: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._styles = styles
        self._margin = margin
        self._pieces: list[str] = []
        self._is_ended = False
        self._is_open = False
        self._words = ""
        self.row = FoldRow(self)
        self.row.setFont(theme.font(FontRole.SMALL))
        self.row.clicked.connect(self._on_clicked)
        self._draw_row()

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self._is_open

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing."""
        return False

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show: it takes all there is."""
        return False

    @property
    def is_ended(self) -> bool:
        """Whether no more text will come."""
        return self._is_ended

    def append(self, text: str) -> None:
        """Take over more of what is folded away."""
        self._pieces.append(text)

    def end(self) -> None:
        """Note that no more text will come."""
        self._is_ended = True

    def advance(self) -> None:
        """Show what has arrived."""
        self._show_words(self._title())
        if self._is_open:
            self._show_text()

    def arrange(self, width: int) -> int:
        """Place everything in `width` and return the height."""
        # The icon, not the edge of the button, lines up with the text.
        self.row.setGeometry(self._margin - SPACE_XS, 0, self._row_width(width), SIDE)
        if not self._is_open:
            return SIDE
        inner = width - SPACE_L
        top = SIDE + SPACE_XS
        return top + self._arrange_content(inner, self._margin + SPACE_L, top) + SPACE_S

    def show_caret(self, color: QColor | None) -> None:
        """Take no notice: the row says that more will come."""

    def colorize(self) -> bool:
        """Colour a code block that is not coloured yet. Return whether there was one."""
        return False

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        yield self.row
        if self._is_open:
            yield from self._content_focus_widgets()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a line beside what is open."""
        del event
        if not self._is_open:
            return
        painter = QPainter(self)
        top = SIDE + SPACE_XS
        left = self._margin + (ICON - _BAR_WIDTH) // 2
        painter.fillRect(
            left, top, _BAR_WIDTH, self.height() - top - SPACE_S, self._styles.line_color
        )
        painter.end()

    def _title(self) -> str:
        raise NotImplementedError

    def _show_text(self) -> None:
        """Bring the content up to date."""
        raise NotImplementedError

    def _hide_content(self) -> None:
        raise NotImplementedError

    def _arrange_content(self, width: int, left: int, top: int) -> int:
        raise NotImplementedError

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        raise NotImplementedError

    def _show_words(self, words: str) -> None:
        if words == self._words:
            return
        self._words = words
        self.row.setText(words)
        self.row.setAccessibleName(words)
        if self.width():
            self.row.resize(self._row_width(self.width() - 2 * self._margin), SIDE)

    def _row_width(self, room: int) -> int:
        return min(self.row.sizeHint().width(), room) + SPACE_XS

    def _draw_row(self) -> None:
        name = "chevron-down" if self._is_open else "chevron-right"
        self.row.setIcon(self._icons.icon(name, "quiet", ICON))
        state = self.tr("Shown") if self._is_open else self.tr("Folded away")
        self.row.setAccessibleDescription(state)

    @Slot()
    def _on_clicked(self) -> None:
        self._is_open = not self._is_open
        self._draw_row()
        if self._is_open:
            self._show_text()
        else:
            self._hide_content()
        self.height_changed.emit()


class FoldRow(QToolButton):
    """The row: a flat button with words, which Enter presses as well as the space bar."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("tone", "quiet")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button with Enter, too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
