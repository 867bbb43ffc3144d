"""The thread that owns the runtime: it alone loads, runs and closes it.

How an answer travels:
 1. `Host` emits the request, queued to the worker's thread. Run ids rise; one run at a time.
 2. The runtime calls back there with text. The piece goes into a deque; the first one since the
    last flush wakes the host, so a fast model costs one wake per flush and not one per token.
 3. The host takes the deque and sends one frame. Nothing is dropped; the end of a run comes
    after a last flush.
 4. A stop does not queue behind the blocking run: `abort` is a plain call from the host's
    thread. One that arrives before the run has begun is remembered and ends it at its start.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.statistics import FinishReason, RunStatistics
from app.errors import AppError, ModelLoadError, Remedy, RunError
from app.runtime.protocol import (
    Command,
    LoadProgress,
    LoadRequest,
    RunRequest,
    RunResult,
    Runtime,
)

logger = logging.getLogger(__name__)


class Worker(QObject):
    """Drives one Runtime. Made by the host, moved to the host's worker thread."""

    #: The runtime reports how a load goes; carries a LoadProgress.
    load_progressed = Signal(object)
    #: The model is loaded; carries its ModelInfo.
    model_loaded = Signal(object)
    #: The model could not be loaded; carries an AppError.
    model_load_failed = Signal(object)
    #: The prompt is being read; carries run id, tokens read, tokens in all.
    prefill_progressed = Signal(int, int, int)
    #: Text waits to be taken with `take_text`; once per flush, not per piece.
    text_waiting = Signal()
    #: A run has ended; carries its id and RunResult.
    run_finished = Signal(int, object)
    #: A run has failed; carries its id and an AppError.
    run_failed = Signal(int, object)
    #: A command was carried out; carries its number and a CommandResult.
    command_performed = Signal(int, object)
    #: A command could not be carried out; carries its number and an AppError.
    command_failed = Signal(int, object)
    #: The runtime is closed; the thread may end.
    closed = Signal()

    def __init__(self, make_runtime: Callable[[LoadRequest], Runtime]) -> None:
        super().__init__()
        self._make_runtime = make_runtime
        self._runtime: Runtime | None = None
        self._pieces: deque[tuple[int, str, int]] = deque()
        self._woken = threading.Event()
        # Guards the ids below: `abort` comes from the host's thread while a run begins or ends.
        self._lock = threading.Lock()
        self._running_id = 0
        self._aborted_id = 0

    # Called from the host's thread.

    def abort(self, run_id: int) -> None:
        """End the run with this id soon, also when it has not begun yet."""
        with self._lock:
            self._aborted_id = run_id
            runtime = self._runtime if self._running_id == run_id else None
        if runtime is not None:
            runtime.abort()

    def pause(self, run_id: int) -> None:
        """Let the run with this id pause; one that has not begun yet does not."""
        with self._lock:
            runtime = self._runtime if self._running_id == run_id else None
        if runtime is not None:
            runtime.pause()

    def take_text(self) -> list[tuple[int, str, int]]:
        """Return what has arrived since the last call: run id, text and tokens of each piece."""
        # Cleared first: a piece that comes in between wakes again instead of being left behind.
        self._woken.clear()
        taken = []
        while self._pieces:
            taken.append(self._pieces.popleft())
        return taken

    # Slots of the worker's thread.

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        """Load a model, closing the one before."""
        self._close_runtime()
        try:
            self._runtime = self._make_runtime(request)
            info = self._runtime.load(request, self._on_load_progress)
        except AppError as error:
            self._close_runtime()
            self.model_load_failed.emit(error)
        except Exception as error:
            logger.exception("the runtime broke while loading")
            self._close_runtime()
            self.model_load_failed.emit(_unexpected_load_error(error))
        else:
            self.model_loaded.emit(info)

    @Slot(int, object)
    def run(self, run_id: int, request: RunRequest) -> None:
        """Write one answer; ends with exactly one of `run_finished` and `run_failed`."""
        with self._lock:
            runtime = self._runtime
            self._running_id = run_id
            stopped_early = run_id == self._aborted_id
        if runtime is None:
            self._end_run()
            self.run_failed.emit(
                run_id, RunError("No model is loaded.", remedy=Remedy.CHOOSE_MODEL)
            )
            return
        if stopped_early:
            self._end_run()
            self.run_finished.emit(run_id, RunResult(FinishReason.STOPPED, RunStatistics()))
            return
        try:
            result = runtime.run(
                request, partial(self._on_text, run_id), partial(self._on_prefill, run_id)
            )
        except AppError as error:
            self._end_run()
            self.run_failed.emit(run_id, error)
        except Exception as error:
            logger.exception("the runtime broke while running")
            self._end_run()
            self.run_failed.emit(run_id, _unexpected_run_error(error))
        else:
            self._end_run()
            self.run_finished.emit(run_id, result)

    @Slot(int, object)
    def perform(self, command_id: int, command: Command) -> None:
        """Carry out a command; ends with `command_performed` or `command_failed`."""
        try:
            if self._runtime is None:
                raise RunError("No model is loaded.", remedy=Remedy.CHOOSE_MODEL)
            result = self._runtime.perform(command)
        except AppError as error:
            self.command_failed.emit(command_id, error)
        except Exception as error:
            logger.exception("the runtime broke while carrying out a command")
            self.command_failed.emit(command_id, _unexpected_run_error(error))
        else:
            self.command_performed.emit(command_id, result)

    @Slot()
    def close(self) -> None:
        """Close the runtime and say so."""
        self._close_runtime()
        self.closed.emit()

    def _on_load_progress(self, progress: LoadProgress) -> None:
        self.load_progressed.emit(progress)

    def _on_text(self, run_id: int, text: str, tokens: int) -> None:
        self._pieces.append((run_id, text, tokens))
        if not self._woken.is_set():
            self._woken.set()
            self.text_waiting.emit()
        self._repeat_abort(run_id)

    def _on_prefill(self, run_id: int, processed: int, total: int) -> None:
        self.prefill_progressed.emit(run_id, processed, total)
        self._repeat_abort(run_id)

    def _repeat_abort(self, run_id: int) -> None:
        # An abort that fell between our bookkeeping and the runtime's own start would be lost.
        if run_id == self._aborted_id and self._runtime is not None:
            self._runtime.abort()

    def _end_run(self) -> None:
        with self._lock:
            self._running_id = 0

    def _close_runtime(self) -> None:
        with self._lock:
            runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.close()


def _unexpected_load_error(error: Exception) -> ModelLoadError:
    return ModelLoadError(
        "The model could not be loaded because of an error inside Cairn.",
        "Try again; if it happens again, please report it with the engine log.",
        remedy=Remedy.RETRY,
        details=repr(error),
    )


def _unexpected_run_error(error: Exception) -> RunError:
    return RunError(
        "The answer was cut short by an error inside Cairn.",
        "Try again; if it happens again, please report it with the engine log.",
        remedy=Remedy.RETRY,
        details=repr(error),
    )
