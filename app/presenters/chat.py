"""The conversation that is shown: sending, stopping, and every change of its tree.

An edit or another answer is a new version beside the old one; nothing the user or a model wrote
is overwritten.
"""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.message import CONTINUABLE_STATES, Message, MessageState, Role, new_id
from app.chat.text import well_formed
from app.chat.tree import MessageTree
from app.errors import AppError, RunError, StoreError
from app.presenters.adapter_state import UsedAdapter
from app.presenters.adapters import AdapterPresenter
from app.presenters.chat_status import ChatStatus, status_at_rest
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.notices import Notices
from app.presenters.readiness import may_answer
from app.presenters.reply import Reply
from app.presenters.requests import run_request
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.runtime.protocol import Capability
from app.store.store import Store
from app.store.worker import StoreThread


class ChatPresenter(QObject):
    """Decides what happens in the chat view. Lives on the window's thread."""

    #: Another conversation or branch is shown; carries a tuple of ShownMessage.
    messages_shown = Signal(object)
    #: A message was added at the end; carries a ShownMessage.
    message_added = Signal(object)
    #: A shown message has changed; carries a ShownMessage.
    message_changed = Signal(object)
    #: Text was added to a shown message; carries its id and the text.
    text_appended = Signal(str, str)
    #: The prompt of a shown answer is being read; carries id, tokens read, tokens in all.
    prefill_progressed = Signal(str, int, int)
    #: What goes on has changed; carries a ChatStatus.
    status_changed = Signal(object)
    #: The composer should hold this text: a draft, or nothing after a message was sent.
    draft_shown = Signal(str)

    def __init__(
        self,
        store: StoreThread,
        saver: Saver,
        conversations: ConversationsPresenter,
        models: ModelPresenter,
        adapters: AdapterPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._saver = saver
        self._conversations = conversations
        self._models = models
        self._adapters = adapters
        self._settings = settings
        self._notices = notices
        self._tasks = tasks
        self._tree = MessageTree()
        self._leaf_id: str | None = None
        self._conversation_id = ""
        self._new_draft = ""
        # True between the choice of a conversation and the arrival of its messages.
        self._reading = False
        # Shown once they have arrived, on whichever branch it stands.
        self._wanted_id = ""
        self._reply = Reply(saver, self)
        self._reply.text_appended.connect(self._on_text_appended)
        self._reply.prefill_progressed.connect(self._on_prefill_progressed)
        self._reply.reply_finished.connect(self._on_reply_finished)
        self._reply.status_changed.connect(self._on_status_changed)
        self._reply.run_failed.connect(self._on_run_failed)
        models.state_changed.connect(self._on_status_changed)
        conversations.current_changed.connect(self._on_current_changed)
        conversations.message_wanted.connect(self._on_message_wanted)

    @property
    def status(self) -> ChatStatus:
        """What goes on, or how the last answer went that is shown."""
        if self.is_answering:
            return self._reply.status
        return status_at_rest(self._tree.path_to(self._leaf_id), self._models.state)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being written, in this conversation or another."""
        return self._reply.message is not None

    def send(self, text: str) -> None:
        """Add the user's message and let the model answer. A refusal is told and keeps the text."""
        text = well_formed(text).strip()
        if not text or not self._may_answer():
            return
        if not self._conversation_id:
            self._conversation_id = new_id()
            self._conversations.begin(self._conversation_id, text)
        self._answer(self._new_message(self._leaf_id, Role.USER, text))
        self._clear_draft()

    def stop(self) -> None:
        """End the answer that is being written; what is written stands."""
        self._reply.stop()

    def regenerate(self, message_id: str, adapter: str | None = None) -> None:
        """Let the model answer again, beside the answer it gave.

        `adapter` is the path of one to use for this answer only, or "" for none.
        """
        if message_id in self._tree and self._may_answer():
            message = self._tree[message_id]
            parent_id = message.parent_id if message.role is Role.ASSISTANT else message.id
            if parent_id is not None:
                self._answer(self._tree[parent_id], adapter)

    def regenerate_last(self) -> None:
        """Let the model give its last answer again."""
        if self._leaf_id is not None:
            self.regenerate(self._leaf_id)

    @Slot(str)
    def regenerate_last_with(self, adapter: str) -> None:
        """Let the model give its last answer again, with an adapter or, for "", without."""
        if self._leaf_id is not None:
            self.regenerate(self._leaf_id, adapter)

    def edit(self, message_id: str, text: str) -> None:
        """Add another version of a message; one of the user's is then answered."""
        text = well_formed(text).strip()
        if message_id not in self._tree or not text:
            return
        old = self._tree[message_id]
        if old.role is Role.USER and not self._may_answer():
            return
        if text == old.text:
            return
        edited = self._new_message(
            old.parent_id, old.role, text, model=old.model, adapter=old.adapter
        )
        if old.role is Role.USER:
            self._answer(edited)
        else:
            self._record(edited)
            self._show_added(edited)

    def continue_answer(self, message_id: str) -> None:
        """Let the model write on where an answer was cut, stopped or interrupted."""
        if message_id not in self._tree or not self._may_answer():
            return
        message = self._tree[message_id]
        if message.state not in CONTINUABLE_STATES or not message.text.strip():
            return
        info = self._models.state.info
        if info is not None and Capability.CONTINUE_ANSWER not in info.capabilities:
            self._notices.warn(
                self.tr("This answer cannot be continued."),
                info.capabilities.reason(Capability.CONTINUE_ANSWER),
            )
            return
        resumed = replace(message, state=MessageState.STREAMING, failure="", statistics=None)
        self._saver.save(Store.reopen_message, message_id)
        self._tree.put(resumed)
        self._start(resumed, self._adapters.in_use, continue_answer=True)
        self._show(message_id)

    def continue_last(self) -> None:
        """Let the model write on in the last answer."""
        if self._leaf_id is not None:
            self.continue_answer(self._leaf_id)

    def choose_version(self, message_id: str, step: int) -> None:
        """Show the version of a message `step` places further on, with what follows it."""
        if message_id not in self._tree:
            return
        versions = self._tree.siblings(message_id)
        place = [version.id for version in versions].index(message_id) + step
        if 0 <= place < len(versions):
            self._show_and_keep(self._tree.newest_leaf_below(versions[place].id))

    def keep_draft(self, text: str) -> None:
        """Keep what stands in the composer, for this conversation."""
        if self._conversation_id:
            self._conversations.keep_draft(self._conversation_id, well_formed(text))
        else:
            self._new_draft = well_formed(text)

    def last_answer(self) -> str:
        """Return the text of the last answer that is shown, or an empty text."""
        self._take_in_writing()
        path = self._tree.path_to(self._leaf_id)
        return next((item.text for item in reversed(path) if item.role is Role.ASSISTANT), "")

    def last_question(self) -> str:
        """Return the text of the user's last message that is shown, or an empty text."""
        message_id = self.last_question_id()
        return self._tree[message_id].text if message_id else ""

    def last_question_id(self) -> str:
        """Return the id of the user's last message that is shown, or an empty text."""
        path = self._tree.path_to(self._leaf_id)
        return next((item.id for item in reversed(path) if item.role is Role.USER), "")

    @Slot(str)
    def _on_current_changed(self, conversation_id: str) -> None:
        self._settings.set_value("state", "last_conversation", conversation_id)
        if conversation_id == self._conversation_id and conversation_id:
            return
        self._conversation_id = conversation_id
        self._tree = MessageTree()
        self._leaf_id = None
        self._reading = bool(conversation_id)
        self._wanted_id = ""
        if not conversation_id:
            self._show(None)
            self.draft_shown.emit(self._new_draft)
        else:
            self._tasks.start(self._read(conversation_id), "open conversation")

    async def _read(self, conversation_id: str) -> None:
        try:
            messages = await self._store.run(Store.messages, conversation_id)
        except StoreError:
            if conversation_id == self._conversation_id:
                self._conversations.new()
            raise
        conversation = self._conversations.current
        if conversation is None or conversation.id != conversation_id:
            return
        self._reading = False
        self._tree = MessageTree(messages)
        for message in self._saver.unsaved_messages(conversation_id):
            self._tree.put(message)
        self._show(conversation.leaf_id)
        self._show_branch_of(self._wanted_id)
        self.draft_shown.emit(conversation.draft)

    @Slot(str)
    def _on_message_wanted(self, message_id: str) -> None:
        if self._reading:
            self._wanted_id = message_id
        else:
            self._show_branch_of(message_id)

    def _show_branch_of(self, message_id: str) -> None:
        """Show the newest branch through a message, unless the message is shown already."""
        path = self._tree.path_to(self._leaf_id)
        if message_id in self._tree and self._tree[message_id] not in path:
            self._show_and_keep(self._tree.newest_leaf_below(message_id))

    @Slot(str, str)
    def _on_text_appended(self, message_id: str, text: str) -> None:
        if message_id in self._tree:
            self.text_appended.emit(message_id, text)

    @Slot(str, int, int)
    def _on_prefill_progressed(self, message_id: str, processed: int, total: int) -> None:
        if message_id in self._tree:
            self.prefill_progressed.emit(message_id, processed, total)

    @Slot(object)
    def _on_reply_finished(self, message: Message) -> None:
        self._models.note_speed(message)
        if message.conversation_id == self._conversation_id and message.id in self._tree:
            self._tree.put(message)
            self.message_changed.emit(self._tree.shown_one(message.id))

    @Slot()
    def _on_status_changed(self) -> None:
        self.status_changed.emit(self.status)

    @Slot(object)
    def _on_run_failed(self, error: AppError) -> None:
        self._notices.error(error)

    def _may_answer(self) -> bool:
        """Return whether a request may start now; a refusal is told to the user."""
        return not self._reading and may_answer(
            self._models, self._notices, is_answering=self.is_answering
        )

    def _answer(self, question: Message, adapter: str | None = None) -> None:
        """Let the model answer a message, which may be new.

        The request goes out before anything is drawn: the model reads while the window works.
        """
        used = self._adapters.in_use if adapter is None else self._adapters.known(adapter)
        added = [] if question.id in self._tree else [question]
        answer = self._new_message(
            question.id,
            Role.ASSISTANT,
            "",
            state=MessageState.STREAMING,
            model=self._models.state.name,
            adapter=used.label if used is not None else "",
        )
        added.append(answer)
        for message in added:
            self._record(message)
        self._start(answer, used)
        self._show_added(*added)
        self._conversations.choose(model=str(self._models.state.path or ""))

    def _start(
        self, answer: Message, used: UsedAdapter | None, *, continue_answer: bool = False
    ) -> None:
        path = self._tree.path_to(answer.id if continue_answer else answer.parent_id)
        info = self._models.state.info
        request = run_request(
            path,
            self._settings.settings,
            () if used is None else (used.adapter,),
            continue_answer=continue_answer,
        )
        try:
            self._reply.start(
                self._models.engine, answer, request, info.context_tokens if info else None
            )
        except RunError as error:
            state = MessageState.INTERRUPTED if answer.text else MessageState.FAILED
            failed = replace(answer, state=state, failure=error.cause)
            self._saver.save(Store.finish_message, failed)
            self._tree.put(failed)
            self._notices.error(error)

    def _new_message(
        self,
        parent_id: str | None,
        role: Role,
        text: str,
        *,
        state: MessageState = MessageState.COMPLETE,
        model: str = "",
        adapter: str = "",
    ) -> Message:
        return Message(
            new_id(),
            self._conversation_id,
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
        self._tree.put(message)
        self._saver.save(Store.add_message, message)

    def _show_added(self, *messages: Message) -> None:
        """Show the branch that ends with the last of `messages`, each the parent of the next."""
        at_end = messages[0].parent_id == self._leaf_id
        self._leaf_id = messages[-1].id
        self._conversations.touch(self._conversation_id, self._leaf_id)
        if at_end:
            for message in messages:
                self.message_added.emit(self._tree.shown_one(message.id))
        else:
            self._show(self._leaf_id)

    def _take_in_writing(self) -> None:
        """Let the tree hold the answer that is being written as far as it is."""
        writing = self._reply.message
        if writing is not None and writing.conversation_id == self._conversation_id:
            self._tree.put(writing)

    def _show(self, leaf_id: str | None) -> None:
        self._take_in_writing()
        self._leaf_id = leaf_id
        self.messages_shown.emit(self._tree.shown(leaf_id))
        self.status_changed.emit(self.status)

    def _show_and_keep(self, leaf_id: str) -> None:
        """Show another branch, also the next time the conversation is opened."""
        self._show(leaf_id)
        self._conversations.show_branch(self._conversation_id, leaf_id)

    def _clear_draft(self) -> None:
        self._new_draft = ""
        self._conversations.keep_draft(self._conversation_id, "")
        self.draft_shown.emit("")
