"""The window: places the panels and connects them; what its menus ask for is in `window_commands`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from app.presenters.adapters import AdapterPresenter
from app.presenters.board import BoardPresenter
from app.presenters.chat_status import ChatStatus
from app.presenters.conversations import ConversationsPresenter
from app.presenters.library import LibraryPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelChoice, ModelState, has_starter
from app.presenters.notices import Notices
from app.presenters.places import Places
from app.presenters.settings import SettingsPresenter
from app.settings.schema import Settings
from app.ui.chat_pane import ChatPane
from app.ui.chat_panes import ChatPanes
from app.ui.conversation_list import ConversationList
from app.ui.header import Header
from app.ui.icons import Icons
from app.ui.menu_state import MenuState
from app.ui.menus import Command, MenuBar
from app.ui.panes import Panes
from app.ui.theme import Theme
from app.ui.window_commands import WindowCommands

if TYPE_CHECKING:
    from app.ui.models.model_picker import ModelPicker
    from app.ui.settings.settings_panel import SettingsPanel

_MODEL_ENDINGS = (".gguf", ".rkllm")
_USUAL_SIZE = (1120, 760)
_SMALLEST_SIZE = (320, 280)


@dataclass(frozen=True, slots=True)
class Presenters:
    """What the panels know, one for each."""

    conversations: ConversationsPresenter
    model: ModelPresenter
    places: Places
    library: LibraryPresenter
    adapters: AdapterPresenter
    settings: SettingsPresenter
    notices: Notices
    board: BoardPresenter


class MainWindow(QMainWindow):
    """The one window. Owned by the session, which shuts down when it asks to close."""

    #: The user wants to leave. The window stays until `let_close` is called.
    close_requested = Signal()
    #: The window is on the screen for the first time.
    painted = Signal()
    #: The user wants to read the engine's log.
    engine_log_requested = Signal()
    #: The user wants the small window for one question.
    quick_ask_requested = Signal()

    def __init__(self, presenters: Presenters, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._presenters = presenters
        self._theme = theme
        self._icons = icons
        self._may_close = False
        self._was_painted = False
        self.setWindowTitle(self.tr("Cairn"))
        self.setMinimumSize(*_SMALLEST_SIZE)
        self.setAcceptDrops(True)

        self.menus = MenuBar(self)
        self.setMenuBar(self.menus)
        # The Tab key goes by the order of creation: what comes into the body later follows on it.
        self.panes = Panes(theme, self)
        self.side = ConversationList(presenters.conversations, theme, icons, self.panes)
        body = QWidget(self.panes)
        self.header = Header(theme, icons, body)
        self.chat_panes = ChatPanes(
            presenters.places, presenters.conversations, presenters.notices, theme, icons, body
        )
        self._lay_out(body)
        self._settings_panel: SettingsPanel | None = None
        self._settings_pane = QWidget(self.panes)
        self._settings_pane.setProperty("pane", "settings")
        self._settings_pane.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picker: ModelPicker | None = None
        self.panes.hold(self.side, body, self._settings_pane)
        self.setCentralWidget(self.panes)
        self._menu_state = MenuState(
            self.menus,
            presenters.conversations,
            presenters.model,
            presenters.places,
            presenters.adapters,
            presenters.settings,
            self,
        )
        self.commands = WindowCommands(self, presenters, theme, icons)
        self._connect_presenters()
        self._connect_widgets()
        self._connect_pane(self.chat_pane)
        self._begin()

    @property
    def chat_pane(self) -> ChatPane:
        """The conversation in use."""
        return self.chat_panes.pane

    @property
    def settings_panel(self) -> SettingsPanel:
        """The settings; made when they are asked for first, so that the window opens sooner."""
        if self._settings_panel is None:
            self._settings_panel = self._make_settings_panel()
        return self._settings_panel

    @property
    def picker(self) -> ModelPicker:
        """The list of models; made when it is asked for first, as the settings are."""
        if self._picker is None:
            self._picker = self._make_picker()
        return self._picker

    def let_close(self) -> None:
        """Close for good; everything is put away."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask to close; the shutdown closes the window when it is done."""
        self.chat_panes.flush_drafts()
        self._remember()
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell when the window is there."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put away what lies over the conversation on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.panes.is_drawer_open:
            self.panes.show_list(False)
            self.chat_pane.composer.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self.panes.are_settings_shown:
            self.set_settings_shown(False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take models and adapters from a file manager."""
        if _model_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask how the files are to be brought in."""
        event.acceptProposedAction()
        self.commands.import_files(_model_files(event.mimeData()))

    def choose_model(self) -> None:
        """Open the model picker."""
        self.picker.open_below(self.header.model_button)

    def show_settings(self) -> None:
        """Open the settings."""
        self.set_settings_shown(True)

    def check_board(self) -> None:
        """Open the board check."""
        self.commands.check_board()

    def set_settings_shown(self, shown: bool) -> None:
        """Show the settings or put them away, and give the keyboard to what is left."""
        panel = self.settings_panel
        self.panes.show_settings(shown)
        self.header.set_settings_shown(shown)
        self.menus.set_checked(Command.SHOW_SETTINGS, shown)
        if shown:
            panel.setFocus()
        else:
            self.chat_pane.composer.setFocus()

    def uncover_chat(self) -> None:
        """Put away what covers the conversations, and give the keyboard to the one in use."""
        if self.panes.is_drawer_open:
            self.panes.show_list(False)
        if self.panes.are_settings_shown and self.panes.is_narrow:
            self.set_settings_shown(False)
        self.chat_pane.take_keyboard()

    def put_drawer_away(self) -> None:
        """Give the room and the keyboard back to the conversation, after something was chosen."""
        if self.panes.is_drawer_open:
            self.panes.show_list(False)
        self.chat_pane.composer.setFocus()

    def _lay_out(self, body: QWidget) -> None:
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addWidget(self.chat_panes, 1)

    def _make_settings_panel(self) -> SettingsPanel:
        from app.ui.settings.settings_panel import SettingsPanel

        panel = SettingsPanel(
            self._presenters.settings, self._theme, self._icons, self._settings_pane
        )
        around = QVBoxLayout(self._settings_pane)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(panel)
        panel.set_model(self._presenters.model.state)
        panel.close_requested.connect(self._on_settings_close_requested)
        panel.reload_requested.connect(self._presenters.model.reload)
        panel.paste_cut.connect(self._on_paste_cut)
        return panel

    def _make_picker(self) -> ModelPicker:
        from app.ui.models.model_picker import ModelPicker

        picker = ModelPicker(self._presenters.model, self._theme, self._icons, self)
        picker.file_requested.connect(self.commands.open_model_file)
        picker.models_requested.connect(self.commands.show_models)
        return picker

    def _connect_presenters(self) -> None:
        presenters = self._presenters
        presenters.model.state_changed.connect(self._on_model_changed)
        presenters.model.choices_changed.connect(self._on_choices_changed)
        presenters.adapters.adapters_changed.connect(self.header.adapter_chip.set_state)
        presenters.places.status_changed.connect(self._on_status_changed)
        presenters.places.writing_changed.connect(self.side.set_writing)
        presenters.conversations.leaving.connect(self._on_leaving)
        presenters.conversations.current_changed.connect(self._on_current_changed)
        presenters.conversations.temporary_changed.connect(self._on_temporary_changed)
        presenters.settings.settings_changed.connect(self._on_settings_changed)

    def _connect_widgets(self) -> None:
        model = self._presenters.model
        self.menus.command_chosen.connect(self.commands.carry_out)
        self.menus.recent_chosen.connect(model.load)
        self.menus.place_chosen.connect(self.commands.go_to_conversation)
        self.menus.folder_chosen.connect(self.commands.move_to_folder)
        self.menus.new_folder_requested.connect(self.commands.name_folder)
        self.menus.adapter_chosen.connect(self._presenters.adapters.choose)
        self.menus.answer_wanted_with.connect(self._on_answer_wanted_with)
        self.header.adapter_chip.adapter_chosen.connect(self._presenters.adapters.choose)
        self.header.adapter_chip.command_chosen.connect(self.commands.carry_out)
        self.side.close_requested.connect(self._on_list_close_requested)
        self.side.beside_requested.connect(self._on_beside_requested)
        self.side.conversation_chosen.connect(self._on_conversation_chosen)
        self.header.list_requested.connect(self._on_list_requested)
        self.header.models_requested.connect(self.choose_model)
        self.header.settings_toggled.connect(self._on_settings_toggled)
        self.header.status.cancel_requested.connect(model.cancel)
        self.chat_panes.pane_made.connect(self._on_pane_made)
        self.panes.list_shown_changed.connect(self._on_list_shown_changed)
        self.panes.room_changed.connect(self._on_room_changed)

    def _begin(self) -> None:
        settings = self._presenters.settings.settings
        self._on_model_changed(self._presenters.model.state)
        self._on_choices_changed(self._presenters.model.choices())
        self.header.adapter_chip.set_state(self._presenters.adapters.state)
        self._on_status_changed(self._presenters.places.chat.status)
        self._on_settings_changed(settings)
        room = QGuiApplication.primaryScreen().availableGeometry()
        size = settings.state.window_size
        width, height = size if len(size) == 2 else _USUAL_SIZE
        self.resize(min(width, room.width()), min(height, room.height()))
        self.panes.prefer_list(settings.state.show_conversations)
        self._presenters.conversations.set_collapsed(frozenset(settings.state.collapsed_groups))
        self.chat_pane.composer.setFocus()

    def _remember(self) -> None:
        settings = self._presenters.settings
        settings.set_value("state", "show_conversations", self.panes.wants_list)
        collapsed = tuple(sorted(self._presenters.conversations.collapsed))
        settings.set_value("state", "collapsed_groups", collapsed)
        if not self.isMaximized() and not self.isFullScreen():
            settings.set_value("state", "window_size", (self.width(), self.height()))

    @Slot(object)
    def _on_model_changed(self, state: ModelState) -> None:
        self.header.set_model(state)
        self.chat_panes.set_model(state)
        if self._settings_panel is not None:
            self._settings_panel.set_model(state)

    @Slot(object)
    def _on_choices_changed(self, choices: tuple[ModelChoice, ...]) -> None:
        self.chat_panes.set_starter_present(has_starter(choices))

    @Slot(object)
    def _on_status_changed(self, status: ChatStatus) -> None:
        self.header.status.set_chat(status)

    @Slot()
    def _on_leaving(self) -> None:
        # What is written belongs to the conversation that is shown now.
        self.chat_panes.flush_drafts()
        if self._settings_panel is not None:
            self._settings_panel.flush()

    @Slot(str)
    def _on_current_changed(self) -> None:
        current = self._presenters.conversations.current
        title = " ".join(current.title.split()) if current is not None else ""
        if self._presenters.conversations.is_temporary:
            # The desktop keeps lists of titles.
            title = self.tr("Temporary conversation")
        self.setWindowTitle(
            self.tr("{title} – Cairn").format(title=title) if title else self.tr("Cairn")
        )

    @Slot(bool)
    def _on_temporary_changed(self) -> None:
        self._on_current_changed()

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        appearance = settings.appearance
        self._theme.set_preferences(appearance.theme, appearance.text_scale)
        self.chat_panes.set_enter_key(appearance.enter_key)

    def _connect_pane(self, pane: ChatPane) -> None:
        pane.get_model_requested.connect(self.commands.show_way_to_model)
        pane.file_requested.connect(self.commands.open_model_file)
        pane.starter_requested.connect(self._presenters.model.load_starter)
        pane.cancel_requested.connect(self._presenters.model.cancel)

    @Slot(object)
    def _on_pane_made(self, pane: ChatPane) -> None:
        self._connect_pane(pane)
        model, settings = self._presenters.model, self._presenters.settings.settings
        pane.set_model(model.state)
        pane.welcome.set_starter_present(has_starter(model.choices()))
        pane.composer.set_enter_key(settings.appearance.enter_key)

    @Slot(int)
    def _on_paste_cut(self, letters: int) -> None:
        self.chat_pane.tell_paste_cut(letters)

    @Slot(str)
    def _on_answer_wanted_with(self, adapter: str) -> None:
        self._presenters.places.chat.regenerate_last_with(adapter)

    @Slot(str)
    def _on_beside_requested(self, conversation_id: str) -> None:
        self._presenters.places.open_beside(conversation_id)
        self.uncover_chat()

    @Slot()
    def _on_list_requested(self) -> None:
        self.panes.show_list(True)

    @Slot()
    def _on_list_close_requested(self) -> None:
        self.panes.show_list(False)
        self.chat_pane.composer.setFocus()

    @Slot()
    def _on_conversation_chosen(self) -> None:
        self.put_drawer_away()

    @Slot(bool)
    def _on_settings_toggled(self, shown: bool) -> None:
        self.set_settings_shown(shown)

    @Slot()
    def _on_settings_close_requested(self) -> None:
        self.set_settings_shown(False)

    @Slot(bool, bool)
    def _on_list_shown_changed(self, shown: bool, over: bool) -> None:
        self.header.set_list_shown(shown and not over)
        self.side.set_over(over)
        self.menus.set_checked(Command.SHOW_CONVERSATIONS, shown)

    @Slot(bool, bool)
    def _on_room_changed(self, narrow: bool, short: bool) -> None:
        self.header.set_compact(narrow=narrow, short=short)


def _model_files(data: QMimeData) -> list[str]:
    """Return the model and adapter files among what is dragged."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.lower().endswith(_MODEL_ENDINGS)]
