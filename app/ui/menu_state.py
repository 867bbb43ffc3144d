"""Which menu items can be used now and which are switched on, as presenters and settings say."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.chat.message import CONTINUABLE_STATES, Role
from app.presenters.adapter_state import AdapterState
from app.presenters.adapters import AdapterPresenter
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelChoice, ModelStage, ModelState, has_starter
from app.presenters.places import Places
from app.presenters.settings import SettingsPresenter
from app.settings.schema import Settings, Theme, entry_named
from app.ui.menus import Command, MenuBar
from app.ui.places_menu import PLACES
from app.ui.titles import shown_title

_THEMES = {
    Theme.LIGHT: Command.THEME_LIGHT,
    Theme.DARK: Command.THEME_DARK,
    Theme.SYSTEM: Command.THEME_SYSTEM,
}

_OF_A_KEPT_CONVERSATION = (
    Command.RENAME_CONVERSATION,
    Command.PIN_CONVERSATION,
    Command.ARCHIVE_CONVERSATION,
    Command.DUPLICATE_CONVERSATION,
    Command.DELETE_CONVERSATION,
)


class MenuState(QObject):
    """Keeps the menu bar true. Lives on the window's thread; owned by the window."""

    def __init__(
        self,
        menus: MenuBar,
        conversations: ConversationsPresenter,
        model: ModelPresenter,
        places: Places,
        adapters: AdapterPresenter,
        settings: SettingsPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._menus = menus
        self._conversations = conversations
        self._model = model
        self._adapters = adapters
        self._places = places
        self._running = False
        conversations.conversations_changed.connect(self._on_conversations_changed)
        conversations.current_changed.connect(self._on_current_changed)
        conversations.temporary_changed.connect(self._on_temporary_changed)
        model.state_changed.connect(self._on_model_changed)
        model.choices_changed.connect(self._on_choices_changed)
        places.chats_changed.connect(self._on_chats_changed)
        places.messages_changed.connect(self._on_messages_changed)
        places.status_changed.connect(self._on_status_changed)
        adapters.adapters_changed.connect(self._on_adapters_changed)
        settings.settings_changed.connect(self._on_settings_changed)
        self._on_settings_changed(settings.settings)
        self._on_choices_changed(model.choices())
        self._on_adapters_changed(adapters.state)
        self._on_conversations_changed()
        self._on_chats_changed()

    def _show_list(self) -> None:
        some = bool(self._conversations.conversations)
        for command in (
            Command.LAST_CONVERSATION,
            Command.NEXT_CONVERSATION,
            Command.PREVIOUS_CONVERSATION,
        ):
            self._menus.set_enabled(command, some)
        reach = self._conversations.in_reach[:PLACES]
        self._menus.set_titles(tuple(shown_title(one.title) for one in reach))

    def _show_conversation(self) -> None:
        current = self._conversations.current
        temporary = self._conversations.is_temporary
        kept = current is not None and not temporary
        for command in _OF_A_KEPT_CONVERSATION:
            self._menus.set_enabled(command, kept)
        self._menus.set_enabled(Command.KEEP_TEMPORARY, temporary)
        self._menus.set_visible(Command.KEEP_TEMPORARY, temporary)
        self._menus.set_checked(
            Command.PIN_CONVERSATION, current is not None and kept and current.pinned
        )
        self._menus.set_checked(
            Command.ARCHIVE_CONVERSATION, current is not None and kept and current.archived
        )
        self._menus.set_folders(
            self._conversations.folders.names,
            current.folder if current is not None else "",
            usable=kept,
        )
        self._show_title_by_model()

    def _show_title_by_model(self) -> None:
        loaded = self._model.state.stage in (ModelStage.READY, ModelStage.RESTING)
        current, temporary = self._conversations.current, self._conversations.is_temporary
        possible = loaded and not self._running and current is not None and not temporary
        self._menus.set_enabled(Command.TITLE_BY_MODEL, possible)

    def _show_messages(self) -> None:
        idle = not self._running and self._model.state.stage is not ModelStage.NONE
        items = self._places.chat.shown_messages()
        last = items[-1].message if items else None
        answered = last is not None and last.role is Role.ASSISTANT
        roles = {item.message.role for item in items}
        self._menus.set_enabled(Command.COPY_LAST_ANSWER, Role.ASSISTANT in roles)
        self._menus.set_enabled(Command.EDIT_LAST_MESSAGE, Role.USER in roles and idle)
        self._menus.set_enabled(Command.REGENERATE_ANSWER, last is not None and idle)
        self._menus.set_enabled(
            Command.CONTINUE_ANSWER,
            last is not None and answered and last.state in CONTINUABLE_STATES and idle,
        )
        self._menus.set_enabled(Command.STOP_ANSWER, self._running)
        pauses = self._model.state.info is not None and not self._places.chat.pause_obstacle
        self._menus.set_enabled(Command.PAUSE_ANSWER, self._running and pauses)
        for command in (Command.MESSAGE_MENU, Command.SHOW_BRANCHES):
            self._menus.set_enabled(command, bool(items))
        self._menus.set_enabled(Command.ANSWER_DETAILS, Role.ASSISTANT in roles)
        self._show_title_by_model()

    @Slot(object)
    def _on_conversations_changed(self) -> None:
        self._show_list()
        self._show_conversation()

    @Slot(str)
    def _on_current_changed(self) -> None:
        self._show_conversation()

    @Slot(bool)
    def _on_temporary_changed(self) -> None:
        self._show_conversation()

    @Slot(object)
    def _on_model_changed(self, state: ModelState) -> None:
        loaded = state.stage in (ModelStage.READY, ModelStage.RESTING)
        for command in (
            Command.MODEL_DETAILS,
            Command.UNLOAD_MODEL,
            Command.KEEP_MODEL_LOADED,
        ):
            self._menus.set_enabled(command, loaded)
        self._menus.set_checked(Command.KEEP_MODEL_LOADED, loaded and self._model.is_kept)
        self._show_messages()

    @Slot(object)
    def _on_choices_changed(self, choices: tuple[ModelChoice, ...]) -> None:
        recent = self._model.recent(choices)
        self._menus.set_recent(tuple(choice for choice in recent if not choice.is_starter))
        self._on_model_changed(self._model.state)
        self._menus.set_enabled(Command.USE_STARTER, has_starter(choices))

    @Slot(object)
    def _on_adapters_changed(self, state: AdapterState) -> None:
        self._menus.set_adapters(state)
        chosen = state.chosen is not None
        usable = bool(state.choices) and not state.unavailable
        self._menus.set_checked(Command.NO_ADAPTER, not chosen)
        self._menus.set_enabled(Command.NO_ADAPTER, usable or chosen)
        for command in (
            Command.ADAPTER_STRENGTH,
            Command.COMPARE_ADAPTER,
            Command.TEST_ADAPTER,
        ):
            self._menus.set_enabled(command, chosen and not state.unavailable)

    @Slot()
    def _on_messages_changed(self) -> None:
        self._show_messages()

    @Slot(object)
    def _on_chats_changed(self) -> None:
        two = len(self._places.in_view) == 2
        self._menus.set_checked(Command.SIDE_BY_SIDE, two)
        self._menus.set_enabled(Command.OTHER_SIDE, two)

    @Slot(object)
    def _on_status_changed(self, status: ChatStatus) -> None:
        running = status.activity is not Activity.IDLE
        if running != self._running:
            self._running = running
            self._show_messages()

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self._menus.set_checked(_THEMES[settings.appearance.theme], True)
        scale = settings.appearance.text_scale
        entry = entry_named("text_scale")
        smallest, largest = entry.spec.bounds
        self._menus.set_enabled(Command.LARGER_TEXT, scale < largest)
        self._menus.set_enabled(Command.SMALLER_TEXT, scale > smallest)
        self._menus.set_enabled(Command.NORMAL_TEXT_SIZE, scale != entry.default)
