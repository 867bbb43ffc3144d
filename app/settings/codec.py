"""Settings to TOML text and back. A bad value becomes the default and a sentence, never an error."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from dataclasses import fields, replace
from enum import Enum
from typing import Any

import tomli_w

from app.errors import SettingsError
from app.settings.schema import Entry, Settings, entries


def encode(settings: Settings, unknown: Mapping[str, Any] | None = None) -> str:
    """Return `settings` as TOML, one table per group, with what a newer Cairn has beside them."""
    tables = {
        group.name: {
            item.name: plain(value_of(settings, group.name, item.name))
            for item in fields(getattr(settings, group.name))
        }
        for group in fields(Settings)
    }
    return tomli_w.dumps(merged(tables, unknown or {}))


def unknown_in(text: str) -> dict[str, Any]:
    """Return what stands in a settings file that `decode` can read, and is not known here."""
    known = {(entry.group, entry.name) for entry in entries()}
    return without_known(tomllib.loads(text), known)


def without_known(tables: Mapping[str, Any], known: Container[tuple[str, str]]) -> dict[str, Any]:
    """Return `tables` without what has a known group and name; a table that is left empty goes."""
    groups = {field.name for field in fields(Settings)}
    left: dict[str, Any] = {}
    for group, table in tables.items():
        if not isinstance(table, dict):
            # Something else in the place of a known group is told as a mistake.
            rest = {} if group in groups else table
        else:
            rest = {name: value for name, value in table.items() if (group, name) not in known}
        if rest != {} or group not in groups:
            left[group] = rest
    return left


def merged(tables: Mapping[str, Any], unknown: Mapping[str, Any]) -> dict[str, Any]:
    """Return `tables` with what is unknown here; what is known wins."""
    both = dict(unknown)
    for group, table in tables.items():
        rest = both.get(group)
        both[group] = {**rest, **table} if isinstance(rest, dict) else table
    return both


def decode(text: str) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in `text` and one sentence for each value that was not usable.

    Names that this version does not know are passed over: an older Cairn may read the file of a
    newer one. Raises SettingsError when the text is not TOML at all.
    """
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits is a plain ValueError.
        raise SettingsError(f"The settings file cannot be read ({error}).") from error
    settings = Settings()
    complaints: list[str] = []
    odd_groups: set[str] = set()
    for entry in entries():
        table = tables.get(entry.group, {})
        if not isinstance(table, dict):
            if entry.group not in odd_groups:
                odd_groups.add(entry.group)
                complaints.append(f"[{entry.group}]: must be a table; the defaults are used.")
            continue
        if entry.name not in table:
            continue
        try:
            value = check(entry, table[entry.name])
        except ValueError as error:
            complaints.append(f"{entry.spec.label}: {error}; the default is used.")
            continue
        settings = with_value(settings, entry.group, entry.name, value)
    return settings, tuple(complaints)


def value_of(settings: Settings, group: str, name: str) -> Any:
    """Return one value of `settings`."""
    return getattr(getattr(settings, group), name)


def with_value(settings: Settings, group: str, name: str, value: Any) -> Settings:
    """Return `settings` with one value changed."""
    changed = replace(getattr(settings, group), **{name: value})
    return replace(settings, **{group: changed})


def check(entry: Entry, value: Any) -> Any:
    """Return `value` as the type of `entry`, or raise ValueError saying what is wrong with it."""
    default, spec = entry.default, entry.spec
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
    if isinstance(default, Enum):
        try:
            return type(default)(value)
        except ValueError:
            raise ValueError(f"{_brief(value)} is not one of the choices") from None
    if isinstance(default, (int, float)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("must be a number")
        # A NaN compares false with everything, so it falls outside any range.
        low, high = spec.bounds
        if not low <= value <= high:
            raise ValueError(f"{_brief(value)} is outside {_brief(low)} to {_brief(high)}")
        if isinstance(default, int) and value != int(value):
            raise ValueError("must be a whole number")
        return type(default)(value)
    if isinstance(default, tuple):
        # Not isinstance: in Python a truth value is a number too.
        if not isinstance(value, list) or not all(type(item) is spec.item_type for item in value):
            raise ValueError("must be a list")
        return tuple(value)
    if not isinstance(value, str):
        raise ValueError("must be text")
    if spec.check is not None:
        spec.check(value)
    return value


def plain(value: Any) -> Any:
    """Return `value` as TOML and JSON have it; `check` is the way back."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value


def _brief(value: Any) -> str:
    if isinstance(value, (int, float)):
        # An integer of any length can be written down; beyond this it has no float form.
        text = "a number that large" if _is_huge(value) else f"{value:.10g}"
    else:
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _is_huge(value: float) -> bool:
    return isinstance(value, int) and abs(value) >= 10**300
