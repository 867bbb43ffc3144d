"""The conversation that is shown in one place: sending, stopping, and every change of its tree.

An edit or another answer is a new version beside the old one; nothing the user or a model wrote
is overwritten.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.conversation import title_from
from app.chat.message import Message, Role, new_id
from app.chat.outline import OutlineRow, outline
from app.chat.text import well_formed
from app.chat.tree import ShownMessage
from app.errors import StoreError
from app.presenters.adapters import AdapterPresenter
from app.presenters.answering import Answering
from app.presenters.branch import ShownBranch
from app.presenters.chat_status import ChatStatus, status_at_rest
from app.presenters.conversations import ConversationsPresenter
from app.presenters.message_marks import MessageMarks
from app.presenters.message_offers import MessageOffers, reasons
from app.presenters.message_queue import MessageQueue
from app.presenters.model import ModelPresenter
from app.presenters.notices import Notices
from app.presenters.outbox import Outbox
from app.presenters.place import Place
from app.presenters.replies import Replies
from app.presenters.reply import Reply
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.presenters.variation import AS_IT_IS, Variation
from app.runtime.protocol import Capability
from app.store.store import Store
from app.store.worker import StoreThread


class ChatPresenter(QObject):
    """Decides what happens in one chat view. Lives on the window's thread."""

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
        place: Place,
        replies: Replies,
        waiting: dict[str, list[str]],
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
        """`waiting` holds the messages that wait in every conversation."""
        super().__init__(parent)
        #: Where it is shown.
        self.place = place
        self._replies = replies
        self._store = store
        self._saver = saver
        self._conversations = conversations
        self._models = models
        self._adapters = adapters
        self._settings = settings
        self._notices = notices
        self._tasks = tasks
        self._new_draft = ""
        # Shown once they have arrived, on whichever branch it stands.
        self._wanted_id = ""
        self._branch = ShownBranch(conversations.book)
        self._branch.set_paused(replies.paused_ids)
        self._answering = Answering(
            self._branch,
            replies,
            saver,
            conversations,
            models,
            adapters,
            settings,
            notices,
        )
        #: Bookmarks, notes and deletions of messages.
        self.marks = MessageMarks(self._branch, replies, conversations, saver, notices, self)
        #: Messages that wait for the end of an answer.
        self.queue = MessageQueue(waiting)
        #: Sends them.
        self.outbox = Outbox(self._branch, self.queue, self._answering, conversations.book, self)
        self._connect()

    @property
    def status(self) -> ChatStatus:
        """What goes on, or how the last answer went that is shown."""
        reply = self._reply_here()
        if reply is not None:
            return reply.status
        return status_at_rest(self._branch.path(), self._models.state, self._elsewhere())

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being written, in this conversation or another."""
        return self._replies.is_answering

    @property
    def pause_obstacle(self) -> str:
        """Why the model that writes here, or would, cannot pause; empty where it can."""
        reply = self._reply_here()
        slot = self._models.slot if reply is None else self._models.slot_of(reply.engine)
        info = slot.state.info
        return "" if info is None else info.capabilities.reason(Capability.PAUSE)

    @property
    def is_in_use(self) -> bool:
        """Whether the conversation that is shown here is the one in use."""
        return self._conversations.place is self.place

    def use(self) -> None:
        """Let the conversation that is shown here be the one in use."""
        self._conversations.use(self.place)

    @Slot()
    def keep_temporary(self) -> None:
        """Make the temporary conversation that is shown here one that is kept."""
        self.use()
        self._conversations.keep_temporary()

    def shown_messages(self) -> tuple[ShownMessage, ...]:
        """Return what is shown, as `messages_shown` carries it."""
        return self._branch.shown()

    @Slot()
    def tell_status(self) -> None:
        """Tell what goes on."""
        self.status_changed.emit(self.status)

    def keep_means(self) -> None:
        """Another conversation will be in use; what waits here is still to be answered."""
        self._answering.keep_means()

    def drop_means(self) -> None:
        """This conversation is in use again."""
        self._answering.drop_means()

    def send(self, text: str) -> None:
        """Add the user's message and let the model answer. A refusal is told and keeps the text.

        While the model is writing an answer, here or elsewhere, the message waits for its end.
        """
        text = well_formed(text).strip()
        if not text:
            return
        self.use()
        if not self.outbox.takes():
            return
        self._begin_conversation(text)
        self.outbox.put(text)
        self.outbox.keep_draft("")
        self.draft_shown.emit("")
        self.outbox.send_waiting()

    def stop(self) -> None:
        """End the answer that is being written; what is written stands."""
        reply = self._reply_here()
        if reply is not None:
            reply.stop()

    def pause(self) -> None:
        """End the answer that is being written, so that the model can go on from there."""
        reply = self._reply_here()
        if reply is None:
            return
        if self.pause_obstacle:
            self._notices.warn(self.tr("This answer cannot be paused."), self.pause_obstacle)
            return
        reply.pause()

    def regenerate(self, message_id: str, variation: Variation = AS_IT_IS) -> None:
        """Let the model answer again, beside the answer it gave; or another one, or otherwise."""
        self.use()
        self._answering.regenerate(message_id, variation)

    @Slot(str)
    def regenerate_as_it_is(self, message_id: str) -> None:
        """Let the model answer again with everything as it is set."""
        self.regenerate(message_id)

    def regenerate_last(self) -> None:
        """Let the model give its last answer again."""
        if self._branch.leaf_id is not None:
            self.regenerate(self._branch.leaf_id)

    @Slot(str)
    def regenerate_last_with(self, adapter: str) -> None:
        """Let the model give its last answer again, with an adapter or, for "", without."""
        if self._branch.leaf_id is not None:
            self.regenerate(self._branch.leaf_id, Variation(adapter=adapter))

    def edit(self, message_id: str, text: str) -> None:
        """Add another version of a message; one of the user's is then answered."""
        self.use()
        self._answering.edit(message_id, text)

    def continue_answer(self, message_id: str) -> None:
        """Let the model write on where an answer was cut, stopped, paused or interrupted."""
        self.use()
        self._answering.continue_answer(message_id)

    def continue_last(self) -> None:
        """Let the model write on in the last answer."""
        if self._branch.leaf_id is not None:
            self.continue_answer(self._branch.leaf_id)

    def choose_version(self, message_id: str, step: int) -> None:
        """Show the version of a message `step` places further on, with what follows it."""
        self._take_in_writing()
        self._branch.show_version(message_id, step)

    @Slot(str)
    def show_branch(self, message_id: str) -> None:
        """Show the newest branch through a message, and the message on it."""
        self._take_in_writing()
        self._branch.show_through(message_id)
        if message_id in self._branch:
            self.place.message_wanted.emit(message_id)

    def outline(self) -> tuple[OutlineRow, ...]:
        """Return the whole tree of the conversation as rows."""
        self._take_in_writing()
        return outline(self._branch.tree, self._branch.leaf_id)

    def message(self, message_id: str) -> Message | None:
        """Return a message of the shown conversation as it is now, or None."""
        self._take_in_writing()
        return self._branch.get(message_id)

    def offers(self, message_id: str) -> MessageOffers | None:
        """Return what can be done with a message now, or None when it is not there."""
        message = self.message(message_id)
        if message is None:
            return None
        return MessageOffers(
            message,
            self._branch.shown_one(message_id).versions,
            message_id in self._branch.paused_ids,
            self._models.choices(),
            self._adapters.state,
            self._settings.settings.sampling.temperature,
            **reasons(
                self._models.state,
                is_answering=self._answering.is_busy,
                no_pause=self.pause_obstacle,
            ),
        )

    def keep_draft(self, text: str) -> None:
        """Keep what stands in the composer, for this conversation."""
        if self._branch.conversation_id:
            self.outbox.keep_draft(well_formed(text))
        else:
            self._new_draft = well_formed(text)

    def last_id(self) -> str:
        """Return the id of the last message that is shown, or an empty text."""
        return self._branch.leaf_id or ""

    def last_answer(self) -> str:
        """Return the text of the last answer that is shown, or an empty text."""
        self._take_in_writing()
        return self._text_of(self.last_answer_id())

    def last_answer_id(self) -> str:
        """Return the id of the last answer that is shown, or an empty text."""
        return self._branch.last_id(Role.ASSISTANT)

    def last_question(self) -> str:
        """Return the text of the user's last message that is shown, or an empty text."""
        return self._text_of(self.last_question_id())

    def last_question_id(self) -> str:
        """Return the id of the user's last message that is shown, or an empty text."""
        return self._branch.last_id(Role.USER)

    def _connect(self) -> None:
        self._branch.messages_shown.connect(self._on_messages_shown)
        self._branch.message_added.connect(self.message_added)
        self._branch.message_changed.connect(self.message_changed)
        self._replies.text_appended.connect(self._on_text_appended)
        self._replies.prefill_progressed.connect(self._on_prefill_progressed)
        self._replies.status_changed.connect(self.tell_status)
        self._replies.paused_changed.connect(self._on_paused_changed)
        self._models.state_changed.connect(self.tell_status)
        self.place.conversation_changed.connect(self._on_conversation_changed)
        self.place.message_wanted.connect(self._on_message_wanted)
        self.place.rereading_wanted.connect(self._on_rereading_wanted)

    def _reply_here(self) -> Reply | None:
        return self._replies.within(self._branch.conversation_id)

    def _elsewhere(self) -> str:
        """Return the title of the other conversation that the model of this one writes in, or ""."""
        away = self._conversations.book.get(self._answering.busy_elsewhere)
        if away is None:
            return ""
        if self._conversations.book.is_temporary(away.id):
            return self.tr("Temporary conversation")
        return title_from(away.title)

    def _text_of(self, message_id: str) -> str:
        message = self._branch.get(message_id)
        return "" if message is None else message.text

    def _begin_conversation(self, text: str) -> None:
        """Make a conversation of what was none before its first message."""
        if not self._branch.conversation_id:
            self._new_draft = ""
            self._branch.conversation_id = new_id()
            self.queue.show(self._branch.conversation_id)
            self._conversations.begin(self._branch.conversation_id, text)

    @Slot(str)
    def _on_conversation_changed(self, conversation_id: str) -> None:
        if conversation_id == self._branch.conversation_id and conversation_id:
            return
        self._branch.begin(conversation_id)
        self.queue.show(conversation_id)
        self._branch.is_reading = bool(conversation_id)
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
            if conversation_id == self._branch.conversation_id:
                self._conversations.clear(self.place)
            raise
        conversation = self._conversations.book.get(conversation_id)
        if conversation is None or conversation_id != self._branch.conversation_id:
            return
        self._branch.is_reading = False
        self._branch.fill(messages)
        for message in self._saver.unsaved_messages(conversation_id):
            self._branch.tree.put(message)
        self._show(conversation.leaf_id)
        self._branch.show_through(self._wanted_id)
        self.draft_shown.emit(self.queue.without_waiting(conversation.draft))
        self.outbox.send_waiting()

    @Slot(str)
    def _on_message_wanted(self, message_id: str) -> None:
        if self._branch.is_reading:
            self._wanted_id = message_id
        else:
            self._branch.show_through(message_id)

    @Slot(object)
    def _on_messages_shown(self, items: object) -> None:
        self.messages_shown.emit(items)
        self.tell_status()

    @Slot(str, str)
    def _on_text_appended(self, message_id: str, text: str) -> None:
        if message_id in self._branch:
            self.text_appended.emit(message_id, text)

    @Slot(str, int, int)
    def _on_prefill_progressed(self, message_id: str, processed: int, total: int) -> None:
        if message_id in self._branch:
            self.prefill_progressed.emit(message_id, processed, total)

    @Slot()
    def _on_paused_changed(self) -> None:
        self._branch.set_paused(self._replies.paused_ids)

    @Slot()
    def _on_rereading_wanted(self) -> None:
        self._tasks.start(self._read(self._branch.conversation_id), "read conversation again")

    def _take_in_writing(self) -> None:
        """Let the tree hold the answer that is being written as far as it is."""
        reply = self._reply_here()
        if reply is not None and reply.message is not None:
            self._branch.take_writing(reply.message)

    def _show(self, leaf_id: str | None) -> None:
        self._take_in_writing()
        self._branch.show(leaf_id)
