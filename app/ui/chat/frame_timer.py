"""Says when the next frame of streaming text may be drawn: the dearer the last one, the later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Signal

#: The shortest time between two frames.
FRAME_MS = 33
#: Frames leave three quarters of the time to everything else.
_SHARE = 4


class FrameTimer(QObject):
    """One frame for any number of requests. Lives on the window's thread."""

    #: The requested frame is to be drawn now, inside of `drawing`.
    frame_due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.frame_due)

    @property
    def interval_ms(self) -> int:
        """How long the next frame waits after its request."""
        return self._timer.interval()

    def request(self) -> None:
        """Ask for a frame, unless one is on its way."""
        if not self._timer.isActive():
            self._timer.start()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Measure what the frame costs; the next one waits accordingly."""
        start = time.perf_counter()
        yield
        cost_ms = (time.perf_counter() - start) * 1000
        self._timer.setInterval(max(FRAME_MS, round(_SHARE * cost_ms)))
