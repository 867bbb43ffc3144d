"""Starts a window and prints what it had cost when it was first painted; then ends.

`python -m tests.bench.first_paint empty` is the least a Qt program costs: the import of
QtWidgets and an empty window. `… cairn FOLDER` is the whole program as most people start it, with
nothing to say to it; what it keeps goes into FOLDER.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def resident_mb(pid: int) -> float:
    """Return the memory of a process that is really there, in megabytes (proc(5): statm)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def report(**more: object) -> None:
    """Print the moment and this process's memory."""
    figures = {"at": time.monotonic(), "resident_mb": resident_mb(os.getpid())}
    sys.stdout.write(json.dumps(figures | more) + "\n")
    sys.stdout.flush()


def empty() -> None:
    """Show an empty window."""
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QWidget

    class Window(QWidget):
        def paintEvent(self, _event: QPaintEvent) -> None:
            report()
            application.quit()

    application = QApplication([])
    window = Window()
    window.resize(1120, 760)
    window.show()
    application.exec()


def cairn(folder: str) -> None:
    """Show Cairn's window, wait for its engine to be ready, and close it in order."""
    # First, as in the program: it decides what Qt brings along.
    from app import main  # isort: split
    from PySide6.QtCore import QObject, Slot

    from app.engine.host_slot import HostSlot
    from app.session import Session

    class Watch(QObject):
        session: Session

        @Slot()
        def on_painted(self) -> None:
            lazy = [name for name in ("markdown_it", "pygments") if name in sys.modules]
            report(imported_early=lazy)

        def on_ready(self) -> None:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
            report(engine_mb=resident_mb(int(children.split()[0])))
            self.session.close()

    watch = Watch()
    plain_show = Session.show
    plain_ready = HostSlot._on_host_ready

    def show(session: Session) -> None:
        watch.session = session
        session._window.painted.connect(watch.on_painted)
        plain_show(session)

    def host_ready(slot: HostSlot) -> None:
        plain_ready(slot)
        watch.on_ready()

    HostSlot._on_host_ready = host_ready  # type: ignore[method-assign]
    Session.show = show  # type: ignore[method-assign, assignment]
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
    os.environ.pop("XDG_RUNTIME_DIR", None)
    main.main([])


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        cairn(sys.argv[2])
