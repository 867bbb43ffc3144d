"""The system as it is found: files below a root, and the few calls that files do not answer.

Everything is read through here, so that the checks can be tried on the trees of other boards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look. The defaults are this machine."""

    root: Path = Path("/")
    data_dir: Path = Path()
    """The user's own folder, whose disk matters."""
    machine: str = field(default_factory=lambda: os.uname().machine)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, path: str) -> str:
        """Return the text of a file, stripped; "" where it is not there or may not be read."""
        try:
            return (self.root / path).read_bytes().decode("utf-8", "replace").strip("\0\n ")
        except OSError:
            return ""

    def exists(self, path: str) -> bool:
        """Return whether there is such a file or folder."""
        return (self.root / path).exists()

    def paths(self, pattern: str) -> list[Path]:
        """Return what matches a pattern below the root, sorted."""
        return sorted(self.root.glob(pattern))

    def shown(self, path: Path) -> str:
        """Return a path as the user knows it."""
        return f"/{path.relative_to(self.root)}"

    def may_use(self, path: Path) -> bool:
        """Return whether this user may read and write a device."""
        return os.access(path, os.R_OK | os.W_OK)

    def free_bytes(self) -> int | None:
        """Return the room on the disk of the user's data."""
        folder = next(
            (each for each in (self.data_dir, *self.data_dir.parents) if each.exists()), None
        )
        try:
            return shutil.disk_usage(folder).free if folder is not None else None
        except OSError:
            return None
