"""Requests into frames, and frames into signals: what the engine says and hears.

Apart from the engine so that nothing of the protocol is imported before a host is started: the
window is painted by then.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.connection import Connection
from app.engine.frames import (
    PROTOCOL,
    Frame,
    FrameError,
    Load,
    LoadFailed,
    LoadProgressed,
    ModelLoaded,
    Pause,
    Perform,
    Performed,
    PerformFailed,
    Prefilled,
    Ready,
    Run,
    RunFailed,
    RunFinished,
    Stop,
    Text,
)
from app.errors import Remedy, RunError
from app.runtime.protocol import Command, LoadRequest, RunRequest

logger = logging.getLogger(__name__)


class Dispatch(QObject):
    """Speaks with one host. Lives on the window's thread; owned by the engine."""

    #: The host waits for a model.
    host_ready = Signal()
    #: A load has moved on; carries a LoadProgress.
    load_progressed = Signal(object)
    #: The model answers requests; carries its ModelInfo.
    model_loaded = Signal(object)
    #: The model could not be loaded; carries an AppError.
    load_failed = Signal(object)
    #: The prompt is being read; carries run id, tokens read, tokens in all.
    prefill_progressed = Signal(int, int, int)
    #: Text has been written; carries run id, text and how many tokens it stands for.
    text_generated = Signal(int, str, int)
    #: A run has ended; carries its id and RunResult.
    run_finished = Signal(int, object)
    #: A run has failed; carries its id and an AppError.
    run_failed = Signal(int, object)
    #: A command was carried out; carries its number and a CommandResult.
    command_performed = Signal(int, object)
    #: A command could not be carried out; carries its number and an AppError.
    command_failed = Signal(int, object)

    def __init__(self, connection: Connection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection = connection
        connection.frame_received.connect(self._on_frame_received)

    def load(self, request: LoadRequest) -> None:
        """Ask for a model."""
        self._connection.send(Load(request))

    def run(self, run_id: int, request: RunRequest) -> None:
        """Ask for text. Raises RunError when the request cannot be encoded."""
        try:
            self._connection.send(Run(run_id, request))
        except FrameError as error:
            raise RunError(
                "The conversation cannot be sent to the model.",
                "It is too large or holds broken characters; start a new conversation.",
                remedy=Remedy.NEW_CONVERSATION,
                details=str(error),
            ) from error

    def stop(self, run_id: int) -> None:
        """Ask for the end of a run."""
        self._connection.send(Stop(run_id))

    def pause(self, run_id: int) -> None:
        """Ask a run to pause."""
        self._connection.send(Pause(run_id))

    def perform(self, command_id: int, command: Command) -> None:
        """Ask for something that writes nothing."""
        self._connection.send(Perform(command_id, command))

    @Slot(object)
    def _on_frame_received(self, frame: Frame) -> None:
        match frame:
            case Ready(protocol) if protocol != PROTOCOL:
                logger.error("the host speaks protocol %s, not %s", protocol, PROTOCOL)
                self._connection.kill(hung=True)
            case Ready():
                self.host_ready.emit()
            case LoadProgressed(progress):
                self.load_progressed.emit(progress)
            case ModelLoaded(info):
                self.model_loaded.emit(info)
            case LoadFailed(failure):
                self.load_failed.emit(failure.error())
            case Prefilled(run_id, processed, total):
                self.prefill_progressed.emit(run_id, processed, total)
            case Text(run_id, text, tokens):
                self.text_generated.emit(run_id, text, tokens)
            case RunFinished(run_id, result):
                self.run_finished.emit(run_id, result)
            case RunFailed(run_id, failure):
                self.run_failed.emit(run_id, failure.error())
            case Performed(command_id, result):
                self.command_performed.emit(command_id, result)
            case PerformFailed(command_id, failure):
                self.command_failed.emit(command_id, failure.error())
            case _:
                logger.warning("a %s came from the host", type(frame).__name__)
