"""Text that keeps its width where there is less room, and scrolls sideways in its own box."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent

from app.ui.chat.sideways import scroll_by_key, scroll_by_wheel
from app.ui.chat.text_view import TextView


class WideText(TextView):
    """A text view whose subclass says how wide it has to be."""

    def height_at(self, width: int) -> int:
        """Lay the text out in `width`, or wider, and return the height with the scroll bar's."""
        inner = max(width, self._least_width())
        height = super().height_at(inner)
        shows_bar = inner > width and self._has_bar()
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            if shows_bar
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setHorizontalScrollBarPolicy(policy)
        return height + (self.horizontalScrollBar().sizeHint().height() if shows_bar else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways; leave up and down to the view."""
        scroll_by_wheel(self.horizontalScrollBar(), event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll sideways; do the rest as other texts do."""
        bar = self.horizontalScrollBar()
        step = self.fontMetrics().averageCharWidth() * 4
        if bar.maximum() == bar.minimum() or not scroll_by_key(bar, event, step):
            super().keyPressEvent(event)

    def _least_width(self) -> int:
        """Return how wide the text has to be."""
        return math.ceil(self.document().idealWidth())

    def _has_bar(self) -> bool:
        """Whether the scroll bar belongs to this part."""
        return True
