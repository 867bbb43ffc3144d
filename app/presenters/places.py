"""The conversations in view: one, or two beside each other, of which one is in use.

What the menus, the header and the settings are about is the conversation in use. The other one
stays as it is, and an answer in it is written on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.chat.message import Message, MessageState
from app.errors import AppError
from app.presenters.chat import ChatPresenter
from app.presenters.conversations import ConversationsPresenter
from app.presenters.left_behind import LeftBehind
from app.presenters.model import ModelPresenter
from app.presenters.notices import Notices
from app.presenters.outbox import Outbox
from app.presenters.place import Place
from app.presenters.replies import Replies
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter

#: Takes where to show a conversation, the answers being written, and the messages that wait.
MakeChat = Callable[[Place, Replies, dict[str, list[str]]], ChatPresenter]

_FAILED = (MessageState.FAILED, MessageState.INTERRUPTED)


class Places(QObject):
    """Makes a ChatPresenter for each place. Lives on the window's thread."""

    #: Another conversation is in use, or other ones are in view; carries the ChatPresenter in use.
    chats_changed = Signal(object)
    #: The conversation in use shows other messages, or one of them has changed.
    messages_changed = Signal()
    #: Other conversations are being answered; carries a frozenset of their ids.
    writing_changed = Signal(object)
    #: What goes on in the conversation in use has changed; carries a ChatStatus.
    status_changed = Signal(object)

    def __init__(
        self,
        make_chat: MakeChat,
        saver: Saver,
        conversations: ConversationsPresenter,
        models: ModelPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_chat = make_chat
        self._conversations = conversations
        self._models = models
        self._settings = settings
        self._notices = notices
        self._remembered = settings.settings.state.conversations_in_view
        # What waits goes out when the engine that has ended an answer is done with that.
        self._sending = QTimer(self)
        self._sending.setSingleShot(True)
        self._sending.timeout.connect(self._on_sending_due)
        self._last_answered = ""
        self._writing: frozenset[str] = frozenset()
        self._waiting: dict[str, list[str]] = {}
        self._replies = Replies(saver, self)
        self._left_behind = LeftBehind(conversations, notices, self)
        #: The one in use.
        self.chat = self._make(conversations.place)
        self._chats = [self.chat]
        self._in_view = [self.chat]
        self._follow(self.chat)
        self._replies.reply_finished.connect(self._on_reply_finished)
        self._replies.run_failed.connect(self._on_run_failed)
        self._replies.paused_changed.connect(self._sending.start)
        self._replies.status_changed.connect(self._on_replies_changed)
        models.state_changed.connect(self._on_model_changed)
        conversations.place_leaving.connect(self._on_place_leaving)
        conversations.place_used.connect(self._on_place_used)
        conversations.current_changed.connect(self._remember)
        conversations.temporary_ended.connect(self._on_gone)
        conversations.book.removed.connect(self._on_gone)

    @property
    def in_view(self) -> tuple[ChatPresenter, ...]:
        """What is in view, from left to right: one or two."""
        return tuple(self._in_view)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being written, in whichever conversation."""
        return self._replies.is_answering

    def stop(self) -> None:
        """End every answer, and send nothing that waits; what is written stands."""
        for chat in self._chats:
            chat.queue.give_back()
        # What waits in conversations that are not in view stands in their drafts.
        self._waiting.clear()
        self._replies.stop()

    def open_beside(self, conversation_id: str = "", *, at_left: bool = False) -> None:
        """Show a conversation, or a new one, beside the one in use, and use it.

        Where two are in view already, it takes the place of the one that is not in use. One that
        is in view already stays where it is, with a new one beside it.
        """
        if len(self._in_view) == 1:
            other = self._another()
            other.place.is_in_view = True
            self._in_view.insert(0 if at_left else 1, other)
        self._across().use()
        if not conversation_id or not self._conversations.is_shown(conversation_id):
            self._conversations.open(conversation_id)

    def close(self, chat: ChatPresenter) -> None:
        """Leave what is shown beside the other conversation, which gets the whole room."""
        if len(self._in_view) == 1 or chat not in self._in_view:
            return
        self._in_view.remove(chat)
        chat.place.is_in_view = False
        if chat.is_in_use:
            self._in_view[0].use()
        else:
            self.chats_changed.emit(self.chat)
        self._conversations.clear(chat.place)
        self._remember()
        self._tell_status()

    def close_other(self) -> None:
        """Leave the conversation that is not in use."""
        self.close(self._across())

    def go_across(self) -> None:
        """Use the other conversation in view."""
        self._across().use()

    def restore(self) -> None:
        """Show beside the conversation in use what was there when the program ended."""
        if len(self._remembered) != 2 or len(self._in_view) == 2:
            return
        first, second = self._remembered
        at_left = second == self._conversations.current_id
        used = self.chat
        self.open_beside(first if at_left else second, at_left=at_left)
        used.use()

    def _make(self, place: Place) -> ChatPresenter:
        chat = self._make_chat(place, self._replies, self._waiting)
        chat.setParent(self)
        place.leaving.connect(self._on_leaving)
        return chat

    def _another(self) -> ChatPresenter:
        """Return the one that is not in view; made when it is wanted first, and kept."""
        if len(self._chats) == 1:
            self._chats.append(self._make(self._conversations.add_place()))
        return next(chat for chat in self._chats if chat not in self._in_view)

    def _across(self) -> ChatPresenter:
        return next((chat for chat in self._in_view if chat is not self.chat), self.chat)

    def _chat_at(self, place: Place) -> ChatPresenter:
        return next(chat for chat in self._chats if chat.place is place)

    def _outboxes(self) -> tuple[Outbox, ...]:
        return (*(chat.outbox for chat in self._chats), *self._left_behind.outboxes)

    def _follow(self, chat: ChatPresenter) -> None:
        chat.messages_shown.connect(self.messages_changed)
        chat.message_added.connect(self.messages_changed)
        chat.message_changed.connect(self.messages_changed)
        chat.status_changed.connect(self.status_changed)

    def _leave(self, chat: ChatPresenter) -> None:
        chat.messages_shown.disconnect(self.messages_changed)
        chat.message_added.disconnect(self.messages_changed)
        chat.message_changed.disconnect(self.messages_changed)
        chat.status_changed.disconnect(self.status_changed)

    def _tell_status(self) -> None:
        for chat in self._chats:
            chat.tell_status()

    @Slot()
    def _remember(self) -> None:
        shown = tuple(chat.place.conversation_id for chat in self._in_view)
        kept = tuple(each if self._conversations.book.is_kept(each) else "" for each in shown)
        current = self._conversations.current_id
        last = current if self._conversations.book.is_kept(current) else ""
        self._settings.set_value("state", "last_conversation", last)
        self._settings.set_value("state", "conversations_in_view", kept)

    @Slot(object)
    def _on_leaving(self, place: Place) -> None:
        """See to it that what waits in a place is sent, though something else is shown there."""
        self._left_behind.take(self._chat_at(place).outbox)
        self._sending.start()

    @Slot()
    def _on_place_leaving(self) -> None:
        self.chat.keep_means()

    @Slot(object)
    def _on_place_used(self, place: Place) -> None:
        self._leave(self.chat)
        self.chat = self._chat_at(place)
        self._follow(self.chat)
        self.chat.drop_means()
        self.chats_changed.emit(self.chat)
        self.messages_changed.emit()
        self._tell_status()

    @Slot(object)
    def _on_reply_finished(self, message: Message) -> None:
        self._models.note_speed(message)
        for outbox in self._outboxes():
            outbox.take_finished(message)
        self._tell_status()
        if message.state in _FAILED:
            # Another try would end the same way.
            for outbox in self._outboxes():
                outbox.give_up()
        self._last_answered = message.conversation_id
        self._sending.start()

    @Slot()
    def _on_sending_due(self) -> None:
        # Whoever was answered just now comes last.
        ready = (*(chat.outbox for chat in self._chats), *self._left_behind.sending)
        for outbox in sorted(ready, key=partial(_is_of, self._last_answered)):
            outbox.send_waiting()
        self._left_behind.drop_done()

    @Slot(object)
    def _on_model_changed(self) -> None:
        # Another one may be free.
        if any(self._waiting.values()):
            self._sending.start()

    @Slot(object)
    def _on_run_failed(self, error: AppError) -> None:
        self._notices.error(error)

    @Slot()
    def _on_replies_changed(self) -> None:
        writing = self._replies.conversation_ids
        if writing != self._writing:
            self._writing = writing
            self.writing_changed.emit(writing)

    @Slot(str)
    def _on_gone(self, conversation_id: str) -> None:
        # What waited stands in the draft, should the conversation come back.
        self._waiting.pop(conversation_id, None)
        self._replies.end(conversation_id)


def _is_of(conversation_id: str, outbox: Outbox) -> bool:
    return outbox.conversation_id == conversation_id
