"""The one host there is: opened empty, given one model at most, ended.

Only the end of a process surely gives the memory of a model back, so another model gets another
host. One that waits empty can be given any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import EngineError
from app.runtime.protocol import LoadRequest

if TYPE_CHECKING:
    from app.engine.connection import Connection
    from app.engine.dispatch import Dispatch


class HostSlot(QObject):
    """Holds a connection and what speaks over it. Lives on the window's thread; the engine's own."""

    #: A host was opened; carries the Dispatch that speaks with it.
    opened = Signal(object)
    #: The host waits for a model.
    ready = Signal()
    #: The library or the host has logged a line.
    log_received = Signal(str)
    #: The host is gone; carries None when that was asked for, else an EngineError.
    ended = Signal(object)

    def __init__(self, connect: Callable[[], Connection], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connect = connect
        self._is_ready = False
        self.connection: Connection | None = None
        self.dispatch: Dispatch | None = None
        #: The host has had a model, or will never get one.
        self.is_used = False

    @property
    def is_ready(self) -> bool:
        """Whether the host can be given a model."""
        return self._is_ready and not self.is_used and self.dispatch is not None

    @property
    def has_started(self) -> bool:
        """Whether the host has said that it is there."""
        return self._is_ready

    def open(self) -> None:
        """Start a host, unless there is one."""
        if self.connection is not None:
            return
        self._is_ready = self.is_used = False
        # Not before a host is wanted: the window is painted by then.
        from app.engine.dispatch import Dispatch

        self.connection = connection = self._connect()
        self.dispatch = dispatch = Dispatch(connection, self)
        dispatch.host_ready.connect(self._on_host_ready)
        connection.log_received.connect(self.log_received)
        connection.ended.connect(self._on_ended)
        self.opened.emit(dispatch)
        connection.start()

    def give(self, request: LoadRequest) -> None:
        """Give the waiting host its model."""
        assert self.dispatch is not None
        self.is_used = True
        self.dispatch.load(request)

    def end(self, *, is_loading: bool = False) -> None:
        """End a host that is used; `ended` follows. One that waits for a model stays."""
        if self.connection is None or not self.is_used:
            return
        if is_loading:
            # A library that is loading does not listen.
            self.connection.kill()
        else:
            self.connection.quit()

    @Slot()
    def give_up(self) -> None:
        """End a host that does not do what it was asked to; `ended` follows with an error."""
        if self.connection is not None:
            self.connection.kill(hung=True)

    @Slot()
    def _on_host_ready(self) -> None:
        self._is_ready = True
        self.ready.emit()

    @Slot(object)
    def _on_ended(self, error: EngineError | None) -> None:
        if self.connection is not None:
            self.connection.deleteLater()
        if self.dispatch is not None:
            self.dispatch.deleteLater()
        self.connection = None
        self.dispatch = None
        self.ended.emit(error)
