"""Which LoRA adapters come with a model when it is loaded, and which were left out and why.

llama.cpp takes adapters only while it loads a model, and fails as a whole when one of them is
bad. What was the reason is then left out; where that is not known, all of them are, and come back
one at a time when they are chosen.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.chat.text import well_formed
from app.runtime.protocol import Adapter, LoadRequest

if TYPE_CHECKING:
    from app.presenters.library import LibraryPresenter


class AdaptersAtLoad:
    """Remembers what went wrong until the program ends. Used on the window's thread."""

    def __init__(self, library: LibraryPresenter) -> None:
        self._library = library
        #: Path of the adapter that is on in the shown conversation, or "".
        self.chosen = ""
        self._refused: set[tuple[Path, Path]] = set()
        #: Models that one of several adapters spoiled: they get the chosen one alone.
        self._spoiled: set[Path] = set()

    def to_load(self, model: Path) -> tuple[Adapter, ...]:
        """Return the adapters to load together with a model."""
        from app.catalog.adapters import Answer, match
        from app.presenters.adapter_requests import adapters_to_load

        entry = self._library.entry_for(model)
        if entry is None:
            return ()
        fitting = [
            adapter
            for adapter in self._library.adapters
            if (model, adapter.path) not in self._refused
            and (model not in self._spoiled or str(adapter.path) == self.chosen)
            and match(adapter, entry).answer is Answer.YES
        ]
        return adapters_to_load(entry, fitting, self.chosen)

    def is_refused(self, model: Path, adapter: Path) -> bool:
        """Return whether a model could not be loaded because of an adapter."""
        return (model, adapter) in self._refused

    def without_the_guilty(self, request: LoadRequest, subject: str) -> tuple[LoadRequest, str]:
        """Note that a load with adapters failed; return the next attempt, and what it leaves out.

        `subject` is the path of the adapter that was the reason, as far as that is known.
        """
        named = [
            adapter
            for adapter in request.adapters
            if subject and well_formed(str(adapter.path)) == well_formed(subject)
        ]
        found = named or request.adapters
        if len(found) == 1:
            self._refused.add((request.model, found[0].path))
        else:
            self._spoiled.add(request.model)
        kept = tuple(adapter for adapter in request.adapters if adapter not in found)
        names = ", ".join(well_formed(adapter.path.stem) for adapter in found)
        return replace(request, adapters=kept), names
