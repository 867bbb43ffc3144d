"""The real program, with a guide inside that tells a driver where things are on the screen.

The driver writes one question per line to stdin and reads one JSON answer per line from stdout:
`where NAME` → centre of the visible widget of that accessible name or text; `state` → what the
program is doing; `size W H` → resizes the window.
"""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.main import main
from app.session import Session

_show = Session.show


class Guide(QObject):
    """Answers the driver. Lives on the window's thread."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rest = b""
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)

    @Slot()
    def _on_readable(self) -> None:
        data = os.read(sys.stdin.fileno(), 4096)
        if not data:
            self._notifier.setEnabled(False)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            sys.stdout.write(json.dumps(self._answer(line.decode())) + "\n")
            sys.stdout.flush()

    def _answer(self, question: str) -> object:
        verb, _, rest = question.partition(" ")
        if verb == "where":
            return _centre(rest)
        if verb == "size":
            width, height = map(int, rest.split())
            self._session._window.resize(width, height)
            return None
        return {
            "stage": self._session._models.state.stage.value,
            "answering": self._session._chat.is_answering,
            "answer": self._session._chat.last_answer(),
        }


def _centre(name: str) -> tuple[int, int] | None:
    found: list[QWidget] = []
    for widget in QApplication.allWidgets():
        names = [widget.accessibleName()]
        if isinstance(widget, QAbstractButton):
            names.append(widget.text().replace("&", ""))
        if name in names and widget.isVisible() and not widget.visibleRegion().isEmpty():
            found.append(widget)
    if not found:
        return None
    widget = min(found, key=lambda each: each.width() * each.height())
    centre = widget.mapToGlobal(widget.visibleRegion().boundingRect().center())
    return centre.x(), centre.y()


def show_with_guide(session: Session) -> None:
    """Show the window and start the guide."""
    _show(session)
    Guide(session)


if __name__ == "__main__":
    Session.show = show_with_guide  # type: ignore[method-assign, assignment]
    sys.exit(main())
