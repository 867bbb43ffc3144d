"""Says beforehand what an import would bring, from where, and how much room folders have for it."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from app.errors import AppError
from app.presenters.tasks import Tasks

if TYPE_CHECKING:
    from app.catalog.describe import FoundFile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One model or adapter that would be brought in."""

    path: Path
    name: str
    size: int
    """With all that belongs to it, in bytes."""
    device: int | None = None
    """Number of the disk it is on; None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would bring."""

    items: tuple[ImportItem, ...] = ()
    is_removable: bool = False
    """Something lies on a stick or a card."""
    is_read_only: bool = False
    """Something lies where nothing can be deleted."""
    left_out: tuple[str, ...] = ()
    """Names of files that are no models."""
    error: AppError | None = None

    @property
    def size(self) -> int:
        """How much that is, in bytes."""
        return sum(item.size for item in self.items)

    def needed_on(self, device: int | None, *, copies: bool) -> int:
        """Return how much of a disk it would take, as copies or moved there."""
        from app.catalog.disk_room import needed_bytes

        return needed_bytes(
            ((item.size, item.device) for item in self.items), device, copies=copies
        )


@dataclass(frozen=True, slots=True)
class FolderRoom:
    """How much is free on the disk of a folder."""

    path: Path
    free: int | None
    """Bytes; None where the disk does not say."""
    device: int | None = None
    """Number of the disk; None where it cannot be told."""


class ImportPreview(QObject):
    """Looks at files and disks on threads of their own. Lives on the window's thread.

    Owned by the dialog that asks, which closes it: nothing is told after that.
    """

    #: The files were looked at; carries an ImportPlan.
    looked = Signal(object)
    #: The disks were asked; carries a tuple of FolderRoom.
    measured = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._closed = threading.Event()
        self._waiting: set[asyncio.Future[Any]] = set()

    def look(self, paths: tuple[Path, ...]) -> None:
        """See what models are in `paths`, files or folders; `looked` follows."""
        self._tasks.start(self._look(paths), "import preview")

    def measure(self, folders: Iterable[Path]) -> None:
        """Ask how much is free; `measured` follows."""
        self._tasks.start(self._measure(tuple(folders)), "free space")

    def close(self) -> None:
        """Tell nothing any more, and wait for nothing: a disk may hang."""
        self._closed.set()
        for future in self._waiting:
            future.cancel()

    async def _look(self, paths: tuple[Path, ...]) -> None:
        plan = await self._found(partial(_plan, paths, self._closed))
        if plan is not None:
            self.looked.emit(plan)

    async def _measure(self, folders: tuple[Path, ...]) -> None:
        rooms = await self._found(partial(_rooms, folders))
        if rooms is not None:
            self.measured.emit(rooms)

    async def _found(self, work: Callable[[], T]) -> T | None:
        """Return what `work` finds on a thread of its own; None once this is closed."""
        if self._closed.is_set():
            return None
        future = asyncio.get_running_loop().run_in_executor(None, work)
        self._waiting.add(future)
        try:
            found = await future
        except asyncio.CancelledError:
            if not self._closed.is_set():
                raise
            return None
        finally:
            self._waiting.discard(future)
        return None if self._closed.is_set() else found


def _plan(paths: tuple[Path, ...], stopped: threading.Event) -> ImportPlan:
    from app.catalog.describe import shown_name
    from app.catalog.importing import models_behind, whole_size
    from app.catalog.removable import removable_media
    from app.catalog.walk import model_endings

    found: dict[Path, FoundFile] = {}
    left_out: list[str] = []
    try:
        for path in paths:
            for file in models_behind(path, lambda: not stopped.is_set()):
                if file.path.name.lower().endswith(model_endings()):
                    found.setdefault(file.path, file)
                else:
                    left_out.append(shown_name(file.path))
    except AppError as error:
        return ImportPlan(error=error)
    media = [medium for medium in removable_media() if _holds(medium.path, found)]
    items = tuple(
        ImportItem(file.path, shown_name(file.path), whole_size(file), _device(file.path))
        for file in found.values()
    )
    return ImportPlan(
        items, bool(media), any(medium.is_read_only for medium in media), tuple(left_out)
    )


def _holds(medium: Path, files: Iterable[Path]) -> bool:
    place = os.path.realpath(medium)
    return any(Path(os.path.realpath(file)).is_relative_to(place) for file in files)


def _rooms(folders: tuple[Path, ...]) -> tuple[FolderRoom, ...]:
    return tuple(FolderRoom(folder, _free(folder), _device(folder)) for folder in folders)


def _device(path: Path) -> int | None:
    try:
        return path.stat().st_dev
    except OSError:
        return None


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
