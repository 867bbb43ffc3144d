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
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.chat.statistics import FinishReason, RunStatistics
from app.engine.current_run import CurrentRun
from app.engine.death import while_loading
from app.engine.host_slot import HostSlot
from app.engine.load_watch import LoadBudget, LoadWatch
from app.engine.state import EngineState
from app.errors import AppError, ContextLimitExceeded, EngineError, Remedy, RunError
from app.runtime.protocol import (
    Command,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    RunRequest,
    RunResult,
)

if TYPE_CHECKING:
    from app.engine.connection import Connection
    from app.engine.dispatch import Dispatch

logger = logging.getLogger(__name__)

#: A run that was stopped and has not ended after this time ends with its host. One that has
#: written nothing yet gets what the model says.
STOP_BUDGET_S = 3.0


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
    #: A command was carried out; carries its number and a CommandResult.
    command_performed = Signal(int, object)
    #: A command could not be carried out; carries its number and an AppError.
    command_failed = Signal(int, object)
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
        self._state = EngineState.EMPTY
        self._host = HostSlot(connect, self)
        self._host.opened.connect(self._on_host_opened)
        self._host.ready.connect(self._send_load)
        self._host.log_received.connect(self.log_received)
        self._host.ended.connect(self._on_host_ended)
        self._shutting_down = False
        self._load_request: LoadRequest | None = None
        self._load_sent = False
        self._run = CurrentRun()
        self._command_id = 0
        self._stop_budget_s = STOP_BUDGET_S
        self._stop_timer = QTimer(self)
        self._stop_timer.setSingleShot(True)
        self._stop_timer.timeout.connect(self._host.give_up)
        self._load_watch = LoadWatch(load_budget, self)
        self._load_watch.progressed.connect(self.model_load_progressed)
        self._load_watch.overdue.connect(self._host.give_up)

    @property
    def state(self) -> EngineState:
        """What the engine is doing."""
        return self._state

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way or waits for its model."""
        return self._run.request is not None

    @property
    def has_model(self) -> bool:
        """Whether a model is loaded, or will be when something is asked."""
        return self._load_request is not None

    def prepare(self) -> None:
        """Start a host that waits for a model."""
        if not self._shutting_down:
            self._host.open()

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
        if self._run.request is not None:
            raise RunError("An answer is being written.", "Stop it first, or wait for its end.")
        if self._load_request is None:
            raise RunError(
                "No model is loaded.", "Choose a model first.", remedy=Remedy.CHOOSE_MODEL
            )
        run_id = self._run.begin(request)
        if self._state is EngineState.READY:
            self._send_run()
        elif self._state is EngineState.EMPTY:
            self._begin_load()
        return run_id

    def stop(self, run_id: int) -> None:
        """End a run soon; what was written so far stands. Harmless when it has ended.

        One that has written nothing yet ends at once: a host that reads a long prompt may need
        seconds to notice, and the next run waits for that.
        """
        if not self._run.is_current(run_id) or self._run.stop_asked:
            return
        self._run.stop_asked = True
        if self._run.is_sent and self._host.dispatch is not None:
            self._host.dispatch.stop(run_id)
            # Between two tokens a library looks up; while it reads a prompt it may not.
            budget_s = STOP_BUDGET_S if self._run.has_text else self._stop_budget_s
            self._stop_timer.start(round(budget_s * 1000))
            if not self._run.has_text:
                self._run.leave_behind()
                self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
        else:
            self._end_run_as_stopped()

    def pause(self, run_id: int) -> None:
        """Let a run pause at its next token, so that it can be resumed."""
        dispatch = self._host.dispatch
        if self._run.is_current(run_id) and self._run.is_sent and dispatch is not None:
            dispatch.pause(run_id)

    def perform(self, command: Command) -> int:
        """Ask for something that writes nothing and return its number.

        Ends with `command_performed` or `command_failed`. Raises RunError without a model.
        """
        dispatch = self._host.dispatch
        if dispatch is None or self._state not in (EngineState.READY, EngineState.RUNNING):
            raise RunError("No model is loaded.", "Load a model first.")
        self._command_id += 1
        dispatch.perform(self._command_id, command)
        return self._command_id

    def rest(self) -> None:
        """Give the memory of a model back that nothing runs on; the next run loads it again."""
        if self._state is EngineState.READY:
            self._end_host()
            self._state = EngineState.EMPTY

    def unload(self) -> None:
        """Give the model's memory back. Also cancels a load."""
        self._end_run_as_stopped()
        self._load_request = None
        self._load_watch.stop()
        if self._state is EngineState.LOADING and not self._host.has_started:
            # It may never be; the next load gets another host.
            self._host.is_used = True
        used = self._host.is_used and self._host.connection is not None
        self._end_host()
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
        self._host.is_used = True
        connected = self._host.connection is not None
        self._end_host()
        self._state = EngineState.EMPTY
        if not connected:
            self.shut_down_finished.emit()

    @Slot(object)
    def _on_host_opened(self, dispatch: Dispatch) -> None:
        dispatch.load_progressed.connect(self._on_load_progressed)
        dispatch.model_loaded.connect(self._on_model_loaded)
        dispatch.load_failed.connect(self._on_load_failed)
        dispatch.prefill_progressed.connect(self._on_prefill_progressed)
        dispatch.text_generated.connect(self._on_text_generated)
        dispatch.run_finished.connect(self._on_run_finished)
        dispatch.run_failed.connect(self._on_run_failed)
        dispatch.command_performed.connect(self.command_performed)
        dispatch.command_failed.connect(self.command_failed)

    @Slot(object)
    def _on_load_progressed(self, progress: LoadProgress) -> None:
        if self._state is EngineState.LOADING and self._load_sent:
            self.model_load_progressed.emit(progress)

    @Slot(int, int, int)
    def _on_prefill_progressed(self, run_id: int, processed: int, total: int) -> None:
        if self._run.is_current(run_id):
            self.prefill_progressed.emit(run_id, processed, total)

    @Slot(int, str, int)
    def _on_text_generated(self, run_id: int, text: str, tokens: int) -> None:
        if self._run.is_current(run_id):
            self._run.has_text = True
            self.text_generated.emit(run_id, text, tokens)

    @Slot(int, object)
    def _on_run_finished(self, run_id: int, result: RunResult) -> None:
        if self._run.is_current(run_id):
            self._end_run()
            self.run_finished.emit(run_id, result)
        else:
            self._catch_up(run_id)

    @Slot(int, object)
    def _on_run_failed(self, run_id: int, error: AppError) -> None:
        if self._run.is_current(run_id):
            self._end_run()
            self.run_failed.emit(run_id, error)
        else:
            self._catch_up(run_id)

    def _catch_up(self, run_id: int) -> None:
        """Go on once the host has ended the run that was left behind."""
        if run_id != self._run.left_behind:
            return
        self._run.forget_left_behind()
        if self._state is EngineState.RUNNING:
            self._stop_timer.stop()
            self._state = EngineState.READY
            self._send_waiting_run()

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        if self._state is not EngineState.LOADING or not self._load_sent:
            return
        self._load_watch.stop()
        self._state = EngineState.READY
        self._stop_budget_s = info.stop_budget_s
        self.model_loaded.emit(info)
        self._send_waiting_run()

    @Slot(object)
    def _on_load_failed(self, error: AppError) -> None:
        if self._state is not EngineState.LOADING or not self._load_sent:
            return
        request = self._load_request
        # A model says how much it can read only when it is asked for more.
        limit = error.limit if isinstance(error, ContextLimitExceeded) else 0
        if request is not None and 0 < limit < request.context_tokens:
            self._load_request = replace(request, context_tokens=limit)
            self._begin_load()
            return
        self._give_up_load(error)
        # A failed load may have poisoned its process; the next one starts in a fresh host.
        self._host.end()

    def _give_up_load(self, error: AppError) -> None:
        self._load_watch.stop()
        self._state = EngineState.EMPTY
        waiting_id = self._end_run()
        self.model_load_failed.emit(error)
        if waiting_id:
            self.run_failed.emit(waiting_id, error)

    @Slot(object)
    def _on_host_ended(self, error: EngineError | None) -> None:
        took_another_run_with_it = self._run.forget_left_behind()
        self._stop_timer.stop()
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
        if error is None:
            return
        if self._state is EngineState.LOADING:
            self._give_up_load(while_loading(error))
        elif took_another_run_with_it and self._run.is_waiting:
            self._state = EngineState.EMPTY
            self.engine_failed.emit(error)
            self._begin_load()
        else:
            self._lose_host(error)

    def _lose_host(self, error: EngineError) -> None:
        self._state = EngineState.EMPTY
        stopped = self._run.stop_asked
        run_id = self._end_run()
        if run_id and stopped:
            self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
        elif run_id:
            self.run_failed.emit(run_id, error)
        self.engine_failed.emit(error)

    def _begin_load(self) -> None:
        self._end_host()
        self._load_watch.stop()
        self._load_sent = False
        self._state = EngineState.LOADING
        self._prepare_load()

    def _prepare_load(self) -> None:
        """Give the model to a host once there is one that never had another."""
        self.prepare()
        connection, request = self._host.connection, self._load_request
        if connection is not None and request is not None and not self._host.is_used:
            self._load_watch.start(connection, request.model)
        self._send_load()

    def _end_host(self) -> None:
        self._host.end(is_loading=self._state is EngineState.LOADING)

    @Slot()
    def _send_load(self) -> None:
        if self._state is EngineState.LOADING and self._load_request and self._host.is_ready:
            self._load_sent = True
            self._host.give(self._load_request)
            self._load_watch.begin_reading()

    def _send_run(self) -> None:
        """Send the run that waits. Raises RunError, and drops it, when it cannot be encoded."""
        if self._run.request is None or self._host.dispatch is None:
            return
        self._run.is_sent = True
        self._state = EngineState.RUNNING
        try:
            self._host.dispatch.run(self._run.id, self._run.request)
        except RunError:
            self._end_run()
            raise

    def _send_waiting_run(self) -> None:
        if self._run.is_waiting:
            try:
                self._send_run()
            except RunError as error:
                self.run_failed.emit(self._run.id, error)

    def _end_run(self) -> int:
        """Note the end of the run; return its number, or 0 when there was none."""
        if not self._run.left_behind:
            self._stop_timer.stop()
        ended = self._run.end()
        if self._state is EngineState.RUNNING and not self._run.is_busy:
            self._state = EngineState.READY
        return ended

    def _end_run_as_stopped(self) -> None:
        if self._run.request is None:
            return
        if self._run.is_sent and self._host.dispatch is not None:
            self._host.dispatch.stop(self._run.id)
        run_id = self._end_run()
        self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
