"""Whether an adapter belongs to a model, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.catalog.facts import FactName, Kind
from app.catalog.library import LibraryEntry
from app.catalog.names import is_adapter_folder, is_same_family
from app.runtime.gguf.layout import mismatch


class Answer(Enum):
    """Whether it belongs."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """Whether an adapter belongs to a model, and why, as one sentence."""

    answer: Answer
    reason: str


def match(adapter: LibraryEntry, model: LibraryEntry) -> Match:
    """Return whether `adapter` belongs to `model`."""
    if adapter.kind is not Kind.ADAPTER:
        return Match(Answer.NO, f"{adapter.label} is not an adapter.")
    if model.kind is not Kind.MODEL:
        return Match(Answer.NO, f"{model.label} is an adapter itself.")
    ending, wanted = adapter.path.suffix.lower(), model.path.suffix.lower()
    if ending != wanted:
        return Match(
            Answer.NO, f"It is a {ending} file, and this model takes adapters in {wanted} files."
        )
    if not adapter.is_usable:
        return Match(Answer.NO, adapter.problem)
    if ending == ".gguf":
        return _by_layout(adapter, model)
    return _by_choice(adapter, model) or _by_name(adapter, model) or _by_folder(adapter, model)


def _by_layout(adapter: LibraryEntry, model: LibraryEntry) -> Match:
    made_for, has = adapter.description.layout, model.description.layout
    if made_for is None or has is None:
        return Match(Answer.UNKNOWN, "The matrices of the model cannot be read.")
    # Whatever the user says: llama.cpp refuses an adapter of other sizes.
    if problem := mismatch(made_for, has):
        return Match(Answer.NO, f"The adapter {adapter.path.name} {problem}.")
    said = _by_choice(adapter, model)
    if said is not None:
        return said
    return Match(Answer.YES, "It changes matrices that this model has, in the same sizes.")


def _by_choice(adapter: LibraryEntry, model: LibraryEntry) -> Match | None:
    if not adapter.record.base:
        return None
    if adapter.record.base == model.key:
        return Match(Answer.YES, "You said that it belongs to this model.")
    return Match(Answer.NO, "You said that it belongs to another model.")


def _by_name(adapter: LibraryEntry, model: LibraryEntry) -> Match | None:
    family, its_family = adapter.value(FactName.FAMILY), model.value(FactName.FAMILY)
    count, its_count = adapter.value(FactName.PARAMETERS), model.value(FactName.PARAMETERS)
    if family and its_family and not is_same_family(family, its_family):
        return Match(Answer.NO, f"It was made for {family}, this model is {its_family}.")
    if count and its_count and count != its_count:
        return Match(
            Answer.NO,
            f"It was made for a model of {count} parameters, this one has {its_count}.",
        )
    if family and its_family and count and its_count:
        return Match(Answer.YES, f"By its name it was made for {family} {count}, as this model is.")
    return None


def _by_folder(adapter: LibraryEntry, model: LibraryEntry) -> Match:
    home = adapter.path.parent
    if is_adapter_folder(home.name):
        home = home.parent
    if home == model.path.parent and home != model.folder:
        return Match(Answer.YES, "It lies in the folder of this model.")
    return Match(Answer.UNKNOWN, "Nothing says which model it belongs to: choose it once.")
