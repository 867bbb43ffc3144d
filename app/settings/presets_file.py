"""The presets file: one table for each preset of the user's and each built-in that was changed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from app.settings.codec import merged, without_known
from app.settings.kept_file import KeptFile, Words
from app.settings.layers import overrides_in, tables_of
from app.settings.presets import Presets, original_of
from app.settings.schema import entries

_WORDS = Words(
    file="The presets file",
    content="The presets",
    instead="only the presets that come with Cairn are there",
    shorten="Delete some presets or shorten their system prompts",
)


class PresetsFile:
    """Keeps presets in one TOML file. Blocking; from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, _WORDS)

    def load(self) -> tuple[Presets, tuple[str, ...]]:
        """Return the presets, and one sentence for the user about each thing that was wrong."""
        text, complaint = self._file.read()
        if text is None:
            return Presets(), (complaint,) if complaint else ()
        try:
            presets, complaints = _decode(tomllib.loads(text))
        except (ValueError, RecursionError) as error:
            # A number of thousands of digits is a plain ValueError.
            return Presets(), (self._file.reject(error),)
        if complaints:
            self._file.note_left_out()
        return presets, complaints

    def save(self, presets: Presets) -> None:
        """Write `presets`; after a crash the file holds either the old or the new ones.

        Raises SettingsError when the platform refuses.
        """
        self._file.write(tomli_w.dumps(_encode(presets)))


def _encode(presets: Presets) -> dict[str, Any]:
    return {
        preset.name: merged(tables_of(preset.overrides), preset.unknown)
        for preset in presets.items
        if preset != original_of(preset.name)
    }


def _decode(tables: dict[str, Any]) -> tuple[Presets, tuple[str, ...]]:
    presets = Presets()
    complaints: list[str] = []
    seen: set[str] = set()
    layered = {(entry.group, entry.name) for entry in entries() if entry.spec.layered}
    for name, table in tables.items():
        known = presets.find(name)
        if not isinstance(table, dict):
            complaints.append(f"The preset “{name[:60]}” is not a table; it is left out.")
        elif known is not None and known.name in seen:
            complaints.append(f"The preset “{known.name}” is there twice; the first one is used.")
        else:
            overrides, bad = overrides_in(table)
            try:
                presets = presets.with_preset(name, overrides, without_known(table, layered))
            except ValueError as error:
                complaints.append(f"The preset “{name[:60]}” is left out: {error}")
                continue
            kept = presets.find(name)
            seen.add(kept.name if kept is not None else name)
            complaints.extend(f"The preset “{name[:60]}”: {sentence}" for sentence in bad)
    return presets, tuple(complaints)
