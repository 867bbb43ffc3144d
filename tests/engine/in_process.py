"""Hosts the worker on a thread of the test's own process, behind the seam of the child process."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.engine.connection import Usage
from app.engine.frames import Frame, FrameReader, encode
from app.engine.host import Host
from app.errors import EngineError
from app.runtime.protocol import LoadRequest, Runtime
from tests.scripted_runtime import ScriptedRuntime


class InProcess(QObject):
    """A Connection without a process. Frames pass through their encoding all the same."""

    #: A frame from the host.
    frame_received = Signal(object)
    #: Never emitted: there is no output to capture.
    log_received = Signal(str)
    #: The host has ended.
    ended = Signal(object)

    _frame_sent = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._error: EngineError | None = None
        self._to_host = FrameReader()
        self._to_window = FrameReader()
        self._host = Host(_make_runtime, self)
        # Queued, as across a process border: a verb returns before its answer comes.
        queued = Qt.ConnectionType.QueuedConnection
        self._frame_sent.connect(self._host.handle, queued)
        self._host.frame_ready.connect(self._on_frame_ready, queued)
        self._host.finished.connect(self._on_finished)

    def start(self) -> None:
        self._host.start()

    def send(self, frame: Frame) -> None:
        for copy in self._to_host.feed(encode(frame)):
            self._frame_sent.emit(copy)

    def quit(self) -> None:
        self._host.quit()

    def kill(self, *, hung: bool = False) -> None:
        self._error = EngineError("The engine stopped responding.") if hung else None
        self._host.quit()

    def usage(self) -> Usage | None:
        return None

    @Slot(object)
    def _on_frame_ready(self, frame: Frame) -> None:
        for copy in self._to_window.feed(encode(frame)):
            self.frame_received.emit(copy)

    @Slot()
    def _on_finished(self) -> None:
        self.ended.emit(self._error)


def _make_runtime(_request: LoadRequest) -> Runtime:
    return ScriptedRuntime()
