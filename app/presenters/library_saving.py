"""Writes what was said of models a moment after the last word, off the window's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.errors import SettingsError
from app.presenters.notices import Notices
from app.presenters.tasks import Tasks

if TYPE_CHECKING:
    from app.catalog.records import RecordsFile

#: A slider that is dragged writes the file once, not at every step.
SAVE_DELAY_MS = 1_000


class LibrarySaving(QObject):
    """Saves the records. Lives on the window's thread; owned by the library's presenter."""

    def __init__(
        self,
        records: Callable[[], RecordsFile],
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._records = records
        self._notices = notices
        self._tasks = tasks
        # True from a write that failed to the next one that works.
        self._failing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self._on_due)

    def start(self) -> None:
        """Note that something is to be written."""
        self._timer.start()

    def close(self) -> None:
        """Write what is not written yet."""
        self._timer.stop()
        records = self._records()
        if records.is_changed:
            try:
                records.save()
            except SettingsError as error:
                self._tell_failure(error)

    @Slot()
    def _on_due(self) -> None:
        self._tasks.start(self._save(), "notes on models")

    async def _save(self) -> None:
        try:
            await asyncio.to_thread(self._records().save)
        except SettingsError as error:
            self._tell_failure(error)
        else:
            self._failing = False

    def _tell_failure(self, error: SettingsError) -> None:
        if not self._failing:
            self._failing = True
            self._notices.error(error)
