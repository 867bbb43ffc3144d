"""LoRA adapters: which there are for the shown model, and which one is on in the conversation.

One adapter or none is on for each conversation. The NPU library takes an adapter at any time;
llama.cpp takes it only while it loads a model, so the fitting ones are loaded with it, and one
that is not there yet loads the model again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.text import well_formed
from app.presenters.adapter_requests import request_of
from app.presenters.adapter_state import AdapterChoice, AdapterState, UsedAdapter
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage, ModelState
from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.runtime.protocol import Capability

if TYPE_CHECKING:
    from app.catalog.library import LibraryEntry
    from app.presenters.adapter_check import AdapterCheck
    from app.presenters.comparison import Comparison
    from app.presenters.library import LibraryPresenter


class AdapterPresenter(QObject):
    """Decides which adapter goes with a request. Lives on the window's thread."""

    #: There are other adapters, or another one is on; carries an AdapterState.
    adapters_changed = Signal(object)

    def __init__(
        self,
        library: LibraryPresenter,
        models: ModelPresenter,
        conversations: ConversationsPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tasks = tasks
        self._check: AdapterCheck | None = None
        self._comparison: Comparison | None = None
        self._library = library
        self._models = models
        self._conversations = conversations
        self._notices = notices
        self._state = AdapterState()
        self._seen: tuple[object, ...] = ()
        self._warned_of: tuple[object, ...] | None = None
        library.library_changed.connect(self._on_changed)
        models.state_changed.connect(self._on_model_changed)
        conversations.current_changed.connect(self._on_changed)
        conversations.choices_changed.connect(self._on_changed)

    @property
    def state(self) -> AdapterState:
        """The adapters of the shown model, and the one that is on."""
        return self._state

    @property
    def check(self) -> AdapterCheck:
        """What tests an adapter; made when it is asked for first."""
        if self._check is None:
            from app.presenters.adapter_check import AdapterCheck

            self._check = AdapterCheck(
                self, self._models, self._library, self._notices, self._tasks
            )
        return self._check

    @property
    def comparison(self) -> Comparison:
        """What compares answers with and without an adapter; made when it is asked for first."""
        if self._comparison is None:
            from app.presenters.comparison import Comparison

            self._comparison = Comparison(self, self._models, self._settings, self._tasks)
        return self._comparison

    @property
    def scale_reason(self) -> str:
        """Why another strength loads an adapter anew, or an empty text where it does not."""
        info = self._models.state.info
        return "" if info is None else info.capabilities.reason(Capability.LORA_SCALE_PER_RUN)

    @property
    def in_use(self) -> UsedAdapter | None:
        """The adapter that is on in the shown conversation, or None."""
        return self.known(self._conversations.choices.adapter)

    def known(self, path: str) -> UsedAdapter | None:
        """Return the adapter in a file as a request takes it; None for "" or what cannot be used."""
        choice = self._choice(path)
        if choice is None or choice.problem or self._state.unavailable:
            return None
        entry = self._library.entry_for(choice.path)
        return None if entry is None else UsedAdapter(request_of(entry), _named(choice))

    def for_answer(self) -> UsedAdapter | None:
        """Return the adapter for the next answer; when the chosen one cannot be used, say so once."""
        chosen, used = self._state.chosen, self.in_use
        reason = self._state.unavailable or (chosen.problem if chosen is not None else "")
        if chosen is None or used is not None or not reason:
            self._warned_of = None
            return used
        about = (self._conversations.current_id, chosen.path, reason)
        if about != self._warned_of:
            self._warned_of = about
            self._notices.warn(
                self.tr("{adapter} is not used: {reason}").format(
                    adapter=chosen.label, reason=reason
                ),
                self.tr("Choose another one, or none, in the LoRA menu."),
            )
        return None

    def choose(self, path: str) -> None:
        """Use an adapter from now on in the shown conversation; "" uses none."""
        choice = self._choice(path)
        if path and choice is None:
            return
        self._conversations.choose(adapter=path)
        if choice is not None:
            self._make_ready(choice)

    def set_scale(self, path: Path, scale: float) -> None:
        """Let an adapter work more or less strongly."""
        self._library.set_scale(path, scale)

    def _choice(self, path: str) -> AdapterChoice | None:
        found = (choice for choice in self._state.choices if str(choice.path) == path)
        return next(found, None)

    def _make_ready(self, choice: AdapterChoice) -> None:
        """Load the model again where it can take the adapter in no other way."""
        info, request = self._models.state.info, self._models.request
        if info is None or request is None or self._models.state.stage is not ModelStage.READY:
            return
        there = {adapter.path for adapter in request.adapters}
        if Capability.LORA_LATER not in info.capabilities and choice.path not in there:
            self._notices.info(
                self.tr("The model is loaded again to take {adapter} in.").format(
                    adapter=choice.label
                )
            )
            self._models.reload()

    def _model(self) -> LibraryEntry | None:
        path = self._models.state.path
        return None if path is None else self._library.entry_for(path)

    @Slot(object)
    def _on_model_changed(self, state: ModelState) -> None:
        # The steps of a load change nothing here.
        seen = (state.path, state.stage, state.info)
        if seen != self._seen:
            self._seen = seen
            self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._models.adapters.chosen = self._conversations.choices.adapter
        state = self._current_state()
        if state != self._state:
            self._state = state
            self.adapters_changed.emit(state)

    def _current_state(self) -> AdapterState:
        model = self._model()
        shown = self._models.state
        if shown.stage in (ModelStage.NONE, ModelStage.FAILED):
            return AdapterState(unavailable=self.tr("Load a model first."))
        if model is None:
            return AdapterState(unavailable=self.tr("This model is not in the library."))
        reason = ""
        if shown.info is not None:
            reason = shown.info.capabilities.reason(Capability.LORA)
        choices = tuple(self._choice_of(entry, model) for entry in self._library.adapters)
        usable = sorted(choices, key=_order)
        wanted = self._conversations.choices.adapter
        chosen = next((one for one in usable if str(one.path) == wanted), None)
        if wanted and chosen is None:
            gone = Path(wanted)
            chosen = AdapterChoice(
                gone, well_formed(gone.stem), problem=self.tr("Its file is not there any more.")
            )
        return AdapterState(tuple(usable), chosen, reason)

    def _choice_of(self, adapter: LibraryEntry, model: LibraryEntry) -> AdapterChoice:
        from app.catalog.adapters import Answer, match

        found = match(adapter, model)
        problem = found.reason if found.answer is Answer.NO else ""
        if self._models.adapters.is_refused(model.path, adapter.path):
            problem = self.tr("This model could not be loaded with it.")
        test = adapter.record.adapter_test
        outcomes = {
            "changes": self.tr("Tested: it changes the answers."),
            "changes_nothing": self.tr("Tested: it changes nothing."),
            "failed": self.tr("Tested: it could not be used."),
        }
        tested = outcomes[test.outcome.value] if test and test.model in ("", model.key) else ""
        return AdapterChoice(
            adapter.path,
            adapter.label,
            found.reason,
            problem,
            adapter.record.scale,
            tested,
        )


def _named(choice: AdapterChoice) -> str:
    """Return what the conversation says of an adapter: its name, and its strength if changed."""
    return choice.label if choice.scale == 1 else f"{choice.label} × {choice.scale:g}"


def _order(choice: AdapterChoice) -> tuple[bool, str]:
    return (bool(choice.problem), choice.label.casefold())
