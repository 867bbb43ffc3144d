"""The one run that an engine can have: its number, its request, and how far it is.

A run that was stopped before it wrote anything is over for the user at once, while a library that
is reading the prompt goes on for a while. Such a run is left behind: the next one waits until the
host says that it has ended.
"""

from __future__ import annotations

from app.runtime.protocol import RunRequest


class CurrentRun:
    """Bookkeeping without signals; owned by the engine."""

    def __init__(self) -> None:
        self.id = 0
        self.request: RunRequest | None = None
        self.is_sent = False
        self.stop_asked = False
        self.has_text = False
        #: The run that was left behind, or 0.
        self.left_behind = 0

    @property
    def is_waiting(self) -> bool:
        """Whether a request has not been given to a host yet."""
        return self.request is not None and not self.is_sent

    @property
    def is_busy(self) -> bool:
        """Whether the host is at work, on this run or on the one that was left behind."""
        return self.left_behind != 0 or (self.request is not None and self.is_sent)

    def is_current(self, run_id: int) -> bool:
        """Return whether events of a run still matter."""
        return run_id == self.id and self.request is not None

    def begin(self, request: RunRequest) -> int:
        """Take a request and return its number."""
        self.id += 1
        self.request = request
        self.is_sent = self.stop_asked = self.has_text = False
        return self.id

    def end(self) -> int:
        """Note that the run has ended; return its number, or 0 when there was none."""
        ended = self.id if self.request is not None else 0
        self.request = None
        self.is_sent = False
        return ended

    def forget_left_behind(self) -> bool:
        """The host has ended the run that was left behind; return whether there was one."""
        was, self.left_behind = self.left_behind, 0
        return was != 0

    def leave_behind(self) -> None:
        """End the run for the user, while the host is still at work on it."""
        self.left_behind = self.id
        self.end()
