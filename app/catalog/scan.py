"""Looks through the folders of the library and describes every model and adapter in them.

A file that is as it was is not opened again, so a second look at hundreds of files is quick. A
scan runs on a thread of its own, one at a time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from app.catalog.describe import Description, FoundFile, describe_file, shown_name
from app.catalog.library import LibraryEntry, by_label, entry_of
from app.catalog.records import NOTHING_SAID, Record
from app.catalog.removable import Suggestion, suggestions
from app.catalog.walk import Walk, found_file, walk
from app.settings.kept_file import reason_of

#: Given up to the window after each file that was opened: it may be waiting for the interpreter.
_BREATH_S = 0.001
#: A file that was written this recently may still be growing.
SETTLED_S = 10.0

_Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A folder of the library, and how it was found."""

    path: Path
    problem: str = ""
    """Why it cannot be looked into, or not everywhere, as one sentence."""
    is_default: bool = False
    """The one that is always there."""
    is_there: bool = True
    """Whether it can be looked into at all."""


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to look at."""

    folders: tuple[Path, ...]
    """The first one is the default."""
    files: tuple[Path, ...] = ()
    """Models that lie in none of them."""


@dataclass(frozen=True, slots=True)
class Library:
    """What there is, and which folders are worth watching."""

    entries: tuple[LibraryEntry, ...] = ()
    folders: tuple[LibraryFolder, ...] = ()
    watched: tuple[Path, ...] = field(default=(), repr=False)
    """Every folder that was looked into, the outer ones first."""
    is_settled: bool = True
    """Whether nothing is being written."""
    suggestions: tuple[Suggestion, ...] = ()
    """Folders with models that are not part of the library."""


class Scanner:
    """Remembers what it has seen. On one thread at a time."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_Stamp, Description]] = {}

    def scan(
        self, request: ScanRequest, records: Mapping[str, Record], stopped: Event
    ) -> Library | None:
        """Return what there is; None when `stopped` was set meanwhile."""
        folders: list[LibraryFolder] = []
        watched: list[Path] = []
        files: dict[Path, FoundFile] = {}
        for root in request.folders:
            try:
                found = walk(root, lambda: not stopped.is_set())
            except OSError as error:
                is_default = root == request.folders[0]
                folder = LibraryFolder(root, _closed(root, error), is_default, is_there=False)
            else:
                folder = LibraryFolder(root, _gaps(found), root == request.folders[0])
                watched += found.folders
                for file in found.files:
                    files.setdefault(file.path, file)
            folders.append(folder)
        parts = {part for file in files.values() for part in file.parts}
        for path in request.files:
            if path not in parts:
                files.setdefault(path, found_file(path))
        described = self._describe(files, stopped)
        if stopped.is_set():
            return None
        self._known = {path: self._known[path] for path in files if path in self._known}
        entries = [entry_of(item, records.get(item.key, NOTHING_SAID)) for item in described]
        return Library(
            entries=tuple(sorted(entries, key=by_label)),
            folders=tuple(folders),
            watched=tuple(watched),
            is_settled=all(_is_settled(item) for item in described),
            suggestions=suggestions(request.folders),
        )

    def _describe(self, files: dict[Path, FoundFile], stopped: Event) -> list[Description]:
        described: list[Description] = []
        for file in files.values():
            if stopped.is_set():
                break
            stamp = _stamp(file)
            known = self._known.get(file.path)
            if known is not None and known[0] == stamp:
                # The folder that it was found through may be another one.
                described.append(
                    replace(known[1], found=file) if known[1].found != file else known[1]
                )
                continue
            item = describe_file(file)
            self._known[file.path] = (stamp, item)
            described.append(item)
            time.sleep(_BREATH_S)
        return described


def _stamp(file: FoundFile) -> _Stamp:
    """Return what changes when the file or what lies beside it does."""
    paths = (*file.parts, *file.sidecars)
    return (file.is_unfinished, *(_stat_stamp(path) for path in paths))


def _stat_stamp(path: Path) -> _Stamp:
    try:
        seen = path.stat()
        return (str(path), seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_mode)
    except (OSError, ValueError):
        return (str(path), path.is_symlink())


def _is_settled(item: Description) -> bool:
    # A clock that was set back makes every file one of the future.
    return not 0 <= time.time() - item.found.modified < SETTLED_S


def _closed(root: Path, error: OSError) -> str:
    name = shown_name(root)
    if isinstance(error, FileNotFoundError):
        return f"The folder {name} is not there: it was moved, or its drive is not plugged in."
    if isinstance(error, PermissionError):
        return f"The folder {name} may not be opened."
    return f"The folder {name} cannot be opened ({reason_of(error)})."


def _gaps(found: Walk) -> str:
    if found.closed:
        more = f" and {len(found.closed) - 1} more" if len(found.closed) > 1 else ""
        return f"{shown_name(found.closed[0])}{more} in it may not be opened."
    if found.is_cut_short:
        return f"It has more than {len(found.folders):,} folders; the others were left out."
    return ""
