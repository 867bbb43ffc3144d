"""Writes a file a moment after the last change, and tells the first failure only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from app.errors import SettingsError
from app.presenters.notices import Notices

#: A slider that is dragged writes the file once, not at every step.
SAVE_DELAY_MS = 500


class DelayedSave(QObject):
    """Calls `write` when it is due. Lives on the window's thread; owned by who has the values."""

    def __init__(
        self, write: Callable[[], None], notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._write = write
        self._notices = notices
        # True from a write that failed to the next one that works.
        self._failing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self._on_due)

    def start(self) -> None:
        """Note that something is to be written."""
        self._timer.start()

    def save_now(self) -> None:
        """Write what is not written yet; the first failure is told to the user."""
        if self._timer.isActive() or self._failing:
            self._timer.stop()
            self._on_due()

    @Slot()
    def _on_due(self) -> None:
        try:
            self._write()
        except SettingsError as error:
            if not self._failing:
                self._failing = True
                self._notices.error(error)
        else:
            self._failing = False
