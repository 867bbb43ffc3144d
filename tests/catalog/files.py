"""Model files of all kinds for the tests of the library."""

from __future__ import annotations

import os
from pathlib import Path

from app.catalog.describe import describe_file
from app.catalog.library import LibraryEntry, entry_of
from app.catalog.records import NOTHING_SAID, Record
from app.catalog.walk import found_file

#: Begins like no known format, as an .rkllm file may.
NPU_BEGINNING = b"\x01\x00RKLLM\x00" + bytes(range(1, 200))


def npu_file(path: Path, size: int = 4096, salt: str = "") -> Path:
    """Write something that may be an NPU model: `size` bytes, most of them not on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(NPU_BEGINNING + (salt or str(path)).encode("utf-8", "surrogateescape"))
        file.truncate(max(size, file.tell()))
    return path


def entry(path: Path, record: Record = NOTHING_SAID) -> LibraryEntry:
    """Return the row of one file."""
    return entry_of(describe_file(found_file(path)), record)


def settle(*paths: Path) -> None:
    """Make files as old as files usually are."""
    for path in paths:
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
