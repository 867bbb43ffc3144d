"""The whole program on Qt's offscreen platform, for measuring it from inside its event loop."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.chat.message import Message
from app.chat.tree import ShownMessage
from app.paths import Paths
from app.presenters.model_state import ModelStage
from app.presenters.notices import Notices
from app.session import Session

PATIENCE_S = 300.0
_PLUGIN = Path(__file__).resolve().parents[1] / "plugin"


class Desk:
    """A Session with its window, and what is timed about its answers. Made before the loop runs."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(_PLUGIN), str(_PLUGIN.parents[1])])
        # The window, too, has to know that scripts are models.
        sys.path.append(str(_PLUGIN))
        paths = Paths.under(folder)
        paths.create()
        self.session = Session(application, paths, Notices())
        self.chat = self.session._places.chat
        self.models = self.session._models
        self.conversations = self.session._conversations
        self.session.show()
        gc.collect()
        gc.freeze()

    async def open(self) -> None:
        """Open the store, as the program does when its window is shown."""
        self._running = asyncio.ensure_future(self.session.run(""))
        await asyncio.sleep(0.2)

    async def load(self, model: Path) -> None:
        """Load a model and wait for it."""
        self.models.load(str(model))
        await until(lambda: self.models.state.stage is not ModelStage.LOADING)
        if self.models.state.stage is not ModelStage.READY:
            raise RuntimeError(str(self.models.state.error))

    async def ask(self, text: str) -> tuple[float, float, int]:
        """Send one message; return seconds to the first text, seconds after it, tokens."""
        watch = _Watch(self)
        begun = time.monotonic()
        self.chat.send(text)
        await until(lambda: not self.chat.is_answering)
        watch.stop()
        message = watch.final
        assert message is not None
        assert message.statistics is not None
        tokens = message.statistics.generated_tokens or 0
        return watch.first - begun, watch.last - watch.first, tokens

    async def close(self) -> None:
        """End everything in order."""
        self.session.close()
        await self._running


class _Watch(QObject):
    """Notes when the text of an answer reaches the window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.first = 0.0
        self.last = 0.0
        self.final: Message | None = None
        self._chat = desk.chat
        self._chat.text_appended.connect(self._on_text_appended)
        self._chat.message_changed.connect(self._on_message_changed)

    def stop(self) -> None:
        """Listen no more."""
        self._chat.text_appended.disconnect(self._on_text_appended)
        self._chat.message_changed.disconnect(self._on_message_changed)

    @Slot(str, str)
    def _on_text_appended(self, _message_id: str, _text: str) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last

    @Slot(object)
    def _on_message_changed(self, shown: ShownMessage) -> None:
        self.final = shown.message


class Heartbeat(QObject):
    """Measures how long the event loop was away, every few milliseconds."""

    INTERVAL_MS = 2

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(self.INTERVAL_MS)
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()

    def stop(self) -> list[float]:
        """Return the gaps in milliseconds, smallest first."""
        self._timer.stop()
        return sorted(self.gaps_ms)

    @Slot()
    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append((now - self._last) * 1000)
        self._last = now


async def until(condition: Callable[[], bool]) -> None:
    """Wait without disturbing what is measured."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)
