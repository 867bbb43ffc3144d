"""Which keys scroll the conversation, and how far."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

#: How far the arrow keys and one notch of the wheel scroll, in pixels.
LINE_PX = 24


def scrolled_by(event: QKeyEvent, height: int) -> int | None:
    """Return how far a key scrolls in a viewport of `height`, or None if it does not."""
    if event.modifiers() & ~(
        Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
    ):
        return None
    # A little of what was seen last stays in view.
    page = max(LINE_PX, height - 2 * LINE_PX)
    key = event.key()
    if key == Qt.Key.Key_Space:
        return -page if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else page
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return None
    return {
        Qt.Key.Key_Up: -LINE_PX,
        Qt.Key.Key_Down: LINE_PX,
        Qt.Key.Key_PageUp: -page,
        Qt.Key.Key_PageDown: page,
    }.get(Qt.Key(key))
