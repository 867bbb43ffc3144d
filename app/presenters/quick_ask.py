"""One question to the shown model, outside of every conversation until the user wants it as one."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.message import Message, MessageState, Role, new_id
from app.chat.spoken import SpokenText
from app.chat.statistics import RunStatistics
from app.chat.text import well_formed
from app.chat.thinking import without_thinking
from app.errors import AppError
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage
from app.presenters.places import Places
from app.presenters.reply import STATE_AFTER
from app.presenters.requests import run_request
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.side_run import SideRun
from app.presenters.tasks import Tasks
from app.runtime.protocol import RunResult
from app.settings.layers import Layer, Overrides
from app.store.store import Store


class QuickAsk(QObject):
    """Asks one question at a time. Lives on the window's thread."""

    #: A question was sent; what was answered before is of no interest any more.
    started = Signal()
    #: Text was added to what is to be read of the answer; carries it.
    text_added = Signal(str)
    #: The answer has ended; carries an AppError, or None when it went well or was stopped.
    finished = Signal(object)
    #: Another model is shown, or whether it can be asked has changed.
    readiness_changed = Signal()

    def __init__(
        self,
        models: ModelPresenter,
        places: Places,
        conversations: ConversationsPresenter,
        settings: SettingsPresenter,
        saver: Saver,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._conversations = conversations
        self._settings = settings
        self._saver = saver
        self._tasks = tasks
        self._run: SideRun | None = None
        self._question = ""
        self._asked_at = 0.0
        self._model = ""
        self._pieces: list[str] = []
        self._spoken = SpokenText()
        self._is_shown = False
        self._state = MessageState.COMPLETE
        self._failure = ""
        self._statistics: RunStatistics | None = None
        models.state_changed.connect(self._on_changed)
        places.status_changed.connect(self._on_changed)

    @property
    def is_running(self) -> bool:
        """Whether an answer is being written here."""
        return self._run is not None

    @property
    def text(self) -> str:
        """The last answer, as far as it is written, without the thoughts."""
        return without_thinking(self._whole).strip()

    @property
    def _whole(self) -> str:
        return "".join(self._pieces)

    @property
    def statistics(self) -> RunStatistics | None:
        """What the last answer cost; None where it did not end well."""
        return self._statistics

    @property
    def model(self) -> str:
        """The name of the model that is asked."""
        return self._models.state.name

    @property
    def obstacle(self) -> str:
        """Why nothing can be asked now, as a sentence; empty when something can."""
        state = self._models.state
        if state.stage is ModelStage.NONE:
            return self.tr("No model is loaded. Choose one in Cairn's window.")
        if state.stage is ModelStage.FAILED and state.error is not None:
            return state.error.cause
        if self._models.engine.is_busy and not self.is_running:
            return self.tr("The model is busy in Cairn's window. Stop it there, or wait.")
        return ""

    @property
    def can_become_conversation(self) -> bool:
        """Whether there is an answer that can be gone on from."""
        return bool(self._question and self.text.strip()) and not self.is_running

    def ask(self, question: str) -> None:
        """Send a question; does nothing without one, or while something is in the way."""
        text = well_formed(question).strip()
        if not text or self.is_running or self.obstacle:
            return
        self._question = text
        self._asked_at = time.time()
        self._model = self.model
        self._pieces = []
        self._spoken = SpokenText()
        self._is_shown = False
        self._statistics = None
        self._run = run = SideRun(self._models.engine, self)
        run.text_added.connect(self._on_text_added)
        self.started.emit()
        self._tasks.start(self._answer(run), "quick ask")

    def stop(self) -> None:
        """End the answer; what is written stands."""
        if self._run is not None:
            self._run.stop()

    def open_as_conversation(self) -> None:
        """Make a conversation of the question and its answer, and show it; once for each answer."""
        if not self.can_become_conversation:
            return
        conversation_id = new_id()
        question = Message(
            new_id(), conversation_id, None, Role.USER, self._question, self._asked_at
        )
        answer = Message(
            new_id(),
            conversation_id,
            question.id,
            Role.ASSISTANT,
            self._whole,
            time.time(),
            self._state,
            self._model,
            self._failure,
            self._statistics,
        )
        self._question = ""
        self._conversations.new()
        self._conversations.begin(conversation_id, question.text)
        for message in (question, answer):
            self._saver.save(Store.add_message, message)
        self._conversations.book.touch(conversation_id, answer.id)
        self._conversations.choose(model=str(self._models.state.path or ""))
        self.readiness_changed.emit()

    async def _answer(self, run: SideRun) -> None:
        message = Message(new_id(), "", None, Role.USER, self._question, self._asked_at)
        problem: AppError | None = None
        try:
            # Those of the conversation that is shown do not count here.
            settings = self._settings.settings_with(Layer.CONVERSATION, Overrides())
            self._take(await run.finish(run_request((message,), settings, ())))
        except AppError as error:
            problem = error
            self._state, self._failure = MessageState.INTERRUPTED, error.cause
        finally:
            self._run = None
            run.deleteLater()
        self._show(self._spoken.finish())
        self.finished.emit(problem)

    def _take(self, result: RunResult) -> None:
        self._state, self._failure = STATE_AFTER[result.finish], ""
        self._statistics = result.statistics

    @Slot(str)
    def _on_text_added(self, text: str) -> None:
        self._pieces.append(text)
        self._show(self._spoken.feed(text))

    def _show(self, text: str) -> None:
        if not self._is_shown:
            text = text.lstrip()
        if text:
            self._is_shown = True
            self.text_added.emit(text)

    @Slot()
    def _on_changed(self) -> None:
        self.readiness_changed.emit()
