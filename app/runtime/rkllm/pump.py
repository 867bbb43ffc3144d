"""Reads an answer while the library writes it, on a thread beside the one that is inside of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

#: No longer than a frame of the screen; a glance costs a hundredth of it.
_INTERVAL_S = 0.016


class Pump:
    """Calls `read` again and again inside a `with` block; while it returns True, calls `end`, too.

    What `read` raises is kept: it ends the run, and is raised when the block is left.
    """

    def __init__(self, read: Callable[[], bool], end: Callable[[], None]) -> None:
        self._read = read
        self._end = end
        self._due = threading.Event()
        self._is_done = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._pump, name="pump", daemon=True)

    def __enter__(self) -> Pump:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._is_done = True
        self._due.set()
        self._thread.join()
        if self._failure is not None and kind is None:
            raise self._failure

    def hurry(self) -> None:
        """Read at once: the first token is not held back. From any thread."""
        self._due.set()

    def _pump(self) -> None:
        while True:
            self._due.wait(_INTERVAL_S)
            self._due.clear()
            if self._is_done:
                return
            try:
                ends = self._failure is not None or self._read()
            except BaseException as error:  # kept whatever it is, and raised by the block
                self._failure, ends = error, True
            if ends:
                # Again and again: an abort that comes before the library has begun is lost.
                self._end()
