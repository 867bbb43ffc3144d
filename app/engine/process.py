"""The engine as a child process: starts it, carries its frames and its output, sees its end."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from app.engine.connection import Usage
from app.engine.death import explain
from app.engine.frames import Frame, Quit
from app.engine.link import Link
from app.errors import EngineError, Remedy

logger = logging.getLogger(__name__)

#: A host that was asked to end is killed after this time.
QUIT_BUDGET_MS = 3000
_REAP_INTERVAL_MS = 10
#: How long a child whose link broke may take to end by itself.
_LINGER_MS = 1000
#: How long what a child printed may take to arrive after its end: the runtime lets it pass
#: through a program of its own.
_LAST_WORDS_MS = 300
_LAST_LINES = 40
_LINE_LIMIT = 4096
_OUTPUT_BYTES = 65536


class ChildProcess(QObject):
    """One engine process: the real Connection. Lives on the window's thread."""

    #: The child has sent a frame; carries the Frame.
    frame_received = Signal(object)
    #: The child has written a line to stdout or stderr; carries its text.
    log_received = Signal(str)
    #: The child is gone; carries None when that was asked for, else an EngineError.
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Link | None = None
        self._asked_to_end = False
        self._hung = False
        self._start_error: EngineError | None = None
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._line = b""
        self._output_ended = False
        self._reaps_left = _LAST_WORDS_MS // _REAP_INTERVAL_MS
        self._output: QSocketNotifier | None = None
        self._reap_timer = QTimer(self)
        self._reap_timer.setInterval(_REAP_INTERVAL_MS)
        self._reap_timer.timeout.connect(self._on_reap_due)
        self._kill_timer = QTimer(self)
        self._kill_timer.setSingleShot(True)
        self._kill_timer.timeout.connect(self._on_kill_due)

    @property
    def pid(self) -> int | None:
        """The child's process id, or None before it started and after it ended."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the child. A failure to start arrives as `ended`, like any other end."""
        try:
            self._process, ours = _start_child()
        except OSError as error:
            self._start_error = EngineError(
                f"The engine could not be started ({error.strerror}).",
                "Close other programs and try again.",
                remedy=Remedy.RETRY,
            )
            QTimer.singleShot(0, self._on_start_failed)
            return
        self._link = Link(ours, self)
        self._link.frame_received.connect(self.frame_received)
        self._link.closed.connect(self._on_link_closed)
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._output = QSocketNotifier(
            self._process.stdout.fileno(), QSocketNotifier.Type.Read, self
        )
        self._output.activated.connect(self._on_output)

    def send(self, frame: Frame) -> None:
        """Send a frame to the child."""
        if self._link is not None:
            self._link.send(frame)

    def quit(self) -> None:
        """Ask the child to end; kill it when it takes over QUIT_BUDGET_MS."""
        if self._asked_to_end or self._process is None:
            return
        self._asked_to_end = True
        self.send(Quit())
        self._kill_timer.start(QUIT_BUDGET_MS)

    def kill(self, *, hung: bool = False) -> None:
        """Kill the child; `ended` carries an error when it is killed for being `hung`."""
        self._asked_to_end = not hung
        self._hung = hung
        if self._process is not None:
            self._process.kill()
            self._reap_timer.start()

    def usage(self) -> Usage | None:
        """Return what the child has read and computed (proc(5): io, statm, stat)."""
        if self._process is None:
            return None
        folder = Path("/proc") / str(self._process.pid)
        try:
            counters = (folder / "io").read_text(encoding="ascii").split()
            shared_pages = int((folder / "statm").read_text(encoding="ascii").split()[2])
            # The name of the program, in parentheses, may hold anything.
            times = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            ticks = int(times[11]) + int(times[12])
            return Usage(
                max(int(counters[1]), shared_pages * os.sysconf("SC_PAGE_SIZE")),
                ticks / os.sysconf("SC_CLK_TCK"),
            )
        except (OSError, ValueError, IndexError):
            return None

    @Slot()
    def _on_start_failed(self) -> None:
        self.ended.emit(self._start_error)

    @Slot(str)
    def _on_link_closed(self, reason: str) -> None:
        logger.debug("engine link closed: %s", reason)
        # The link closes when the child ends, but also when it sends nonsense and lives on.
        if not self._kill_timer.isActive():
            self._kill_timer.start(_LINGER_MS)
        self._reap_timer.start()
        self._on_reap_due()

    @Slot()
    def _on_kill_due(self) -> None:
        self.kill(hung=not self._asked_to_end)

    @Slot()
    def _on_output(self) -> None:
        # One piece at a time: a library that never stops writing must not hold up the window.
        self._read_output()

    @Slot()
    def _on_reap_due(self) -> None:
        if self._process is None or self._process.poll() is None:
            return
        while self._read_output():
            pass
        self._reaps_left -= 1
        if not self._output_ended and self._reaps_left > 0 and not self._asked_to_end:
            self._reap_timer.start()
            return
        self._reap_timer.stop()
        self._kill_timer.stop()
        self._end_output()
        process, self._process = self._process, None
        if self._link is not None:
            self._link.close()
        if self._asked_to_end:
            self.ended.emit(None)
        else:
            status = None if self._hung else process.returncode
            self.ended.emit(explain(status, tuple(self._last_lines)))

    def _read_output(self) -> bool:
        """Take in a piece of the output; return whether there was any."""
        if self._process is None or self._process.stdout is None or self._output is None:
            return False
        try:
            data = os.read(self._process.stdout.fileno(), _OUTPUT_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._output_ended = True
            self._output.setEnabled(False)
            return False
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self._log(line)
        if len(self._line) > _LINE_LIMIT:
            self._log(self._line)
            self._line = b""
        return True

    def _end_output(self) -> None:
        if self._line:
            self._log(self._line)
            self._line = b""
        if self._output is not None:
            self._output.setEnabled(False)
            self._output = None
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def _log(self, line: bytes) -> None:
        text = line[:_LINE_LIMIT].decode("utf-8", "replace").rstrip("\r")
        self._last_lines.append(text)
        self.log_received.emit(text)


def _start_child() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a child and return it with our end of the link. Raises OSError."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    ours, theirs = socket.socketpair()
    with theirs:
        # -P: a folder named "app" where the user stands must not shadow ours.
        command = [sys.executable, "-P", "-m", "app.engine.child"]
        try:
            process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            )
        except OSError:
            ours.close()
            raise
    return process, ours
