"""Asks the model for answers: which model, adapter and settings go with a request.

They are those of the conversation in use. Another one, beside it or out of view, may still have
messages that wait for the end of an answer; these go out with what counted when that conversation
was used last.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.chat.message import CONTINUABLE_STATES, Message, MessageState, Role, new_id
from app.chat.text import well_formed
from app.errors import RunError
from app.presenters.adapter_state import UsedAdapter
from app.presenters.adapters import AdapterPresenter
from app.presenters.branch import ShownBranch
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_slot import ModelSlot
from app.presenters.model_state import ModelStage
from app.presenters.notices import Notices
from app.presenters.readiness import may_answer
from app.presenters.recent_models import absolute
from app.presenters.replies import Replies
from app.presenters.requests import run_request
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.variation import AS_IT_IS, Variation
from app.presenters.written_with import settings_of
from app.runtime.protocol import Capability, RunRequest
from app.settings.schema import Settings
from app.store.store import Store


@dataclass(frozen=True, slots=True)
class _Means:
    """What answers: the model in a slot, with settings and an adapter."""

    slot: ModelSlot
    model: Path | None
    settings: Settings
    adapter: UsedAdapter | None


class Answering(QObject):
    """Starts answers on the shown branch, and refuses with a word. Lives on the window's thread; owned by the chat."""

    def __init__(
        self,
        branch: ShownBranch,
        replies: Replies,
        saver: Saver,
        conversations: ConversationsPresenter,
        models: ModelPresenter,
        adapters: AdapterPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._branch = branch
        self._replies = replies
        self._saver = saver
        self._conversations = conversations
        self._models = models
        self._adapters = adapters
        self._settings = settings
        self._notices = notices
        # While another conversation is in use.
        self._kept: _Means | None = None
        models.state_changed.connect(self._on_model_changed)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being written here, or by the model that would answer."""
        return self.is_writing_here or self._replies.by(self._slot.engine).message is not None

    @property
    def busy_elsewhere(self) -> str:
        """The other conversation that is answered by the model that would answer here, or ""."""
        away = self._replies.by(self._slot.engine).conversation_id
        return "" if away == self._branch.conversation_id else away

    @property
    def is_paused(self) -> bool:
        """Whether the model that would answer keeps its place in an answer, to go on from it."""
        return bool(self._replies.by(self._slot.engine).paused_id)

    @property
    def is_writing_here(self) -> bool:
        """Whether an answer is being written in this conversation."""
        return self._replies.within(self._branch.conversation_id) is not None

    def twin(self, branch: ShownBranch) -> Answering:
        """Return one for `branch`, which answers with the means of now."""
        twin = Answering(
            branch,
            self._replies,
            self._saver,
            self._conversations,
            self._models,
            self._adapters,
            self._settings,
            self._notices,
        )
        twin._kept = self._kept or self._means_of_now()
        return twin

    def keep_means(self) -> None:
        """Answer what waits with the model, settings and adapter of now, until `drop_means`."""
        self._kept = self._means_of_now()

    def drop_means(self) -> None:
        """Answer with what is in use whenever there is something to answer."""
        self._kept = None

    def choose_model(self) -> None:
        """Let the conversation in use go on with the model of now."""
        self._conversations.choose(model=str(self._models.state.path or ""))

    def is_possible(self, variation: Variation = AS_IT_IS) -> bool:
        """Return whether a request may start now; a refusal is told to the user."""
        if self._branch.is_reading:
            return False
        if self._kept is not None and self._kept.slot.path != self._kept.model:
            self._notices.warn(
                self.tr("The model that a message was waiting for is gone."),
                self.tr("The message is in its composer again."),
            )
            return False
        return may_answer(
            self._slot,
            self._notices,
            is_answering=self.is_busy,
            brings_model=bool(variation.model),
        )

    def regenerate(self, message_id: str, variation: Variation) -> None:
        """Let a model answer again, beside the answer that there is."""
        if message_id not in self._branch or not self.is_possible(variation):
            return
        message = self._branch[message_id]
        parent_id = message.parent_id if message.role is Role.ASSISTANT else message.id
        if parent_id is not None:
            self.answer(self._branch[parent_id], variation)

    def edit(self, message_id: str, text: str) -> None:
        """Add another version of a message; one of the user's is then answered.

        An answer that was cut short stays so: the model can go on from what it says now.
        """
        text = well_formed(text).strip()
        if message_id not in self._branch or not text:
            return
        old = self._branch[message_id]
        if text == old.text or (old.role is Role.USER and not self.is_possible()):
            return
        if old.edit:
            self._saver.save(Store.set_edit, message_id, "")
            self._branch.change(replace(old, edit=""))
        state = old.state if old.state in CONTINUABLE_STATES else MessageState.COMPLETE
        edited = self.new_message(
            old.parent_id, old.role, text, state=state, model=old.model, adapter=old.adapter
        )
        if old.role is Role.USER:
            self.answer(edited)
        else:
            edited = replace(edited, settings=old.settings)
            self._record(edited)
            self._branch.show_added(edited)

    def continue_answer(self, message_id: str) -> None:
        """Let the model write on in an answer that was cut short."""
        if message_id not in self._branch or not self.is_possible():
            return
        message = self._branch[message_id]
        resumes = self._replies.by(self._models.engine).paused_id == message_id
        has_words = bool(message.text.strip()) or resumes
        if message.state not in CONTINUABLE_STATES or not has_words:
            return
        info = self._models.state.info
        if info is not None and not resumes and Capability.CONTINUE_ANSWER not in info.capabilities:
            self._notices.warn(
                self.tr("This answer cannot be continued."),
                info.capabilities.reason(Capability.CONTINUE_ANSWER),
            )
            return
        self._continue(message, resumes=resumes)
        self._branch.show(message_id)

    def answer(self, question: Message, variation: Variation = AS_IT_IS) -> None:
        """Let the model answer a message, which may be new.

        The request goes out before anything is drawn: the model reads while the window works.
        """
        if not self._bring_model(variation.model):
            return
        means = self._kept or self._means(variation, self._adapter(variation))
        answer = self.new_message(
            question.id,
            Role.ASSISTANT,
            "",
            state=MessageState.STREAMING,
            model=means.slot.state.name,
            adapter=means.adapter.label if means.adapter is not None else "",
        )
        path = (*self._branch.tree.path_to(question.parent_id), question)
        request = _request(path, means)
        settings = settings_of(request, means.slot.state.info, means.slot.request)
        answer = replace(answer, settings=settings)
        added = [answer] if question.id in self._branch else [question, answer]
        for message in added:
            self._record(message)
        self._start(answer, request, means.slot)
        self._branch.show_added(*added)
        if means is not self._kept:
            self._conversations.choose(model=str(means.model or ""))

    def new_message(
        self,
        parent_id: str | None,
        role: Role,
        text: str,
        *,
        state: MessageState = MessageState.COMPLETE,
        model: str = "",
        adapter: str = "",
    ) -> Message:
        """Return a message of now in the shown conversation; nothing holds it yet."""
        return Message(
            new_id(),
            self._branch.conversation_id,
            parent_id,
            role,
            text,
            time.time(),
            state,
            model,
            adapter=adapter,
        )

    def _record(self, message: Message) -> None:
        """Take a message into the tree and save it."""
        self._branch.tree.put(message)
        self._saver.save(Store.add_message, message)

    def _continue(self, message: Message, *, resumes: bool) -> None:
        """Let the model go on, as if nothing had been where it was paused."""
        written = replace(message, state=MessageState.STREAMING, failure="", statistics=None)
        path = self._branch.tree.path_to(message.id)
        means = self._means_of_now()
        request = _request(path, means)
        if resumes:
            request = replace(request, turns=(), resume=True)
        else:
            request = replace(request, continue_answer=True)
        self._saver.save(Store.reopen_message, message.id)
        self._branch.tree.put(written)
        self._start(written, request, means.slot)

    def _bring_model(self, path: str) -> bool:
        """Show the model at `path`, loaded if need be. Return whether it is there or on its way.

        The request waits in the engine for the end of a load.
        """
        if not path or self._models.state.path == absolute(path):
            return True
        self._models.load(path)
        return self._models.state.path == absolute(path)

    @property
    def _slot(self) -> ModelSlot:
        return self._models.slot if self._kept is None else self._kept.slot

    def _adapter(self, variation: Variation) -> UsedAdapter | None:
        if variation.adapter is None:
            return self._adapters.for_answer()
        return self._adapters.known(variation.adapter)

    def _means_of_now(self) -> _Means:
        return self._means(AS_IT_IS, self._adapters.in_use)

    def _means(self, variation: Variation, adapter: UsedAdapter | None) -> _Means:
        slot, settings = self._models.slot, variation.apply_to(self._settings.settings)
        return _Means(slot, slot.path, settings, adapter)

    def _start(self, answer: Message, request: RunRequest, slot: ModelSlot) -> None:
        info = slot.state.info
        context_limit = info.context_tokens if info else None
        try:
            self._replies.by(slot.engine).start(answer, request, context_limit)
        except RunError as error:
            state = MessageState.INTERRUPTED if answer.text else MessageState.FAILED
            failed = replace(answer, state=state, failure=error.cause)
            self._saver.save(Store.finish_message, failed)
            self._branch.tree.put(failed)
            self._notices.error(error)

    @Slot(object)
    def _on_model_changed(self) -> None:
        # A model that was asked while it loaded did not say its name yet.
        if self._models.state.stage is ModelStage.READY:
            self._replies.by(self._models.engine).name_model(self._models.state.name)


def _request(path: tuple[Message, ...], means: _Means) -> RunRequest:
    adapters = () if means.adapter is None else (means.adapter.adapter,)
    return run_request(path, means.settings, adapters)
