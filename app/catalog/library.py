"""A model or adapter as the library shows it: what the file is, and what was said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from app.catalog.describe import Description
from app.catalog.doubts import doubt_about
from app.catalog.facts import Fact, FactName, Kind, best
from app.catalog.kv_cache import kv_bytes_per_token
from app.catalog.model_file import size_text
from app.catalog.names import without_part
from app.catalog.record_bounds import is_context
from app.catalog.records import Record
from app.catalog.shown import shown_text
from app.catalog.starter import STARTER_LABEL, is_starter


class Severity(Enum):
    """Whether a file can be used."""

    OK = "ok"
    WARNING = "warning"
    """It may work; the problem says why it may not."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One row of the library."""

    path: Path
    kind: Kind
    label: str
    detail: str
    """Parameters, quantisation and size: "1.7B · w8a8 · 2.4 GB"."""
    size: int
    """Of all its parts, in bytes."""
    facts: tuple[Fact, ...]
    severity: Severity
    problem: str
    """What is wrong with it, as one sentence; empty for a sound file."""
    advice: str
    key: str
    """Key of its content; empty where it cannot be read."""
    record: Record
    folder: Path
    """The folder of the library that it was found in."""
    modified: float
    """Seconds since 1970."""
    kv_bytes_per_token: int | None
    context_limit: int | None
    """The longest context window, in tokens."""
    is_starter: bool
    description: Description = field(repr=False)
    """What the file is by itself."""

    @property
    def parts(self) -> tuple[Path, ...]:
        """All its files, `path` first."""
        return self.description.found.parts or (self.path,)

    @property
    def sidecars(self) -> tuple[Path, ...]:
        """Files beside it that belong to it alone."""
        return self.description.found.sidecars

    @property
    def is_adapter(self) -> bool:
        """Whether it is an adapter, and not a model."""
        return self.kind is Kind.ADAPTER

    @property
    def is_usable(self) -> bool:
        """Whether it can be loaded, as far as is known."""
        return self.severity is not Severity.BROKEN

    def fact(self, name: FactName) -> Fact | None:
        """Return the most trusted fact about `name`."""
        return best(self.facts, name)

    def value(self, name: FactName) -> str:
        """Return the value of the most trusted fact about `name`, or an empty text."""
        fact = self.fact(name)
        return fact.value if fact is not None else ""


def entry_of(description: Description, record: Record) -> LibraryEntry:
    """Return the row for a file and what was said of it."""
    found = description.found
    facts = record.facts + description.facts
    kind = record.kind or description.kind
    context = best(facts, FactName.CONTEXT)
    severity, problem, advice = _judged(description, record, facts, kind)
    starter = is_starter(found.path)
    return LibraryEntry(
        path=found.path,
        kind=kind,
        label=shown_text(record.name) or (STARTER_LABEL if starter else label_of(found.path)),
        detail=_detail(facts, kind, found.size),
        size=found.size,
        facts=facts,
        severity=severity,
        problem=problem,
        advice=advice,
        key=description.key,
        record=record,
        folder=found.folder,
        modified=found.modified,
        kv_bytes_per_token=description.kv_bytes_per_token or kv_bytes_per_token(facts),
        context_limit=_limit(context),
        is_starter=starter,
        description=description,
    )


def _limit(context: Fact | None) -> int | None:
    tokens = context.number if context is not None else None
    return tokens if tokens is not None and is_context(tokens) else None


def label_of(path: Path) -> str:
    """Return what a file is called for people: its name, without ending and number of the part."""
    return shown_text(without_part(path.stem))


def by_label(entry: LibraryEntry) -> tuple[str, str]:
    """Return what entries are sorted by."""
    return entry.label.casefold(), str(entry.path)


def _judged(
    description: Description, record: Record, facts: tuple[Fact, ...], kind: Kind
) -> tuple[Severity, str, str]:
    if description.problem:
        return Severity.BROKEN, description.problem, description.advice
    if record.failure is not None:
        severity = Severity.BROKEN if record.failure.is_final else Severity.WARNING
        return severity, record.failure.cause, record.failure.advice
    doubt = doubt_about(description.found.path, facts, kind, description.found.size)
    if doubt is not None:
        return Severity.WARNING, doubt.problem, doubt.advice
    return Severity.OK, "", ""


def _detail(facts: tuple[Fact, ...], kind: Kind, size: int) -> str:
    names = (FactName.PARAMETERS, FactName.QUANTIZATION)
    if kind is Kind.ADAPTER:
        names = (FactName.BASE, FactName.QUANTIZATION)
    known = [fact.value for name in names if (fact := best(facts, name)) is not None]
    return " · ".join((*known, size_text(size)) if size else known)
