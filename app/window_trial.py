"""`cairn --self-test`: the program as its user meets it, from the window to a streamed answer.

1. The window opens with a profile of its own, which is removed afterwards: nothing of the user's
   is read or written, and a running Cairn is left alone.
2. The starter model is loaded in the engine process and asked one question.
3. The program ends as it does when its window is closed. Each step is a line; the exit status
   is 0 when all went well.
"""

from __future__ import annotations

from app import lean_imports  # isort: split

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.catalog.starter import starter_path
from app.chat.message import MessageState
from app.errors import AppError
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage, ModelState
from app.presenters.places import Places
from app.session import Session

# It has done its work.
del lean_imports

T = TypeVar("T", bound=QObject)

#: For everything; an emulated board needs most of it.
BUDGET_MS = 300_000
_QUESTION = "What is Cairn?"


class WindowTrial(QObject):
    """Takes the steps in a running session. A child of it, on the window's thread."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._chat = chat = _child(session, Places).chat
        models = _child(session, ModelPresenter)
        self._answer_id = ""
        self._pieces = 0
        self._asked_at = 0.0
        self._asked = False
        self._first_text_ms = 0.0
        self._ended = False
        #: The exit status, once the session has ended.
        self.status = 1
        models.model_loaded.connect(self._on_model_loaded)
        models.state_changed.connect(self._on_model_state_changed)
        chat.text_appended.connect(self._on_text_appended)
        # The last of them comes with the whole answer.
        chat.message_changed.connect(self._on_chat_changed)
        chat.status_changed.connect(self._on_chat_changed)
        self._budget = QTimer(self)
        self._budget.setSingleShot(True)
        self._budget.timeout.connect(self._on_overdue)
        self._budget.start(BUDGET_MS)
        self._report_window()

    def _report_window(self) -> None:
        shown = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
        if not shown:
            self._end(AppError("No window is shown."))
            return
        size, platform = shown[0].size(), QApplication.platformName()
        seen = f"seen {_age_s():.2f} s after the start"
        _say("ok", "window", f"{platform}, {size.width()} × {size.height()}, {seen}")

    @Slot(object)
    def _on_model_loaded(self, _info: object) -> None:
        _say("ok", "engine", f"the starter is loaded {_age_s():.2f} s after the start")
        self._asked_at = time.monotonic()
        self._chat.send(_QUESTION)
        self._asked = self._chat.is_answering
        if not self._asked:
            self._end(AppError("The question was not taken."))

    @Slot(object)
    def _on_model_state_changed(self, state: ModelState) -> None:
        if state.stage is ModelStage.FAILED:
            self._end(state.error or AppError("The starter could not be loaded."))

    @Slot(str, str)
    def _on_text_appended(self, message_id: str, _text: str) -> None:
        if not self._pieces:
            self._first_text_ms = (time.monotonic() - self._asked_at) * 1000
        self._answer_id = message_id
        self._pieces += 1

    @Slot(object)
    def _on_chat_changed(self, _value: object) -> None:
        if not self._asked or self._ended or self._chat.is_answering:
            return
        answer = self._chat.message(self._answer_id) if self._answer_id else None
        if answer is not None and answer.state is MessageState.STREAMING:
            return
        if answer is None or answer.state is not MessageState.COMPLETE or not answer.text.strip():
            self._end(AppError((answer.failure if answer else "") or "There was no whole answer."))
        elif self._pieces < 2:
            self._end(AppError("The answer came in one piece; it was not streamed."))
        else:
            first = f"the first after {self._first_text_ms:.0f} ms"
            _say("ok", "answer", f"{self._pieces} pieces, {first}: {' '.join(answer.text.split())}")
            self._end(None)

    @Slot()
    def _on_overdue(self) -> None:
        self._end(AppError(f"It did not end within {BUDGET_MS // 1000} s."))

    def _end(self, error: AppError | None) -> None:
        if self._ended:
            return
        self._ended = True
        self._budget.stop()
        if error is None:
            self.status = 0
        else:
            _say("failed", "self-test", f"{error} {error.details}".strip())
        self._session.end()


def _child(session: Session, kind: type[T]) -> T:
    found = next(child for child in session.children() if isinstance(child, kind))
    assert isinstance(found, kind)
    return found


def main(arguments: Sequence[str]) -> int:
    """Take the steps; return 0 when all went well."""
    argparse.ArgumentParser(
        prog="cairn --self-test", description="Open the window, ask the starter, and quit."
    ).parse_args(arguments)
    from app.main import main as open_window

    trials: list[WindowTrial] = []

    def begin(session: Session) -> None:
        trials.append(WindowTrial(session))

    with tempfile.TemporaryDirectory(prefix="cairn-self-test-") as folder:
        status = open_window(["--profile", folder, str(starter_path())], begin)
    if status or not trials:
        return status or 1
    _say("ok" if trials[0].status == 0 else "failed", "end", f"after {_age_s():.2f} s")
    return trials[0].status


def _age_s() -> float:
    """Return for how long this process has been there; see proc(5): stat, field 22."""
    fields = Path("/proc/self/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    begun = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - begun


def _say(outcome: str, step: str, text: str) -> None:
    # Whoever read it may have seen enough.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{outcome:8} {step}: {text}\n")
        sys.stdout.flush()
