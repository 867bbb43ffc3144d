"""The engines there are, each with room for one model, and which of them is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.engine import Engine
from app.presenters.model_slot import ModelSlot
from app.presenters.model_state import ModelState
from app.runtime.protocol import LoadRequest

if TYPE_CHECKING:
    from app.presenters.library import LibraryPresenter

#: Two models at once; a third would leave no room on any of these boards.
MOST_LOADED = 2
#: The driver has sixteen memory domains.
LAST_DOMAIN = 15


class ModelSlots(QObject):
    """Room for models. Lives on the window's thread; owned by the model presenter.

    The shown model makes room for the next one unless it is kept.
    """

    #: A model has moved on; carries its ModelSlot.
    changed = Signal(object)
    #: A model answers requests; carries its ModelSlot.
    loaded = Signal(object)
    #: A load failed or an engine was lost; carries the ModelSlot and an AppError.
    failed = Signal(object, object)
    #: A model is gone because that was asked for; carries its ModelSlot and its path.
    unloaded = Signal(object, object)
    #: A library has logged a line.
    log_received = Signal(str)
    #: Every engine has ended after `shut_down`.
    shut_down_finished = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        library: LibraryPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._library = library
        self._slots: list[ModelSlot] = []
        self._rest_minutes = 0
        self.shown = self.add()

    def states(self) -> tuple[ModelState, ...]:
        """Return every model that is loaded, loading or resting; the shown one first."""
        slots = (self.shown, *self.others())
        return tuple(slot.state for slot in slots if not slot.is_free)

    def others(self) -> tuple[ModelSlot, ...]:
        """Return the slots that are not shown."""
        return tuple(slot for slot in self._slots if slot is not self.shown)

    def with_model(self, path: Path) -> ModelSlot | None:
        """Return the slot that a model is in or was asked for, or None."""
        found = [slot for slot in self._slots if slot.path == path]
        # One that failed before may still stand for the same file.
        return next((slot for slot in found if not slot.is_free), found[0] if found else None)

    def of_engine(self, engine: Engine) -> ModelSlot:
        """Return the slot of an engine."""
        return next(slot for slot in self._slots if slot.engine is engine)

    def is_kept(self, slot: ModelSlot) -> bool:
        """Return whether the model in a slot stays when another one is chosen."""
        if slot.path is None or slot.is_free:
            return False
        return self._library.record_for(slot.path).keep_loaded

    def room(self) -> ModelSlot | None:
        """Return the slot that the next model gets; None stands for one that is still to be made.

        When every model is kept the shown one makes room all the same.
        """
        if not self.is_kept(self.shown):
            return self.shown
        for slot in self.others():
            if not self.is_kept(slot):
                return slot
        return None if len(self._slots) < MOST_LOADED else self.shown

    def add(self) -> ModelSlot:
        """Make one more slot."""
        slot = ModelSlot(self._make_engine(), self)
        slot.changed.connect(self.changed)
        slot.loaded.connect(self.loaded)
        slot.failed.connect(self.failed)
        slot.unloaded.connect(self.unloaded)
        slot.shut_down_finished.connect(self._on_shut_down)
        slot.engine.log_received.connect(self.log_received)
        self._slots.append(slot)
        self._let_rest(slot)
        return slot

    def in_domain_of_its_own(self, request: LoadRequest) -> LoadRequest:
        """Return `request` with an NPU memory domain that no other loaded model began in."""
        taken = {
            slot.request.npu.base_domain_id
            for slot in self.others()
            if slot.request is not None and not slot.is_free
        }
        wanted = request.npu.base_domain_id
        free = (domain for domain in range(wanted, wanted + MOST_LOADED) if domain not in taken)
        domain = min(next(free, wanted), LAST_DOMAIN)
        return replace(request, npu=replace(request.npu, base_domain_id=domain))

    def take_names(self, name_of: Callable[[Path], str]) -> None:
        """Call the models as the library does now."""
        for slot in self._slots:
            if slot.path is not None:
                slot.set_name(name_of(slot.path))

    def rest_after(self, minutes: int) -> None:
        """Let models that are not kept rest when they were not used for a while; 0 never does."""
        self._rest_minutes = minutes
        for slot in self._slots:
            self._let_rest(slot)

    def shut_down(self) -> None:
        """End every engine; `shut_down_finished` follows."""
        for slot in tuple(self._slots):
            slot.engine.shut_down()

    def _let_rest(self, slot: ModelSlot) -> None:
        slot.rest_after(0 if self.is_kept(slot) else self._rest_minutes)

    @Slot(object)
    def _on_shut_down(self, slot: ModelSlot) -> None:
        self._slots.remove(slot)
        if not self._slots:
            self.shut_down_finished.emit()
