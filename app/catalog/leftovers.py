"""What an import leaves in a folder when its program is killed: half a file under a hidden name."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path

_log = logging.getLogger(__name__)

#: How the name of a file begins while it is being copied.
TEMPORARY = ".importing-"


def remove_leftovers(folders: Iterable[Path], before: float) -> None:
    """Delete half files in `folders` that nobody has written to since `before`, a time."""
    for folder in folders:
        # A folder may have gone, or take nothing.
        with contextlib.suppress(OSError), os.scandir(folder) as listing:
            for entry in listing:
                if entry.name.startswith(TEMPORARY) and _is_old(entry, before):
                    Path(entry.path).unlink()
                    _log.info("Deleted what a broken-off import had left: %s", entry.path)


def _is_old(entry: os.DirEntry[str], before: float) -> bool:
    seen = entry.stat(follow_symlinks=False)
    return stat.S_ISREG(seen.st_mode) and seen.st_mtime < before
