"""Finds the runtimes that are installed, and the one for a model file.

A runtime announces itself through the entry-point group `cairn.runtimes`; each entry is a
`RuntimeKind`. A third party's entry that cannot be imported is left out with a warning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from app.errors import ModelLoadError, Remedy
from app.runtime.protocol import Runtime

logger = logging.getLogger(__name__)

GROUP = "cairn.runtimes"

#: Model files that people have and no installed runtime may claim, and what to say of them.
_KNOWN_SUFFIXES = {
    ".safetensors": "is a safetensors file, which no runtime of Cairn reads",
    ".onnx": "is an ONNX file, which no runtime of Cairn reads",
    ".rknn": "is an RKNN file, which no runtime of Cairn reads",
}


@dataclass(frozen=True, slots=True)
class RuntimeEnvironment:
    """What a runtime gets from the program around it."""

    runtime_dir: Path
    """A private folder for sockets and the like; emptied when the session ends."""
    data_dir: Path
    """The user's own things; below `lib` there may be native libraries."""


def _look_at_nothing(path: Path) -> None:
    """Take whatever there is."""


@dataclass(frozen=True, slots=True)
class RuntimeKind:
    """A runtime that could be made."""

    name: str
    suffixes: tuple[str, ...]
    """Endings of its model files, in lower case with the dot."""
    create: Callable[[RuntimeEnvironment], Runtime]
    look: Callable[[Path], object] = _look_at_nothing
    """Looks at the first bytes of a model file. Raises ModelLoadError for what surely is none."""


def load_kinds(entries: tuple[EntryPoint, ...]) -> tuple[RuntimeKind, ...]:
    """Return the kinds behind `entries`, those that cannot be had left out."""
    kinds: list[RuntimeKind] = []
    for entry in entries:
        try:
            kind = entry.load()
        except (ImportError, AttributeError, SyntaxError) as error:
            logger.warning("the runtime %s (%s) cannot be used: %s", entry.name, entry.value, error)
            continue
        if isinstance(kind, RuntimeKind):
            kinds.append(kind)
        else:
            logger.warning("the runtime %s (%s) is not a RuntimeKind", entry.name, entry.value)
    return tuple(kinds)


@cache
def runtime_kinds() -> tuple[RuntimeKind, ...]:
    """Return every installed runtime; looked up once, in 2 ms."""
    return load_kinds(tuple(entry_points(group=GROUP)))


def look_at(path: Path) -> None:
    """Raise ModelLoadError when the name or the first bytes say that no runtime loads a file."""
    runtime_for(path).look(path)


def runtime_for(path: Path) -> RuntimeKind:
    """Return the runtime for a model file, by its ending.

    Raises ModelLoadError when no runtime reads such files.
    """
    suffix = path.suffix.lower()
    kinds = runtime_kinds()
    for kind in kinds:
        if suffix in kind.suffixes:
            return kind
    endings = ", ".join(sorted(ending for kind in kinds for ending in kind.suffixes))
    reason = _KNOWN_SUFFIXES.get(suffix, "is not a model file that Cairn knows")
    raise ModelLoadError(
        f"{path.name} {reason}.",
        f"Choose a model file that ends in {endings}.",
        remedy=Remedy.CHOOSE_MODEL,
    )
