"""The list of conversations: which there are, which are shown, and search over all of them.

Two can be shown beside each other, each in a `Place`. One place is in use: what is said here of
the shown conversation is about the one there.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.conversation import TITLE_LENGTH, Choices, Conversation, title_from
from app.chat.grouping import Group, Section, sections_of
from app.chat.message import new_id
from app.presenters.conversation_book import ConversationBook
from app.presenters.finder import Finder
from app.presenters.folders import Folders
from app.presenters.notices import NoticeAction, Notices
from app.presenters.place import Place
from app.presenters.saving import Saver
from app.presenters.tasks import Tasks
from app.store.store import SearchHit, Store
from app.store.worker import StoreThread


class ConversationsPresenter(QObject):
    """Holds the list; the database follows it. Lives on the window's thread."""

    #: The list has changed; carries a tuple of Conversation in the order to show.
    conversations_changed = Signal(object)
    #: What is shown is about to change; whoever still holds something of it should hand it in.
    leaving = Signal()
    #: The place in use is about to be another one.
    place_leaving = Signal()
    #: Another place is in use; carries the Place. `current_changed` follows.
    place_used = Signal(object)
    #: Another conversation is shown; carries its id, or an empty text for a new one.
    current_changed = Signal(str)
    #: Something else is chosen for the shown conversation; carries its Choices.
    choices_changed = Signal(object)
    #: The model should write a title; carries the id of a conversation.
    title_wanted = Signal(str)
    #: What is shown is temporary now, or no more; carries which.
    temporary_changed = Signal(bool)
    #: A temporary conversation was left, and nothing of it is kept; carries its id.
    temporary_ended = Signal(str)

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
        self._notices = notices
        self._tasks = tasks
        #: What there is.
        self.book = ConversationBook(saver, self)
        #: The one in use.
        self.place = Place(self)
        self._places = [self.place]
        #: Search over all of them.
        self.finder = Finder(store, tasks, self)
        #: What is done with whole folders.
        self.folders = Folders(self, notices)
        self._collapsed = frozenset({Group.ARCHIVE.value})
        self.book.changed.connect(self._on_book_changed)

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """Every conversation that is kept, pinned ones first, then the newest."""
        return self.book.kept

    @property
    def sections(self) -> tuple[Section, ...]:
        """The conversations under their headings, in the order of the list."""
        return sections_of(self.conversations, date.today())

    @property
    def collapsed(self) -> frozenset[str]:
        """The keys of the sections that are folded away."""
        return self._collapsed

    @property
    def in_reach(self) -> tuple[Conversation, ...]:
        """The conversations of the list that are not folded away, from top to bottom."""
        return tuple(
            conversation
            for section in self.sections
            if section.key not in self._collapsed
            for conversation in section.conversations
        )

    @property
    def is_temporary(self) -> bool:
        """Whether nothing is kept of what is shown."""
        return self.place.is_temporary

    @property
    def current_id(self) -> str:
        """The id of the shown conversation; empty while a new one has no message yet."""
        return self.place.conversation_id

    @property
    def choices(self) -> Choices:
        """What is chosen for the shown conversation."""
        current = self.current
        return self.place.new_choices if current is None else current.choices

    @property
    def current(self) -> Conversation | None:
        """The shown conversation, or None while a new one has no message yet."""
        return self.book.get(self.current_id)

    def add_place(self) -> Place:
        """Make room for one more conversation beside the others."""
        place = Place(self)
        place.preset = self.choices.preset
        place.new_choices = Choices(preset=place.preset)
        self._places.append(place)
        return place

    def use(self, place: Place) -> None:
        """Let the shown conversation be the one in `place` from now on."""
        if place is self.place:
            return
        was_temporary = self.is_temporary
        self.leaving.emit()
        self.place_leaving.emit()
        self.place = place
        self.place_used.emit(place)
        self.current_changed.emit(self.current_id)
        if self.is_temporary != was_temporary:
            self.temporary_changed.emit(self.is_temporary)

    def clear(self, place: Place) -> None:
        """Leave what is shown in a place."""
        self._show(place, "")

    def is_shown(self, conversation_id: str) -> bool:
        """Return whether a conversation is shown in one of the places."""
        return self._place_of(conversation_id) is not None

    async def load(self, last_id: str) -> None:
        """Read the list and show the conversation that was shown last. Raises StoreError.

        A conversation that was begun meanwhile stays as it is, and in view.
        """
        found = await self._store.run(Store.conversations)
        self.book.fill(found)
        if not self.current_id:
            self.open(last_id if last_id in self.book else "")

    def open(self, conversation_id: str) -> None:
        """Show a conversation where it is shown already, or else in the place in use.

        An empty id shows a new one.
        """
        if conversation_id and conversation_id not in self.book:
            return
        elsewhere = self._place_of(conversation_id) if conversation_id else None
        if elsewhere is not None and elsewhere is not self.place:
            self.use(elsewhere)
        else:
            self._show(self.place, conversation_id)

    def open_anew(self, conversation_id: str) -> None:
        """Show a conversation whose messages have changed in the store."""
        shown = self.is_shown(conversation_id)
        self.open(conversation_id)
        if shown:
            self.place.rereading_wanted.emit()

    def open_hit(self, hit: SearchHit) -> None:
        """Show a conversation at a message that was found."""
        self.open(hit.conversation_id)
        if hit.message_id:
            self.place.message_wanted.emit(hit.message_id)

    def new(self) -> None:
        """Show an empty conversation; it is kept once it has a message."""
        self.open("")

    def step(self, distance: int) -> None:
        """Show the conversation `distance` places further down the list."""
        ids = [conversation.id for conversation in self.in_reach]
        if not ids:
            return
        position = ids.index(self.current_id) + distance if self.current_id in ids else 0
        self.open(ids[max(0, min(position, len(ids) - 1))])

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Show the conversation at a position of the list, counted from 1."""
        found = self.in_reach
        if 0 < position <= len(found):
            self.open(found[position - 1].id)

    def go_back(self) -> None:
        """Show the conversation that was shown before this one."""
        if self.place.last_id in self.book:
            self.open(self.place.last_id)

    def new_temporary(self) -> None:
        """Show an empty conversation of which nothing is kept; it ends when it is left."""
        self._show(self.place, "", temporary=True)

    def keep_temporary(self) -> None:
        """Make the temporary conversation that is shown one that is kept."""
        self.place.is_temporary = False
        if self.book.keep(self.current_id):
            self.current_changed.emit(self.current_id)
        self._tell_temporary(self.place)

    def toggle_section(self, key: str) -> None:
        """Fold a section of the list away, or unfold it."""
        self.set_collapsed(self._collapsed ^ {key})

    def set_collapsed(self, keys: frozenset[str]) -> None:
        """Say which sections of the list are folded away."""
        self._collapsed = keys
        self.conversations_changed.emit(self.conversations)

    def begin(self, conversation_id: str, first_text: str) -> None:
        """Make the new conversation that is shown a real one, named after its first words."""
        now = time.time()
        conversation = Conversation(
            conversation_id,
            title_from(first_text) or self.tr("New conversation"),
            now,
            now,
            choices=self.place.new_choices,
        )
        self.place.conversation_id = conversation.id
        self.book.begin(conversation, temporary=self.place.is_temporary)
        self.current_changed.emit(conversation_id)
        self.place.conversation_changed.emit(conversation_id)

    def set_archived(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation away at the end of the list, with a way back, or take it out again."""
        conversation = self.book.get(conversation_id)
        if conversation is None or conversation.archived == archived:
            return
        self.book.set_archived(conversation_id, archived)
        if archived:
            undo = NoticeAction(
                self.tr("Undo"), partial(self.book.set_archived, conversation_id, archived=False)
            )
            title = title_from(conversation.title)
            self._notices.info(self.tr("“{title}” was archived.").format(title=title), undo)

    def duplicate(self, conversation_id: str) -> None:
        """Show a copy of a conversation, with every branch."""
        conversation = self.book.get(conversation_id)
        if conversation is not None and self.book.is_kept(conversation_id):
            title = self.tr("{title} (copy)").format(title=conversation.title[:TITLE_LENGTH])
            self._tasks.start(self._duplicate(conversation_id, title), "duplicate")

    def ask_for_title(self, conversation_id: str) -> None:
        """Let the model write a title for a conversation."""
        if conversation_id in self.book:
            self.title_wanted.emit(conversation_id)

    def choose(self, **changes: str) -> None:
        """Choose a model, adapter, preset or settings for the shown conversation.

        `changes` are fields of Choices.
        """
        old = self.choices
        choices = replace(old, **changes)
        if choices == old:
            return
        self.place.preset = choices.preset
        if self.current is None:
            self.place.new_choices = choices
        else:
            self.book.set_choices(self.current_id, choices)
        self.choices_changed.emit(choices)

    @Slot(str, str)
    def rename_preset(self, old: str, new: str) -> None:
        """Let every conversation that has a preset go on with it under its new name."""
        for place in self._places:
            if place.preset == old:
                place.preset = new
            if place.new_choices.preset == old:
                place.new_choices = replace(place.new_choices, preset=new)
        self.book.rename_preset(old, new)

    def delete(self, conversation_id: str) -> None:
        """Take a conversation out of the list; the notice offers to undo it."""
        if conversation_id not in self.book:
            return
        self.leaving.emit()
        place = self._place_of(conversation_id)
        order = [one.id for one in self.in_reach]
        conversation = self.book.remove(conversation_id)
        if conversation_id == self.current_id:
            position = order.index(conversation_id) if conversation_id in order else 0
            before, after = order[:position], order[position + 1 :]
            rest = [one for one in (*after, *reversed(before)) if not self.is_shown(one)]
            self.open(rest[0] if rest else "")
        elif place is not None:
            self.clear(place)
        undo = NoticeAction(self.tr("Undo"), partial(self.restore, conversation, place))
        self._notices.info(
            self.tr("“{title}” was deleted.").format(title=title_from(conversation.title)), undo
        )

    def restore(self, conversation: Conversation, place: Place | None = None) -> None:
        """Bring a deleted conversation back and show it, in `place` if that is still empty."""
        self.book.bring_back(conversation)
        self._show_taken(conversation.id, place)

    async def _duplicate(self, conversation_id: str, title: str) -> None:
        copy = await self._store.run(Store.duplicate_conversation, conversation_id, new_id(), title)
        if copy is not None:
            self.book.put(copy)
            self._show_taken(copy.id)

    def _show_taken(self, conversation_id: str, place: Place | None = None) -> None:
        """Show a conversation that came back, unless a temporary one would end by that."""
        if place is not None and place.is_in_view and not place.conversation_id:
            self._show(place, conversation_id)
        elif not self.book.is_temporary(self.current_id):
            self.open(conversation_id)

    def _place_of(self, conversation_id: str) -> Place | None:
        places = (place for place in self._places if place.is_in_view)
        return next((each for each in places if each.conversation_id == conversation_id), None)

    def _show(self, place: Place, conversation_id: str, *, temporary: bool = False) -> None:
        self.leaving.emit()
        left_id = place.conversation_id
        if conversation_id != left_id:
            place.leaving.emit(place)
        if conversation_id and conversation_id == left_id:
            temporary = place.is_temporary
        if conversation_id != left_id and self.book.is_temporary(left_id):
            self.book.end_temporary(left_id)
            self.temporary_ended.emit(left_id)
        elif conversation_id != left_id and left_id:
            place.last_id = left_id
        was_temporary, place.is_temporary = place.is_temporary, temporary
        place.conversation_id = conversation_id
        # A new conversation goes on with the preset that was in use here.
        shown = self.book.get(conversation_id)
        place.preset = place.preset if shown is None else shown.choices.preset
        place.new_choices = Choices(preset=place.preset)
        if place is self.place:
            self.current_changed.emit(conversation_id)
        if temporary != was_temporary:
            self._tell_temporary(place)
        place.conversation_changed.emit(conversation_id)

    def _tell_temporary(self, place: Place) -> None:
        place.temporary_changed.emit(place.is_temporary)
        if place is self.place:
            self.temporary_changed.emit(place.is_temporary)

    @Slot()
    def _on_book_changed(self) -> None:
        self.conversations_changed.emit(self.conversations)
