"""One question answered twice, without and with an adapter, to be read side by side."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.text import well_formed
from app.errors import AppError, RunError
from app.presenters.adapter_check import GREEDY
from app.presenters.adapters import AdapterPresenter
from app.presenters.model import ModelPresenter
from app.presenters.settings import SettingsPresenter
from app.presenters.side_run import SideRun
from app.presenters.tasks import Tasks
from app.runtime.protocol import Capability, RunRequest

#: The sides of a comparison.
WITHOUT, WITH = 0, 1


class Comparison(QObject):
    """Writes both answers, one after the other. Lives on the window's thread."""

    #: A comparison begins; what was shown before is of no interest any more.
    started = Signal()
    #: Text was added; carries the side and the text.
    text_added = Signal(int, str)
    #: An answer has ended; carries the side and its RunStatistics.
    side_finished = Signal(int, object)
    #: Both have ended, or the user stopped; carries an AppError or None.
    finished = Signal(object)

    def __init__(
        self,
        adapters: AdapterPresenter,
        models: ModelPresenter,
        settings: SettingsPresenter,
        tasks: Tasks,
    ) -> None:
        super().__init__(adapters)
        self._adapters = adapters
        self._models = models
        self._settings = settings
        self._tasks = tasks
        self._run: SideRun | None = None
        self._side = WITHOUT
        self._is_stopped = False

    @property
    def is_running(self) -> bool:
        """Whether an answer is being written."""
        return self._run is not None

    @property
    def is_greedy(self) -> bool:
        """Whether both answers are the likeliest ones, so that chance plays no part."""
        info = self._models.state.info
        return info is None or Capability.SAMPLING_PER_RUN in info.capabilities

    def start(self, question: str, adapter: str) -> None:
        """Ask both; does nothing while that goes on, or without a question."""
        text = well_formed(question).strip()
        if text and self._run is None and not self._models.engine.is_busy:
            self._is_stopped = False
            self._run = SideRun(self._models.engine, self)
            self._run.text_added.connect(self._on_text_added)
            self.started.emit()
            self._tasks.start(self._compare(text, adapter, self._run), "comparison")

    def stop(self) -> None:
        """End it; what is written stands."""
        self._is_stopped = True
        if self._run is not None:
            self._run.stop()

    async def _compare(self, question: str, path: str, run: SideRun) -> None:
        used = self._adapters.known(path)
        if used is None:
            self._run = None
            run.deleteLater()
            self.finished.emit(RunError(self.tr("This adapter cannot be used now.")))
            return
        settings = self._settings.settings
        turns = [Turn(Role.USER, question)]
        if system := well_formed(settings.context.system_prompt).strip():
            turns.insert(0, Turn(Role.SYSTEM, system))
        request = RunRequest(tuple(turns), GREEDY, settings.sampling.max_new_tokens)
        problem: AppError | None = None
        try:
            for side, adapters in ((WITHOUT, ()), (WITH, (used.adapter,))):
                if self._is_stopped:
                    break
                self._side = side
                result = await run.finish(replace(request, adapters=adapters))
                self.side_finished.emit(side, result.statistics)
        except AppError as error:
            problem = error
        finally:
            self._run = None
            run.deleteLater()
        self.finished.emit(problem)

    @Slot(str)
    def _on_text_added(self, text: str) -> None:
        self.text_added.emit(self._side, text)
