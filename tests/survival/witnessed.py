"""The real program with a guide, and a witness that notes what a user of it would miss.

Each note is on its way to the disk before the program goes on, so that it outlives a kill: when
and what the window gave to be saved, and when and which text it showed. The file is named by the
environment variable CAIRN_WITNESS.
"""

from __future__ import annotations

import os
import pickle
import runpy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Slot

from app.presenters.replies import Replies
from app.presenters.saving import Saver
from app.session import Session
from tests.survival.notes import VARIABLE, Text, Write


class Witness(QObject):
    """Lives on the window's thread."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what: Write | Text) -> None:
        """Keep it, whatever happens to the program."""
        os.write(self._file, pickle.dumps(what))

    @Slot(str, str)
    def on_text_appended(self, message_id: str, text: str) -> None:
        """Note a piece of an answer."""
        self.note(Text(time.monotonic(), message_id, text))


def _watch(witness: Witness) -> None:
    save, build = Saver.save, Session.__init__

    def noted(self: Saver, verb: Callable[..., Any], *arguments: Any, **_: Any) -> None:
        witness.note(Write(time.monotonic(), verb.__name__, arguments))
        save(self, verb, *arguments)

    def watched(self: Session, *arguments: Any) -> None:
        build(self, *arguments)
        for replies in cast("list[Replies]", self.findChildren(Replies)):
            replies.text_appended.connect(witness.on_text_appended)

    Saver.save = noted  # type: ignore[method-assign]
    Session.__init__ = watched  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    _watch(Witness(Path(os.environ[VARIABLE])))
    runpy.run_module("tests.guided", run_name="__main__")
