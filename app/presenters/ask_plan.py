"""What a question from outside of a window is asked with: the model, and the user's settings for it.

A window may be open and write its files meanwhile, so they are only read, in a copy: reading them
in place tidies up what a write that was cut short has left, and sets aside what is damaged.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from app.catalog.fingerprint import fingerprint
from app.catalog.records import Record, RecordsFile
from app.catalog.starter import starter_path
from app.chat.message import Message, Role, new_id
from app.chat.text import well_formed
from app.errors import AppError, ModelLoadError, RunError
from app.paths import Paths
from app.presenters.adapter_requests import adapter_name
from app.presenters.requests import load_request, run_request
from app.runtime.protocol import Adapter, LoadRequest, RunRequest
from app.settings.codec import check
from app.settings.file import SettingsFile
from app.settings.layers import Layer, Overrides, decode_overrides, resolve
from app.settings.presets import Presets
from app.settings.presets_file import PresetsFile
from app.settings.schema import Settings, entry_named

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says; None where it says nothing."""

    model: Path | None = None
    adapter: Path | None = None
    overrides: Overrides = Overrides()
    """Settings for this question only."""
    max_tokens: int | None = None
    """Also fewer than the settings allow: a program may want a single word. 0 has no limit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine gets."""

    load: LoadRequest
    run: RunRequest


def wished_value(name: str, value: object) -> tuple[tuple[str, str], object]:
    """Return the address and the value of a setting. Raises ValueError, saying what is wrong."""
    entry = entry_named(name)
    try:
        return (entry.group, entry.name), check(entry, value)
    except ValueError as error:
        raise ValueError(f"{entry.spec.label}: {error}.") from None


class AskPlanner:
    """Reads the user's files once, without changing them. Blocking.

    `notes` has one sentence for the user about each thing that could not be used.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._notes: list[str] = []
        self._settings = self._read(paths.settings_file, _settings_in)

    @property
    def notes(self) -> tuple[str, ...]:
        """What went otherwise than it could be expected."""
        return tuple(self._notes)

    def model(self, wishes: Wishes) -> Path:
        """Return the wished model, else the last one, else the starter. Raises AppError."""
        if wishes.model is not None:
            if not wishes.model.is_file():
                shown = well_formed(str(wishes.model))
                cause = (
                    f"{shown} is not a file."
                    if wishes.model.exists()
                    else f"There is no model file {shown}."
                )
                raise AppError(cause, "Name another one with --model.")
            return wishes.model
        state = self._settings.state
        if state.last_model:
            return _last_model(Path(state.last_model), failed=state.last_load_failed)
        if not starter_path().is_file():
            raise AppError(
                "No model was used yet, and the starter model is missing.",
                "Name a model file with --model.",
            )
        self._notes.append(
            "No model was used yet, so the starter answers, which knows only this app. "
            "Name a model file with --model."
        )
        return starter_path()

    def plan(self, model: Path, question: str, wishes: Wishes) -> Plan:
        """Return what to load and what to ask. Raises AppError."""
        settings = resolve(
            self._settings,
            {
                Layer.MODEL: self._overrides_of(model),
                Layer.PRESET: self._preset(),
                Layer.CONVERSATION: wishes.overrides,
            },
        )
        adapters = () if wishes.adapter is None else (self._adapter(wishes.adapter),)
        message = Message(new_id(), "", None, Role.USER, well_formed(question), time.time())
        run = run_request((message,), settings, adapters)
        if wishes.max_tokens is not None:
            run = replace(run, max_new_tokens=wishes.max_tokens)
        return Plan(replace(load_request(model, settings), adapters=adapters), run)

    def _adapter(self, path: Path) -> Adapter:
        if not path.is_file():
            raise RunError(
                f"There is no adapter file {well_formed(str(path))}.",
                "Name another one with --adapter.",
            )
        return Adapter(adapter_name(path), path, self._record_of(path).scale)

    def _overrides_of(self, model: Path) -> Overrides:
        overrides, complaints = decode_overrides(self._record_of(model).overrides)
        self._notes.extend(complaints)
        return overrides

    def _record_of(self, path: Path) -> Record:
        try:
            key = fingerprint(path)
        except OSError as error:
            raise ModelLoadError(
                f"{well_formed(path.name)} cannot be read: {error.strerror}.",
                "Check who may read it.",
            ) from error
        return self._records.get(key)

    @cached_property
    def _records(self) -> RecordsFile:
        return self._read(self._paths.library_file, _records_in)

    def _preset(self) -> Overrides:
        name = self._settings.state.preset
        if not name:
            return Overrides()
        presets = self._read(self._paths.presets_file, _presets_in)
        preset = presets.find(name)
        return Overrides() if preset is None else preset.overrides

    def _read(self, file: Path, read: Callable[[Path], tuple[T, tuple[str, ...]]]) -> T:
        with tempfile.TemporaryDirectory(prefix="cairn-ask-") as folder:
            copy = Path(folder) / file.name
            unreadable = not _copy(file, copy)
            value, complaints = read(copy)
            copy.unlink(missing_ok=True)
        if complaints or unreadable:
            self._notes.append(
                f"Some of {file.name} cannot be used, so defaults are. Open Cairn to see what."
            )
        return value


def _last_model(model: Path, *, failed: bool) -> Path:
    shown = well_formed(str(model))
    if not model.is_file():
        raise AppError(f"The last model, {shown}, is not there.", "Name a model file with --model.")
    if failed:
        # As at the start of the window: what may take the machine down is not repeated unasked.
        raise AppError(
            f"The last model, {shown}, could not be loaded or crashed, so it is not loaded again.",
            "Name it with --model to try it, or name another one.",
        )
    return model


def _settings_in(file: Path) -> tuple[Settings, tuple[str, ...]]:
    return SettingsFile(file).load()


def _records_in(file: Path) -> tuple[RecordsFile, tuple[str, ...]]:
    records = RecordsFile(file)
    return records, records.load()


def _presets_in(file: Path) -> tuple[Presets, tuple[str, ...]]:
    return PresetsFile(file).load()


def _copy(file: Path, copy: Path) -> bool:
    """Copy a file unless there is none; return False when it cannot be read."""
    try:
        # Reading anything but a file, such as a pipe, would wait for ever.
        if file.is_file():
            shutil.copyfile(file, copy)
        return not file.exists() or copy.exists()
    except OSError:
        copy.unlink(missing_ok=True)
        return False
