"""The models of the library as the picker shows them.

Loaded ones come first, then favourites, recent ones, and the rest by name; last come those that
cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.catalog.fit import FitMark, available_bytes, fit_of, memory_of
from app.catalog.library import LibraryEntry, Severity
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer, decode_overrides

if TYPE_CHECKING:
    from app.presenters.library import LibraryPresenter


def choices_of(
    entries: Iterable[LibraryEntry], loaded: Sequence[ModelState], settings: SettingsPresenter
) -> tuple[ModelChoice, ...]:
    """Return what there is to pick from, and whether it fits the memory that is free now."""
    models = tuple(entries)
    by_path = {entry.path: entry for entry in models}
    in_memory = [state.path for state in loaded if state.path is not None]
    shown = by_path.get(in_memory[0]) if in_memory else None
    freed = 0
    if shown is not None and not shown.record.keep_loaded:
        freed = _memory_in_use(loaded[0], shown, settings)
    available = available_bytes()
    found = [
        _choice(
            entry, context_of(entry, settings), available, freed, is_loaded=entry.path in in_memory
        )
        for entry in models
    ]
    paths = settings.settings.state.recent_models
    recent = {Path(path): place for place, path in enumerate(paths)}
    return tuple(sorted(found, key=partial(_rank, recent)))


def context_of(entry: LibraryEntry, settings: SettingsPresenter) -> int:
    """Return the context window that a model would be loaded with now, in tokens."""
    overrides, _complaints = decode_overrides(entry.record.overrides)
    return settings.settings_with(Layer.MODEL, overrides).context.context_tokens


def freed_by(state: ModelState, library: LibraryPresenter, settings: SettingsPresenter) -> int:
    """Return the memory that comes free when a model makes room, in bytes."""
    entry = library.entry_for(state.path) if state.path is not None else None
    return 0 if entry is None else _memory_in_use(state, entry, settings)


def _memory_in_use(state: ModelState, entry: LibraryEntry, settings: SettingsPresenter) -> int:
    # One that rests has given its memory back, and one that loads has not taken it yet.
    if state.stage is not ModelStage.READY:
        return 0
    return memory_of(entry, context_of(entry, settings))


def _rank(recent: dict[Path, int], choice: ModelChoice) -> tuple[bool, bool, bool, int, str]:
    return (
        not choice.is_loaded,
        bool(choice.problem),
        not choice.is_favourite,
        recent.get(choice.path, len(recent)),
        choice.label.casefold(),
    )


def _choice(
    entry: LibraryEntry, tokens: int, available: int | None, freed: int, *, is_loaded: bool
) -> ModelChoice:
    fit = fit_of(entry, tokens, available, freed)
    broken = entry.severity is Severity.BROKEN
    speed = entry.record.speed
    return ModelChoice(
        entry.path,
        entry.label,
        _detail(entry),
        entry.is_starter,
        entry.problem if broken else "",
        "" if broken else entry.problem,
        speed.tokens_per_second if speed is not None else None,
        "" if is_loaded or broken or fit.mark is FitMark.UNKNOWN else fit.mark.value,
        "" if is_loaded else fit.reason,
        entry.record.favourite,
        entry.record.keep_loaded,
        is_loaded,
    )


def _detail(entry: LibraryEntry) -> str:
    limit = entry.context_limit
    context = f"{limit / 1024:.0f}k" if limit and limit >= 1024 else str(limit or "")
    return " · ".join(part for part in (entry.detail, context) if part)
