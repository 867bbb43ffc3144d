"""What SQLite's errors mean for the user."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.errors import (
    Remedy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
)

# Primary result codes, sqlite.org/rescode.html; the extended ones carry them in the low byte.
_BUSY, _LOCKED, _READONLY, _IOERR = 5, 6, 8, 10
_CORRUPT, _FULL, _CANTOPEN, _AUTH, _NOTADB = 11, 13, 14, 23, 26
#: Disk full while writing or syncing is an I/O error on some file systems.
_IOERR_WRITE, _IOERR_FSYNC = 10 | 3 << 8, 10 | 4 << 8


def store_error(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """Return the error to raise `from` one of SQLite's or of the file system's."""
    details = str(error)
    if isinstance(error, OSError):
        return StoreReadOnly(
            f"The conversations in {path} cannot be opened ({error.strerror}).",
            f"Make {path.parent} readable and writable for you, then start again.",
            details=details,
        )
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & 0xFF
    if primary == _FULL or code in {_IOERR_WRITE, _IOERR_FSYNC}:
        return StoreFull(
            "The conversation cannot be saved because the disk is full.",
            f"Make room on the disk that holds {path.parent}; saving goes on by itself.",
            remedy=Remedy.NONE,
            details=details,
        )
    if primary in {_READONLY, _CANTOPEN, _AUTH}:
        return StoreReadOnly(
            f"The conversations in {path} cannot be written.",
            f"Make {path.parent} writable for you; saving goes on by itself.",
            details=details,
        )
    if primary in {_CORRUPT, _NOTADB}:
        return damaged(path, details)
    if primary in {_BUSY, _LOCKED}:
        return StoreError(
            "The conversations are in use by another program.",
            "Close the other program; saving goes on by itself.",
            details=details,
        )
    return StoreError(
        "The conversations cannot be read or written.",
        "Check the disk; saving goes on by itself when it works again.",
        details=details,
    )


def damaged(path: Path, details: str) -> StoreDamaged:
    """Return the error for a file that is not a healthy database."""
    return StoreDamaged(
        f"The file with your conversations, {path}, is damaged.",
        "It is left as it is. Nothing is saved until it is repaired or set aside.",
        details=details,
    )


def too_new(path: Path, version: int, latest: int) -> StoreTooNew:
    """Return the error for a database of a newer Cairn."""
    return StoreTooNew(
        f"The conversations in {path} were written by a newer Cairn.",
        "They are left as they are, and nothing is saved. Update Cairn to see them.",
        details=f"version {version}, known up to {latest}",
    )
