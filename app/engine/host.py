"""The engine's side of the link: takes frames, drives the worker, sends what comes of it.

The same object serves the child process (frames come from a `Link`) and the tests (frames come
from a signal of the same process).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from app.chat.text import well_formed
from app.engine.frames import (
    PROTOCOL,
    Failure,
    Frame,
    Load,
    LoadFailed,
    LoadProgressed,
    ModelLoaded,
    Pause,
    Perform,
    Performed,
    PerformFailed,
    Prefilled,
    Quit,
    Ready,
    Run,
    RunFailed,
    RunFinished,
    Stop,
    Text,
)
from app.engine.worker import Worker
from app.errors import AppError
from app.runtime.protocol import (
    CommandResult,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    RunResult,
    Runtime,
)

logger = logging.getLogger(__name__)

#: Text is sent at most once per frame of a 60 Hz screen.
FLUSH_INTERVAL_MS = 16


class Host(QObject):
    """Owns the worker and its thread; lives on the main thread of the engine."""

    #: A frame for the window; carries the Frame.
    frame_ready = Signal(object)
    #: The runtime is closed and the worker's thread has ended.
    finished = Signal()

    _load_requested = Signal(object)
    _run_requested = Signal(int, object)
    _command_requested = Signal(int, object)
    _close_requested = Signal()

    def __init__(
        self, make_runtime: Callable[[LoadRequest], Runtime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._run_id = 0
        self._quitting = False
        self._thread = QThread(self)
        self._thread.setObjectName("worker")
        self._worker = Worker(make_runtime)
        self._worker.moveToThread(self._thread)
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._flush_timer.setInterval(FLUSH_INTERVAL_MS)
        self._flush_timer.timeout.connect(self._on_flush_due)
        self._load_requested.connect(self._worker.load)
        self._run_requested.connect(self._worker.run)
        self._command_requested.connect(self._worker.perform)
        self._close_requested.connect(self._worker.close)
        self._worker.load_progressed.connect(self._on_load_progressed)
        self._worker.model_loaded.connect(self._on_model_loaded)
        self._worker.model_load_failed.connect(self._on_model_load_failed)
        self._worker.prefill_progressed.connect(self._on_prefill_progressed)
        self._worker.text_waiting.connect(self._on_text_waiting)
        self._worker.run_finished.connect(self._on_run_finished)
        self._worker.run_failed.connect(self._on_run_failed)
        self._worker.command_performed.connect(self._on_command_performed)
        self._worker.command_failed.connect(self._on_command_failed)
        self._worker.closed.connect(self._on_worker_closed)
        self._thread.finished.connect(self._on_thread_finished)

    def start(self) -> None:
        """Start the worker's thread and announce the host."""
        self._thread.start()
        self.frame_ready.emit(Ready(PROTOCOL))

    @Slot(object)
    def handle(self, frame: Frame) -> None:
        """Do what the window asks."""
        match frame:
            case Load(request):
                self._load_requested.emit(request)
            case Run(run_id, request):
                self._run_id = run_id
                self._run_requested.emit(run_id, request)
            case Stop(run_id):
                self._worker.abort(run_id)
            case Pause(run_id):
                self._worker.pause(run_id)
            case Perform(command_id, command):
                self._command_requested.emit(command_id, command)
            case Quit():
                self.quit()
            case _:
                logger.warning("a %s came from the window", type(frame).__name__)

    @Slot()
    def quit(self) -> None:
        """Stop what runs, close the runtime, end the thread; `finished` follows."""
        if self._quitting:
            return
        self._quitting = True
        self._worker.abort(self._run_id)
        self._close_requested.emit()

    @Slot(object)
    def _on_load_progressed(self, progress: LoadProgress) -> None:
        self.frame_ready.emit(LoadProgressed(progress))

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        self.frame_ready.emit(ModelLoaded(replace(info, name=well_formed(info.name))))

    @Slot(object)
    def _on_model_load_failed(self, error: AppError) -> None:
        self.frame_ready.emit(LoadFailed(Failure.of(error)))

    @Slot(int, int, int)
    def _on_prefill_progressed(self, run_id: int, processed: int, total: int) -> None:
        self.frame_ready.emit(Prefilled(run_id, processed, total))

    @Slot()
    def _on_text_waiting(self) -> None:
        # The first piece after a pause goes out at once, so the first token is not held back.
        if not self._flush_timer.isActive():
            self._flush()
            self._flush_timer.start()

    @Slot()
    def _on_flush_due(self) -> None:
        if self._flush():
            self._flush_timer.start()

    @Slot(int, object)
    def _on_run_finished(self, run_id: int, result: RunResult) -> None:
        self._flush()
        self.frame_ready.emit(RunFinished(run_id, result))

    @Slot(int, object)
    def _on_run_failed(self, run_id: int, error: AppError) -> None:
        self._flush()
        self.frame_ready.emit(RunFailed(run_id, Failure.of(error)))

    @Slot(int, object)
    def _on_command_performed(self, command_id: int, result: CommandResult) -> None:
        self.frame_ready.emit(Performed(command_id, result))

    @Slot(int, object)
    def _on_command_failed(self, command_id: int, error: AppError) -> None:
        self.frame_ready.emit(PerformFailed(command_id, Failure.of(error)))

    @Slot()
    def _on_worker_closed(self) -> None:
        self._flush_timer.stop()
        self._thread.quit()

    @Slot()
    def _on_thread_finished(self) -> None:
        self.finished.emit()

    def _flush(self) -> bool:
        """Send the text that has come; return whether there was any."""
        pieces = self._worker.take_text()
        runs = dict.fromkeys(run_id for run_id, _, _ in pieces)
        for run_id in runs:
            mine = [(text, tokens) for piece_id, text, tokens in pieces if piece_id == run_id]
            text = well_formed("".join(text for text, _ in mine))
            self.frame_ready.emit(Text(run_id, text, sum(tokens for _, tokens in mine)))
        return bool(pieces)
