"""Which runtimes there are: found through entry points, so that a third party can add one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from app.errors import ModelLoadError, Remedy
from app.runtime.protocol import Runtime

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "cairn.runtimes"


@dataclass(frozen=True, slots=True)
class RuntimeEnvironment:
    """What a runtime may use of the machine."""

    runtime_dir: Path
    """Where sockets and other things that end with the session belong; private to the user."""


@dataclass(frozen=True, slots=True)
class RuntimeKind:
    """A runtime that can be made: the value an entry point names."""

    name: str
    suffixes: tuple[str, ...]
    """Endings of the files it loads, in lower case with the dot."""
    create: Callable[[RuntimeEnvironment], Runtime]


def runtime_kinds() -> tuple[RuntimeKind, ...]:
    """Return every runtime that is installed; one that cannot be imported is passed over."""
    kinds: list[RuntimeKind] = []
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            kind = entry_point.load()
        except (ImportError, AttributeError) as error:
            logger.warning("the runtime %s cannot be used: %s", entry_point.name, error)
            continue
        if isinstance(kind, RuntimeKind):
            kinds.append(kind)
        else:
            logger.warning("the entry point %s is not a runtime", entry_point.name)
    return tuple(kinds)


def runtime_for(path: Path) -> RuntimeKind:
    """Return the runtime that loads files like `path`. Raises ModelLoadError when none does."""
    suffix = path.suffix.lower()
    for kind in runtime_kinds():
        if suffix in kind.suffixes:
            return kind
    if suffix == ".rkllm":
        raise ModelLoadError(
            f"{path.name} is a model for the Rockchip NPU, which this version cannot use yet.",
            "Choose a GGUF model; it runs on the CPU.",
            remedy=Remedy.CHOOSE_MODEL,
        )
    raise ModelLoadError(
        f"{path.name} is not a model file that Cairn knows.",
        "Choose a file that ends in .gguf.",
        remedy=Remedy.CHOOSE_MODEL,
    )
