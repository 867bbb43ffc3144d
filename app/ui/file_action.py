"""An item of a menu that stands for a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from app.ui.tooltip import plain_tooltip

#: A menu that is wider than a small screen cannot be read.
_LONGEST = 60


class FileAction(QAction):
    """An action that knows which file it is about."""

    #: The user chose it; carries the path as text.
    chosen = Signal(str)

    def __init__(self, label: str, path: Path | None, problem: str, parent: QObject) -> None:
        words = _cut(label)
        if problem:
            # Not in the tooltip alone: fingers and the keyboard have none.
            words = f"{words} — {_cut(problem.rstrip('.'))}"
        super().__init__(words.replace("&", "&&"), parent)
        self._path = "" if path is None else str(path)
        self.setEnabled(not problem)
        self.setToolTip(plain_tooltip(problem or self._path))
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit(self._path)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
