"""The tiny model that comes with Cairn: where it lies and what it is called everywhere."""

from __future__ import annotations

import os
from pathlib import Path

from app.paths import resources

STARTER_LABEL = "Starter: knows only this app"


def starter_path() -> Path:
    """Return where the starter model lies; it may be absent from a broken installation."""
    return resources() / "starter" / "starter.gguf"


def bundled_files() -> tuple[Path, ...]:
    """Return the models and adapters that come with Cairn."""
    return (starter_path(), starter_path().with_name("pirate.gguf"))


def is_starter(path: Path) -> bool:
    """Return whether `path` is the starter model, whatever way it is written."""
    # Not Path.resolve: it raises when links lead in a circle.
    return os.path.realpath(path) == os.path.realpath(starter_path())
