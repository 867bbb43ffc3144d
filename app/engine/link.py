"""One end of the link: frames in and out of a socket, without ever blocking the event loop."""

from __future__ import annotations

import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from app.engine.frames import Frame, FrameError, FrameReader, encode

_READ_BYTES = 256 * 1024


class Link(QObject):
    """Sends and receives frames. Owns its socket; lives on the thread that made it."""

    #: A frame has arrived; carries the Frame.
    frame_received = Signal(object)
    #: The other end is gone or sent nonsense; carries the reason. Nothing is received afterwards.
    closed = Signal(str)

    def __init__(self, end: socket.socket, parent: QObject | None = None) -> None:
        super().__init__(parent)
        end.setblocking(False)
        self._socket: socket.socket | None = end
        self._reader = FrameReader()
        self._outgoing = bytearray()
        self._readable = QSocketNotifier(end.fileno(), QSocketNotifier.Type.Read, self)
        self._readable.activated.connect(self._on_readable)
        self._writable = QSocketNotifier(end.fileno(), QSocketNotifier.Type.Write, self)
        self._writable.setEnabled(False)
        self._writable.activated.connect(self._on_writable)

    def send(self, frame: Frame) -> None:
        """Send `frame`; what the socket does not take at once follows when it can.

        Sending on a closed link does nothing: `closed` has told so. Raises FrameError for a
        value that cannot be encoded.
        """
        if self._socket is None:
            return
        self._outgoing += encode(frame)
        self._write()

    def close(self) -> None:
        """Close the socket. No signal is emitted for it."""
        if self._socket is None:
            return
        self._readable.setEnabled(False)
        self._writable.setEnabled(False)
        self._socket.close()
        self._socket = None

    @Slot()
    def _on_readable(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(str(error))
            return
        if not data:
            self._fail("the other end closed the link")
            return
        try:
            frames = self._reader.feed(data)
        except FrameError as error:
            self._fail(str(error))
            return
        for frame in frames:
            self.frame_received.emit(frame)

    @Slot()
    def _on_writable(self) -> None:
        self._write()

    def _write(self) -> None:
        if self._socket is None:
            return
        try:
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            pass
        except OSError:
            # The other end is gone. Reading tells so, after what it sent before it went; and
            # nobody who sends is called back in the middle of that.
            self._outgoing.clear()
        self._writable.setEnabled(bool(self._outgoing))

    def _fail(self, reason: str) -> None:
        self.close()
        self.closed.emit(reason)
