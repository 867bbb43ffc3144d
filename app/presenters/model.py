"""Which model is in use: choosing, loading, unloading, and what to say when that fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.catalog.starter import STARTER_LABEL, is_starter, starter_path
from app.chat.text import well_formed
from app.engine.engine import Engine
from app.errors import AppError, Remedy
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.presenters.notices import Notice, NoticeAction, Notices
from app.presenters.requests import load_request
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.runtime.protocol import LoadProgress, ModelInfo

if TYPE_CHECKING:
    from app.catalog.model_file import ModelFile

RECENT_MODELS = 8
#: Stands behind the name of a model that is none: the test double of the NPU library writes.
DEMO_LABEL = "demo runtime"


class ModelPresenter(QObject):
    """Decides what the engine loads. Lives on the window's thread."""

    #: Another model, or another stage of it; carries a ModelState.
    state_changed = Signal(object)
    #: The models to pick from have changed; carries a tuple of ModelChoice.
    recent_changed = Signal(object)

    def __init__(
        self,
        engine: Engine,
        settings: SettingsPresenter,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._notices = notices
        self._tasks = tasks
        self._state = ModelState()
        self._path: Path | None = None
        self._choices: tuple[ModelChoice, ...] = ()
        self._told: Notice | None = None
        engine.model_load_progressed.connect(self._on_load_progressed)
        engine.model_loaded.connect(self._on_model_loaded)
        engine.model_load_failed.connect(self._on_load_failed)
        engine.model_unloaded.connect(self._on_model_unloaded)
        engine.engine_failed.connect(self._on_engine_failed)
        engine.shut_down_finished.connect(self._on_shut_down_finished)
        engine.shut_down_finished.connect(self._on_engine_shut_down)

    @property
    def state(self) -> ModelState:
        """The model in use and where it stands."""
        return self._state

    def choices(self) -> tuple[ModelChoice, ...]:
        """Return the models to pick from: the starter, then the recent ones."""
        return self._choices

    def load_at_start(self, model: str) -> None:
        """Load `model`, or else the last one if the user wants that and it is not known to crash."""
        settings = self._settings.settings
        self.refresh_choices()
        if model:
            self.load(model)
        elif settings.state.last_model and settings.engine.load_last_model:
            if settings.state.last_load_failed:
                self._told = self._notices.warn(
                    self.tr(
                        "The last model could not be loaded or crashed, so it was not loaded again."
                    ),
                    self.tr("Choose a model to go on."),
                )
            else:
                self.load(settings.state.last_model)

    def load(self, path: str) -> None:
        """Load a model file in place of the model in use."""
        model = _absolute(path)
        settings = self._settings.settings
        self._path = model
        self._remember(model)
        # Cleared when the model answers: a load that takes everything down is not repeated.
        self._settings.set_value("state", "last_load_failed", True)
        self._settings.save_now()
        self._set_state(
            ModelState(
                ModelStage.LOADING,
                STARTER_LABEL if is_starter(model) else well_formed(model.stem),
                progress=LoadProgress(self.tr("Starting the engine")),
                is_starter=is_starter(model),
            )
        )
        self._engine.load(load_request(model, settings))

    def load_starter(self) -> None:
        """Load the starter model that comes with the program."""
        self.load(str(starter_path()))

    def reload(self) -> None:
        """Load the model in use once more, with the settings as they are now."""
        if self._path is not None:
            self.load(str(self._path))

    def trust_library(self, version: str) -> None:
        """Use an NPU library that Cairn does not know, and load the model with it."""
        known = self._settings.settings.state.trusted_libraries
        if version and version not in known:
            self._settings.set_value("state", "trusted_libraries", (*known, version))
        self.reload()

    def unload(self) -> None:
        """Give the model's memory back."""
        self._engine.unload()

    def cancel(self) -> None:
        """Give up a load that is under way."""
        if self._state.stage is ModelStage.LOADING:
            self._engine.unload()

    def refresh_choices(self) -> None:
        """Look at the recent model files again, off the window's thread."""
        self._tasks.start(self._read_choices(), "recent models")

    @Slot(object)
    def _on_load_progressed(self, progress: LoadProgress) -> None:
        if self._state.stage is not ModelStage.LOADING:
            # The engine loads by itself again when a message comes after a crash.
            self._set_state(replace(self._state, stage=ModelStage.LOADING, error=None))
        self._set_state(replace(self._state, progress=progress))

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        self._settings.set_value("state", "last_load_failed", False)
        self._settings.save_now()
        self._settings.set_model(info)
        self._set_state(
            ModelState(
                ModelStage.READY,
                _name(info),
                _detail(info),
                info=info,
                is_starter=is_starter(info.path),
            )
        )

    @Slot(object)
    def _on_load_failed(self, error: AppError) -> None:
        self._fail(error)

    @Slot()
    def _on_model_unloaded(self) -> None:
        self._settings.set_value("state", "last_load_failed", False)
        self._settings.set_value("state", "last_model", "")
        self._settings.set_model(None)
        self._path = None
        self._set_state(ModelState())

    @Slot(object)
    def _on_engine_failed(self, error: AppError) -> None:
        self._settings.set_value("state", "last_load_failed", True)
        self._fail(error)

    @Slot()
    def _on_engine_shut_down(self) -> None:
        if self._state.stage is ModelStage.LOADING:
            # The user left; that says nothing against the model.
            self._settings.set_value("state", "last_load_failed", False)

    @Slot()
    def _on_shut_down_finished(self) -> None:
        if self._state.stage is ModelStage.LOADING:
            # Whoever quits while a model loads did not see it fail.
            self._settings.set_value("state", "last_load_failed", False)

    def _fail(self, error: AppError) -> None:
        self._settings.set_model(None)
        self._settings.save_now()
        self._set_state(replace(self._state, stage=ModelStage.FAILED, progress=None, error=error))
        actions: tuple[NoticeAction, ...] = ()
        if error.remedy is Remedy.TRUST_LIBRARY:
            trust = partial(self.trust_library, error.subject)
            actions = (NoticeAction(self.tr("Try it"), trust),)
        self._told = self._notices.error(error, *actions)

    def _remember(self, model: Path) -> None:
        state = self._settings.settings.state
        self._settings.set_value("state", "last_model", str(model))
        if not is_starter(model):
            others = tuple(recent for recent in state.recent_models if recent != str(model))
            recent = (str(model), *others)[:RECENT_MODELS]
            self._settings.set_value("state", "recent_models", recent)
        self.refresh_choices()

    async def _read_choices(self) -> None:
        recent = self._settings.settings.state.recent_models
        files = await asyncio.to_thread(_describe_all, (starter_path(), *map(_absolute, recent)))
        self._choices = tuple(
            ModelChoice(file.path, file.label, file.detail, is_starter(file.path), file.problem)
            for file in files
        )
        self.recent_changed.emit(self._choices)

    def _set_state(self, state: ModelState) -> None:
        if self._told is not None and state.stage is not ModelStage.FAILED:
            # What failed before is of no interest once something else goes on.
            self._notices.withdraw(self._told)
            self._told = None
        self._state = state
        self.state_changed.emit(state)


def _describe_all(paths: tuple[Path, ...]) -> tuple[ModelFile, ...]:
    # Imported on the thread that needs it; the window does not wait for it.
    from app.catalog.model_file import describe

    return tuple(describe(path) for path in paths)


def _absolute(text: str) -> Path:
    """Return the path that `text` names, also where it cannot exist: loading it says so."""
    path = Path(text.replace("\0", ""))
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        # "~name" of somebody who is not known here.
        return path.absolute()


def _name(info: ModelInfo) -> str:
    if is_starter(info.path):
        return STARTER_LABEL
    name = info.name or well_formed(info.path.stem)
    return f"{name} ({DEMO_LABEL})" if info.is_demo else name


def _detail(info: ModelInfo) -> str:
    """Return what the header says beside the name: size, quantisation, context."""
    parts = [_parameters(info.parameters), info.quantization, _context(info.context_tokens)]
    return " · ".join(part for part in parts if part)


def _parameters(count: int | None) -> str:
    if not count:
        return ""
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"


def _context(tokens: int) -> str:
    return f"{tokens / 1024:.0f}k" if tokens >= 1024 else str(tokens)
