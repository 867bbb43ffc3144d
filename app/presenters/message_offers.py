"""What can be done with a message now, and why the rest cannot."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.chat.message import CONTINUABLE_STATES, Message, MessageState, Role
from app.presenters.adapter_state import AdapterState
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.runtime.protocol import Capability


@dataclass(frozen=True, slots=True)
class MessageOffers:
    """One message, and the reasons against what cannot be done; "" where it can."""

    message: Message
    versions: int = 1
    is_paused: bool = False
    models: tuple[ModelChoice, ...] = ()
    """Those that can write another answer; the shown one first."""
    adapters: AdapterState = AdapterState()
    temperature: float = 0.0
    """The one in force."""
    busy: str = ""
    """Why the shown model cannot be asked."""
    busy_here: str = ""
    """Why no model can be asked."""
    no_continue: str = ""
    no_pause: str = ""
    no_temperature: str = ""
    no_models: str = ""
    """What to say when there is none to choose from."""
    no_adapters: str = ""

    @property
    def is_streaming(self) -> bool:
        """Whether it is being written."""
        return self.message.state is MessageState.STREAMING

    @property
    def is_answer(self) -> bool:
        """Whether a model wrote it."""
        return self.message.role is Role.ASSISTANT

    @property
    def can_be_continued(self) -> bool:
        """Whether it was cut short."""
        has_words = bool(self.message.text.strip()) or self.is_paused
        return self.message.state in CONTINUABLE_STATES and has_words


def reasons(model: ModelState, *, is_answering: bool, no_pause: str) -> dict[str, str]:
    """Return the fields of MessageOffers that the model decides on."""
    translate = QCoreApplication.translate
    busy_here = ""
    if is_answering:
        busy_here = translate("MessageOffers", "An answer is being written.")
    busy = busy_here
    if not busy and model.stage is ModelStage.NONE:
        busy = translate("MessageOffers", "No model is loaded.")
    no_continue = no_temperature = ""
    if model.info is not None:
        can = model.info.capabilities
        no_continue = can.reason(Capability.CONTINUE_ANSWER)
        no_temperature = can.reason(Capability.SAMPLING_PER_RUN)
    return {
        "busy": busy,
        "busy_here": busy_here,
        "no_continue": busy or no_continue,
        "no_pause": no_pause,
        "no_temperature": no_temperature,
        "no_models": translate("MessageOffers", "There is no model to choose from."),
        "no_adapters": translate("MessageOffers", "There is no adapter for this model."),
    }
