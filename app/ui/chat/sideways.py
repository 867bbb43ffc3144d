"""Scrolling to the left and right in what is too wide for its message: wheel and arrow keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar

_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


def scroll_by_wheel(bar: QScrollBar, event: QWheelEvent) -> None:
    """Scroll sideways; leave up and down to the view."""
    delta = event.angleDelta()
    shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    sideways = delta.x() if abs(delta.x()) > abs(delta.y()) else 0
    if shifted and not sideways:
        sideways = delta.y()
    if sideways and bar.maximum() > bar.minimum():
        bar.setValue(bar.value() - sideways // 2)
        event.accept()
    else:
        event.ignore()


def scroll_by_key(bar: QScrollBar, event: QKeyEvent, step: int) -> bool:
    """Scroll by `step` if that is what the key means. Return whether it is."""
    if event.key() not in _KEYS or event.modifiers():
        return False
    bar.setValue(bar.value() + (step if event.key() == Qt.Key.Key_Right else -step))
    return True
