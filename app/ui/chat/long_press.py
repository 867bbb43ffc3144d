"""Opens the menu of what a finger rests on: what the right button is to a mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Slot
from PySide6.QtGui import QContextMenuEvent, QInputDevice, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

LONG_PRESS_MS = 600


class LongPress(QObject):
    """Watches widgets for a finger that stays. Lives on the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pressed: QWidget | None = None
        self._place = QPoint()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LONG_PRESS_MS)
        self._timer.timeout.connect(self._on_due)

    def watch(self, widget: QWidget) -> None:
        """Listen to a widget; a second time changes nothing."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin to wait with a press, and give up when the finger moves or leaves."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            if event.device().type() is QInputDevice.DeviceType.TouchScreen:
                self._pressed = watched
                self._place = event.globalPosition().toPoint()
                self._timer.start()
        elif event.type() is QEvent.Type.MouseButtonRelease or self._has_moved(event):
            self._stop()
        return False

    def _has_moved(self, event: QMouseEvent) -> bool:
        way = event.globalPosition().toPoint() - self._place
        return way.manhattanLength() > QApplication.startDragDistance()

    def _stop(self) -> None:
        self._timer.stop()
        self._pressed = None

    @Slot()
    def _on_due(self) -> None:
        widget = self._pressed
        self._pressed = None
        # What is written meanwhile may have replaced it.
        if widget is not None and isValid(widget) and widget.isVisible():
            inside = widget.mapFromGlobal(self._place)
            reason = QContextMenuEvent.Reason.Mouse
            QApplication.sendEvent(widget, QContextMenuEvent(reason, inside, self._place))
