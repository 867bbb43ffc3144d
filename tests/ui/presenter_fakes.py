"""Presenters for tests of widgets: they remember what was asked and say what they are told to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar, cast

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.conversation import Conversation
from app.chat.grouping import Section, folders_of, sections_of
from app.chat.message import Message, Role
from app.chat.outline import OutlineRow
from app.chat.tree import ShownMessage
from app.presenters.adapter_state import AdapterState
from app.presenters.chat_status import ChatStatus
from app.presenters.message_offers import MessageOffers
from app.presenters.model_state import ModelChoice, ModelState
from app.presenters.notices import Notices
from app.presenters.place import Place
from app.presenters.variation import AS_IT_IS, Variation
from app.settings.codec import value_of, with_value
from app.settings.layers import Layer
from app.settings.presets import BUILT_IN, Preset
from app.settings.schema import Effect, Entry, Settings, entries
from app.store.store import SearchHit
from app.ui.main_window import Presenters

Call = tuple[Any, ...]
Child = TypeVar("Child", bound=QObject)


class FakeFolders(QObject):
    """Stands in for Folders."""

    def __init__(self, conversations: FakeConversations) -> None:
        super().__init__(conversations)
        self._conversations = conversations

    @property
    def names(self) -> tuple[str, ...]:
        return folders_of(self._conversations.conversations)

    def rename(self, old: str, name: str) -> None:
        self._conversations.calls.append(("rename_folder", old, name))

    def remove(self, name: str) -> None:
        self._conversations.calls.append(("remove_folder", name))

    def move(self, conversation_id: str, section: Section) -> None:
        self._conversations.calls.append(("move", conversation_id, section.key))


class FakeFinder(QObject):
    """Stands in for Finder."""

    search_finished = Signal(str, object)
    bookmarks_listed = Signal(object)

    def __init__(self, conversations: FakeConversations) -> None:
        super().__init__(conversations)
        self._conversations = conversations

    def list_bookmarks(self) -> None:
        self._conversations.calls.append(("list_bookmarks",))

    def search(self, query: str) -> None:
        self._conversations.calls.append(("search", query))


class FakeBook:
    """Stands in for ConversationBook."""

    def __init__(self, conversations: FakeConversations) -> None:
        self._conversations = conversations

    def get(self, conversation_id: str) -> Conversation | None:
        every = self._conversations.conversations
        return next((one for one in every if one.id == conversation_id), None)

    def rename(self, conversation_id: str, title: str) -> None:
        self._conversations.calls.append(("rename", conversation_id, title))

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        self._conversations.calls.append(("set_pinned", conversation_id, pinned))

    def set_folder(self, conversation_id: str, folder: str) -> None:
        self._conversations.calls.append(("set_folder", conversation_id, folder))


class FakeConversations(QObject):
    """Stands in for ConversationsPresenter."""

    conversations_changed = Signal(object)
    leaving = Signal()
    current_changed = Signal(str)
    temporary_changed = Signal(bool)

    def __init__(self, conversations: tuple[Conversation, ...] = ()) -> None:
        super().__init__()
        self.conversations = conversations
        self.current_id = ""
        self.place = Place(self)
        self.collapsed: frozenset[str] = frozenset()
        self.calls: list[Call] = []
        self.book = FakeBook(self)
        self.folders = FakeFolders(self)
        self.finder = FakeFinder(self)

    @property
    def sections(self) -> tuple[Section, ...]:
        return sections_of(self.conversations, date.today())

    @property
    def in_reach(self) -> tuple[Conversation, ...]:
        return tuple(one for section in self.sections for one in section.conversations)

    @property
    def current(self) -> Conversation | None:
        return next((one for one in self.conversations if one.id == self.current_id), None)

    @property
    def is_temporary(self) -> bool:
        return self.place.is_temporary

    def give(self, *conversations: Conversation) -> None:
        self.conversations = conversations
        self.conversations_changed.emit(conversations)

    def show_one(self, conversation_id: str) -> None:
        self.current_id = conversation_id
        self.place.conversation_id = conversation_id
        self.current_changed.emit(conversation_id)

    def open(self, conversation_id: str) -> None:
        self.calls.append(("open", conversation_id))

    def new(self) -> None:
        self.calls.append(("new",))

    def step(self, distance: int) -> None:
        self.calls.append(("step", distance))

    def delete(self, conversation_id: str) -> None:
        self.calls.append(("delete", conversation_id))

    def become_temporary(self, temporary: bool) -> None:
        self.place.is_temporary = temporary
        self.place.temporary_changed.emit(temporary)
        self.temporary_changed.emit(temporary)

    def set_collapsed(self, keys: frozenset[str]) -> None:
        self.collapsed = keys
        self.conversations_changed.emit(self.conversations)

    def toggle_section(self, key: str) -> None:
        self.calls.append(("toggle_section", key))
        self.set_collapsed(self.collapsed ^ {key})

    def new_temporary(self) -> None:
        self.calls.append(("new_temporary",))

    def keep_temporary(self) -> None:
        self.calls.append(("keep_temporary",))

    def go_to(self, place: int) -> None:
        self.calls.append(("go_to", place))

    def go_back(self) -> None:
        self.calls.append(("go_back",))

    def set_archived(self, conversation_id: str, archived: bool) -> None:
        self.calls.append(("set_archived", conversation_id, archived))

    def duplicate(self, conversation_id: str) -> None:
        self.calls.append(("duplicate", conversation_id))

    def ask_for_title(self, conversation_id: str) -> None:
        self.calls.append(("ask_for_title", conversation_id))

    def open_hit(self, hit: SearchHit) -> None:
        self.calls.append(("open_hit", hit))


class FakeModel(QObject):
    """Stands in for ModelPresenter."""

    state_changed = Signal(object)
    choices_changed = Signal(object)

    def __init__(self, choices: tuple[ModelChoice, ...] = ()) -> None:
        super().__init__()
        self.state = ModelState()
        self.known = choices
        self.is_kept = False
        self.leaving = ""
        self.calls: list[Call] = []

    def choices(self) -> tuple[ModelChoice, ...]:
        return self.known

    def become(self, state: ModelState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def recent(self, choices: tuple[ModelChoice, ...]) -> tuple[ModelChoice, ...]:
        return choices

    def makes_room(self) -> str:
        return self.leaving

    def set_kept(self, kept: bool) -> None:
        self.calls.append(("set_kept", kept))

    def refresh_choices(self) -> None:
        self.calls.append(("refresh_choices",))

    def load(self, path: str) -> None:
        self.calls.append(("load", path))

    def load_starter(self) -> None:
        self.calls.append(("load_starter",))

    def reload(self) -> None:
        self.calls.append(("reload",))

    def unload(self) -> None:
        self.calls.append(("unload",))

    def cancel(self) -> None:
        self.calls.append(("cancel",))


class FakeQueue(QObject):
    """Stands in for MessageQueue."""

    queue_changed = Signal(object)
    text_returned = Signal(str)

    def __init__(self, calls: list[Call]) -> None:
        super().__init__()
        self.calls = calls

    def edit(self, place: int) -> None:
        self.calls.append(("edit_waiting", place))

    def remove(self, place: int) -> None:
        self.calls.append(("remove_waiting", place))


class FakeMarks(QObject):
    """Stands in for MessageMarks."""

    def __init__(self, calls: list[Call]) -> None:
        super().__init__()
        self.calls = calls

    def set_bookmarked(self, message_id: str, bookmarked: bool) -> None:
        self.calls.append(("set_bookmarked", message_id, bookmarked))

    def set_note(self, message_id: str, text: str) -> None:
        self.calls.append(("set_note", message_id, text))

    def keep_edit(self, message_id: str, text: str) -> None:
        self.calls.append(("keep_edit", message_id, text))

    def delete(self, message_id: str) -> None:
        self.calls.append(("delete", message_id))


class FakeChat(QObject):
    """Stands in for ChatPresenter."""

    messages_shown = Signal(object)
    message_added = Signal(object)
    message_changed = Signal(object)
    text_appended = Signal(str, str)
    prefill_progressed = Signal(str, int, int)
    status_changed = Signal(object)
    draft_shown = Signal(str)

    def __init__(self, place: Place | None = None) -> None:
        super().__init__()
        self.place = place or Place(self)
        self.pause_obstacle = ""
        self.status = ChatStatus()
        self.is_answering = False
        self.answer = ""
        self.question_id = ""
        self.calls: list[Call] = []
        self.queue = FakeQueue(self.calls)
        self.marks = FakeMarks(self.calls)
        self.items: tuple[ShownMessage, ...] = ()
        self.offered = MessageOffers(Message("", "c", None, Role.USER, "", 0.0))
        self.messages_shown.connect(self._on_messages_shown)
        self.message_added.connect(self._on_message_added)
        self.message_changed.connect(self._on_message_changed)

    def use(self) -> None:
        self.calls.append(("use",))

    def keep_temporary(self) -> None:
        self.calls.append(("keep_temporary",))

    def shown_messages(self) -> tuple[ShownMessage, ...]:
        return self.items

    def say(self, *items: ShownMessage) -> None:
        """Show a branch."""
        self.messages_shown.emit(items)

    def message(self, message_id: str) -> Message | None:
        return next((one.message for one in self.items if one.message.id == message_id), None)

    def offers(self, message_id: str) -> MessageOffers | None:
        message = self.message(message_id)
        return None if message is None else replace(self.offered, message=message)

    def outline(self) -> tuple[OutlineRow, ...]:
        return tuple(OutlineRow(item.message, 0, 1, 1, True) for item in self.items)

    def show_branch(self, message_id: str) -> None:
        self.calls.append(("show_branch", message_id))

    def last_id(self) -> str:
        return self.items[-1].message.id if self.items else ""

    def last_answer_id(self) -> str:
        answers = [item for item in self.items if item.message.role is Role.ASSISTANT]
        return answers[-1].message.id if answers else ""

    def pause(self) -> None:
        self.calls.append(("pause",))

    def send(self, text: str) -> None:
        self.calls.append(("send", text))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def regenerate(self, message_id: str, variation: Variation = AS_IT_IS) -> None:
        self.calls.append(("regenerate", message_id, variation))

    def regenerate_as_it_is(self, message_id: str) -> None:
        self.calls.append(("regenerate", message_id))

    def regenerate_last(self) -> None:
        self.calls.append(("regenerate_last",))

    def regenerate_last_with(self, adapter: str) -> None:
        self.calls.append(("regenerate_last_with", adapter))

    def last_question(self) -> str:
        return ""

    def edit(self, message_id: str, text: str) -> None:
        self.calls.append(("edit", message_id, text))

    def choose_version(self, message_id: str, step: int) -> None:
        self.calls.append(("choose_version", message_id, step))

    def continue_answer(self, message_id: str) -> None:
        self.calls.append(("continue_answer", message_id))

    def continue_last(self) -> None:
        self.calls.append(("continue_last",))

    def keep_draft(self, text: str) -> None:
        self.calls.append(("keep_draft", text))

    def last_answer(self) -> str:
        return self.answer

    def last_question_id(self) -> str:
        return self.question_id

    @Slot(object)
    def _on_messages_shown(self, items: tuple[ShownMessage, ...]) -> None:
        self.items = items

    @Slot(object)
    def _on_message_added(self, item: ShownMessage) -> None:
        self.items = (*self.items, item)

    @Slot(object)
    def _on_message_changed(self, item: ShownMessage) -> None:
        self.items = tuple(item if old.message.id == item.message.id else old for old in self.items)


class FakePlaces(QObject):
    """Stands in for Places."""

    chats_changed = Signal(object)
    messages_changed = Signal()
    writing_changed = Signal(object)
    status_changed = Signal(object)

    def __init__(self, chat: FakeChat) -> None:
        super().__init__()
        self.chat = chat
        self.in_view: tuple[FakeChat, ...] = (chat,)
        self.calls: list[Call] = []
        chat.messages_shown.connect(self.messages_changed)
        chat.message_added.connect(self.messages_changed)
        chat.message_changed.connect(self.messages_changed)
        chat.status_changed.connect(self.status_changed)

    def show(self, *chats: FakeChat, used: FakeChat) -> None:
        """Show chats from left to right, of which one is in use."""
        self.in_view = chats
        self.chat = used
        self.chats_changed.emit(used)

    def open_beside(self, conversation_id: str = "") -> None:
        self.calls.append(("open_beside", conversation_id))

    def close(self, chat: FakeChat) -> None:
        self.calls.append(("close", self.in_view.index(chat)))

    def close_other(self) -> None:
        self.calls.append(("close_other",))

    def go_across(self) -> None:
        self.calls.append(("go_across",))


class FakeAdapters(QObject):
    """Stands in for AdapterPresenter."""

    adapters_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = AdapterState()
        self.calls: list[Call] = []

    def become(self, state: AdapterState) -> None:
        self.state = state
        self.adapters_changed.emit(state)

    def choose(self, path: str) -> None:
        self.calls.append(("choose", path))


class FakeSettings(QObject):
    """Stands in for SettingsPresenter; changes are kept, nothing is written."""

    settings_changed = Signal(object)
    availability_changed = Signal()
    layers_changed = Signal()
    presets_changed = Signal()
    preset_chosen = Signal(str)
    scope = Layer.APP
    preset = ""

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()

    def scopes(self) -> tuple[Layer, ...]:
        return (Layer.APP,)

    def presets(self) -> tuple[Preset, ...]:
        return BUILT_IN

    def label_of(self, _layer: Layer) -> str:
        return ""

    def origin_of(self, _entry: Entry) -> Layer:
        return Layer.APP

    def below(self, entry: Entry) -> Any:
        return entry.default

    def value_at(self, entry: Entry, _layer: Layer) -> Any:
        return value_of(self.settings, entry.group, entry.name)

    def edit(self, entry: Entry, value: Any) -> None:
        self.set_value(entry.group, entry.name, value)

    def revert(self, entry: Entry) -> None:
        self.reset(entry.group, entry.name)

    def set_value(self, group: str, name: str, value: Any) -> None:
        entry = next(one for one in entries() if (one.group, one.name) == (group, name))
        kind = type(entry.default)
        self.settings = with_value(self.settings, group, name, kind(value))
        self.settings_changed.emit(self.settings)

    def reset(self, group: str, name: str) -> None:
        entry = next(one for one in entries() if (one.group, one.name) == (group, name))
        self.set_value(group, name, entry.default)

    def unavailable_reason(self, _entry: Entry) -> str:
        return ""

    def effect_of(self, entry: Entry) -> Effect:
        return entry.spec.effect

    def note_on(self, _entry: Entry) -> str:
        return ""


class FakeBoard(QObject):
    """Finds what a test says."""

    checked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.checks = 0

    def check(self) -> None:
        self.checks += 1


@dataclass
class FakePresenters:
    """One of each, and the bundle that the window takes."""

    conversations: FakeConversations = field(default_factory=FakeConversations)
    model: FakeModel = field(default_factory=FakeModel)
    chat: FakeChat = field(default_factory=FakeChat)
    library: QObject = field(default_factory=QObject)
    adapters: FakeAdapters = field(default_factory=FakeAdapters)
    settings: FakeSettings = field(default_factory=FakeSettings)
    notices: Notices = field(default_factory=Notices)
    board: FakeBoard = field(default_factory=FakeBoard)

    def __post_init__(self) -> None:
        self.chat.place = self.conversations.place
        self.places = FakePlaces(self.chat)

    def bundle(self) -> Presenters:
        """Return them as the window knows them."""
        return Presenters(
            cast(Any, self.conversations),
            cast(Any, self.model),
            cast(Any, self.places),
            cast(Any, self.library),
            cast(Any, self.adapters),
            cast(Any, self.settings),
            self.notices,
            cast(Any, self.board),
        )


def child(parent: QObject, kind: type[Child]) -> Child:
    """Return the first child of a kind, at any depth."""
    return cast(Child, parent.findChild(kind))


def children(parent: QObject, kind: type[Child]) -> list[Child]:
    """Return all children of a kind, at any depth."""
    return cast(list[Child], parent.findChildren(kind))


def conversation(
    conversation_id: str, title: str, updated_at: float, *, pinned: bool = False
) -> Conversation:
    """Return a conversation for a list."""
    return Conversation(conversation_id, title, updated_at, updated_at, pinned=pinned)


def shown(message_id: str, role: Role, text: str, **more: Any) -> ShownMessage:
    """Return a message as the chat view gets it."""
    return ShownMessage(Message(message_id, "c", None, role, text, 0.0, **more), 1, 1)
