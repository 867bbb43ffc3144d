"""The engine process: `python -m app.engine.child FD PARENT_PID`, started by `ChildProcess`.

It talks over the socket FD only; stdout and stderr belong to native libraries and are captured
by the window. It ends with its parent, whatever happens to the parent, and offers itself to the
kernel's OOM killer first.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication

from app.engine.host import Host
from app.engine.link import Link
from app.paths import Paths
from app.runtime.protocol import LoadRequest, Runtime
from app.runtime.registry import RuntimeEnvironment, runtime_for

_PR_SET_PDEATHSIG = 1
#: Between the window (0) and a process that is sure to go first (1000).
_OOM_SCORE_ADJUSTMENT = 800
#: EX_SOFTWARE of sysexits.h.
_EXIT_BY_ERROR = 70


def main(arguments: list[str]) -> int:
    """Serve one window until it says Quit or goes away."""
    descriptor, parent_pid = int(arguments[0]), int(arguments[1])
    _end_with_parent(parent_pid)
    _offer_to_oom_killer()
    faulthandler.enable()
    sys.excepthook = _end_by_error
    # Ctrl-C in a terminal, and a service manager's stop, reach the whole group; the window
    # decides when the engine ends.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    application = QCoreApplication(sys.argv[:1])
    # Whatever this process starts must not hold the link open after its end.
    os.set_inheritable(descriptor, False)
    link = Link(socket.socket(fileno=descriptor))
    host = Host(_make_runtime)
    link.frame_received.connect(host.handle)
    host.frame_ready.connect(link.send)
    link.closed.connect(host.quit)
    host.finished.connect(application.quit)
    gc.collect()
    gc.freeze()
    host.start()
    status = application.exec()
    link.close()
    return status


def _make_runtime(request: LoadRequest) -> Runtime:
    paths = Paths.of_user()
    return runtime_for(request.model).create(RuntimeEnvironment(paths.runtime, paths.data))


def _end_by_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """End the process, on whichever thread: the window sees that, but not a missing answer."""
    logging.getLogger(__name__).critical("an error was not caught", exc_info=(kind, error, trace))
    os._exit(_EXIT_BY_ERROR)


def _end_with_parent(parent_pid: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        # The window died before the request above was in force.
        sys.exit(0)


def _offer_to_oom_killer() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE_ADJUSTMENT), encoding="ascii")
    except OSError as error:
        logging.getLogger(__name__).info("the OOM score stays as it is: %s", error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
