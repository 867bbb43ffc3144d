"""A section of a message that is code: a box with the language, buttons, and the lines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.chat.code_file import file_name
from app.ui.chat.code_text import CodeText
from app.ui.chat.copy_button import ICON, SIDE, CopyButton
from app.ui.chat.highlight import Span, spans
from app.ui.chat.parts import Code
from app.ui.chat.saving import ask_and_save
from app.ui.chat.text_styles import TextStyles
from app.ui.elided_label import ElidedLabel
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, FontRole, Theme

_PADDING = SPACE_M
#: Room below the lines, which the scroll bar takes when there is one.
_BOTTOM = 12
#: Colours are found in steps of this length, and given up when they take too long in all.
_STEP_S = 0.008
_PATIENCE_S = 1.0


class CodeBlock(QWidget):
    """Shows one code part. Colours come later, when the view has time for `colorize`."""

    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)
    #: It needs another height: lines wrap now, or no longer.
    height_changed = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, styles: TextStyles, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._part: Code | None = None
        self._caret: QColor | None = None
        # What is still to be coloured, and for how much longer that may be tried.
        self._spans: Iterator[tuple[int, Span]] | None = None
        self._found: dict[int, list[Span]] = {}
        self._patience_s = 0.0
        self._language = ElidedLabel("", self)
        self._language.setProperty("tone", "quiet")
        self._language.setFont(theme.font(FontRole.SMALL))
        self.copy_button = CopyButton(theme, icons, self.tr("Copy code"), self)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self._wrap = IconButton(
            theme, icons, "wrap", self.tr("Wrap lines"), self, side=SIDE, icon_size=ICON
        )
        self._wrap.setCheckable(True)
        self._wrap.toggled.connect(self._on_wrap_toggled)
        self._save = IconButton(
            theme,
            icons,
            "download",
            self.tr("Save code as a file"),
            self,
            side=SIDE,
            icon_size=ICON,
        )
        self._save.clicked.connect(self._on_save_clicked)
        self.text = CodeText(styles, self)
        self.text.menu_requested.connect(self.menu_requested)
        self._header = max(self.copy_button.height(), self._language.sizeHint().height()) + SPACE_XS

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        """What can be done with the code, from left to right."""
        return (self._wrap, self._save, self.copy_button)

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
        if new.closed and new.language:
            self._spans = spans(new.text, new.language)
            self._found = {}
            self._patience_s = _PATIENCE_S
        return True

    def height_at(self, width: int) -> int:
        """Place what it is made of in `width` and return the height."""
        inner = width - 2 * _PADDING
        self.text.take_width(inner)
        text_height = self.text.text_height() + _BOTTOM
        left = width - SPACE_XS
        for button in reversed(self.buttons):
            left -= button.width()
            button.move(left, SPACE_XS // 2)
        self._language.setGeometry(_PADDING, 0, max(0, left - _PADDING), self._header)
        self.text.setGeometry(_PADDING, self._header + SPACE_S, inner, text_height)
        return self._header + SPACE_S + text_height

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end of the code, where more will come, in `color`; None takes it away."""
        self._caret = color
        self.update()

    def colorize(self) -> bool:
        """Go on colouring the code for a moment. Return whether that was still to be done."""
        if self._spans is None:
            return False
        start = now = time.perf_counter()
        for line, span in self._spans:
            self._found.setdefault(line, []).append(span)
            now = time.perf_counter()
            if now - start > _STEP_S:
                break
        else:
            self._spans = None
            if self._found:
                self.text.show_colors(self._found, is_dark=self._theme.is_dark)
        self._patience_s -= now - start
        if self._patience_s < 0:
            self._spans = None
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

    @Slot(bool)
    def _on_wrap_toggled(self, wraps: bool) -> None:
        self._wrap.set_icon_name("wrap", "accent" if wraps else "quiet")
        self.text.set_wraps(wraps)
        self.height_changed.emit()

    @Slot()
    def _on_save_clicked(self) -> None:
        name = file_name(self.first.text, self.first.language)
        ask_and_save(self, name, self.first.text + "\n")

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.first.text)
        self.copy_button.show_done()
