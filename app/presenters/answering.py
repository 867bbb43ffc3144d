"""Asks the model for answers: which model, adapter and settings go with a request."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from app.chat.message import CONTINUABLE_STATES, Message, MessageState, Role, new_id
from app.chat.text import well_formed
from app.errors import RunError
from app.presenters.adapter_state import UsedAdapter
from app.presenters.adapters import AdapterPresenter
from app.presenters.branch import ShownBranch
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage
from app.presenters.notices import Notices
from app.presenters.readiness import may_answer
from app.presenters.recent_models import absolute
from app.presenters.reply import Reply
from app.presenters.requests import run_request
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.variation import AS_IT_IS, Variation
from app.presenters.written_with import settings_of
from app.runtime.protocol import Capability, RunRequest
from app.store.store import Store


class Answering(QObject):
    """Starts answers on the shown branch, and refuses with a word. Lives on the window's thread; owned by the chat."""

    def __init__(
        self,
        branch: ShownBranch,
        reply: Reply,
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
        self._reply = reply
        self._saver = saver
        self._conversations = conversations
        self._models = models
        self._adapters = adapters
        self._settings = settings
        self._notices = notices
        models.state_changed.connect(self._on_model_changed)

    def is_possible(self, variation: Variation = AS_IT_IS) -> bool:
        """Return whether a request may start now; a refusal is told to the user."""
        return not self._branch.is_reading and may_answer(
            self._models,
            self._notices,
            is_answering=self._reply.message is not None,
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
        resumes = self._reply.paused_id == message_id
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
        if variation.adapter is None:
            used = self._adapters.for_answer()
        else:
            used = self._adapters.known(variation.adapter)
        answer = self.new_message(
            question.id,
            Role.ASSISTANT,
            "",
            state=MessageState.STREAMING,
            model=self._models.state.name,
            adapter=used.label if used is not None else "",
        )
        path = (*self._branch.tree.path_to(question.parent_id), question)
        request = self._request(path, used, variation)
        answer = replace(answer, settings=self._settings_of(request))
        added = [answer] if question.id in self._branch else [question, answer]
        for message in added:
            self._record(message)
        self._start(answer, request)
        self._branch.show_added(*added)
        self._conversations.choose(model=str(self._models.state.path or ""))

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
        request = self._request(path, self._adapters.in_use, AS_IT_IS)
        if resumes:
            request = replace(request, turns=(), resume=True)
        else:
            request = replace(request, continue_answer=True)
        self._saver.save(Store.reopen_message, message.id)
        self._branch.tree.put(written)
        self._start(written, request)

    def _bring_model(self, path: str) -> bool:
        """Show the model at `path`, loaded if need be. Return whether it is there or on its way.

        The request waits in the engine for the end of a load.
        """
        if not path or self._models.state.path == absolute(path):
            return True
        self._models.load(path)
        return self._models.state.path == absolute(path)

    def _request(
        self, path: tuple[Message, ...], used: UsedAdapter | None, variation: Variation
    ) -> RunRequest:
        return run_request(
            path,
            variation.apply_to(self._settings.settings),
            () if used is None else (used.adapter,),
        )

    def _settings_of(self, request: RunRequest) -> str:
        return settings_of(request, self._models.state.info, self._models.request)

    def _start(self, answer: Message, request: RunRequest) -> None:
        info = self._models.state.info
        try:
            self._reply.start(
                self._models.engine, answer, request, info.context_tokens if info else None
            )
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
            self._reply.name_model(self._models.engine, self._models.state.name)
