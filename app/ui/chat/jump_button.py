"""The round button that leads back to the end of the conversation."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import CONTROL_HEIGHT, SPACE_M, Theme


class JumpButton(IconButton):
    """Floats above the messages, so it brings a ground of its own."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(theme, icons, "arrow-down", "", parent, color="text")
        self._theme = theme
        self.set_label(self.tr("Go to the end"))
        self.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)

    def float_in(self, width: int, height: int, *, is_wanted: bool) -> None:
        """Stand above the lower edge of a viewport, in its middle, or be out of the way."""
        self.move((width - self.width()) // 2, height - self.height() - SPACE_M)
        self.setVisible(is_wanted)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the arrow."""
        del event
        colors = self._theme.colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = colors.accent if self.hasFocus() else colors.edge
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(colors.hover if self.underMouse() else colors.surface))
        painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        size = self.iconSize()
        left = (self.width() - size.width()) // 2
        top = (self.height() - size.height()) // 2
        self.icon().paint(painter, left, top, size.width(), size.height())
        painter.end()
