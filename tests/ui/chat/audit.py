"""Shows messages and reports which files and sockets were opened meanwhile. Run by a test.

Reads a JSON object of texts from standard input; writes one of lists to standard output. Two ways
of looking: Python's audit events, and the kernel's list of this process's open files, which
also shows what Qt opened itself and holds; a FIFO that is opened for reading hangs and is
reported by the time that runs out.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.chat.message import Role
from app.ui.chat.text_view import TextView
from app.ui.theme import Theme
from tests.ui.chat.measure import Stage, message, settle
from tests.ui.chat.seen import children

SECONDS_PER_CASE = 10
_WATCHED = ("open", "socket.__new__", "socket.connect", "os.exec", "subprocess.Popen", "os.system")


class _Ear:
    """Collects audit events while it listens."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.listens = False
        sys.addaudithook(self._on_event)

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if self.listens and event in _WATCHED:
            self.heard.append(f"{event} {args[0]!r}")


def open_files() -> set[str]:
    """Return what this process holds open."""
    found: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return found


def main() -> None:
    """Show each text to both roles, whole and streamed."""
    cases: dict[str, str] = json.load(sys.stdin)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication([])
    theme = Theme()
    theme.apply_to(application)
    stage = Stage()
    ear = _Ear()
    # What is imported or found once, fonts and lexers among it, is opened here.
    show(
        stage,
        "**Warm** `up` <b> http://a.b 中 ب 🙂\n\n```html\n<p>\n```\n\n|a|\n|-|\n|b|\n\n> x\n\n- y",
    )
    report: dict[str, list[str]] = {}
    for name, text in cases.items():
        before = open_files()
        ear.heard.clear()
        ear.listens = True
        signal.alarm(SECONDS_PER_CASE)
        show(stage, text)
        signal.alarm(0)
        ear.listens = False
        report[name] = ear.heard + sorted(open_files() - before)
    stage.close()
    json.dump(report, sys.stdout)


def show(stage: Stage, text: str) -> None:
    """Show `text` in every way and wait until all is done."""
    stage.view.set_items((message(Role.USER, text), message(Role.ASSISTANT, text)))
    stage.view.grab()
    stage.view.verticalScrollBar().setValue(0)
    while stage.view._idle.isActive() or stage.view._stale:
        settle()
    stage.view.grab()
    for view in children(stage.view, TextView):
        view.selectAll()
        view.copy()
    settle()


if __name__ == "__main__":
    main()
