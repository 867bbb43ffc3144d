"""Brings models and adapters into a folder: by copy, by moving them, or as links to them.

1. The files of a model stay together: all parts, and what lies beside it and belongs to it.
2. Nothing is overwritten: the same content is already there, other content gets another name.
3. A file has its final name only once it is whole and on the disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Event

from app.catalog.describe import FoundFile, shown_name
from app.catalog.disk_room import lacks_room, needed_bytes
from app.catalog.file_names import fitting
from app.catalog.fingerprint import fingerprint
from app.catalog.import_errors import bad_source, bad_target, no_room
from app.catalog.leftovers import TEMPORARY
from app.catalog.walk import Walk, found_file, walk
from app.settings.kept_file import sync_folder

_CHUNK_BYTES = 4 * 1024 * 1024
_PART = re.compile(r"-\d{5}-of-\d{5}(?=\.\w+$)")


class How(Enum):
    """How files are brought in."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """Where an import stands."""

    name: str
    """The file that is being brought in."""
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one model or adapter."""

    path: Path
    """Where it now is."""
    was_there: bool = False
    """The same content was in the folder already."""
    source_stayed: bool = False
    """It was to be moved, but could only be copied: its medium may not be written."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import."""

    items: tuple[Imported, ...] = ()
    is_cancelled: bool = False


class _Cancelled(Exception):
    """The user wants no more."""


def import_files(
    paths: Iterable[Path],
    folder: Path,
    how: How,
    on_progress: Callable[[ImportProgress], None],
    cancelled: Event,
) -> ImportResult:
    """Bring `paths`, files or folders with models in them, into `folder`.

    Blocks; `on_progress` is called on this thread. A cancelled import keeps the models that were
    whole by then. Raises AppError.
    """
    sets = _sets(paths)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise bad_target(folder, error) from error
    there = _models_in(folder) if sets else []
    waiting = [(item, _twin(item, there)) for item in sets]
    _check_room(folder, [item for item, twin in waiting if twin is None], how)
    total = sum(whole_size(item) for item, twin in waiting if twin is None)
    work = _Work(how, on_progress, cancelled, total)
    done: list[Imported] = []
    for item, twin in waiting:
        if twin is not None:
            done.append(Imported(twin, was_there=True))
            continue
        try:
            done.append(work.bring(item, folder))
        except _Cancelled:
            return ImportResult(tuple(done), is_cancelled=True)
    return ImportResult(tuple(done))


def _always() -> bool:
    return True


def models_behind(path: Path, is_wanted: Callable[[], bool] = _always) -> list[FoundFile]:
    """Return the models at a path, a file or a folder, until `is_wanted` says no.

    Raises AppError.
    """
    path = path.absolute()
    try:
        if path.is_dir():
            return _whole(walk(path, is_wanted))
        path.stat()
        return [found_file(path)]
    except OSError as error:
        raise bad_source(path, error) from error


class _Work:
    """One import that goes on."""

    def __init__(
        self,
        how: How,
        on_progress: Callable[[ImportProgress], None],
        cancelled: Event,
        total: int,
    ) -> None:
        self._how = how
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._total = total
        self._done = 0

    def bring(self, item: FoundFile, folder: Path) -> Imported:
        """Bring in one model with everything that belongs to it."""
        if item.sidecars:
            # In a folder of its own, since in a shared one nobody knows whose they are.
            folder = _free(folder / item.path.stem)
            try:
                folder.mkdir()
            except OSError as error:
                raise bad_target(folder.parent, error) from error
        names = _free_names(item, folder)
        arrived: list[Path] = []
        try:
            for source, name in names:
                self._bring_file(source, folder / name)
                arrived.append(folder / name)
            if self._how is not How.LINK:
                _sync(folder)
        except BaseException:
            self._undo(names, arrived, folder if item.sidecars else None)
            raise
        stayed = self._how is How.MOVE and not _remove(item)
        return Imported(folder / names[0][1], source_stayed=stayed)

    def _bring_file(self, source: Path, target: Path) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        self._tell(source, 0)
        if self._how is How.LINK:
            try:
                target.symlink_to(os.path.realpath(source))
            except OSError as error:
                raise bad_target(target.parent, error, is_link=True) from error
        elif not (self._how is How.MOVE and _renamed(source, target)):
            self._copy(source, target)
            return
        with contextlib.suppress(OSError):
            self._tell(source, target.stat().st_size)

    def _copy(self, source: Path, target: Path) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=target.parent)
        except OSError as error:
            raise bad_target(target.parent, error) from error
        try:
            with os.fdopen(handle, "wb", buffering=0) as out:
                self._pour(source, out.fileno(), target)
            _publish(Path(name), target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def _pour(self, source: Path, out: int, target: Path) -> None:
        """Copy the content of `source`, and make sure that it is on the disk."""
        try:
            opened = source.open("rb", buffering=0)
        except OSError as error:
            raise bad_source(source, error) from error
        with opened:
            size = os.fstat(opened.fileno()).st_size
            copied = 0
            while True:
                try:
                    chunk = opened.read(_CHUNK_BYTES)
                except OSError as error:
                    raise bad_source(source, error) from error
                if not chunk:
                    break
                if self._cancelled.is_set():
                    raise _Cancelled
                try:
                    _write(out, chunk)
                except OSError as error:
                    raise bad_target(target.parent, error) from error
                copied += len(chunk)
                self._tell(source, len(chunk))
            if copied < size:
                raise bad_source(source, OSError(errno.EIO, "the file ended early"))
            try:
                os.fchmod(out, 0o644)
                os.fsync(out)
            except OSError as error:
                raise bad_target(target.parent, error) from error

    def _tell(self, source: Path, count: int) -> None:
        self._done += count
        self._on_progress(ImportProgress(shown_name(source), self._done, self._total))

    def _undo(self, names: list[tuple[Path, str]], arrived: list[Path], own: Path | None) -> None:
        """Leave nothing of a model that could not be brought in whole, and lose nothing."""
        sources = {name: source for source, name in names}
        for path in arrived:
            with contextlib.suppress(OSError):
                source = sources[path.name]
                if self._how is How.MOVE and not os.path.lexists(source):
                    path.rename(source)
                else:
                    path.unlink()
        if own is not None:
            with contextlib.suppress(OSError):
                own.rmdir()


def _sets(paths: Iterable[Path]) -> list[FoundFile]:
    """Return the models behind `paths`, each one once. Raises AppError."""
    found: dict[Path, FoundFile] = {}
    for path in paths:
        for item in models_behind(path):
            found.setdefault(item.path, item)
    return list(found.values())


def _models_in(folder: Path) -> list[FoundFile]:
    try:
        return _whole(walk(folder, _always))
    except OSError as error:
        raise bad_target(folder, error) from error


def _whole(found: Walk) -> list[FoundFile]:
    return [file for file in found.files if not file.is_unfinished]


def _twin(item: FoundFile, there: Iterable[FoundFile]) -> Path | None:
    """Return the file among those `there` with the same content, or None. Raises AppError."""
    first = item.path
    try:
        size = first.stat().st_size
        key = ""
        for each in there:
            if each.path.suffix.lower() != first.suffix.lower():
                continue
            try:
                if each.path.stat().st_size != size:
                    continue
                key = key or fingerprint(first)
                if fingerprint(each.path) == key and len(each.parts) == len(item.parts):
                    return each.path
            except OSError:
                # One of the library's own that cannot be read is no twin.
                first.stat()
    except OSError as error:
        raise bad_source(first, error) from error
    return None


def whole_size(item: FoundFile) -> int:
    """Return the size of a model with all that belongs to it, in bytes."""
    total = item.size
    for file in item.sidecars:
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return total


def _check_room(folder: Path, items: list[FoundFile], how: How) -> None:
    """Raise AppError when the disk of `folder` has no room for what would be copied to it."""
    if how is How.LINK:
        return
    try:
        device = folder.stat().st_dev
        files = [(whole_size(item), item.path.stat().st_dev) for item in items]
        needed = needed_bytes(files, device, copies=how is How.COPY)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise bad_target(folder, error) from error
    if lacks_room(needed, free):
        raise no_room(folder, needed, free)


def _free_names(item: FoundFile, folder: Path) -> list[tuple[Path, str]]:
    """Return every file of a model with a name that is free; parts get the same number."""
    files = (*item.parts, *item.sidecars)
    for number in range(1, 10_000):
        names = [(file, _numbered(file.name, number)) for file in files]
        if not any(os.path.lexists(folder / name) for _, name in names):
            return names
    return [(file, file.name) for file in files]


def _numbered(name: str, number: int) -> str:
    if number == 1:
        return name
    part = _PART.search(name)
    stem = part.start() if part else name.rfind(".")
    return fitting(name[:stem], f" ({number}){name[stem:]}")


def _free(path: Path) -> Path:
    number = 1
    free = path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(fitting(path.name, f" ({number})"))
    return free


def _renamed(source: Path, target: Path) -> bool:
    """Move within one file system; return whether that was possible."""
    if os.path.lexists(target) or source.is_symlink():
        # A link that is moved may lead nowhere: what it leads to is copied.
        return False
    try:
        source.rename(target)
    except OSError:
        # Another file system, or a medium that may only be read: it is copied.
        return False
    return True


def _publish(temporary: Path, target: Path) -> None:
    """Give a whole file its name, which must not be taken. Raises AppError."""
    try:
        # Whoever created a file of that name meanwhile keeps it.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        temporary.replace(target)
    except OSError as error:
        raise bad_target(target.parent, error) from error


def _sync(folder: Path) -> None:
    try:
        sync_folder(folder)
    except OSError as error:
        raise bad_target(folder, error) from error


def _remove(item: FoundFile) -> bool:
    """Delete what was copied instead of moved; return whether all of it is gone."""
    gone = True
    for file in (*item.parts, *item.sidecars):
        try:
            file.unlink(missing_ok=True)
        except OSError:
            gone = False
    return gone


def _write(out: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(out, view) :]
