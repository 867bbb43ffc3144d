"""Plays one case with the whole program: window, engine process, double, disk."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QApplication

from app.chat.message import Message, MessageState
from app.engine.load_watch import LoadBudget
from app.paths import Paths
from app.presenters.model_state import ModelStage
from app.presenters.notices import Level, Notice, Notices
from app.presenters.tasks import make_event_loop
from app.session import Session
from app.store.store import Store
from tests.bench.desk import Heartbeat
from tests.rkllm_double import library, write_model
from tests.survival.cases import Case, Phase

PATIENCE_S = 30.0
#: A load in which nothing happens is given up after a minute; here nobody waits that long.
_IMPATIENT = LoadBudget(stalled_s=1.0, base_s=2.0)
_STOP_BUDGET_S = 1.0
GOOD_WORDS = "all is well again "


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen."""

    told: tuple[str, ...]
    """Warnings and errors, as the user reads them."""
    kept: str
    """The text of the answer in which the fault happened, as it is on disk."""
    state: MessageState | None
    recovered: bool
    recovery_s: float
    largest_gap_ms: float
    left_running: tuple[int, ...]


class _Program(QObject):
    """The program, and its user."""

    def __init__(self, application: QApplication, folder: Path, case: Case, version: str) -> None:
        super().__init__()
        self._case = case
        self._folder = folder
        self._paths = Paths.under(folder / "profile")
        self._paths.create()
        notices = Notices()
        notices.notice_posted.connect(self._on_notice_posted)
        self.told: list[str] = []
        self.session = Session(application, self._paths, notices)
        self.session.show()
        self.engine = self.session._models.engine
        self.engine._load_watch._budget = _IMPATIENT
        self.session._settings.set_value("engine", "npu_library", str(library(version)))
        self.session._settings.set_value("sampling", "max_new_tokens", 16384)
        self.models, self.chat = self.session._models, self.session._places.chat
        self.engines: set[int] = set()

    async def play(self) -> Outcome:
        """Let the fault happen, recover, end; return what was seen."""
        running = asyncio.ensure_future(self.session.run(""))
        await asyncio.sleep(0.05)
        heartbeat = Heartbeat()
        phase = self._case.phase
        try:
            await getattr(self, f"_{phase.value}")()
        finally:
            self._note_children()
        self.failed_at = time.monotonic()
        recovered = phase is Phase.QUIT or await self._recover()
        recovery_s = time.monotonic() - self.failed_at
        gaps = heartbeat.stop()
        self.session.end()
        await running
        first = self._first_answer()
        return Outcome(
            tuple(self.told),
            first.text if first else "",
            first.state if first else None,
            recovered,
            recovery_s,
            gaps[-1] if gaps else 0.0,
            tuple(child for child in self.engines if _is_alive(child)),
        )

    # The phases.

    async def _load(self) -> None:
        self.models.load(str(self._bad()))
        await until(lambda: self.models.state.stage is ModelStage.FAILED)

    async def _prefill(self) -> None:
        await self._load_bad()
        self.chat.send("A question of several words, so that there is something to read")
        if "responding" in self._case.words:
            await asyncio.sleep(0.3)
            self.chat.stop()
        await until(lambda: not self.chat.is_answering)

    async def _decode(self) -> None:
        await self._load_bad()
        self.chat.send("A question")
        if "responding" in self._case.words:
            await until(lambda: self._case.keeps in self.chat.last_answer())
            # Some tokens later the library is stuck.
            await asyncio.sleep(0.3)
            self.chat.stop()
        await until(lambda: not self.chat.is_answering)

    async def _stop(self) -> None:
        await self._load_bad()
        self.chat.send("A question")
        await until(lambda: self._case.keeps in self.chat.last_answer())
        self.chat.stop()
        await until(lambda: not self.chat.is_answering)

    async def _unload(self) -> None:
        await self._load_bad()
        self.chat.send("A question")
        await until(lambda: not self.chat.is_answering)
        self._note_children()
        self.models.unload()
        await until(lambda: self.models.state.stage is ModelStage.NONE)

    async def _quit(self) -> None:
        if "load" in self._case.fault:
            self.models.load(str(self._bad()))
            await asyncio.sleep(0.6)
            return
        await self._load_bad()
        if "at the end" in self._case.fault:
            return
        self.chat.send("A question")
        await until(lambda: self._case.keeps in self.chat.last_answer())
        await asyncio.sleep(0.2)

    # What the user does then.

    async def _recover(self) -> bool:
        """Ask again; a model that works stands where the other one did."""
        good = write_model(self._model(), reply=GOOD_WORDS, utf8="whole")
        if self.models.state.stage is ModelStage.NONE or self._case.phase is Phase.LOAD:
            self._load_anew(good)
            await until(lambda: self.models.state.stage is ModelStage.READY)
        elif self.models.state.stage is ModelStage.READY and not self._dies():
            # The engine lives on, with what it has loaded: another model gets another one.
            self._load_anew(good)
            await until(lambda: self.models.state.stage is ModelStage.READY)
        self.chat.send("And now?")
        await until(lambda: not self.chat.is_answering)
        return GOOD_WORDS.strip() in self.chat.last_answer()

    def _dies(self) -> bool:
        return self._case.words.startswith(("crashed", "ended", "stopped responding"))

    def _model(self) -> Path:
        return self._folder / "qwen2-model.rkllm"

    def _bad(self) -> Path:
        return write_model(self._model(), **dict(self._case.options))

    async def _load_bad(self) -> None:
        self.models.load(str(self._bad()))
        await until(lambda: self.models.state.stage is ModelStage.READY)
        self.engine._stop_budget_s = _STOP_BUDGET_S
        self._note_children()

    def _note_children(self) -> None:
        pid = os.getpid()
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        self.engines.update(int(child) for child in listed.split())

    def _first_answer(self) -> Message | None:
        """Return the answer in which the fault happened, from the disk."""
        store = Store.open(self._paths.database)
        try:
            Store.recover(store)
            for conversation in store.conversations():
                answers = [
                    message
                    for message in store.messages(conversation.id)
                    if message.role.value == "assistant"
                ]
                return answers[0] if answers else None
        finally:
            store.close()
        return None

    def _load_anew(self, model: Path) -> None:
        """Load a model, also one whose file has changed since it was loaded."""
        if self.models.state.path == model:
            self.models.reload()
        else:
            self.models.load(str(model))

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        if notice.level is not Level.INFO:
            self.told.append(f"{notice.cause} {notice.advice}".strip())


def play(case: Case, folder: Path, version: str = "1.3.0") -> Outcome:
    """Play a case in an event loop of its own."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    program = _Program(application, folder, case, version)
    loop = make_event_loop(application)
    try:
        return loop.run_until_complete(program.play())
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        program.session._window.deleteLater()
        program.session.deleteLater()
        program.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        # Here, and never on another thread: see `app.lean_imports`.
        gc.collect()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition without disturbing what is measured."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
