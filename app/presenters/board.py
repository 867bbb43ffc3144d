"""The board check for the window: runs beside it and says what it found."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.presenters.tasks import Tasks

if TYPE_CHECKING:
    from app.board.findings import Finding


class BoardPresenter(QObject):
    """Looks at the system when it is asked to. Lives on the window's thread."""

    #: The check has ended; carries a tuple of Finding.
    checked = Signal(object)

    def __init__(self, data_dir: Path, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self._tasks = tasks
        self._is_checking = False

    def check(self) -> None:
        """Begin a check, unless one goes on; `checked` follows."""
        if not self._is_checking:
            self._is_checking = True
            self._tasks.start(self._check(), "board check")

    async def _check(self) -> None:
        try:
            # On a thread of its own: a library is looked at in a child process.
            findings = await asyncio.to_thread(_findings, self._data_dir)
        finally:
            self._is_checking = False
        self.checked.emit(findings)


def _findings(data_dir: Path) -> tuple[Finding, ...]:
    from app.board.checks import check_board
    from app.board.machine import Machine

    return check_board(Machine(data_dir=data_dir))
