"""Whether a request may go to a model now; a refusal is told to the user."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.errors import Remedy, RunError
from app.presenters.model_slot import ModelSlot
from app.presenters.model_state import ModelStage
from app.presenters.notices import Notices

_CONTEXT = "Readiness"


def may_answer(
    slot: ModelSlot, notices: Notices, *, is_answering: bool, brings_model: bool = False
) -> bool:
    """Return whether the model in a slot can be asked; `is_answering` says that an answer goes on.

    A request that `brings_model` needs none that is there already.
    """
    translate = QCoreApplication.translate
    if is_answering or slot.engine.is_busy:
        what = "An answer is being written."
        if not is_answering:
            what = "The model is busy with a quick question, a comparison or a test."
        notices.warn(
            translate(_CONTEXT, what),
            translate(_CONTEXT, "Stop it first, or wait for its end."),
        )
        return False
    is_there = slot.engine.has_model and slot.state.stage is not ModelStage.NONE
    if not is_there and not brings_model:
        notices.error(
            RunError(
                translate(_CONTEXT, "No model is loaded."),
                translate(_CONTEXT, "Choose a model, or try the starter."),
                remedy=Remedy.USE_STARTER,
            )
        )
        return False
    return True
