"""The engine as the window knows it: verbs that return at once, and signals.

What stands behind it:
 1. A host is started early and waits empty, so that the first load does not pay for its start.
 2. `load` gives the model to the waiting host; the host of a model that was loaded before ends
    first, because only its end surely gives memory back.
 3. `run` numbers the request. Without a loaded model it loads the last one again first: after a
    crash the next request works in a fresh host.
 4. The end of a host, expected or not, is an event. A run that was under way then fails with
    that reason; what had arrived has been delivered.
 5. A host that does not stop in time is killed; the run ends as stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.chat.statistics import FinishReason, RunStatistics
from app.engine.death import while_loading
from app.engine.load_watch import LoadBudget, LoadWatch
from app.errors import AppError, EngineError, Remedy, RunError
from app.runtime.protocol import LoadProgress, LoadRequest, ModelInfo, RunRequest, RunResult

if TYPE_CHECKING:
    from app.engine.connection import Connection
    from app.engine.dispatch import Dispatch

logger = logging.getLogger(__name__)

#: A run that was stopped and has not ended after this time ends with its host.
STOP_BUDGET_MS = 3000


class EngineState(Enum):
    """What the engine is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    RUNNING = "running"


class Engine(QObject):
    """One model's engine. Lives on the window's thread; owned by the composition root."""

    #: A load has moved on; carries a LoadProgress.
    model_load_progressed = Signal(object)
    #: The model answers requests; carries its ModelInfo.
    model_loaded = Signal(object)
    #: The model could not be loaded; carries an AppError.
    model_load_failed = Signal(object)
    #: The model is gone because that was asked for.
    model_unloaded = Signal()
    #: The prompt is being read; carries run id, tokens read, tokens in all.
    prefill_progressed = Signal(int, int, int)
    #: Text has been written; carries run id, text and how many tokens it stands for.
    text_generated = Signal(int, str, int)
    #: A run has ended; carries its id and RunResult. Nothing of this run follows.
    run_finished = Signal(int, object)
    #: A run has failed; carries its id and an AppError. Nothing of this run follows.
    run_failed = Signal(int, object)
    #: The host ended without being asked to; carries an EngineError.
    engine_failed = Signal(object)
    #: The library has logged a line.
    log_received = Signal(str)
    #: The last host has ended after `shut_down`.
    shut_down_finished = Signal()

    def __init__(
        self,
        connect: Callable[[], Connection],
        parent: QObject | None = None,
        *,
        load_budget: LoadBudget = LoadBudget(),  # noqa: B008 - it is frozen
    ) -> None:
        super().__init__(parent)
        self._connect = connect
        self._state = EngineState.EMPTY
        self._connection: Connection | None = None
        self._dispatch: Dispatch | None = None
        self._connection_ready = False
        self._used = False
        self._shutting_down = False
        self._load_request: LoadRequest | None = None
        self._load_sent = False
        self._run_id = 0
        self._run_request: RunRequest | None = None
        self._run_sent = False
        self._stop_asked = False
        self._stop_timer = QTimer(self)
        self._stop_timer.setSingleShot(True)
        self._stop_timer.setInterval(STOP_BUDGET_MS)
        self._stop_timer.timeout.connect(self._on_stop_overdue)
        self._load_watch = LoadWatch(load_budget, self)
        self._load_watch.progressed.connect(self.model_load_progressed)
        self._load_watch.overdue.connect(self._on_load_overdue)

    @property
    def state(self) -> EngineState:
        """What the engine is doing."""
        return self._state

    def prepare(self) -> None:
        """Start a host that waits for a model."""
        if self._connection is None and not self._shutting_down:
            self._open_connection()

    def load(self, request: LoadRequest) -> None:
        """Load a model in place of the one before. A run under way ends as stopped."""
        if self._shutting_down:
            return
        self._end_run_as_stopped()
        self._load_request = request
        self._begin_load()

    def run(self, request: RunRequest) -> int:
        """Ask for text and return the id of the run. One run at a time.

        Ends with `run_finished` or `run_failed`. Raises RunError when a run is under way, no
        model was ever loaded, or the request cannot be sent.
        """
        if self._run_request is not None:
            raise RunError("An answer is being written.", "Stop it first, or wait for its end.")
        if self._load_request is None:
            raise RunError(
                "No model is loaded.", "Choose a model first.", remedy=Remedy.CHOOSE_MODEL
            )
        self._run_id += 1
        self._run_request = request
        self._run_sent = False
        self._stop_asked = False
        if self._state is EngineState.READY:
            self._send_run()
        elif self._state is EngineState.EMPTY:
            self._begin_load()
        return self._run_id

    def stop(self, run_id: int) -> None:
        """End a run soon; what was written so far stands. Harmless when it has ended."""
        if run_id != self._run_id or self._run_request is None or self._stop_asked:
            return
        self._stop_asked = True
        if self._run_sent and self._dispatch is not None:
            self._dispatch.stop(run_id)
            self._stop_timer.start()
        else:
            self._end_run_as_stopped()

    def unload(self) -> None:
        """Give the model's memory back. Also cancels a load."""
        self._end_run_as_stopped()
        self._load_request = None
        self._load_watch.stop()
        if self._state is EngineState.LOADING and not self._connection_ready:
            # It may never be; the next load gets another host.
            self._used = True
        used = self._used and self._connection is not None
        self._end_connection()
        self._state = EngineState.EMPTY
        if not used:
            self.model_unloaded.emit()

    def shut_down(self) -> None:
        """End everything; `shut_down_finished` follows."""
        if self._shutting_down:
            return
        self._shutting_down = True
        self._end_run_as_stopped()
        self._load_watch.stop()
        self._load_request = None
        self._used = True
        connected = self._connection is not None
        self._end_connection()
        self._state = EngineState.EMPTY
        if not connected:
            self.shut_down_finished.emit()

    @Slot()
    def _on_host_ready(self) -> None:
        self._connection_ready = True
        self._send_load()

    @Slot(object)
    def _on_load_progressed(self, progress: LoadProgress) -> None:
        if self._state is EngineState.LOADING and self._load_sent:
            self.model_load_progressed.emit(progress)

    @Slot(int, int, int)
    def _on_prefill_progressed(self, run_id: int, processed: int, total: int) -> None:
        if self._is_current(run_id):
            self.prefill_progressed.emit(run_id, processed, total)

    @Slot(int, str, int)
    def _on_text_generated(self, run_id: int, text: str, tokens: int) -> None:
        if self._is_current(run_id):
            self.text_generated.emit(run_id, text, tokens)

    @Slot(int, object)
    def _on_run_finished(self, run_id: int, result: RunResult) -> None:
        if self._is_current(run_id):
            self._end_run()
            self.run_finished.emit(run_id, result)

    @Slot(int, object)
    def _on_run_failed(self, run_id: int, error: AppError) -> None:
        if self._is_current(run_id):
            self._end_run()
            self.run_failed.emit(run_id, error)

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        if self._state is not EngineState.LOADING or not self._load_sent:
            return
        self._load_watch.stop()
        self._state = EngineState.READY
        self.model_loaded.emit(info)
        if self._run_request is not None and not self._run_sent:
            try:
                self._send_run()
            except RunError as error:
                self.run_failed.emit(self._run_id, error)

    @Slot(object)
    def _on_load_failed(self, error: AppError) -> None:
        if self._state is not EngineState.LOADING or not self._load_sent:
            return
        self._give_up_load(error)
        # A failed load may have poisoned its process; the next one starts in a fresh host.
        if self._connection is not None:
            self._connection.quit()

    def _give_up_load(self, error: AppError) -> None:
        self._load_watch.stop()
        self._state = EngineState.EMPTY
        waiting_id = self._run_id if self._run_request is not None else 0
        self._end_run()
        self.model_load_failed.emit(error)
        if waiting_id:
            self.run_failed.emit(waiting_id, error)

    @Slot(object)
    def _on_connection_ended(self, error: EngineError | None) -> None:
        if self._connection is not None:
            self._connection.deleteLater()
        if self._dispatch is not None:
            self._dispatch.deleteLater()
        self._connection = None
        self._dispatch = None
        if self._shutting_down:
            self.shut_down_finished.emit()
            return
        if self._state is EngineState.LOADING and not self._load_sent and error is None:
            # The host of the model before has ended; the new one gets a fresh host.
            self._prepare_load()
            return
        if self._state is EngineState.EMPTY:
            if error is not None:
                # Not started again before it is needed: it might end over and over.
                logger.warning("an idle engine ended: %s", error)
                return
            self.prepare()
            if self._load_request is None:
                self.model_unloaded.emit()
            return
        if error is not None:
            self._lose_host(error)

    def _lose_host(self, error: EngineError) -> None:
        if self._state is EngineState.LOADING:
            self._give_up_load(while_loading(error))
            return
        self._state = EngineState.EMPTY
        run_id = self._run_id if self._run_request is not None else 0
        stopped = self._stop_asked
        self._end_run()
        if run_id and stopped:
            self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
        elif run_id:
            self.run_failed.emit(run_id, error)
        self.engine_failed.emit(error)

    @Slot()
    def _on_stop_overdue(self) -> None:
        if self._connection is not None:
            self._connection.kill(hung=True)

    @Slot()
    def _on_load_overdue(self) -> None:
        if self._connection is not None:
            self._connection.kill(hung=True)

    def _begin_load(self) -> None:
        self._end_connection()
        self._load_watch.stop()
        self._load_sent = False
        self._state = EngineState.LOADING
        self._prepare_load()

    def _prepare_load(self) -> None:
        """Give the model to a host once there is one that never had another."""
        self.prepare()
        if self._connection is not None and self._load_request is not None and not self._used:
            self._load_watch.start(self._connection, self._load_request.model)
        self._send_load()

    def _end_connection(self) -> None:
        """End a host that has had a model; its `ended` is followed by a fresh one."""
        if self._connection is None or not self._used:
            return
        if self._state is EngineState.LOADING:
            # A library that is loading does not listen.
            self._connection.kill()
        else:
            self._connection.quit()

    def _open_connection(self) -> None:
        self._connection_ready = False
        self._used = False
        # Not before a host is wanted: the window is painted by then.
        from app.engine.dispatch import Dispatch

        self._connection = connection = self._connect()
        self._dispatch = dispatch = Dispatch(connection, self)
        dispatch.host_ready.connect(self._on_host_ready)
        dispatch.load_progressed.connect(self._on_load_progressed)
        dispatch.model_loaded.connect(self._on_model_loaded)
        dispatch.load_failed.connect(self._on_load_failed)
        dispatch.prefill_progressed.connect(self._on_prefill_progressed)
        dispatch.text_generated.connect(self._on_text_generated)
        dispatch.run_finished.connect(self._on_run_finished)
        dispatch.run_failed.connect(self._on_run_failed)
        connection.log_received.connect(self.log_received)
        connection.ended.connect(self._on_connection_ended)
        connection.start()

    def _send_load(self) -> None:
        if (
            self._state is not EngineState.LOADING
            or self._load_request is None
            or self._dispatch is None
            or not self._connection_ready
            or self._used
        ):
            return
        self._used = True
        self._load_sent = True
        self._dispatch.load(self._load_request)
        self._load_watch.begin_reading()

    def _send_run(self) -> None:
        """Send the run that waits. Raises RunError, and drops it, when it cannot be encoded."""
        if self._run_request is None or self._dispatch is None:
            return
        self._run_sent = True
        self._state = EngineState.RUNNING
        try:
            self._dispatch.run(self._run_id, self._run_request)
        except RunError:
            self._end_run()
            raise

    def _is_current(self, run_id: int) -> bool:
        return run_id == self._run_id and self._run_request is not None

    def _end_run(self) -> None:
        self._stop_timer.stop()
        self._run_request = None
        self._run_sent = False
        if self._state is EngineState.RUNNING:
            self._state = EngineState.READY

    def _end_run_as_stopped(self) -> None:
        if self._run_request is None:
            return
        run_id = self._run_id
        if self._run_sent and self._dispatch is not None:
            self._dispatch.stop(run_id)
        self._end_run()
        self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
