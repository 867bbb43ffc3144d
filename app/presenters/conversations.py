"""The list of conversations: which there are, which is shown, and search over all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.chat.conversation import Choices, Conversation, title_from
from app.chat.text import well_formed
from app.presenters.notices import NoticeAction, Notices
from app.presenters.saving import Saver
from app.presenters.tasks import Tasks
from app.store.store import SearchHit, Store
from app.store.worker import StoreThread

SEARCH_LIMIT = 50


class ConversationsPresenter(QObject):
    """Holds the list; the database follows it. Lives on the window's thread."""

    #: The list has changed; carries a tuple of Conversation in the order to show.
    conversations_changed = Signal(object)
    #: Another conversation is shown; carries its id, or an empty text for a new one.
    current_changed = Signal(str)
    #: Something else is chosen for the shown conversation; carries its Choices.
    choices_changed = Signal(object)
    #: Search results are there; carries the query and a tuple of SearchHit.
    search_finished = Signal(str, object)
    #: A message should be brought into view once its conversation is shown; carries its id.
    message_wanted = Signal(str)

    def __init__(
        self,
        store: StoreThread,
        saver: Saver,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._saver = saver
        self._notices = notices
        self._tasks = tasks
        self._conversations: dict[str, Conversation] = {}
        self._current_id = ""
        # What is chosen for the new conversation that has no message yet.
        self._new_choices = Choices()
        self._query = ""

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """Every conversation, pinned ones first, then the newest."""
        return tuple(
            sorted(self._conversations.values(), key=_recency, reverse=True),
        )

    @property
    def current_id(self) -> str:
        """The id of the shown conversation; empty while a new one has no message yet."""
        return self._current_id

    @property
    def choices(self) -> Choices:
        """What is chosen for the shown conversation."""
        current = self.current
        return self._new_choices if current is None else current.choices

    @property
    def current(self) -> Conversation | None:
        """The shown conversation, or None while a new one has no message yet."""
        return self._conversations.get(self._current_id)

    async def load(self, last_id: str) -> None:
        """Read the list and show the conversation that was shown last. Raises StoreError.

        A conversation that was begun meanwhile stays as it is, and in view.
        """
        found = await self._store.run(Store.conversations)
        stored = {conversation.id: conversation for conversation in found}
        self._conversations = stored | self._conversations
        self.conversations_changed.emit(self.conversations)
        if not self._current_id:
            self.open(last_id if last_id in self._conversations else "")

    def open(self, conversation_id: str) -> None:
        """Show a conversation; an empty id shows a new one."""
        if conversation_id and conversation_id not in self._conversations:
            return
        self._current_id = conversation_id
        self._new_choices = Choices()
        self.current_changed.emit(conversation_id)

    def open_hit(self, hit: SearchHit) -> None:
        """Show a conversation at a message that was found."""
        self.open(hit.conversation_id)
        if hit.message_id:
            self.message_wanted.emit(hit.message_id)

    def new(self) -> None:
        """Show an empty conversation; it is kept once it has a message."""
        self.open("")

    def step(self, distance: int) -> None:
        """Show the conversation `distance` places further down the list."""
        ids = [conversation.id for conversation in self.conversations]
        if not ids:
            return
        place = ids.index(self._current_id) + distance if self._current_id in ids else 0
        self.open(ids[max(0, min(place, len(ids) - 1))])

    def begin(self, conversation_id: str, first_text: str) -> None:
        """Make the new conversation that is shown a real one, named after its first words."""
        now = time.time()
        conversation = Conversation(
            conversation_id,
            title_from(first_text) or self.tr("New conversation"),
            now,
            now,
            choices=self._new_choices,
        )
        self._conversations[conversation.id] = conversation
        self._current_id = conversation.id
        self._saver.save(Store.add_conversation, conversation)
        self.conversations_changed.emit(self.conversations)
        self.current_changed.emit(conversation_id)

    def touch(self, conversation_id: str, leaf_id: str) -> None:
        """Note that a message was added: the conversation moves up and shows that branch.

        The store does the same by itself when it adds the message.
        """
        self._change(
            conversation_id, lambda old: replace(old, leaf_id=leaf_id, updated_at=time.time())
        )

    def show_branch(self, conversation_id: str, leaf_id: str) -> None:
        """Remember which branch of a conversation is shown."""
        self._change(conversation_id, lambda old: replace(old, leaf_id=leaf_id))
        self._saver.save(Store.set_leaf, conversation_id, leaf_id)

    def keep_draft(self, conversation_id: str, text: str) -> None:
        """Keep what stands in the composer of a conversation."""
        conversation = self._conversations.get(conversation_id)
        if conversation is None or conversation.draft == text:
            return
        self._conversations[conversation_id] = replace(conversation, draft=text)
        self._saver.save(Store.set_draft, conversation_id, text)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        title = " ".join(well_formed(title).split())
        if title and conversation_id in self._conversations:
            self._change(conversation_id, lambda old: replace(old, title=title))
            self._saver.save(Store.rename_conversation, conversation_id, title)

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or not."""
        if conversation_id in self._conversations:
            self._change(conversation_id, lambda old: replace(old, pinned=pinned))
            self._saver.save(Store.set_pinned, conversation_id, pinned)

    def choose(self, **changes: str) -> None:
        """Choose a model, adapter, preset or settings for the shown conversation.

        `changes` are fields of Choices.
        """
        old = self.choices
        choices = replace(old, **changes)
        if choices == old:
            return
        if self.current is None:
            self._new_choices = choices
        else:
            self._change(self._current_id, partial(replace, choices=choices))
            self._saver.save(Store.set_choices, self._current_id, choices)
        self.choices_changed.emit(choices)

    def delete(self, conversation_id: str) -> None:
        """Take a conversation out of the list; the notice offers to undo it."""
        order = [conversation.id for conversation in self.conversations]
        conversation = self._conversations.pop(conversation_id, None)
        if conversation is None:
            return
        self._saver.save(Store.delete_conversation, conversation_id)
        self.conversations_changed.emit(self.conversations)
        if conversation_id == self._current_id:
            place = order.index(conversation_id)
            rest = order[:place] + order[place + 1 :]
            self.open(rest[min(place, len(rest) - 1)] if rest else "")
        undo = NoticeAction(self.tr("Undo"), partial(self.restore, conversation))
        self._notices.info(
            self.tr("“{title}” was deleted.").format(title=title_from(conversation.title)), undo
        )

    def restore(self, conversation: Conversation) -> None:
        """Bring a deleted conversation back and show it."""
        self._conversations[conversation.id] = conversation
        self._saver.save(Store.restore_conversation, conversation.id)
        self.conversations_changed.emit(self.conversations)
        self.open(conversation.id)

    def search(self, query: str) -> None:
        """Look for `query` in all titles and messages; only the last query is answered."""
        self._query = query
        if query.strip():
            self._tasks.start(self._search(query), "search")
        else:
            self.search_finished.emit(query, ())

    async def _search(self, query: str) -> None:
        hits = await self._store.run(Store.search, query, SEARCH_LIMIT)
        if query == self._query:
            self.search_finished.emit(query, hits)

    def _change(self, conversation_id: str, change: Callable[[Conversation], Conversation]) -> None:
        conversation = self._conversations.get(conversation_id)
        if conversation is not None:
            self._conversations[conversation_id] = change(conversation)
            self.conversations_changed.emit(self.conversations)


def _recency(conversation: Conversation) -> tuple[bool, float]:
    return (conversation.pinned, conversation.updated_at)
