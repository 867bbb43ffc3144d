"""Where the keyboard is: the ring that shows it, and when there is one.

A click puts the focus somewhere, too, but nobody needs to be told where they clicked.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import RADIUS, Theme

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_LINE = 2


def draw_ring(painter: QPainter, theme: Theme, rect: QRect) -> None:
    """Draw the ring just inside of `rect`."""
    inset = _LINE / 2
    painter.setPen(QPen(QColor(theme.colors.accent), _LINE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)


def give_up_focus(leaving: QWidget, view: QWidget) -> None:
    """Let the view have the keyboard if it is in a widget that is about to go.

    Else Qt gives it to the next control, which may be far from there.
    """
    focus = leaving.focusWidget()
    if focus is not None and focus.hasFocus():
        view.setFocus()


class FocusRing(QWidget):
    """Lies over its parent while the keyboard is there: children leave that no room for a ring."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come and go with the focus of the parent."""
        if event.type() is QEvent.Type.Resize:
            self.resize(self.parentWidget().size())
        elif event.type() is QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self.setVisible(event.reason() in KEYBOARD_REASONS)
            self.raise_()
        elif event.type() is QEvent.Type.FocusOut:
            self.hide()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_ring(painter, self._theme, self.rect())
        painter.end()
