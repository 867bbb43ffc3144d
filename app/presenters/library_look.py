"""One look through the folders of the library, on a thread of its own and one at a time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.catalog.library import LibraryEntry
    from app.catalog.records import Record
    from app.catalog.scan import Library, LibraryFolder, Scanner

#: What a look needs, the inner parts first. Loaded at the first look and not in one go: that
#: would hold the interpreter, and so the window, for 40 ms.
_NEEDED = (
    "app.runtime.gguf.header",
    "app.runtime.gguf.file_check",
    "app.runtime.gguf.memory",
    "app.catalog.names",
    "app.catalog.model_file",
    "app.catalog.sidecars",
    "app.catalog.describe",
    "app.catalog.library",
    "app.catalog.walk",
    "app.catalog.scan",
)
_BREATH_S = 0.002


@dataclass(frozen=True, slots=True)
class Places:
    """Where models may be."""

    folders: tuple[Path, ...]
    """The first one is the default, which is made where it is not there yet."""
    files: tuple[Path, ...]


class Look:
    """Looks, and remembers what it saw. Made on the window's thread, used on another."""

    def __init__(self, stopped: Event) -> None:
        self._stopped = stopped
        self._made_at = time.time()
        self._scanner: Scanner | None = None

    def look(
        self,
        places: Places,
        records: Mapping[str, Record],
        shown: tuple[tuple[LibraryEntry, ...], tuple[LibraryFolder, ...]] | None,
        *,
        is_importing: bool = False,
    ) -> tuple[Library, bool] | None:
        """Return what there is, and whether that is what is shown; None when it was stopped.

        The first look takes away what imports of earlier starts have left, unless one goes on.
        """
        is_first = self._scanner is None
        if is_first:
            for module in _NEEDED:
                import_module(module)
                time.sleep(_BREATH_S)
        from app.catalog.scan import Scanner, ScanRequest

        self._scanner = self._scanner or Scanner()
        with contextlib.suppress(OSError):
            places.folders[0].mkdir(mode=0o700, parents=True, exist_ok=True)
        request = ScanRequest(places.folders, places.files)
        library = self._scanner.scan(request, records, self._stopped)
        if library is None:
            return None
        if is_first and not is_importing:
            from app.catalog.leftovers import remove_leftovers

            remove_leftovers(library.watched, self._made_at)
        # Compared here, since in a large library it takes a while.
        return library, (library.entries, library.folders) == shown
