"""Whether a second model fits beside what stays loaded, before an engine is started for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.catalog.fit import FitMark, available_bytes, fit_of
from app.errors import ModelLoadError
from app.presenters.model_choices import context_of, freed_by
from app.presenters.model_state import ModelState
from app.presenters.settings import SettingsPresenter

if TYPE_CHECKING:
    from app.presenters.library import LibraryPresenter

_CONTEXT = "MemoryCheck"


def lack_of_memory(
    model: Path,
    kept: ModelState,
    leaving: ModelState | None,
    library: LibraryPresenter,
    settings: SettingsPresenter,
) -> ModelLoadError | None:
    """Return why a model does not fit beside `kept`, or None when it may.

    `leaving` is the model that makes room for it, if one does.
    """
    entry = library.entry_for(model)
    if entry is None:
        return None
    freed = 0 if leaving is None else freed_by(leaving, library, settings)
    found = fit_of(entry, context_of(entry, settings), available_bytes(), freed)
    if found.mark is not FitMark.TOO_BIG:
        return None
    translate = QCoreApplication.translate
    return ModelLoadError(
        translate(_CONTEXT, "{model} does not fit beside {kept}. {reason}").format(
            model=entry.label, kept=kept.name, reason=found.reason
        ),
        translate(_CONTEXT, "{kept} stays loaded.").format(kept=kept.name),
    )
