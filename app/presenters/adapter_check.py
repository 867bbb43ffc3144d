"""Tries whether a LoRA adapter changes what a model writes: the same question with and without.

Where a library fixes sampling when it loads a model, chance may change an answer as well; the
question is then asked twice without the adapter, and a difference there proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.catalog.records import AdapterOutcome
from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.errors import AppError, RunError
from app.presenters.notices import NoticeAction, Notices
from app.presenters.side_run import SideRun
from app.presenters.tasks import Tasks
from app.runtime.protocol import Capability, ModelInfo, RunRequest, Sampling

if TYPE_CHECKING:
    from app.presenters.adapter_state import UsedAdapter
    from app.presenters.adapters import AdapterPresenter
    from app.presenters.library import LibraryPresenter
    from app.presenters.model import ModelPresenter

GREEDY = Sampling(temperature=0.0, top_k=1)
_QUESTIONS = ("Who are you, and what can you do?", "Write one sentence about the sea.")
_TOKENS = 40


class AdapterCheck(QObject):
    """Runs one test at a time. Lives on the window's thread."""

    def __init__(
        self,
        adapters: AdapterPresenter,
        models: ModelPresenter,
        library: LibraryPresenter,
        notices: Notices,
        tasks: Tasks,
    ) -> None:
        super().__init__(adapters)
        self._adapters = adapters
        self._models = models
        self._library = library
        self._notices = notices
        self._tasks = tasks
        self._run: SideRun | None = None
        self._is_stopped = False

    @property
    def is_running(self) -> bool:
        """Whether a test is under way."""
        return self._run is not None

    def start(self, path: str) -> None:
        """Test the adapter in a file with the shown model; the outcome is told and kept."""
        used, info = self._adapters.known(path), self._models.state.info
        if used is None or info is None or self._run is not None or self._models.engine.is_busy:
            return
        self._is_stopped = False
        self._run = SideRun(self._models.engine, self)
        self._tasks.start(self._test(used, info, self._run), "adapter test")

    def stop(self) -> None:
        """Give the test up."""
        self._is_stopped = True
        if self._run is not None:
            self._run.stop()

    async def _test(self, used: UsedAdapter, info: ModelInfo, run: SideRun) -> None:
        progress = self._notices.info(
            self.tr("{adapter} is being tested.").format(adapter=used.label),
            NoticeAction(self.tr("Stop"), self.stop),
        )
        is_greedy = Capability.SAMPLING_PER_RUN in info.capabilities
        outcome: AdapterOutcome | None = AdapterOutcome.CHANGES_NOTHING
        failure: AppError | None = None
        try:
            for question in _QUESTIONS:
                request = _request(question)
                plain = await self._answer(run, request)
                changed = await self._answer(run, replace(request, adapters=(used.adapter,)))
                if self._is_stopped or self._models.state.info is not info:
                    return
                if changed != plain:
                    by_chance = not is_greedy and await self._answer(run, request) != plain
                    outcome = None if by_chance else AdapterOutcome.CHANGES
                    break
        except AppError as error:
            if not isinstance(error, RunError) or self._models.state.info is not info:
                # An engine that is gone says nothing of the adapter, and is told elsewhere.
                return
            outcome, failure = AdapterOutcome.FAILED, error
        finally:
            self._run = None
            run.deleteLater()
            self._notices.withdraw(progress)
        self._tell(used.label, outcome, failure)
        model = self._library.entry_for(info.path)
        if outcome is not None and model is not None:
            self._library.note_adapter_test(used.adapter.path, outcome, model.key)

    async def _answer(self, run: SideRun, request: RunRequest) -> str:
        if not self._is_stopped:
            result = await run.finish(request)
            self._is_stopped = self._is_stopped or result.finish is FinishReason.STOPPED
        return run.text

    def _tell(self, label: str, outcome: AdapterOutcome | None, failure: AppError | None) -> None:
        if failure is not None:
            self._notices.error(failure)
        elif outcome is AdapterOutcome.CHANGES:
            self._notices.info(self.tr("{adapter} changes the answers.").format(adapter=label))
        elif outcome is AdapterOutcome.CHANGES_NOTHING:
            self._notices.warn(
                self.tr("{adapter} changes nothing in the answers to two questions.").format(
                    adapter=label
                ),
                self.tr("It may be for another model, or its strength is too low."),
            )
        else:
            self._notices.warn(
                self.tr("Whether {adapter} changes the answers cannot be said.").format(
                    adapter=label
                ),
                self.tr(
                    "Answers differ by chance now. Set the temperature to 0, reload the model, "
                    "and test again."
                ),
            )


def _request(question: str) -> RunRequest:
    return RunRequest((Turn(Role.USER, question),), GREEDY, _TOKENS)
