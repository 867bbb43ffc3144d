"""Shows messages and reports what was opened meanwhile. Run by a test, with a folder as argument.

Reads a JSON object of texts from standard input; writes one of lists to standard output. It looks
in three ways: at Python's audit events, at what this process holds open, and through inotify at
every opening of something in the folder, which also shows what Qt opens by itself. A FIFO that is
opened for reading hangs, and the alarm ends it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.chat.message import Role
from app.ui.chat.formulas import formulas_of
from app.ui.chat.text_view import TextView
from app.ui.theme import QT_OPTIONS, Theme
from tests.ui.chat.measure import Stage, message, settle
from tests.ui.chat.seen import children

SECONDS_PER_CASE = 10
_WATCHED = ("open", "socket.__new__", "socket.connect", "os.exec", "subprocess.Popen", "os.system")
_IN_OPEN = 0x20
#: What is imported or found once, fonts and lexers among it, is opened for this.
_WARM_UP = """\
**Warm** `up` <b> http://a.b 中 ب 🙂

```html
<p>
```

|a|
|-|
|b|

> x

- y

$x$ $$y$$
"""


class _Ear:
    """Collects audit events while it listens."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.listens = False
        sys.addaudithook(self._on_event)

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if self.listens and event in _WATCHED:
            self.heard.append(f"{event} {args[0]!r}")


class _Eye:
    """Sees every opening of a file in a folder, by whomever."""

    def __init__(self, folder: Path) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._handle = library.inotify_init1(os.O_NONBLOCK)
        watch = library.inotify_add_watch(self._handle, os.fsencode(folder), _IN_OPEN)
        assert self._handle >= 0
        assert watch >= 0
        (folder / "text").read_text()
        assert self.seen() == ["something in the folder was opened"]

    def seen(self) -> list[str]:
        """Return what has happened since it was asked last."""
        try:
            return ["something in the folder was opened"] if os.read(self._handle, 4096) else []
        except BlockingIOError:
            return []


def open_files() -> set[str]:
    """Return what this process holds open."""
    found: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return found


def main(folder: Path) -> None:
    """Show each text to both roles."""
    cases: dict[str, str] = json.load(sys.stdin)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication(list(QT_OPTIONS))
    Theme().apply_to(application)
    stage = Stage()
    ear, eye = _Ear(), _Eye(folder)
    show(stage, _WARM_UP)
    report: dict[str, list[str]] = {}
    for name, text in cases.items():
        before = open_files()
        ear.heard.clear()
        ear.listens = True
        signal.alarm(SECONDS_PER_CASE)
        show(stage, text)
        signal.alarm(0)
        ear.listens = False
        report[name] = ear.heard + eye.seen() + sorted(open_files() - before)
    stage.close()
    formulas_of(stage.theme).close()
    json.dump(report, sys.stdout)


def show(stage: Stage, text: str) -> None:
    """Show `text` in every way and wait until all is done."""
    stage.view.set_items((message(Role.USER, text), message(Role.ASSISTANT, text)))
    stage.view.grab()
    stage.view.verticalScrollBar().setValue(0)
    formulas = formulas_of(stage.theme)
    while (
        stage.view._idle.isActive()
        or stage.view._stale
        or formulas._waiting
        or formulas._current
        or formulas._told
    ):
        settle()
    stage.view.grab()
    for view in children(stage.view, TextView):
        view.selectAll()
        view.copy()
    settle()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
