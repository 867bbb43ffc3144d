"""An answer outside of every conversation: to compare with, or to try an adapter."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.engine import Engine
from app.errors import AppError
from app.runtime.protocol import RunRequest, RunResult


class SideRun(QObject):
    """One request and its answer. Lives on the window's thread."""

    #: Text has been added; carries it.
    text_added = Signal(str)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._run_id = 0
        self._pieces: list[str] = []
        self._ended: asyncio.Future[RunResult] | None = None

    @property
    def text(self) -> str:
        """What was written so far."""
        return "".join(self._pieces)

    async def finish(self, request: RunRequest) -> RunResult:
        """Let the model answer and wait for its end. Raises AppError."""
        self._pieces = []
        self._ended = asyncio.get_running_loop().create_future()
        engine = self._engine
        engine.text_generated.connect(self._on_text_generated)
        engine.run_finished.connect(self._on_run_finished)
        engine.run_failed.connect(self._on_run_failed)
        try:
            self._run_id = engine.run(request)
            return await self._ended
        finally:
            engine.text_generated.disconnect(self._on_text_generated)
            engine.run_finished.disconnect(self._on_run_finished)
            engine.run_failed.disconnect(self._on_run_failed)
            # Harmless when the run has ended by itself.
            engine.stop(self._run_id)

    def stop(self) -> None:
        """End the answer soon; what is written stands."""
        self._engine.stop(self._run_id)

    @Slot(int, str, int)
    def _on_text_generated(self, run_id: int, text: str, _tokens: int) -> None:
        if run_id == self._run_id:
            self._pieces.append(text)
            self.text_added.emit(text)

    @Slot(int, object)
    def _on_run_finished(self, run_id: int, result: RunResult) -> None:
        if run_id == self._run_id and self._ended is not None and not self._ended.done():
            self._ended.set_result(result)

    @Slot(int, object)
    def _on_run_failed(self, run_id: int, error: AppError) -> None:
        if run_id == self._run_id and self._ended is not None and not self._ended.done():
            self._ended.set_exception(error)
