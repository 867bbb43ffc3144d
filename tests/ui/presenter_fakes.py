"""Presenters for tests of widgets: they remember what was asked and say what they are told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from PySide6.QtCore import QObject, Signal

from app.chat.conversation import Conversation
from app.chat.message import Message, Role
from app.chat.tree import ShownMessage
from app.presenters.adapter_state import AdapterState
from app.presenters.chat_status import ChatStatus
from app.presenters.model_state import ModelChoice, ModelState
from app.presenters.notices import Notices
from app.settings.codec import value_of, with_value
from app.settings.layers import Layer
from app.settings.presets import BUILT_IN, Preset
from app.settings.schema import Effect, Entry, Settings, entries
from app.store.store import SearchHit
from app.ui.main_window import Presenters

Call = tuple[Any, ...]
Child = TypeVar("Child", bound=QObject)


class FakeConversations(QObject):
    """Stands in for ConversationsPresenter."""

    conversations_changed = Signal(object)
    current_changed = Signal(str)
    search_finished = Signal(str, object)
    message_wanted = Signal(str)

    def __init__(self, conversations: tuple[Conversation, ...] = ()) -> None:
        super().__init__()
        self.conversations = conversations
        self.current_id = ""
        self.calls: list[Call] = []

    @property
    def current(self) -> Conversation | None:
        return next((one for one in self.conversations if one.id == self.current_id), None)

    def give(self, *conversations: Conversation) -> None:
        self.conversations = conversations
        self.conversations_changed.emit(conversations)

    def show_one(self, conversation_id: str) -> None:
        self.current_id = conversation_id
        self.current_changed.emit(conversation_id)

    def open(self, conversation_id: str) -> None:
        self.calls.append(("open", conversation_id))

    def new(self) -> None:
        self.calls.append(("new",))

    def step(self, distance: int) -> None:
        self.calls.append(("step", distance))

    def rename(self, conversation_id: str, title: str) -> None:
        self.calls.append(("rename", conversation_id, title))

    def delete(self, conversation_id: str) -> None:
        self.calls.append(("delete", conversation_id))

    def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        self.calls.append(("set_pinned", conversation_id, pinned))

    def search(self, query: str) -> None:
        self.calls.append(("search", query))

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


class FakeChat(QObject):
    """Stands in for ChatPresenter."""

    messages_shown = Signal(object)
    message_added = Signal(object)
    message_changed = Signal(object)
    text_appended = Signal(str, str)
    prefill_progressed = Signal(str, int, int)
    status_changed = Signal(object)
    draft_shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.status = ChatStatus()
        self.is_answering = False
        self.answer = ""
        self.question_id = ""
        self.calls: list[Call] = []

    def send(self, text: str) -> None:
        self.calls.append(("send", text))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def regenerate(self, message_id: str) -> None:
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

    def bundle(self) -> Presenters:
        """Return them as the window knows them."""
        return Presenters(
            cast(Any, self.conversations),
            cast(Any, self.model),
            cast(Any, self.chat),
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
