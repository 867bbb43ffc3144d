"""Follows a load from outside of its host: how far it is, and whether it still goes on.

A native library that loads listens to nobody, and one that is stuck says nothing. What the kernel
counts for its process is all there is: bytes that were read, and time that was computed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.runtime.protocol import LoadProgress

if TYPE_CHECKING:
    from app.engine.connection import Connection, Usage

_INTERVAL_MS = 100
#: Bytes of a model from which on its progress is told; smaller ones load in a moment.
_SMALLEST_WITH_PROGRESS = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LoadBudget:
    """How long a load may take before its host is given up."""

    stalled_s: float = 60.0
    """Without anything read or computed."""
    base_s: float = 120.0
    """In all: this, and the time a slow card takes for the file."""
    slowest_bytes_per_s: float = 5e6

    def whole_s(self, size: int) -> float:
        """Return how many seconds a file of `size` bytes may take."""
        return self.base_s + size / self.slowest_bytes_per_s


class LoadWatch(QObject):
    """Watches one load at a time. Lives on the window's thread; owned by the engine."""

    #: The load has moved on; carries a LoadProgress.
    progressed = Signal(object)
    #: The load will not end by itself.
    overdue = Signal()

    def __init__(self, budget: LoadBudget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._budget = budget
        self._connection: Connection | None = None
        self._size = 0
        self._is_reading = False
        self._ends_at = 0.0
        self._stalls_at = 0.0
        self._usage: Usage | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_due)

    def start(self, connection: Connection, model: Path) -> None:
        """Watch a host that is about to load `model`."""
        self._connection = connection
        self._size = _size_of(model)
        self._is_reading = False
        self._usage = None
        now = time.monotonic()
        self._stalls_at = now + self._budget.stalled_s
        self._ends_at = now + self._budget.whole_s(self._size)
        self._timer.start()

    def begin_reading(self) -> None:
        """Tell the progress from now on: the host has been given the model."""
        self._is_reading = True

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._connection = None

    @Slot()
    def _on_due(self) -> None:
        if self._connection is None:
            return
        now = time.monotonic()
        usage = self._connection.usage()
        if usage is None or usage != self._usage:
            self._usage = usage
            self._stalls_at = now + self._budget.stalled_s
        if now >= min(self._stalls_at, self._ends_at):
            self.stop()
            self.overdue.emit()
        elif self._is_reading:
            self.progressed.emit(LoadProgress("Reading the model", self._fraction(usage)))

    def _fraction(self, usage: Usage | None) -> float | None:
        # What the host has read by itself, its libraries, would fill a small model's bar at once.
        if usage is None or self._size < _SMALLEST_WITH_PROGRESS:
            return None
        return min(1.0, usage.bytes_read / self._size)


def _size_of(model: Path) -> int:
    try:
        return model.stat().st_size
    except OSError:
        return 0
