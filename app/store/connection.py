"""Opening the database file: private, healthy, of a version that is known, and writable.

1. A missing file is made with mode 0600 before SQLite sees it; -wal and -shm take over its mode.
2. Header, schema and version are read before anything is written.
3. After an unclean end, and always while the file is small, all pages are checked.
4. Write-ahead log and pragmas are set, missing migrations are run.
5. A write is tried and taken back, because SQLite opens a read-only file without a word.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from app.errors import StoreDamaged, StoreReadOnly, StoreTooNew
from app.store.failures import damaged, primary_code, told
from app.store.migrations import APPLICATION_ID, LATEST, migrate, version_of

logger = logging.getLogger(__name__)

#: Another connection may hold the write lock this long before it is called an error.
BUSY_TIMEOUT_S = 2.0
#: A file up to this size is checked at every start: that takes a few hundredths of a second.
ALWAYS_CHECKED_BYTES = 16 * 1024 * 1024
#: The log is cut back to this size after a large write.
LOG_SIZE_LIMIT_BYTES = 8 * 1024 * 1024

_PRIVATE = 0o600


def open_database(path: Path) -> sqlite3.Connection:
    """Return a connection to the database at `path`, which is made when it is missing.

    Raises StoreTooNew, StoreDamaged, StoreReadOnly, StoreFull, or StoreError for the rest.
    """
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(path)
        try:
            return _opened(path, shared=True)
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_IOERR:
                raise
            # No room, or no support, for the shared-memory file. Alone, SQLite needs none: on a
            # full disk the conversations can then at least be read.
            logger.info("opening the database for this process alone: %s", error)
            return _opened(path, shared=False)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that shows what is in the database at `path` and cannot change it.

    Raises StoreTooNew, StoreDamaged, or StoreError for the rest.
    """
    with told(path):
        try:
            return _opened_to_read(path, "mode=ro")
        except sqlite3.OperationalError as error:
            # A log needs a shared-memory file beside it, which may not be made there; what a
            # crash left in the log is not seen then.
            logger.info("reading the database without its log: %s", error)
            return _opened_to_read(path, "immutable=1")


def open_in_memory() -> sqlite3.Connection:
    """Return a connection to an empty database that ends with it."""
    connection = connected(":memory:")
    _configure(connection)
    migrate(connection)
    return connection


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells this very file from another one in its place; None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def log_of(path: Path) -> Path:
    """Return where SQLite keeps the write-ahead log of a database."""
    return path.with_name(path.name + "-wal")


def shared_memory_of(path: Path) -> Path:
    """Return where SQLite keeps the shared memory of a database."""
    return path.with_name(path.name + "-shm")


def _make_private(path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _PRIVATE))
    for file in (path, log_of(path), shared_memory_of(path)):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(_PRIVATE)


def _opened(path: Path, *, shared: bool) -> sqlite3.Connection:
    # The last connection removes the log when it closes, so one that is there tells of a crash.
    log = log_of(path)
    unclean = log.exists() and log.stat().st_size > 0
    connection = connected(str(path))
    try:
        if not shared:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _check_origin(connection, path)
        if unclean or path.stat().st_size <= ALWAYS_CHECKED_BYTES:
            _check_pages(connection, path)
        _configure(connection)
        migrate(connection)
        _check_writable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _opened_to_read(path: Path, option: str) -> sqlite3.Connection:
    connection = connected(f"{path.absolute().as_uri()}?{option}", is_address=True)
    try:
        _check_origin(connection, path)
        _check_pages(connection, path)
        if version_of(connection) != LATEST:
            raise StoreReadOnly(
                "Your conversations were written by an older Cairn and cannot be read unchanged.",
                f"Allow writing to {path.parent}.",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def connected(name: str, *, is_address: bool = False) -> sqlite3.Connection:
    """Return a connection to the file `name` as it is: nothing is looked at or changed yet."""
    connection = sqlite3.connect(name, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=is_address)
    # One flipped byte in a text must not make the whole conversation unreadable.
    connection.text_factory = _decoded
    return connection


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _check_origin(connection: sqlite3.Connection, path: Path) -> None:
    """Raise unless the file is empty or a database of Cairn that this version understands."""
    version = version_of(connection)
    tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    if version > LATEST:
        raise StoreTooNew(
            "Your conversations were written by a newer version of Cairn.",
            f"Install the newest Cairn, or move {path} elsewhere to start with none.",
            details=f"{path} has version {version}; this Cairn knows versions up to {LATEST}.",
        )
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if (version or tables) and application != APPLICATION_ID:
        raise StoreDamaged(
            f"{path} is a database of another program.",
            "Set it aside: Cairn keeps it and starts with an empty list of conversations.",
            details=f"{path}: application_id {application:#x}, {tables} tables",
        )


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
    # Newer SQLite looks into the search indexes as well; those are made anew when first used.
    problems = [line for line in found if line != "ok" and "inverted index" not in line]
    if problems:
        raise damaged(f"{path}: {'; '.join(problems)}")


def _check_writable(connection: sqlite3.Connection) -> None:
    # Taken back before it reaches the disk: a full one may be opened, to be read.
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version = {version_of(connection)}")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _configure(connection: sqlite3.Connection) -> None:
    if version_of(connection) == 0:
        # Works on a file without pages only, so it stands before the first write; on any other it
        # would be a write for nothing, and a full disk could not be opened.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode not in ("wal", "memory"):
        logger.info("the file system allows no write-ahead log; the journal mode is %s", mode)
    for pragma in (
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"journal_size_limit = {LOG_SIZE_LIMIT_BYTES}",
        # The folder for temporary files may be full while the user's disk is not.
        "temp_store = MEMORY",
        # What was removed for good must not stay readable in the file.
        "secure_delete = ON",
        # A crafted or broken file is noticed rather than obeyed.
        "trusted_schema = OFF",
        "cell_size_check = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
