"""Receives second starts of Cairn, as `app.visit` tells."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from app.visit import ANSWER, Visit, is_same_user, short

logger = logging.getLogger(__name__)

_MOST_BYTES = 32_768
#: Whoever connects and says nothing is sent away after this time.
_SILENCE_MS = 2000
_WAITING = 8
_LONGEST_TOKEN = 256


class Reception(QObject):
    """Listens for second starts. Lives on the window's thread."""

    #: A second start was here; carries its Visit.
    visited = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None

    def open(self) -> None:
        """Begin to listen. Where that fails a second start says that Cairn is open."""
        if self._socket is not None:
            return
        end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            # Whoever holds the lock of the profile is the only one here.
            self._remove()
            with short(self._path) as address:
                end.bind(address)
                Path(address).chmod(0o600)
            end.listen(_WAITING)
        except OSError as error:
            logger.warning("no second start can be received: %s", error)
            end.close()
            return
        self._socket = end
        self._notifier = QSocketNotifier(end.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_knocked)

    def close(self) -> None:
        """Listen no more."""
        if self._socket is None or self._notifier is None:
            return
        self._notifier.setEnabled(False)
        self._notifier.deleteLater()
        self._notifier = None
        self._socket.close()
        self._socket = None
        with contextlib.suppress(OSError):
            self._remove()

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)

    @Slot()
    def _on_knocked(self) -> None:
        if self._socket is None:
            return
        try:
            end, _ = self._socket.accept()
        except OSError:
            return
        if not is_same_user(end):
            end.close()
            return
        visitor = _Visitor(end, self)
        visitor.said.connect(self.visited)


class _Visitor(QObject):
    """One connection: it says one thing, is answered, and goes."""

    said = Signal(object)

    def __init__(self, end: socket.socket, parent: QObject) -> None:
        super().__init__(parent)
        end.setblocking(False)
        self._end = end
        self._notifier = QSocketNotifier(end.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._leave)
        self._timer.start(_SILENCE_MS)

    @Slot()
    def _on_readable(self) -> None:
        visit = None
        try:
            visit = _visit_in(self._end.recv(_MOST_BYTES))
            if visit is not None:
                self._end.send(ANSWER)
        except OSError:
            # It has gone, but what it said counts.
            logger.debug("a second start did not wait for its answer")
        self._leave()
        if visit is not None:
            self.said.emit(visit)

    @Slot()
    def _leave(self) -> None:
        self._timer.stop()
        self._notifier.setEnabled(False)
        self._end.close()
        self.deleteLater()


def _visit_in(data: bytes) -> Visit | None:
    """Return what was said, or None for what makes no sense."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    model, quick, token = (said.get(name) for name in ("model", "quick", "token"))
    if not (isinstance(model, str) and isinstance(quick, bool) and isinstance(token, str)):
        return None
    usable = token.isascii() and token.isprintable() and len(token) <= _LONGEST_TOKEN
    return Visit(model, quick, token if usable else "")
