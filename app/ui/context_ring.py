"""A ring that fills as the conversation fills the model's context window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme

_SIDE = 18
_STROKE = 2.5
#: From here on the ring warns: the next answers may not fit.
NEARLY_FULL = 0.85


class ContextRing(QWidget):
    """Draws a share of a whole; only the track where the share is unknown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share: float | None = None
        self.setFixedSize(_SIDE, _SIDE)
        theme.changed.connect(self._on_theme_changed)

    def set_share(self, share: float | None) -> None:
        """Show `share`, 0 to 1, or None for unknown."""
        self._share = share
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the track and the share on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset = _STROKE / 2 + 0.5
        circle = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        pen = QPen(self._theme.color("line"), _STROKE)
        painter.setPen(pen)
        painter.drawEllipse(circle)
        if self._share:
            pen.setColor(self._theme.color("accent" if self._share < NEARLY_FULL else "warning"))
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            # Qt counts in sixteenths of a degree, counter-clockwise from three o'clock.
            painter.drawArc(circle, 90 * 16, -round(min(1.0, self._share) * 360 * 16))
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
