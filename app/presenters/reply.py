"""The answer that an engine is writing: collects it, keeps a journal of it, measures it."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.chat.message import Message, MessageState
from app.chat.statistics import FinishReason
from app.engine.engine import Engine
from app.errors import AppError, RunError
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.saving import Saver
from app.presenters.thinking_clock import ThinkingClock
from app.runtime.protocol import RunRequest, RunResult
from app.store.store import Store

#: A kill at any moment loses at most this much writing, and the time one write takes.
JOURNAL_INTERVAL_MS = 150
STATUS_INTERVAL_MS = 250

#: What becomes of an answer when its run has ended.
STATE_AFTER = {
    FinishReason.STOP: MessageState.COMPLETE,
    FinishReason.LENGTH: MessageState.CUT,
    FinishReason.STOPPED: MessageState.STOPPED,
    # Should the program end meanwhile, it is as good as stopped.
    FinishReason.PAUSED: MessageState.STOPPED,
}


class Reply(QObject):
    """Writes one answer at a time. Lives on the window's thread; owned by `Replies`."""

    #: Text has been added to the answer; carries message id and text.
    text_appended = Signal(str, str)
    #: The prompt is being read; carries message id, tokens read, tokens in all.
    prefill_progressed = Signal(str, int, int)
    #: The answer has ended, well or not; carries its final Message.
    reply_finished = Signal(object)
    #: What goes on has changed; carries a ChatStatus.
    status_changed = Signal(object)
    #: The request failed while the model stays usable; carries a RunError.
    run_failed = Signal(object)
    #: An answer is paused, or the one that was cannot be resumed any more; carries its id or "".
    paused_changed = Signal(str)

    def __init__(self, engine: Engine, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = engine
        self._saver = saver
        self._message: Message | None = None
        self._run_id = 0
        self._paused: Message | None = None
        self._thinking = ThinkingClock()
        self._pieces: list[str] = []
        self._unjournalled: list[str] = []
        self._tokens = 0
        self._prompt_tokens: int | None = None
        self._started_at = 0.0
        self._first_text_at = 0.0
        self._status = ChatStatus()
        self._context_limit: int | None = None
        self._journal_timer = QTimer(self)
        self._journal_timer.setSingleShot(True)
        self._journal_timer.setInterval(JOURNAL_INTERVAL_MS)
        self._journal_timer.timeout.connect(self._on_journal_due)
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(STATUS_INTERVAL_MS)
        self._status_timer.timeout.connect(self._on_status_due)
        engine.text_generated.connect(self._on_text_generated)
        engine.prefill_progressed.connect(self._on_prefill_progressed)
        engine.run_finished.connect(self._on_run_finished)
        engine.run_failed.connect(self._on_run_failed)
        engine.model_loaded.connect(self._on_state_lost)
        engine.model_unloaded.connect(self._on_state_lost)
        engine.engine_failed.connect(self._on_state_lost)

    @property
    def conversation_id(self) -> str:
        """The conversation that is being answered; empty when nothing is being written."""
        return "" if self._message is None else self._message.conversation_id

    @property
    def message(self) -> Message | None:
        """The answer as it stands, or None when nothing is being written."""
        if self._message is None:
            return None
        return replace(self._message, text="".join(self._pieces))

    @property
    def status(self) -> ChatStatus:
        """What goes on."""
        return self._status

    @property
    def paused_id(self) -> str:
        """The answer that the model can go on with as if nothing had happened, or ""."""
        return "" if self._paused is None else self._paused.id

    @property
    def paused_in(self) -> str:
        """The conversation of that answer, or ""."""
        return "" if self._paused is None else self._paused.conversation_id

    def start(self, message: Message, request: RunRequest, context_limit: int | None) -> None:
        """Let the model write `message`, going on from the text it has. Raises RunError."""
        self._run_id = self.engine.run(request)
        self._set_paused(None)
        self._message = message
        self._thinking = ThinkingClock()
        self._pieces = [message.text] if message.text else []
        self._unjournalled = []
        self._tokens = 0
        self._prompt_tokens = None
        self._started_at = time.monotonic()
        self._first_text_at = 0.0
        self._context_limit = context_limit
        self._status_timer.start()
        self._set_status(ChatStatus(Activity.WAITING, context_limit=context_limit))

    def stop(self) -> None:
        """End the answer soon; what is written stands."""
        if self._message is not None:
            self.engine.stop(self._run_id)

    def pause(self) -> None:
        """End the answer soon, so that the model can go on from there."""
        if self._message is not None:
            self.engine.pause(self._run_id)

    def forget_pause(self) -> None:
        """Keep no place any more in the answer that is paused."""
        self._set_paused(None)

    def name_model(self, name: str) -> None:
        """Note what the model that writes is called."""
        if self._message is not None:
            self._message = replace(self._message, model=name)

    @Slot(int, str, int)
    def _on_text_generated(self, run_id: int, text: str, tokens: int) -> None:
        if self._message is None or run_id != self._run_id:
            return
        if not self._first_text_at:
            self._first_text_at = time.monotonic()
        self._pieces.append(text)
        self._thinking.feed(text)
        self._unjournalled.append(text)
        self._tokens += tokens
        if not self._journal_timer.isActive():
            self._journal_timer.start()
        if self._status.activity is not Activity.WRITING:
            self._set_status(self._measured(Activity.WRITING))
        self.text_appended.emit(self._message.id, text)

    @Slot(int, int, int)
    def _on_prefill_progressed(self, run_id: int, processed: int, total: int) -> None:
        if self._message is None or run_id != self._run_id:
            return
        self._prompt_tokens = total
        self._set_status(self._measured(Activity.PREFILL))
        self.prefill_progressed.emit(self._message.id, processed, total)

    @Slot(int, object)
    def _on_run_finished(self, run_id: int, result: RunResult) -> None:
        if run_id != self._run_id:
            # Something else ran on this model.
            self._set_paused(None)
            return
        message = self._message
        statistics = replace(result.statistics, thinking_ms=self._thinking.finish())
        self._finish(state=STATE_AFTER[result.finish], statistics=statistics)
        if result.finish is FinishReason.PAUSED:
            self._set_paused(message)

    @Slot(int, object)
    def _on_run_failed(self, run_id: int, error: AppError) -> None:
        if run_id != self._run_id or self._message is None:
            return
        state = MessageState.INTERRUPTED if self._pieces else MessageState.FAILED
        self._finish(state=state, failure=error.cause)
        if isinstance(error, RunError):
            self.run_failed.emit(error)

    @Slot()
    def _on_state_lost(self) -> None:
        self._set_paused(None)

    @Slot()
    def _on_journal_due(self) -> None:
        if self._message is not None and self._unjournalled:
            self._saver.save(Store.journal, self._message.id, "".join(self._unjournalled))
            self._unjournalled = []

    @Slot()
    def _on_status_due(self) -> None:
        if self._status.activity is Activity.WRITING:
            self._set_status(self._measured(Activity.WRITING))

    def _finish(self, **changes: object) -> None:
        message = self.message
        if message is None:
            return
        self._journal_timer.stop()
        self._status_timer.stop()
        self._message = None
        final = replace(message, **changes)  # type: ignore[arg-type]
        self._saver.save(Store.finish_message, final)
        # Whoever hears of the end may ask for the next answer at once.
        self._set_status(ChatStatus(context_limit=self._context_limit))
        self.reply_finished.emit(final)

    def _set_paused(self, message: Message | None) -> None:
        before, self._paused = self.paused_id, message
        if self.paused_id != before:
            self.paused_changed.emit(self.paused_id)

    def _measured(self, activity: Activity) -> ChatStatus:
        """Return the status with the figures measured so far in the window."""
        speed = first = None
        if self._first_text_at:
            first = (self._first_text_at - self._started_at) * 1000.0
            elapsed = time.monotonic() - self._first_text_at
            if self._tokens > 1 and elapsed > 0.2:
                speed = (self._tokens - 1) / elapsed
        used = None if self._prompt_tokens is None else self._prompt_tokens + self._tokens
        return ChatStatus(activity, speed, first, used, self._context_limit)

    def _set_status(self, status: ChatStatus) -> None:
        self._status = status
        self.status_changed.emit(status)
