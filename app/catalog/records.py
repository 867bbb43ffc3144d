"""What the user and the engine said of model files, kept by content in one JSON file.

An older Cairn may read the file of a newer one: what it does not know stays in the file as it
is, field by field, and a field that makes no sense counts as not said.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from app.catalog.facts import Fact, Kind
from app.chat.text import well_formed
from app.settings.kept_file import KeptFile, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A record takes some 500 bytes, and one with notes and overrides a few thousand.
MAX_BYTES = 32_000_000
_VERSION = 1

_WORDS = Words(
    file="The file with what is known of your models",
    content="The notes on your models",
    instead="names, notes and marks of models are empty",
    shorten="Shorten the notes",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model wrote when it was last measured here."""

    tokens_per_second: float
    context_tokens: int
    """How much was in the context then."""
    measured_at: float
    """Seconds since 1970."""


class AdapterOutcome(Enum):
    """What the self-test of an adapter found."""

    CHANGES = "changes"
    """The answer with the adapter is another one."""
    CHANGES_NOTHING = "changes_nothing"
    FAILED = "failed"
    """The adapter could not be used at all."""


@dataclass(frozen=True, slots=True)
class AdapterTest:
    """When an adapter was tried, and with what outcome."""

    outcome: AdapterOutcome
    tested_at: float
    """Seconds since 1970."""
    model: str = ""
    """Key of the model it was tried with."""


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """Why the engine could not load a file."""

    cause: str
    advice: str = ""
    is_final: bool = False
    """The file itself is the cause, so that trying again does not help."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was said of one file. Change with `dataclasses.replace`."""

    name: str = ""
    notes: str = ""
    favourite: bool = False
    keep_loaded: bool = False
    kind: Kind | None = None
    """What the user says that it is; None leaves it to the file."""
    base: str = ""
    """Key of the model that an adapter belongs to, as the user says."""
    scale: float = 1.0
    """How strongly an adapter works."""
    overrides: str = ""
    """Settings for this model, as JSON; opaque here."""
    facts: tuple[Fact, ...] = ()
    """Seen by the engine when it loaded the file."""
    speed: Speed | None = None
    adapter_test: AdapterTest | None = None
    failure: LoadFailure | None = None


NOTHING_SAID = Record()


class RecordsFile:
    """Keeps the records in one file.

    `load` and `save` block and may run on any thread, one `load` before everything else. All
    other methods belong to one thread.
    """

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, _WORDS, MAX_BYTES)
        self._records: dict[str, Record] = {}
        #: As they stand in the file, with what this version does not know. Never changed in place.
        self._plain: dict[str, Any] = {}
        self._rest: dict[str, Any] = {}
        self._changes = 0
        self._saved = 0
        self._saving = threading.Lock()

    def load(self) -> tuple[str, ...]:
        """Read the file; return one sentence for the user about each thing that was wrong."""
        import msgspec

        text, complaint = self._file.read()
        if text is None:
            return (complaint,) if complaint else ()
        try:
            # With a hook a number that no float holds is an infinite one, and not an error.
            document = msgspec.json.Decoder(float_hook=float).decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            return (self._file.reject(error),)
        if not isinstance(document, dict) or not isinstance(document.get("files"), dict):
            return (self._file.reject(ValueError("it does not hold what it should")),)
        self._rest = document
        self._plain = document["files"]
        self._records = {key: _record_in(plain) for key, plain in self._plain.items()}
        return ()

    def get(self, key: str) -> Record:
        """Return what was said of the file with this content; the same value while it stays so."""
        return self._records.get(key, NOTHING_SAID)

    def snapshot(self) -> Mapping[str, Record]:
        """Return all records as they are now, for another thread."""
        return dict(self._records)

    def set(self, key: str, record: Record) -> None:
        """Change what was said."""
        before = self.get(key)
        if record == before:
            return
        changed = {
            field.name: _plain_value(getattr(record, field.name))
            for field in fields(Record)
            if getattr(record, field.name) != getattr(before, field.name)
        }
        self._plain = {**self._plain, key: {**_table(self._plain.get(key)), **changed}}
        self._records = {**self._records, key: record}
        self._changes += 1

    @property
    def is_changed(self) -> bool:
        """Whether there is something that is not in the file."""
        return self._saved != self._changes

    def save(self) -> None:
        """Write the file unless it is up to date. Raises SettingsError."""
        import msgspec

        with self._saving:
            changes, plain = self._changes, self._plain
            if changes == self._saved:
                return
            document = {**self._rest, "version": _VERSION, "files": plain}
            encoded = msgspec.json.encode(document)
            self._file.write(msgspec.json.format(encoded, indent=1).decode())
            self._saved = changes


def _table(plain: object) -> dict[str, Any]:
    return plain if isinstance(plain, dict) else {}


def _record_in(plain: object) -> Record:
    import msgspec

    from app.catalog.record_bounds import bounded

    if not isinstance(plain, dict):
        return NOTHING_SAID
    values: dict[str, Any] = {}
    for name, kind in _field_types().items():
        if name not in plain:
            continue
        try:
            values[name] = bounded(name, msgspec.convert(plain[name], kind))
        except (ValueError, OverflowError, RecursionError):
            continue
    return Record(**values)


@cache
def _field_types() -> dict[str, Any]:
    return get_type_hints(Record)


def _plain_value(value: object) -> Any:
    import msgspec

    # A lone surrogate of a file's name has no form in JSON.
    return msgspec.to_builtins(well_formed(value) if isinstance(value, str) else value)
