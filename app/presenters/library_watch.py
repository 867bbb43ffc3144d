"""Tells when a folder of the library changes: it is watched, or else looked at again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

#: The system allows some thousand watches to all programs of a user together.
MOST_WATCHES = 200
#: A copy of many files is one change.
QUIET_MS = 500
#: While a file is being written: nothing tells of its end.
GROWING_MS = 3_000
#: For what cannot be watched: more folders than that, a stick that is not plugged in.
LOOK_MS = 30_000


class LibraryWatch(QObject):
    """Watches folders. Lives on the window's thread; owned by the library's presenter."""

    #: Something in the folders may have changed, or it is time to look.
    look_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inside: frozenset[str] = frozenset()
        """Folders in which every change counts."""
        self._roots: dict[Path, bool] = {}
        """The folders of the library, and whether each was there at the last look."""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_changed)
        self._quiet_timer = self._timer(QUIET_MS)
        self._look_timer = self._timer(LOOK_MS)

    def watch(self, folders: tuple[Path, ...], roots: dict[Path, bool], *, growing: bool) -> None:
        """Watch `folders`, and whether `roots` come or go; a file is `growing` or not."""
        self._inside = frozenset(map(str, folders[:MOST_WATCHES]))
        self._roots = roots
        # That a folder is renamed or comes back is seen in the one around it only.
        wanted = self._inside | {str(root.parent) for root in roots}
        watched = frozenset(self._watcher.directories())
        _each(self._watcher.removePaths, watched - wanted)
        refused = _each(self._watcher.addPaths, wanted - watched)
        is_blind = bool(refused) or len(folders) > MOST_WATCHES or not all(roots.values())
        if growing:
            self._look_timer.start(GROWING_MS)
        elif is_blind:
            self._look_timer.start(LOOK_MS)
        else:
            self._look_timer.stop()

    def close(self) -> None:
        """Watch nothing any more."""
        self._quiet_timer.stop()
        self._look_timer.stop()
        _each(self._watcher.removePaths, frozenset(self._watcher.directories()))

    def _timer(self, interval: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(self.look_wanted)
        return timer

    @Slot(str)
    def _on_changed(self, folder: str) -> None:
        # Around the library other programs, and this one, write all the time.
        moved = any(
            root.is_dir() is not was_there
            for root, was_there in self._roots.items()
            if str(root.parent) == folder
        )
        if folder in self._inside or moved:
            self._quiet_timer.start()


def _each(change: Callable[[list[str]], list[str]], paths: Iterable[str]) -> list[str]:
    """Add or remove watches; return those that were refused. Qt warns when there are none."""
    listed = sorted(paths)
    return change(listed) if listed else []
