"""How far the conversation scrolls: for a key, and to bring something into view."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.ui.theme import SPACE_M

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


def distance_into_view(top: int, height: int, room: int) -> int:
    """Return how far to scroll to see all of something, or its top if it is higher than `room`."""
    if top < 0 or (height > room and top > room - LINE_PX):
        return top - SPACE_M
    if height <= room < top + height:
        return top + height - room + SPACE_M
    return 0
