"""A section of a message that is code: a box with the language, Copy, and the lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.chat.code_text import CodeText
from app.ui.chat.copy_button import CopyButton
from app.ui.chat.highlight import spans
from app.ui.chat.parts import Code
from app.ui.chat.text_styles import TextStyles
from app.ui.icons import Icons
from app.ui.theme import RADIUS, SPACE_M, SPACE_XS, FontRole, Theme

_PADDING = SPACE_M
#: Room below the lines, which the scroll bar takes when there is one.
_BOTTOM = 12


class CodeBlock(QWidget):
    """Shows one code part. Colours come later, when the view has time for `colorize`."""

    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)

    def __init__(
        self, theme: Theme, icons: Icons, styles: TextStyles, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._part: Code | None = None
        self._caret: QColor | None = None
        self._is_colored = False
        self._language = QLabel(self)
        self._language.setTextFormat(Qt.TextFormat.PlainText)
        self._language.setProperty("tone", "quiet")
        self._language.setFont(theme.font(FontRole.SMALL))
        self.copy_button = CopyButton(theme, icons, self.tr("Copy code"), self)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.text = CodeText(styles, self)
        self.text.menu_requested.connect(self.menu_requested)
        self._header = max(self.copy_button.height(), self._language.sizeHint().height()) + SPACE_XS

    @property
    def first(self) -> Code:
        """The part it shows."""
        assert self._part is not None
        return self._part

    @property
    def last(self) -> Code:
        """The part it shows."""
        return self.first

    def show_parts(self, parts: Sequence[Code]) -> bool:
        """Show the one code of `parts`. Return whether anything changed."""
        (new,) = parts
        old, self._part = self._part, new
        if old == new:
            return False
        if old is None or old.language != new.language:
            self._language.setText(new.language or self.tr("code"))
            self.text.setAccessibleName(
                self.tr("Code, {language}").format(language=self._language.text())
            )
        self.text.show_code(new.text)
        self._is_colored = False
        return True

    def height_at(self, width: int) -> int:
        """Place what it is made of in `width` and return the height."""
        inner = width - 2 * _PADDING
        text_height = self.text.text_height() + _BOTTOM
        self.copy_button.move(width - self.copy_button.width() - SPACE_XS, SPACE_XS // 2)
        room = max(0, inner - self.copy_button.width())
        self._language.setGeometry(_PADDING, 0, room, self._header)
        self.text.setGeometry(_PADDING, self._header + SPACE_XS, inner, text_height)
        return self._header + SPACE_XS + text_height

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end of the code, where more will come, in `color`; None takes it away."""
        self._caret = color
        self.update()

    def colorize(self) -> bool:
        """Colour the code if that is still to be done. Return whether it was."""
        part = self.first
        if self._is_colored or not part.closed:
            return False
        self._is_colored = True
        if part.language:
            self.text.show_colors(spans(part.text, part.language), is_dark=self._theme.is_dark)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, and the caret."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self._theme.colors
        edge = colors.accent if self.text.hasFocus() else colors.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(colors.surface))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.fillRect(QRectF(1, self._header, self.width() - 2, 1), QColor(colors.line))
        if self._caret is not None:
            place, height = self.text.end_of_text()
            origin = self.text.pos()
            left = min(origin.x() + place.x() + 1, self.width() - _PADDING)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._caret)
            caret = QRectF(left, origin.y() + place.y(), 2, height)
            painter.drawRoundedRect(caret, 1, 1)
        painter.end()

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.first.text)
        self.copy_button.show_done()
