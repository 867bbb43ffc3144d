"""Settings in layers: what a model, a preset or a conversation has instead of the app's value.

The later layer wins. A layer holds only what differs from the ones below it, so a change further
down still reaches everything that nobody decided otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from app.settings.codec import check, plain, value_of, with_value
from app.settings.schema import Entry, Settings, entries

#: The group and the name of a setting.
Address = tuple[str, str]


class Layer(IntEnum):
    """Who decides on a value; the later one wins."""

    APP = 0
    MODEL = 1
    PRESET = 2
    CONVERSATION = 3


class Overrides(Mapping[Address, Any]):
    """The values of one layer, by address. Never changes: `with_value` makes another one."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[Address, Any] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, address: Address) -> Any:
        return self._values[address]

    def __iter__(self) -> Iterator[Address]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Overrides({self._values!r})"

    def with_value(self, address: Address, value: Any) -> Overrides:
        """Return these values with one more, or another one."""
        return Overrides({**self._values, address: value})

    def without(self, address: Address) -> Overrides:
        """Return these values without one."""
        return Overrides({key: value for key, value in self._values.items() if key != address})


#: The values of each layer that there is now; APP is in the settings themselves.
Layers = Mapping[Layer, Overrides]


def encode_overrides(overrides: Overrides) -> str:
    """Return `overrides` as JSON, or an empty text when there are none."""
    import json

    return json.dumps(tables_of(overrides)) if overrides else ""


def decode_overrides(text: str) -> tuple[Overrides, tuple[str, ...]]:
    """Return the values in `text` and one sentence for each that was not usable.

    Names that this version does not know, or that no layer may have, are passed over.
    """
    if not text.strip():
        return Overrides(), ()
    # A start without such values goes without it.
    import json

    try:
        tables = json.loads(text)
    except (ValueError, RecursionError):
        tables = None
    if not isinstance(tables, dict):
        return Overrides(), ("The stored settings cannot be read; they are left out.",)
    return overrides_in(tables)


def tables_of(overrides: Overrides) -> dict[str, dict[str, Any]]:
    """Return `overrides` as one table for each group."""
    tables: dict[str, dict[str, Any]] = {}
    for (group, name), value in overrides.items():
        tables.setdefault(group, {})[name] = plain(value)
    return tables


def overrides_in(tables: Mapping[str, Any]) -> tuple[Overrides, tuple[str, ...]]:
    """Return the values in `tables`, as `tables_of` gives them, and the complaints."""
    values: dict[Address, Any] = {}
    complaints: list[str] = []
    for entry in entries():
        table = tables.get(entry.group)
        if not entry.spec.layered or not isinstance(table, dict) or entry.name not in table:
            continue
        try:
            values[entry.group, entry.name] = check(entry, table[entry.name])
        except ValueError as error:
            complaints.append(f"{entry.spec.label}: {error}; it is left out.")
    return Overrides(values), tuple(complaints)


def resolve(settings: Settings, layers: Layers) -> Settings:
    """Return the settings in force: those of the app under what each layer has instead."""
    for layer in sorted(layers):
        for (group, name), value in layers[layer].items():
            settings = with_value(settings, group, name, value)
    return settings


def origin(layers: Layers, entry: Entry, *, under: Layer | None = None) -> Layer:
    """Return which layer decides on a setting, of those below `under` if that is given."""
    deciding = (
        layer
        for layer in layers
        if (under is None or layer < under) and (entry.group, entry.name) in layers[layer]
    )
    return max(deciding, default=Layer.APP)


def value_in(settings: Settings, layers: Layers, entry: Entry, layer: Layer) -> Any:
    """Return the value that counts in `layer`: its own, or else that of the next one below."""
    for deciding in sorted(layers, reverse=True):
        if deciding <= layer and (entry.group, entry.name) in layers[deciding]:
            return layers[deciding][entry.group, entry.name]
    return value_of(settings, entry.group, entry.name)
