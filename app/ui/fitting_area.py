"""A scroll area that is as high as what it holds, and scrolls only where there is less room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class FittingArea(QScrollArea):
    """Takes the height of its widget where it can, and goes down to `least` pixels."""

    def __init__(self, inner: QWidget, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidget(inner)
        # The ground is that of whatever it stands on.
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        """Ask for what the widget asks for."""
        return self.widget().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Be content with less height, but not with less width."""
        least = self.widget().minimumSizeHint()
        return QSize(least.width(), min(least.height(), self._least))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask anew when the widget needs another height."""
        if watched is self.widget() and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
