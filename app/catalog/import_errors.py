"""What is said when files cannot be brought in: which side refused, why, and what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from app.catalog.describe import shown_name
from app.catalog.disk_room import room_words
from app.errors import AppError
from app.settings.kept_file import reason_of

_GONE = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN)


def no_room(folder: Path, needed: int, free: int) -> AppError:
    """Return the error for a disk that is too full."""
    return AppError(
        f"There is no room in {shown_name(folder)}: {room_words(needed, free)}.",
        "Make room on the disk, choose another folder, or bring the files in as links.",
    )


def bad_source(path: Path, error: OSError) -> AppError:
    """Return the error for a file that cannot be read."""
    name = shown_name(path)
    if isinstance(error, FileNotFoundError):
        cause = f"{name} is not there: it was moved or deleted, or its drive was unplugged."
        advice = "Plug the drive in, or put the file back, and try again."
    elif error.errno in _GONE:
        cause = f"{name} cannot be read any more ({reason_of(error)})."
        advice = "Check the drive that it lies on: it may have been unplugged, or be worn out."
    elif isinstance(error, PermissionError):
        cause = f"{name} may not be read."
        advice = "Give yourself the right to read it, then try again."
    else:
        cause = f"{name} cannot be read ({reason_of(error)})."
        advice = "Check the file and the drive that it lies on."
    return AppError(cause, advice, details=f"{shown_name(path.parent)}/{name}: {error}")


def bad_target(folder: Path, error: OSError, *, is_link: bool = False) -> AppError:
    """Return the error for a folder that takes no files."""
    name = shown_name(folder)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        cause = f"The disk of {name} is full."
        advice = "Make room on it, or choose another folder."
    elif error.errno == errno.EFBIG:
        cause = f"The disk of {name} takes no file that large."
        advice = "Choose a folder on another disk: a stick formatted as FAT stops at 4 GB."
    elif is_link and error.errno in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP):
        cause = f"The disk of {name} has no links."
        advice = "Copy the files instead."
    elif error.errno == errno.EROFS:
        cause = f"The disk of {name} may only be read."
        advice = "Choose another folder, or mount the disk so that it can be written."
    elif isinstance(error, PermissionError):
        cause = f"You may not write to {name}."
        advice = "Choose another folder, or give yourself the right to write to it."
    else:
        cause = f"{name} takes no files ({reason_of(error)})."
        advice = "Check the folder and the disk that it lies on."
    return AppError(cause, advice, details=str(error))
