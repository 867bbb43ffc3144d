"""Starts a window and prints what it had cost when it was first painted; then ends.

`python -m tests.bench.first_paint empty` is the least a Qt program costs: the import of
QtWidgets and an empty window. `… cairn FOLDER` is the whole program with a new profile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


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
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QMainWindow

    from app.engine.engine import Engine

    class Watch(QObject):
        painted = False
        window: QMainWindow | None = None

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(watched, QMainWindow):
                self.window = watched
            if event.type() is QEvent.Type.Paint and self.window and not self.painted:
                self.painted = True
                lazy = [name for name in ("markdown_it", "pygments") if name in sys.modules]
                report(imported_early=lazy)
            return False

        def on_ready(self) -> None:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
            report(engine_mb=resident_mb(int(children.split()[0])))
            assert self.window is not None
            self.window.close()

    watch = Watch()
    plain_run = main._run
    plain_ready = Engine._on_host_ready

    async def run(application: QApplication, *rest: Any) -> None:
        application.installEventFilter(watch)
        await plain_run(application, *rest)

    def host_ready(engine: Engine) -> None:
        plain_ready(engine)
        watch.on_ready()

    Engine._on_host_ready = host_ready  # type: ignore[method-assign]
    main._run = run  # type: ignore[assignment]
    main.main(["--profile", folder])


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        cairn(sys.argv[2])
