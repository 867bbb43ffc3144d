"""Which models are loaded and which one is shown: choosing, loading, unloading, and their failures.

One model is loaded at a time, unless one is kept: another is then loaded beside it, in an engine
process of its own, where memory allows. A conversation that is opened shows its model when that
is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.catalog.starter import starter_path
from app.chat.message import Message
from app.engine.engine import Engine
from app.errors import AppError, ModelLoadError, Remedy
from app.presenters.adapters_at_load import AdaptersAtLoad
from app.presenters.last_model import LastModel
from app.presenters.model_layer import ModelLayer
from app.presenters.model_slot import ModelSlot
from app.presenters.model_slots import ModelSlots
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.presenters.notices import Notice, NoticeAction, Notices
from app.presenters.recent_models import absolute, recent_of, remember
from app.presenters.requests import load_request
from app.presenters.settings import SettingsPresenter
from app.runtime.protocol import LoadRequest, ModelInfo
from app.settings.schema import Settings

if TYPE_CHECKING:
    from app.catalog.library import LibraryEntry
    from app.presenters.library import LibraryPresenter

#: The speed of a shorter answer says little.
FEWEST_TOKENS = 16


class ModelPresenter(QObject):
    """Decides what the engines load. Lives on the window's thread."""

    #: The shown model is another, or at another stage; carries a ModelState.
    state_changed = Signal(object)
    #: The models to pick from have changed; carries a tuple of ModelChoice.
    choices_changed = Signal(object)
    #: A model answers requests; carries its ModelInfo.
    model_loaded = Signal(object)
    #: The user has chosen a model; carries its path.
    model_chosen = Signal(str)
    #: A library has logged a line.
    log_received = Signal(str)
    #: Every engine has ended after `shut_down`.
    shut_down_finished = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        library: LibraryPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._notices = notices
        self._told: Notice | None = None
        #: What comes with a model when it is loaded.
        self.adapters = AdaptersAtLoad(library)
        self._last = LastModel(settings)
        self._layer = ModelLayer(library, settings, notices, self)
        self._slots = ModelSlots(make_engine, library, self)
        self._slots.changed.connect(self._on_slot_changed)
        self._slots.loaded.connect(self._on_slot_loaded)
        self._slots.failed.connect(self._on_slot_failed)
        self._slots.unloaded.connect(self._on_slot_unloaded)
        self._slots.log_received.connect(self.log_received)
        self._slots.shut_down_finished.connect(self.shut_down_finished)
        library.library_changed.connect(self._on_library_changed)
        settings.settings_changed.connect(self._on_settings_changed)
        self._on_settings_changed(settings.settings)

    @property
    def slot(self) -> ModelSlot:
        """The room of the shown model."""
        return self._slots.shown

    def slot_of(self, engine: Engine) -> ModelSlot:
        """Return the room that an engine is for."""
        return self._slots.of_engine(engine)

    @property
    def state(self) -> ModelState:
        """The shown model and where it stands."""
        return self._slots.shown.state

    @property
    def engine(self) -> Engine:
        """The engine of the shown model."""
        return self._slots.shown.engine

    @property
    def loaded(self) -> tuple[ModelState, ...]:
        """Every model that is loaded, loading or resting; the shown one first."""
        return self._slots.states()

    @property
    def request(self) -> LoadRequest | None:
        """What the shown model was loaded with."""
        return self._slots.shown.request

    def choices(self) -> tuple[ModelChoice, ...]:
        """Return the models to pick from, the most likely ones first."""
        models = self._library.models
        if not models:
            return ()
        # Not before there is something to choose: the window is painted by then.
        from app.presenters.model_choices import choices_of

        return choices_of(models, self.loaded, self._settings)

    def recent(self, choices: tuple[ModelChoice, ...]) -> tuple[ModelChoice, ...]:
        """Return those of `choices` that were loaded lately, the last one first."""
        return recent_of(choices, self._settings)

    @property
    def is_kept(self) -> bool:
        """Whether the shown model stays loaded when another one is chosen."""
        return self._slots.is_kept(self._slots.shown)

    def load_at_start(self, model: str) -> None:
        """Load `model`, or else the last one if the user wants that and it is not known to crash."""
        settings = self._settings.settings
        if self._slots.shown.path is not None:
            return  # The user was faster.
        if not model and self._last.path and settings.engine.load_last_model:
            if self._last.is_suspect:
                self._tell_not_loaded(absolute(self._last.path))
                return
            model = self._last.path
        if model and not self._is_refused(absolute(model)):
            self._load(absolute(model))

    def load(self, path: str) -> None:
        """Show a model file that is loaded, or load it in place of the one that is not kept."""
        model = absolute(path)
        if not self._is_refused(model):
            self._load(model)
            self.model_chosen.emit(str(model))

    def load_starter(self) -> None:
        """Load the starter model that comes with the program."""
        self.load(str(starter_path()))

    def reload(self) -> None:
        """Load the shown model once more, with the settings as they are now."""
        self._load_again(self._slots.shown)

    def show_if_loaded(self, path: str) -> None:
        """Show the model at `path` if it is loaded; else the shown one stays."""
        if path:
            self._show_loaded(absolute(path))

    def refresh_choices(self) -> None:
        """Look at the files and at the free memory again."""
        self._library.refresh()
        self.choices_changed.emit(self.choices())

    def set_kept(self, kept: bool) -> None:
        """Keep the shown model loaded when another one is chosen and when it rests, or not."""
        if self._slots.shown.path is not None:
            self._library.set_keep_loaded(self._slots.shown.path, kept)

    def note_speed(self, message: Message) -> None:
        """Keep how fast a loaded model wrote an answer, if that says something."""
        statistics = message.statistics
        path = next((state.path for state in self.loaded if state.name == message.model), None)
        if statistics is None or path is None:
            return
        speed, tokens = statistics.decode_tokens_per_second, statistics.generated_tokens or 0
        if speed is not None and tokens >= FEWEST_TOKENS:
            self._library.note_speed(path, speed, statistics.context_tokens or tokens)

    def makes_room(self) -> str:
        """Return the name of the model that the next one takes the place of, or an empty text."""
        slot = self._slots.room()
        return "" if slot is None or slot.is_free else slot.state.name

    def _trust_library(self, version: str, slot: ModelSlot) -> None:
        """Use an NPU library that Cairn does not know, and load the model of a slot with it."""
        known = self._settings.settings.state.trusted_libraries
        if version and version not in known:
            self._settings.set_value("state", "trusted_libraries", (*known, version))
        self._load_again(slot)

    def unload(self, path: str = "") -> None:
        """Give the memory of a model back; without a path that of the shown one."""
        slot = self._slots.with_model(absolute(path)) if path else self._slots.shown
        if slot is not None:
            slot.unload()

    def cancel(self) -> None:
        """Give up a load that is under way."""
        if self._slots.shown.state.stage is ModelStage.LOADING:
            self._slots.shown.unload()

    def prepare(self) -> None:
        """Start an engine that waits for a model."""
        self._slots.shown.engine.prepare()

    def shut_down(self) -> None:
        """End every engine; `shut_down_finished` follows."""
        if any(state.stage is ModelStage.LOADING for state in self.loaded):
            self._last.trust()
        self._slots.shut_down()

    def _tell_not_loaded(self, model: Path) -> None:
        words = self.tr(
            "The last model, {model}, could not be loaded or crashed, so it was not loaded again."
        )
        anyway = NoticeAction(self.tr("Load it anyway"), partial(self._load, model))
        words = words.format(model=self._layer.label(model))
        advice = self.tr("Choose a model to go on.")
        self._note_told(self._notices.warn(words, advice, anyway))

    def _is_refused(self, model: Path) -> bool:
        """Tell why a file is no model, if that shows at once: it takes the place of none then."""
        slot = self._slots.with_model(model)
        if slot is not None and not slot.is_free:
            return False
        # Not before a model is wanted: the window opens sooner without it.
        from app.runtime.registry import look_at

        try:
            look_at(model)
        except ModelLoadError as error:
            self._note_told(self._notices.error(error))
            return True
        return False

    def _load(self, model: Path) -> None:
        if not self._show_loaded(model):
            slot = self._slot_for(model)
            if slot is not None:
                self._load_into(slot, model)

    def _show_loaded(self, model: Path) -> bool:
        """Show a model that is loaded, resting or loading; return whether it is."""
        slot = self._slots.with_model(model)
        if slot is None or slot.is_free:
            return False
        if slot is not self._slots.shown:
            self._show(slot)
        return True

    def _load_again(self, slot: ModelSlot) -> None:
        if slot.path is not None:
            self._load_into(slot, slot.path)

    def _slot_for(self, model: Path) -> ModelSlot | None:
        """Return room for `model`, or None after saying that there is none."""
        room = self._slots.room()
        if room is not None and self._slots.is_kept(room):
            self._notices.info(
                self.tr("{kept} makes room, although it is kept: there is room for two.").format(
                    kept=room.state.name
                )
            )
        if room is self._slots.shown:
            return room
        from app.presenters.memory_check import lack_of_memory

        leaving = None if room is None else room.state
        problem = lack_of_memory(model, self.state, leaving, self._library, self._settings)
        if problem is not None:
            instead = partial(self._load_into, self._slots.shown, model)
            action = NoticeAction(self.tr("Load it instead"), instead)
            self._note_told(self._notices.error(problem, action))
            return None
        return self._slots.add() if room is None else room

    def _load_into(self, slot: ModelSlot, model: Path) -> None:
        replaces = "" if slot.is_free or slot.path == model else slot.state.name
        before, self._slots.shown = self._slots.shown, slot
        self._layer.show(model)
        try:
            request = load_request(model, self._settings.settings)
            request = self._slots.in_domain_of_its_own(request)
        except AppError as error:
            self._show(before)
            self._note_told(self._notices.error(error))
            return
        request = replace(request, adapters=self.adapters.to_load(model))
        remember(model, self._settings)
        self._last.begin(model)
        slot.load(request, self._layer.label(model), replaces)

    def _load_without(self, slot: ModelSlot, request: LoadRequest, error: AppError) -> None:
        """Load a model once more without the adapters that may be why it could not be."""
        less, names = self.adapters.without_the_guilty(request, error.subject)
        slot.load(less, self._layer.label(request.model))
        self._notices.warn(
            self.tr("{model} is loaded without {adapters}. {cause}").format(
                model=slot.state.name, adapters=names, cause=error.cause
            ),
            self.tr("Remove the adapter, or put another file in its place."),
        )

    def _show(self, slot: ModelSlot) -> None:
        self._slots.shown = slot
        if slot.path is not None:
            self._last.show(slot.path, works=slot.works)
        self._layer.show(slot.path)
        self._settings.set_model(slot.state.info)
        self._announce()

    def _show_another(self) -> None:
        """Show another loaded model when the shown one is gone."""
        others = [slot for slot in self._slots.others() if not slot.is_free]
        if others:
            self._show(others[0])

    def _note_told(self, notice: Notice | None) -> None:
        """Take back what was told of an earlier load: it is of no interest any more."""
        before, self._told = self._told, notice
        if before is not None:
            self._notices.withdraw(before)

    def _announce(self) -> None:
        if self.state.stage is not ModelStage.FAILED:
            self._note_told(None)
        self.state_changed.emit(self.state)

    @Slot(object)
    def _on_slot_changed(self, slot: ModelSlot) -> None:
        if slot is self._slots.shown:
            self._announce()

    @Slot(object)
    def _on_slot_loaded(self, slot: ModelSlot) -> None:
        info: ModelInfo | None = slot.state.info
        assert info is not None
        self._last.works(info.path)
        self._library.note_loaded(info)
        if slot is self._slots.shown:
            self._settings.set_model(info)
        self.model_loaded.emit(info)
        self.choices_changed.emit(self.choices())

    @Slot(object, object)
    def _on_slot_failed(self, slot: ModelSlot, error: AppError) -> None:
        request = slot.request
        if request is not None and request.adapters and slot.failed_while_loading:
            self._load_without(slot, request, error)
            return
        if slot.path is not None:
            self._last.fail(slot.path, slot.replaced if slot.failed_while_loading else None)
            if isinstance(error, ModelLoadError):
                self._library.note_load_failed(slot.path, error)
        about = slot.state.name if self.loaded else ""
        told = self._notices.error(error, *self._ways_out(slot, error), about=about)
        if slot is self._slots.shown:
            self._settings.set_model(None)
            if slot.failed_while_loading:
                self._show_another()
        self._note_told(told)

    def _ways_out(self, slot: ModelSlot, error: AppError) -> tuple[NoticeAction, ...]:
        """Return what can be done about a failure, for this model and no other."""
        ways: list[NoticeAction] = []
        if error.remedy is Remedy.TRUST_LIBRARY:
            trust = partial(self._trust_library, error.subject, slot)
            ways.append(NoticeAction(self.tr("Try it"), trust))
        elif error.remedy in (Remedy.RETRY, Remedy.RELOAD_MODEL):
            ways.append(NoticeAction(self.tr("Load it again"), partial(self._load_again, slot)))
        if slot.failed_while_loading and slot.replaced is not None:
            ways.append(self._way_back(slot.replaced))
        return tuple(ways)

    def _way_back(self, model: Path) -> NoticeAction:
        words = self.tr("Back to {model}").format(model=self._layer.label(model))
        return NoticeAction(words, partial(self.load, str(model)))

    @Slot(object, object)
    def _on_slot_unloaded(self, slot: ModelSlot, model: Path | None) -> None:
        self._last.leave(model, slot.replaced)
        if model is not None and slot.replaced is not None:
            words = self.tr("{model} is not loaded.").format(model=self._layer.label(model))
            self._note_told(self._notices.info(words, self._way_back(slot.replaced)))
        if slot is not self._slots.shown:
            return
        self._settings.set_model(None)
        self._layer.show(None)
        self._show_another()

    @Slot(object)
    def _on_library_changed(self, _entries: tuple[LibraryEntry, ...]) -> None:
        self._layer.show(self._slots.shown.path)
        self._slots.take_names(self._layer.label)
        self._slots.rest_after(self._settings.settings.engine.unload_after_minutes)
        self.choices_changed.emit(self.choices())

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self._slots.rest_after(settings.engine.unload_after_minutes)
