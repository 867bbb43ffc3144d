"""Says when the next frame of streaming text may be drawn: the dearer the last one, the later.

After a pause the first frame comes at once, so that the first token is not held back.
"""

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
        self._timer.timeout.connect(self.frame_due)
        self._drawn_at = 0.0
        #: The time from the end of the last frame to the next one.
        self.interval_ms = FRAME_MS

    def request(self) -> None:
        """Ask for a frame, unless one is on its way."""
        if not self._timer.isActive():
            passed_ms = (time.perf_counter() - self._drawn_at) * 1000
            self._timer.start(max(0, round(self.interval_ms - passed_ms)))

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Measure what the frame costs; the next one waits accordingly."""
        start = time.perf_counter()
        yield
        self._drawn_at = time.perf_counter()
        cost_ms = (self._drawn_at - start) * 1000
        self.interval_ms = max(FRAME_MS, round(_SHARE * cost_ms))
