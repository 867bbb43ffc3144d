"""A parent that starts an engine, prints its process id, and waits to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Slot

from app.engine.engine import Engine
from app.engine.process import ChildProcess
from app.runtime.protocol import LoadRequest


class Parent(QObject):
    """Prints the child's id once the child is loading."""

    def __init__(self) -> None:
        super().__init__()
        self._child = ChildProcess(self)
        self._engine = Engine(self._connect, self)
        self._engine.model_load_progressed.connect(self._on_progressed)

    def start(self, model: Path) -> None:
        self._engine.load(LoadRequest(model))

    def _connect(self) -> ChildProcess:
        return self._child

    @Slot(object)
    def _on_progressed(self, _progress: object) -> None:
        self._engine.model_load_progressed.disconnect(self._on_progressed)
        print(self._child.pid, flush=True)


if __name__ == "__main__":
    application = QCoreApplication(sys.argv[:1])
    parent = Parent()
    parent.start(Path(sys.argv[1]))
    sys.exit(application.exec())
