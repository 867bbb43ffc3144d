"""LoRA adapters as an engine wants them: what each is called, and which come with a model."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.runtime.protocol import Adapter

if TYPE_CHECKING:
    from app.catalog.library import LibraryEntry

#: A runtime that takes adapters only while it loads a model gets at most these.
MOST_AT_LOAD = 8
#: Together they take at most this share of the model's size, or this many bytes with a small one.
_MOST_SHARE = 0.5
_ALWAYS_BYTES = 64_000_000
_NAME_LETTERS = 24


def request_of(entry: LibraryEntry) -> Adapter:
    """Return an adapter at the strength that the user gave it."""
    return Adapter(adapter_name(entry.path), entry.path, entry.record.scale)


def adapter_name(path: Path) -> str:
    """Return what a library shall call the adapter in a file: another name for each file."""
    digest = f"{zlib.crc32(str(path).encode('utf-8', 'surrogateescape')):08x}"
    plain = "".join(letter for letter in path.stem if letter.isascii() and letter.isalnum())
    return f"{plain[:_NAME_LETTERS]}-{digest}"


def adapters_to_load(
    model: LibraryEntry, fitting: Iterable[LibraryEntry], chosen: str
) -> tuple[Adapter, ...]:
    """Return the adapters to load together with `model`: the one that is on, then favourites.

    Only for a runtime that cannot take them later.
    """
    if model.path.suffix.lower() != ".gguf":
        return ()
    found: list[Adapter] = []
    room = max(_ALWAYS_BYTES, _MOST_SHARE * model.size)

    def rank(entry: LibraryEntry) -> tuple[bool, bool, float]:
        return str(entry.path) != chosen, not entry.record.favourite, -entry.modified

    for entry in sorted(fitting, key=rank):
        if len(found) < MOST_AT_LOAD and (entry.size <= room or str(entry.path) == chosen):
            room -= entry.size
            found.append(request_of(entry))
    return tuple(found)
