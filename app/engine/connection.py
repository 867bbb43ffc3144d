"""The seam between `Engine` and whatever hosts the worker: a child process, or a test's thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance

from app.engine.frames import Frame


@dataclass(frozen=True, slots=True)
class Usage:
    """What the kernel counts for a host."""

    bytes_read: int
    """The larger of what it has read and what of its files is in its memory: a model is either
    read or mapped."""
    computed_s: float
    """Processor time, of all threads, in seconds."""


class Connection(Protocol):
    """A host that can be spoken to: started once, ended once. Lives on the window's thread.

    The signals belong to a QObject. After `ended` nothing else is emitted.
    """

    @property
    def frame_received(self) -> SignalInstance:
        """The host has sent a frame; carries the Frame. The first one is Ready."""

    @property
    def log_received(self) -> SignalInstance:
        """The library or the host has logged a line; carries the text without its end."""

    @property
    def ended(self) -> SignalInstance:
        """The host is gone; carries None when that was asked for, else an EngineError."""

    def start(self) -> None:
        """Start the host. A failure to start arrives as `ended`, like any other end."""

    def send(self, frame: Frame) -> None:
        """Send a frame to the host."""

    def quit(self) -> None:
        """Ask the host to end; it is killed when it takes too long. `ended` follows."""

    def kill(self, *, hung: bool = False) -> None:
        """End the host now. `ended` follows; with an error when it is killed for being `hung`."""

    def usage(self) -> Usage | None:
        """Return what the host has read and computed so far, or None if unknown."""

    def deleteLater(self) -> None:
        """Dispose of the QObject, as Qt has it."""
