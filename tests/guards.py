"""What a test may not leave behind: each guard notes the state before it and names what is new after.

Threads and child processes get `GRACE_S` to end, because their last words often cross the end of
the test. Timers and Qt threads are noted when they are started, by wrapping the two `start`
methods once per session: Qt has no list of them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, QThread, QTimer

GRACE_S = 2.0

GUARDED_LOGGERS = ("app", "asyncio", "qasync")


class Guard(Protocol):
    """Made before a test; asked after it."""

    def leftovers(self) -> list[str]:
        """Return one line for each thing that is still there."""
        ...


class ThreadGuard:
    """Python threads."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def leftovers(self) -> list[str]:
        new = [
            thread
            for thread in threading.enumerate()
            # The entry of a thread that Qt made stays after its end; QtThreadGuard watches those.
            if thread not in self._before and not isinstance(thread, threading._DummyThread)
        ]
        for thread in new:
            thread.join(GRACE_S)
        return [f"thread {thread.name!r} is running" for thread in new if thread.is_alive()]


class QtThreadGuard:
    """QThreads that were started during the test."""

    def __init__(self) -> None:
        self._started = _noted_starts(QThread)
        self._started.clear()

    def leftovers(self) -> list[str]:
        return [
            f"{_described(thread)} is running"
            for thread in _alive(self._started)
            if isinstance(thread, QThread) and not thread.wait(int(GRACE_S * 1000))
        ]


class TimerGuard:
    """QTimers that were started during the test and still run."""

    def __init__(self) -> None:
        self._started = _noted_starts(QTimer)
        self._started.clear()

    def leftovers(self) -> list[str]:
        return [
            f"{_described(timer)} is active, every {timer.interval()} ms"
            for timer in _alive(self._started)
            if isinstance(timer, QTimer) and timer.isActive()
        ]


class ChildGuard:
    """Child processes. One that outlives its grace is reported and killed."""

    def __init__(self) -> None:
        self._before = _children()

    def leftovers(self) -> list[str]:
        found: list[str] = []
        for pid in _children() - self._before:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                handle = os.pidfd_open(pid)
                try:
                    if not select.select([handle], [], [], GRACE_S)[0]:
                        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                        command = b" ".join(words).decode(errors="replace").strip()
                        found.append(f"child process {pid} is running: {command}")
                        os.kill(pid, signal.SIGKILL)
                finally:
                    os.close(handle)
        return found


class FileGuard:
    """Files that this process wrote anywhere but in the folder for temporary files.

    Seen through an audit hook rather than by comparing folders: it names the culprit's path and
    is blind to what other programs do to the same folders meanwhile.
    """

    _watching: FileGuard | None = None
    _allowed = (Path(tempfile.gettempdir()).resolve(), Path("/dev"), Path("/proc"))
    _checkout = Path(__file__).resolve().parents[1]
    _writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def __init__(self) -> None:
        self._seen: set[str] = set()
        FileGuard._watching = self

    def leftovers(self) -> list[str]:
        FileGuard._watching = None
        return [f"file outside the test's folders was written: {path}" for path in self._seen]

    @classmethod
    def install(cls) -> None:
        """Start to listen; a hook cannot be taken out again, so this is done once per session."""
        sys.addaudithook(cls._on_event)

    @classmethod
    def _on_event(cls, event: str, args: tuple[Any, ...]) -> None:
        if (guard := cls._watching) is None:
            return
        if event == "open":
            if isinstance(args[2], int) and args[2] & cls._writing:
                guard._note(args[0])
        elif event == "sqlite3.connect":
            guard._note(args[0])
        elif event in ("os.mkdir", "os.remove", "os.rmdir"):
            guard._note(args[0], follow=False)
        elif event == "os.rename":
            guard._note(args[1], follow=False)

    def _note(self, path: object, *, follow: bool = True) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        text = os.fsdecode(path)
        if text == ":memory:" or text.startswith("file:") or "__pycache__" in text:
            return
        path = Path(text)
        # A link is followed by who writes, not by who removes or renames it.
        real = path.resolve() if follow else path.parent.resolve() / path.name
        allowed = any(real.is_relative_to(root) for root in self._allowed)
        # The checkout may itself lie in the folder for temporary files.
        if not allowed or real.is_relative_to(self._checkout):
            self._seen.add(str(real))


class LogGuard(logging.Handler):
    """Log records at warning or above, from Cairn and from the event loop."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expected = False
        for name in GUARDED_LOGGERS:
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        """What was logged, oldest first."""
        return [record.getMessage() for record in self.records]

    def leftovers(self) -> list[str]:
        for name in GUARDED_LOGGERS:
            logging.getLogger(name).removeHandler(self)
        if self.expected:
            return []
        return [
            f"unexpected log: {record.levelname} {record.name}: {record.getMessage()}"
            for record in self.records
        ]


_starts: dict[type[QObject], list[weakref.ref[QObject]]] = {}


def note_starts() -> None:
    """Wrap `start` of timers and Qt threads so that their guards know which ones to ask."""
    for kind in (QTimer, QThread):
        _starts[kind] = []
        _wrap_start(kind, _starts[kind])


def _wrap_start(kind: Any, started: list[weakref.ref[QObject]]) -> None:
    original = kind.start

    def start(self: QObject, *args: Any) -> None:
        started.append(weakref.ref(self))
        original(self, *args)

    kind.start = start


def _noted_starts(kind: type[QObject]) -> list[weakref.ref[QObject]]:
    return _starts[kind]


def _alive(references: list[weakref.ref[QObject]]) -> list[QObject]:
    objects = {id(item): item for reference in references if (item := reference()) is not None}
    return [item for item in objects.values() if shiboken6.isValid(item)]


def _described(item: QObject) -> str:
    parent = item.parent()
    owner = f" of {type(parent).__name__}" if parent is not None else ""
    return f"{type(item).__name__} {item.objectName()!r}{owner}"


def _children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.update(int(pid) for pid in (task / "children").read_text().split())
    return found
