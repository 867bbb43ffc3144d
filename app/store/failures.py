"""What went wrong with the database, in words: every sqlite3.Error becomes a StoreError here."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreRefused

#: How much the probe of a folder writes: more than one page and its frame in the log.
PROBE_BYTES = 64 * 1024

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_ALLOWED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_NOT_OF_THAT_KIND = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST})


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Let a failure of SQLite or of the file system leave as a StoreError about `path`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise translated(error, path) from error
    except UnicodeDecodeError as error:
        # Python decodes SQLite's messages strictly, and they quote what stands in the file.
        raise damaged(f"{path}: {error}") from error


def translated(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """Return `error` as an error that says what happened to the database at `path`."""
    if isinstance(error, OSError):
        return _of_errno(error.errno or 0, path, str(error)) or _unexplained(path, str(error))
    code = primary_code(error)
    details = f"{path}: {error} ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
    if code == sqlite3.SQLITE_FULL:
        return _full(path, details)
    if code == sqlite3.SQLITE_READONLY:
        return _read_only(path, details)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(details)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return StoreError(
            "The conversations are in use by another program.",
            "Close the other program, or wait for it to finish.",
            details=details,
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        # SQLite does not pass the reason on, so the folder is asked.
        return _of_errno(_probe(path), path, details) or _failing(path, details)
    if code == sqlite3.SQLITE_TOOBIG:
        return StoreRefused(
            "The text is too long to be kept.", "Split it into smaller parts.", details=details
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return StoreRefused(
            "A message does not fit the conversation it should be added to.",
            "Start a new conversation.",
            details=details,
        )
    return _unexplained(path, details)


def primary_code(error: sqlite3.Error) -> int | None:
    """Return SQLite's primary result code, or None for an error of Python's module itself."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_index_damage(error: sqlite3.Error) -> bool:
    """Return whether only a search index is broken; it can be made anew from the texts."""
    # A plain constraint is one of the index's own tables; ours are told apart by SQLite.
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_CORRUPT_VTAB, sqlite3.SQLITE_CONSTRAINT)


def damaged(details: str) -> StoreDamaged:
    """Return the error for a file that is not a healthy database."""
    return StoreDamaged(
        "The file that holds your conversations is damaged.",
        "Set it aside: Cairn keeps it and takes over what can still be read.",
        details=details,
    )


def gone(path: Path) -> StoreError:
    """Return the error for a file that was moved, deleted or replaced while it was open."""
    return StoreError(
        f"The file that holds your conversations, {path}, was moved or deleted.",
        "Put it back to go on, or copy what is not saved yet and start Cairn again.",
        details=f"{path} is not the file that was opened.",
    )


def _probe(path: Path) -> int:
    """Try to write beside the database; return the errno of the failure, or 0.

    The database itself must not be opened for that: closing a second descriptor would drop the
    locks of this process on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if path.is_dir():
        return errno.EISDIR
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return errno.EACCES
    try:
        with tempfile.TemporaryFile(dir=path.parent, buffering=0) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        return error.errno or 0
    return 0


def _of_errno(number: int, path: Path, details: str) -> StoreError | None:
    if number in _NO_ROOM:
        return _full(path, details)
    if number in _NOT_ALLOWED:
        return _read_only(path, details)
    if number == errno.EIO:
        return _failing(path, details)
    if number in _NOT_OF_THAT_KIND:
        what, place = ("folder", path) if path.is_dir() else ("file", path.parent)
        return StoreError(
            f"Your conversations cannot be kept, because {place} is a {what}.",
            f"Move {place} elsewhere.",
            details=details,
        )
    return None


def _full(path: Path, details: str) -> StoreFull:
    return StoreFull(
        "The disk is full, so changes to your conversations cannot be saved.",
        f"Make room on the disk that holds {path.parent}.",
        details=details,
    )


def _read_only(path: Path, details: str) -> StoreReadOnly:
    where = path if path.exists() and not os.access(path, os.W_OK) else path.parent
    return StoreReadOnly(
        f"Your conversations cannot be saved, because {where} may not be written.",
        f"Allow writing to {where}.",
        details=details,
    )


def _failing(path: Path, details: str) -> StoreError:
    return StoreError(
        "The disk reported an error while conversations were read or written.",
        f"Check the disk, and copy {path.parent} to a safe place.",
        details=details,
    )


def _unexplained(path: Path, details: str) -> StoreError:
    return StoreError(
        f"Conversations could not be read from or written to {path.parent}.",
        "Start Cairn again.",
        details=details,
    )
