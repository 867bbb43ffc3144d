"""Places that may hold models: sticks and cards that are plugged in, and folders of other tools."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.chat.text import well_formed

#: Where desktops and people mount what is plugged in.
_MOUNT_PLACES = ("/media/", "/run/media/", "/mnt/")
_OCTAL = re.compile(r"\\([0-7]{3})")

#: Where other tools keep models, below the user's home, and what those are called.
_TOOLS: tuple[tuple[str, str], ...] = (
    ("RKLLAMA/models", "rkllama"),
    (".local/share/rkllama/models", "rkllama"),
    (".orkllm/models", "oRKLLM"),
    ("oRKLLM/models", "oRKLLM"),
    (".lmstudio/models", "LM Studio"),
    (".cache/lm-studio/models", "LM Studio"),
    (".local/share/nomic.ai/GPT4All", "GPT4All"),
    (".config/Jan/data/llamacpp/models", "Jan"),
    (".local/share/Jan/data/llamacpp/models", "Jan"),
    ("jan/models", "Jan"),
    (".cache/llama.cpp", "llama.cpp"),
    (".cache/huggingface/hub", "Hugging Face"),
)


class Place(Enum):
    """What a suggested folder is."""

    MEDIUM = "medium"
    """A stick or a card, which may be gone at the next start."""
    TOOL = "tool"
    """A folder of another program."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A folder that the user may want to add or to import from."""

    path: Path
    name: str
    """The tool's, or that of the stick."""
    place: Place
    is_read_only: bool = False


def suggestions(
    present: Iterable[Path], root: Path = Path("/"), home: Path | None = None
) -> tuple[Suggestion, ...]:
    """Return the places that are there and are not `present` already."""
    taken = {os.path.realpath(path) for path in present}
    found = (*removable_media(root), *tool_folders(home))
    return tuple(item for item in found if os.path.realpath(item.path) not in taken)


def removable_media(root: Path = Path("/")) -> tuple[Suggestion, ...]:
    """Return the sticks and cards that are mounted."""
    try:
        lines = (root / "proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return ()
    found: dict[Path, Suggestion] = {}
    for line in lines:
        words = os.fsdecode(line).split(" ")
        if len(words) < 10 or "-" not in words[6:]:
            continue
        device = words[words.index("-", 6) + 2]
        place = _unescaped(words[4])
        if not device.startswith("/dev/") or not place.startswith(_MOUNT_PLACES):
            continue
        path = root / place.lstrip("/")
        read_only = "ro" in words[5].split(",")
        # A later mount at the same place hides the earlier one.
        found[path] = Suggestion(path, well_formed(path.name), Place.MEDIUM, read_only)
    return tuple(found.values())


def tool_folders(home: Path | None = None) -> tuple[Suggestion, ...]:
    """Return the folders of other tools that exist."""
    start = home or Path.home()
    found = []
    for below, name in _TOOLS:
        path = start / below
        if path.is_dir():
            found.append(Suggestion(path, name, Place.TOOL))
    return tuple(found)


def _unescaped(text: str) -> str:
    """Return a path as mountinfo means it."""
    # Space, tab, line feed and backslash are all that the kernel writes this way.
    return _OCTAL.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))
