"""One engine and the model in it: what was asked for, where it stands, and when it may rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.catalog.starter import is_starter
from app.engine.engine import Engine
from app.engine.state import EngineState
from app.errors import AppError
from app.presenters.model_state import ModelStage, ModelState
from app.runtime.protocol import LoadProgress, LoadRequest, ModelInfo

#: Stands behind the name of a model that is none: the test double of the NPU library writes.
DEMO_LABEL = "demo runtime"


class ModelSlot(QObject):
    """Room for one model. Lives on the window's thread; owned by the model presenter."""

    #: The model moved on; carries the slot.
    changed = Signal(object)
    #: The model answers requests; carries the slot.
    loaded = Signal(object)
    #: The load failed or the engine was lost; carries the slot and an AppError.
    failed = Signal(object, object)
    #: The model is gone because that was asked for; carries the slot and the model's path.
    unloaded = Signal(object, object)
    #: The engine has ended after `shut_down`; carries the slot.
    shut_down_finished = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        engine.setParent(self)
        self.engine = engine
        self.state = ModelState()
        self.request: LoadRequest | None = None
        #: The last failure was one of a load.
        self.failed_while_loading = False
        #: The model that worked here before, until the next one does.
        self.replaced: Path | None = None
        self._name = ""
        self._rest_timer = QTimer(self)
        self._rest_timer.setSingleShot(True)
        self._rest_timer.timeout.connect(self._on_rest_due)
        engine.model_load_progressed.connect(self._on_load_progressed)
        engine.model_loaded.connect(self._on_model_loaded)
        engine.model_load_failed.connect(self._on_failed)
        engine.model_unloaded.connect(self._on_model_unloaded)
        engine.engine_failed.connect(self._on_failed)
        engine.run_finished.connect(self._on_used)
        engine.run_failed.connect(self._on_used)
        engine.shut_down_finished.connect(self._on_shut_down_finished)

    @property
    def path(self) -> Path | None:
        """The model that is here or was asked for."""
        return self.state.path

    @property
    def is_free(self) -> bool:
        """Whether no model is here."""
        return self.state.stage in (ModelStage.NONE, ModelStage.FAILED)

    @property
    def works(self) -> bool:
        """Whether the model here answers, at once or after a rest."""
        return self.state.stage in (ModelStage.READY, ModelStage.RESTING)

    @property
    def is_running(self) -> bool:
        """Whether an answer is being written here."""
        return self.engine.state is EngineState.RUNNING

    def load(self, request: LoadRequest, name: str, replaces: str = "") -> None:
        """Load a model in place of the one before; `name` is what it is called."""
        path = request.model
        if self.works:
            self.replaced = self.path
        if self.replaced == path:
            self.replaced = None
        self.request = request
        self._name = name
        self._rest_timer.stop()
        self._set_state(
            ModelState(
                ModelStage.LOADING,
                name,
                progress=LoadProgress(self.tr("Starting the engine")),
                is_starter=is_starter(path),
                path=path,
                replaces=replaces,
            )
        )
        self.engine.load(request)

    def unload(self) -> None:
        """Give the model's memory back. Also gives up a load."""
        self._rest_timer.stop()
        self.engine.unload()

    def set_name(self, name: str) -> None:
        """Call the model by another name."""
        if name != self._name and self.state.stage is not ModelStage.NONE:
            self._name = name
            self._set_state(replace(self.state, name=self._shown_name(self.state.info)))

    def rest_after(self, minutes: int) -> None:
        """Let the model rest when it was not used for a while; 0 never does."""
        interval = minutes * 60_000
        if interval != self._rest_timer.interval():
            self._rest_timer.stop()
            self._rest_timer.setInterval(interval)
            self._wait_for_rest()

    @Slot(object)
    def _on_load_progressed(self, progress: LoadProgress) -> None:
        if self.state.stage is not ModelStage.LOADING:
            # The engine loads by itself again after a rest or a crash, when a message comes.
            self._set_state(replace(self.state, stage=ModelStage.LOADING, error=None))
        self._set_state(replace(self.state, progress=progress))

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        self.replaced = None
        self._set_state(
            ModelState(
                ModelStage.READY,
                self._shown_name(info),
                _detail(info),
                info=info,
                is_starter=is_starter(info.path),
                path=info.path,
            )
        )
        self._wait_for_rest()
        self.loaded.emit(self)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._rest_timer.stop()
        self.failed_while_loading = self.state.stage is ModelStage.LOADING
        self._set_state(replace(self.state, stage=ModelStage.FAILED, progress=None, error=error))
        self.failed.emit(self, error)

    @Slot()
    def _on_model_unloaded(self) -> None:
        model = self.path
        self.request = None
        self._set_state(ModelState())
        self.unloaded.emit(self, model)
        self.replaced = None

    @Slot()
    def _on_used(self) -> None:
        self._wait_for_rest()

    @Slot()
    def _on_rest_due(self) -> None:
        if self.is_running:
            self._rest_timer.start()
        elif self.state.stage is ModelStage.READY:
            self.engine.rest()
            self._set_state(replace(self.state, stage=ModelStage.RESTING))

    @Slot()
    def _on_shut_down_finished(self) -> None:
        self.shut_down_finished.emit(self)

    def _wait_for_rest(self) -> None:
        if self._rest_timer.interval() and self.state.stage is ModelStage.READY:
            self._rest_timer.start()

    def _shown_name(self, info: ModelInfo | None) -> str:
        return f"{self._name} ({DEMO_LABEL})" if info is not None and info.is_demo else self._name

    def _set_state(self, state: ModelState) -> None:
        self.state = state
        self.changed.emit(self)


def _detail(info: ModelInfo) -> str:
    """Return what the header says beside the name: size, quantisation, context."""
    from app.catalog.model_file import count_text

    count = count_text(info.parameters) if info.parameters else ""
    parts = [count, info.quantization, _context(info.context_tokens)]
    return " · ".join(part for part in parts if part)


def _context(tokens: int) -> str:
    return f"{tokens / 1024:.0f}k" if tokens >= 1024 else str(tokens)
