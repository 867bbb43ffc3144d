"""Presets: settings that have a name, those that come with the program and the user's own.

One that comes with the program can be changed, and be had back as it was; it cannot be lost. Two
names that differ only in upper and lower case are the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.settings.layers import Overrides
from app.settings.schema import Thinking

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """A name and the values it stands for."""

    name: str
    overrides: Overrides = Overrides()
    is_built_in: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    """Settings of a newer Cairn, as they stand in the file."""


#: Balanced has the values that Cairn itself begins with, for those who have changed theirs.
BUILT_IN = (
    Preset(
        "Precise",
        Overrides(
            {
                ("sampling", "temperature"): 0.2,
                ("sampling", "top_p"): 0.8,
                ("sampling", "top_k"): 20,
                ("sampling", "repeat_penalty"): 1.05,
            }
        ),
        is_built_in=True,
    ),
    Preset(
        "Balanced",
        Overrides(
            {
                ("sampling", "temperature"): 0.7,
                ("sampling", "top_p"): 0.9,
                ("sampling", "top_k"): 40,
                ("sampling", "repeat_penalty"): 1.1,
            }
        ),
        is_built_in=True,
    ),
    Preset(
        "Creative",
        Overrides(
            {
                ("sampling", "temperature"): 1.1,
                ("sampling", "top_p"): 0.95,
                ("sampling", "top_k"): 100,
                ("sampling", "repeat_penalty"): 1.1,
            }
        ),
        is_built_in=True,
    ),
    # A board writes some ten tokens in a second: what is not written is what makes it fast.
    Preset(
        "Short answers",
        Overrides(
            {
                ("sampling", "max_new_tokens"): 256,
                ("context", "system_prompt"): "Answer in one to three short sentences.",
                ("context", "thinking"): Thinking.NEVER,
            }
        ),
        is_built_in=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Presets:
    """All presets in their order: those of the program first, then the user's by age."""

    items: tuple[Preset, ...] = BUILT_IN

    def find(self, name: str) -> Preset | None:
        """Return the preset of that name, however it is written."""
        wanted = _key(name)
        return next((preset for preset in self.items if _key(preset.name) == wanted), None)

    def named(self, name: str) -> str:
        """Return a name as the preset has it, or an empty text when there is none."""
        preset = self.find(name)
        return preset.name if preset is not None else ""

    def with_preset(
        self, name: str, overrides: Overrides, unknown: Mapping[str, Any] | None = None
    ) -> Presets:
        """Return these presets with one more, or with other values for one.

        `unknown` is what a newer Cairn has in it; None leaves that as it is.
        Raises ValueError, saying what is wrong, for a name that cannot be.
        """
        name = checked_name(name)
        known = self.find(name)
        if known is None:
            return Presets((*self.items, Preset(name, overrides, unknown=unknown or {})))
        kept = known.unknown if unknown is None else unknown
        return self._with(known, replace(known, overrides=overrides, unknown=kept))

    def renamed(self, old: str, new: str) -> Presets:
        """Return these presets with another name for one of the user's own.

        Raises ValueError, saying what is wrong, for a name that cannot be or is taken.
        """
        preset = self._own(old)
        name = checked_name(new)
        other = self.find(name)
        if other is not None and other is not preset:
            raise ValueError(f"There is a preset “{other.name}” already.")
        return self._with(preset, replace(preset, name=name))

    def without(self, name: str) -> Presets:
        """Return these presets without one of the user's own. Raises ValueError for another."""
        preset = self._own(name)
        return Presets(tuple(item for item in self.items if item is not preset))

    def restored(self, name: str) -> Presets:
        """Return these presets with one that came with the program as it came."""
        known, original = self.find(name), original_of(name)
        return self if known is None or original is None else self._with(known, original)

    def put_back(self, preset: Preset, place: int) -> Presets:
        """Return these presets with one that was taken out, unless its name is taken by now."""
        if self.find(preset.name) is not None:
            return self
        return Presets((*self.items[:place], preset, *self.items[place:]))

    def _own(self, name: str) -> Preset:
        preset = self.find(name)
        if preset is None:
            raise ValueError(f"There is no preset “{name}”.")
        if preset.is_built_in:
            raise ValueError(f"“{preset.name}” comes with Cairn and keeps its name.")
        return preset

    def _with(self, old: Preset, new: Preset) -> Presets:
        return Presets(tuple(new if item is old else item for item in self.items))


def original_of(name: str) -> Preset | None:
    """Return the preset of that name as it came with the program."""
    return next((preset for preset in BUILT_IN if _key(preset.name) == _key(name)), None)


def checked_name(text: str) -> str:
    """Return `text` as the name of a preset: on one line, without spaces around it.

    Raises ValueError, saying what is wrong, when nothing is left or it is too long.
    """
    name = _clean(text)
    if not name:
        raise ValueError("A preset needs a name.")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"A name has at most {LONGEST_NAME} characters.")
    return name


def _key(name: str) -> str:
    return _clean(name).casefold()


def _clean(text: str) -> str:
    # A lone surrogate could not be written to the file.
    words = text.encode("utf-8", "replace").decode().split()
    return "".join(letter for letter in " ".join(words) if letter.isprintable())
