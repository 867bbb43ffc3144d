"""The desktop's trash, as the FreeDesktop specification has it, so that deleting can be undone.

Not QFile.moveToTrash: it cannot name files that are not Unicode, and gives no reason when it
fails.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from app.catalog.describe import shown_name
from app.catalog.file_names import fitting
from app.errors import AppError
from app.settings.kept_file import reason_of

_MOST_TRIES = 1000
_INFO_ENDING = ".trashinfo"


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file in the trash: where it is, what the trash notes of it, and where it was."""

    path: Path
    info: Path
    origin: Path


def move_to_trash(path: Path) -> Trashed:
    """Move a file or a link to the trash of its file system. Raises AppError."""
    origin = path.absolute()
    try:
        trash, top = _trash_for(origin)
        info = _reserve(trash, origin, top)
    except OSError as error:
        raise _refusal(path, error) from error
    place = trash / "files" / info.name.removesuffix(_INFO_ENDING)
    try:
        origin.rename(place)
    except OSError as error:
        with contextlib.suppress(OSError):
            info.unlink()
        raise _refusal(path, error) from error
    return Trashed(place, info, origin)


def restore(trashed: Trashed) -> None:
    """Bring a file back to where it was. Raises AppError."""
    name = shown_name(trashed.origin)
    if os.path.lexists(trashed.origin):
        raise AppError(
            f"{name} cannot be brought back: another file has its place.",
            "Move that one away, then bring this one back from the trash.",
        )
    try:
        trashed.origin.parent.mkdir(parents=True, exist_ok=True)
        trashed.path.rename(trashed.origin)
    except OSError as error:
        raise AppError(
            f"{name} cannot be brought back: {reason_of(error)}.",
            "Look for it in the trash of the file manager.",
        ) from error
    with contextlib.suppress(OSError):
        trashed.info.unlink()


def _trash_for(path: Path) -> tuple[Path, Path | None]:
    """Return the trash for a file, and the top of its file system where paths start there."""
    device = path.parent.stat().st_dev
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    home = data / "Trash"
    existing = next(each for each in (home, *home.parents) if each.exists())
    if existing.stat().st_dev == device:
        _make(home)
        return home, None
    top = path.parent
    while top.parent != top and top.parent.stat().st_dev == device:
        top = top.parent
    shared = top / ".Trash"
    own = top / f".Trash-{os.getuid()}"
    with contextlib.suppress(OSError):
        mode = shared.lstat().st_mode
        if stat.S_ISDIR(mode) and mode & stat.S_ISVTX:
            own = shared / str(os.getuid())
    _make(own)
    return own, top


def _make(trash: Path) -> None:
    for folder in (trash / "files", trash / "info"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _reserve(trash: Path, origin: Path, top: Path | None) -> Path:
    """Note the file in the trash under a name that is free, and return the note."""
    shown = origin.relative_to(top) if top is not None else origin
    quoted = urllib.parse.quote(os.fsencode(shown))
    deleted = time.strftime("%Y-%m-%dT%H:%M:%S")
    note = f"[Trash Info]\nPath={quoted}\nDeletionDate={deleted}\n"
    for number in range(1, _MOST_TRIES):
        ending = origin.suffix if number == 1 else f".{number}{origin.suffix}"
        name = fitting(origin.stem, ending, room=len(_INFO_ENDING))
        info = trash / "info" / f"{name}{_INFO_ENDING}"
        if os.path.lexists(trash / "files" / name):
            continue
        try:
            with info.open("x", encoding="ascii") as file:
                file.write(note)
        except FileExistsError:
            continue
        return info
    raise FileExistsError(0, "the trash is full of files of this name")


def _refusal(path: Path, error: OSError) -> AppError:
    return AppError(
        f"{shown_name(path)} could not be moved to the trash: {reason_of(error)}.",
        "Allow writing to its folder, or delete it in the file manager.",
        details=str(error),
    )
