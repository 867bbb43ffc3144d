"""Gets formulas drawn by a process of its own, and keeps the outlines.

1. Whoever shows a formula asks for its outline. One that is not there yet is asked for, and
   `drawn` says when it is; until then, or for ever, the formula is shown as its source.
2. The process starts with the first formula that is asked for and ends when none came for a while.
3. It takes one formula at a time. One that ends it, by time, memory or a fault of the library, is
   given up, and another process does the rest.

Lives on the window's thread; a child of the theme, whose colours and sizes outlines do not know.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections import OrderedDict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QProcess,
    QProcessEnvironment,
    QTimerEvent,
    Signal,
    Slot,
)

from app.ui.chat.maths import LONGEST_FORMULA, split_source
from app.ui.chat.plain import clean

log = logging.getLogger(__name__)

#: Without work for this long, the process ends.
IDLE_MS = 20_000
#: How many outlines are kept, and how many wait to be drawn at most.
MOST_KEPT = 1_000
MOST_WAITING = 2_000
#: An answer of the process that is longer than this is none of ours.
LONGEST_ANSWER = 2_000_000

#: How often `drawn` is told while many formulas are drawn.
_PAUSE_MS = 150
#: How long the end of the process is waited for before it is forced.
_PATIENCE_MS = 100

_HOST = "app.ui.chat.formula_host"
_ROOT = Path(__file__).resolve().parents[3]
#: Nothing but the commands of a path and numbers comes out of the process.
_PATH = re.compile(r"[MLHVCSQTAZhvaz0-9eE .,+-]*\Z")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that the formulas' font does not have; lengths in ems."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A drawn formula. Lengths in ems, from the base line; paths in hundredths of an em."""

    left: float
    width: float
    ascent: float
    descent: float
    filled: tuple[str, ...]
    stroked: tuple[tuple[float, str], ...]
    """Each with the width of its line."""
    letters: tuple[Letter, ...] = ()


class Formulas(QObject):
    """The outlines of formulas, by their source."""

    #: Some formulas that were asked for are drawn now, or given up.
    drawn = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # None for a formula that cannot be drawn.
        self._known: OrderedDict[str, Outline | None] = OrderedDict()
        self._waiting: deque[str] = deque()
        self._asked: set[str] = set()
        self._process: QProcess | None = None
        self._current = ""
        self._answer = b""
        self._idle = 0
        self._told = 0
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    def outline(self, source: str) -> Outline | None:
        """Return the outline of a formula, or None and ask for it unless it cannot be drawn."""
        if source in self._known:
            self._known.move_to_end(source)
            return self._known[source]
        fits = len(source) <= LONGEST_FORMULA and len(self._waiting) < MOST_WAITING
        if fits and source not in self._asked:
            self._asked.add(source)
            self._waiting.append(source)
            self._go_on()
        return None

    @Slot()
    def close(self) -> None:
        """End the process; what waits stays as it is."""
        self._waiting.clear()
        self._asked.clear()
        self._end_process()

    def timerEvent(self, event: QTimerEvent) -> None:
        """End the process when there is nothing to do, or tell what is drawn."""
        self.killTimer(event.timerId())
        if event.timerId() == self._told:
            self._told = 0
            self.drawn.emit()
        elif event.timerId() == self._idle:
            self._idle = 0
            self._end_process()

    def _go_on(self) -> None:
        """Hand the next formula to the process, if it has none."""
        if self._current or not self._waiting:
            return
        if self._idle:
            self.killTimer(self._idle)
            self._idle = 0
        if self._process is None:
            self._process = self._start()
        self._current = self._waiting.popleft()
        tex, inline = split_source(self._current)
        self._process.write(json.dumps([tex, inline]).encode() + b"\n")

    def _start(self) -> QProcess:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment.insert("PYTHONPATH", os.pathsep.join(paths))
        process.setProcessEnvironment(environment)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._on_output)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        # -P: a folder named "app" where the user stands must not shadow ours.
        process.start(sys.executable, ["-P", "-m", _HOST])
        return process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        self._current, self._answer = "", b""
        for timer in (self._idle, self._told):
            if timer:
                self.killTimer(timer)
        self._idle = self._told = 0
        if process is None:
            return
        process.blockSignals(True)
        # The end of its input ends it; one that draws just then is not waited for.
        process.closeWriteChannel()
        if not process.waitForFinished(_PATIENCE_MS):
            process.kill()
            process.waitForFinished(-1)
        process.deleteLater()

    def _keep(self, source: str, outline: Outline | None) -> None:
        self._asked.discard(source)
        self._known[source] = outline
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        if self._told and not self._waiting:
            self.killTimer(self._told)
            self._told = 0
        if not self._told:
            # Whoever shows formulas writes them all again each time.
            self._told = self.startTimer(_PAUSE_MS if self._waiting else 0)

    @Slot()
    def _on_output(self) -> None:
        if self._process is None:
            return
        self._answer += self._process.readAllStandardOutput().data()
        if len(self._answer) > LONGEST_ANSWER:
            self._process.kill()
            return
        line, end, self._answer = self._answer.partition(b"\n")
        if not end:
            self._answer = line
            return
        source, self._current = self._current, ""
        self._keep(source, _read(line))
        self._go_on()
        if not self._current:
            self._idle = self.startTimer(IDLE_MS)

    @Slot()
    def _on_finished(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        source, self._current, self._answer = self._current, "", b""
        if source:
            log.info("A formula of %d characters could not be drawn in time", len(source))
            self._keep(source, None)
            self._go_on()

    @Slot()
    def _on_error(self) -> None:
        process = self._process
        if process is None or process.error() is not QProcess.ProcessError.FailedToStart:
            return
        log.warning("Formulas cannot be drawn: %s", process.errorString())
        self._process = None
        process.deleteLater()
        for source in (self._current, *self._waiting):
            self._keep(source, None)
        self._current = ""
        self._waiting.clear()


def formulas_of(owner: QObject) -> Formulas:
    """Return the formulas that belong to `owner`, made with the first that asks."""
    found = owner.findChild(Formulas)
    return found if isinstance(found, Formulas) else Formulas(owner)


def _read(line: bytes) -> Outline | None:
    """Return the outline in an answer of the process, which drew what a model wrote."""
    try:
        value: Any = json.loads(line)
        if value is None:
            return None
        left, width, ascent, descent, filled, stroked, letters = value
        outline = Outline(
            float(left) / 100,
            float(width) / 100,
            float(ascent) / 100,
            float(descent) / 100,
            tuple(str(path) for path in filled),
            tuple((float(thick), str(path)) for thick, path in stroked),
            tuple(
                Letter(float(x) / 100, float(y) / 100, float(size) / 100, clean(str(text))[:1])
                for x, y, size, text in letters
            ),
        )
    except (ValueError, TypeError):
        return None
    paths = (*outline.filled, *(path for _, path in outline.stroked))
    return outline if all(map(_PATH.match, paths)) else None
