"""Bringing files into the library and taking them out of it, off the window's thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.errors import AppError
from app.presenters.notices import NoticeAction, Notices
from app.presenters.tasks import Tasks

if TYPE_CHECKING:
    from app.catalog.importing import How, ImportProgress, ImportResult
    from app.catalog.library import LibraryEntry
    from app.catalog.trash import Trashed

#: The window hears of an import at most this often.
_PROGRESS_INTERVAL_S = 0.1


class LibraryFiles(QObject):
    """Moves files on the disk. Lives on the window's thread; owned by the library's presenter."""

    #: Files are being brought in; carries an ImportProgress.
    import_progressed = Signal(object)
    #: An import has ended; carries a tuple of the paths that are there now.
    import_finished = Signal(object)
    #: A deletion was undone; carries the path of what is there again.
    file_restored = Signal(object)
    #: Files came or went.
    files_changed = Signal()

    def __init__(self, notices: Notices, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._tasks = tasks
        self._cancelled = threading.Event()
        self._is_importing = False

    @property
    def is_importing(self) -> bool:
        """Whether an import goes on."""
        return self._is_importing

    def bring(self, paths: tuple[Path, ...], folder: Path, how: How) -> None:
        """Bring files into a folder, one import at a time."""
        if self._is_importing:
            self._notices.warn(
                self.tr("Other files are being brought in."),
                self.tr("Wait until they are there, or cancel that first."),
            )
            return
        self._is_importing = True
        self._cancelled = threading.Event()
        self._tasks.start(self._bring(paths, folder, how), "import")

    def cancel(self) -> None:
        """Give up an import that goes on."""
        self._cancelled.set()

    def delete(self, entry: LibraryEntry) -> None:
        """Move a model with all its files to the trash."""
        self._tasks.start(self._delete(entry), "delete")

    def restore(self, trashed: tuple[Trashed, ...]) -> None:
        """Bring files back from the trash."""
        self._tasks.start(self._restore(trashed), "restore")

    async def _bring(self, paths: tuple[Path, ...], folder: Path, how: How) -> None:
        loop = asyncio.get_running_loop()
        last_told = 0.0

        def tell(progress: ImportProgress) -> None:
            nonlocal last_told
            if time.monotonic() - last_told >= _PROGRESS_INTERVAL_S:
                last_told = time.monotonic()
                loop.call_soon_threadsafe(self.import_progressed.emit, progress)

        arrived: tuple[Path, ...] = ()
        try:
            work = partial(_import_now, paths, folder, how, tell, self._cancelled)
            result = await asyncio.to_thread(work)
            arrived = tuple(item.path for item in result.items)
            self._tell(result, folder)
        finally:
            self._is_importing = False
            self.files_changed.emit()
            self.import_finished.emit(arrived)

    def _tell(self, result: ImportResult, folder: Path) -> None:
        from app.catalog.describe import shown_name

        there = [shown_name(item.path) for item in result.items if item.was_there]
        stayed = [shown_name(item.path) for item in result.items if item.source_stayed]
        if there:
            self._notices.info(
                self.tr("Already in {folder}: {names}.").format(
                    folder=shown_name(folder), names=", ".join(there)
                )
            )
        if stayed:
            self._notices.warn(
                self.tr("Copied and not moved: {names}.").format(names=", ".join(stayed)),
                self.tr("The original could not be deleted: its drive may be write-protected."),
            )

    async def _delete(self, entry: LibraryEntry) -> None:
        from app.catalog.model_file import size_text

        try:
            trashed = await asyncio.to_thread(_trash_all, entry)
        finally:
            self.files_changed.emit()
        undo = NoticeAction(self.tr("Undo"), partial(self.restore, trashed))
        words = self.tr("“{name}” is in the trash: {size}, which come free when it is emptied.")
        if entry.description.found.is_link:
            words = self.tr("The link “{name}” is in the trash; the file it leads to stays.")
        self._notices.info(words.format(name=entry.label, size=size_text(entry.size)), undo)

    async def _restore(self, trashed: tuple[Trashed, ...]) -> None:
        try:
            await asyncio.to_thread(_restore_all, trashed)
            self.file_restored.emit(trashed[0].origin)
        finally:
            self.files_changed.emit()


def _import_now(
    paths: tuple[Path, ...],
    folder: Path,
    how: How,
    on_progress: Callable[[ImportProgress], None],
    cancelled: threading.Event,
) -> ImportResult:
    from app.catalog.importing import import_files

    return import_files(paths, folder, how, on_progress, cancelled)


def _trash_all(entry: LibraryEntry) -> tuple[Trashed, ...]:
    """Move every file of a model to the trash, or none. Raises AppError."""
    from app.catalog.trash import move_to_trash

    if entry.path.is_dir() and not entry.path.is_symlink():
        raise AppError(
            f"{entry.label} is a folder, and may hold other things.",
            "Delete it in the file manager.",
        )
    trashed: list[Trashed] = []
    try:
        for file in (*entry.parts, *entry.sidecars):
            trashed.append(move_to_trash(file))  # noqa: PERF401
    except AppError:
        _restore_all(tuple(trashed))
        raise
    return tuple(trashed)


def _restore_all(trashed: tuple[Trashed, ...]) -> None:
    from app.catalog.trash import restore

    for item in reversed(trashed):
        restore(item)
