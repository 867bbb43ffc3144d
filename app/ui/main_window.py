"""The window: places the panels and hands the menus' commands to whoever carries them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from app.paths import resources
from app.presenters.chat import ChatPresenter
from app.presenters.chat_status import ChatStatus
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelChoice, ModelState
from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.settings.schema import Settings
from app.settings.schema import Theme as ThemeChoice
from app.ui.about_dialog import AboutDialog
from app.ui.chat_pane import ChatPane
from app.ui.conversation_list import ConversationList
from app.ui.header import Header
from app.ui.icons import Icons
from app.ui.menu_state import MenuState, text_scale_entry
from app.ui.menus import Command, MenuBar
from app.ui.model_dialogs import GetModelDialog, file_dialog
from app.ui.model_picker import ModelPicker
from app.ui.panes import Panes
from app.ui.settings_panel import SettingsPanel
from app.ui.shortcuts_dialog import ShortcutsDialog
from app.ui.theme import Theme

_USUAL_SIZE = (1120, 760)
_SMALLEST_SIZE = (320, 280)
_TEXT_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Presenters:
    """What the panels know, one for each."""

    conversations: ConversationsPresenter
    model: ModelPresenter
    chat: ChatPresenter
    settings: SettingsPresenter
    notices: Notices


class MainWindow(QMainWindow):
    """The one window. Lives as long as the program; `main` shuts down when it asks to close."""

    #: The user wants to leave. The window stays until `let_close` is called.
    close_requested = Signal()
    #: The user wants to read the engine's log.
    engine_log_requested = Signal()

    def __init__(self, presenters: Presenters, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._presenters = presenters
        self._theme = theme
        self._may_close = False
        self.setWindowTitle(self.tr("Cairn"))
        self.setWindowIcon(QIcon(str(resources() / "cairn.svg")))
        self.setMinimumSize(*_SMALLEST_SIZE)

        self.menus = MenuBar(self)
        self.setMenuBar(self.menus)
        self.side = ConversationList(presenters.conversations, theme, icons)
        self.header = Header(theme, icons)
        self.chat_pane = ChatPane(presenters.chat, presenters.notices, theme, icons)
        self.settings_panel = SettingsPanel(presenters.settings, theme, icons)
        self.settings_panel.setProperty("pane", "settings")
        self.settings_panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.picker = ModelPicker(presenters.model, theme, icons, self)
        self.panes = Panes(self.side, self._body(), self.settings_panel, theme, self)
        self.setCentralWidget(self.panes)
        self._menu_state = MenuState(
            self.menus,
            presenters.conversations,
            presenters.model,
            presenters.chat,
            presenters.settings,
            self,
        )
        self._verbs = self._make_verbs()
        self._connect_presenters()
        self._connect_widgets()
        self._begin()

    def let_close(self) -> None:
        """Close for good; everything is put away."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask to close; the shutdown closes the window when it is done."""
        self.chat_pane.composer.flush_draft()
        self._remember()
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put away what lies over the conversation on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.panes.is_drawer_open:
            self.panes.show_list(False)
            self.chat_pane.composer.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self.panes.are_settings_shown:
            self._show_settings(False)
        else:
            super().keyPressEvent(event)

    def choose_model(self) -> None:
        """Open the model picker."""
        self.picker.open_below(self.header.model_button)

    def open_model_file(self) -> None:
        """Let the user look for a model file, beginning where the last one was."""
        last = self._presenters.settings.settings.state.last_model
        folder = Path(last).parent if last else Path.home()
        dialog = file_dialog(self, folder if folder.is_dir() else Path.home())
        dialog.fileSelected.connect(self._presenters.model.load)
        dialog.open()

    def show_settings(self) -> None:
        """Open the settings."""
        self._show_settings(True)

    def _body(self) -> QWidget:
        body = QWidget(self)
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addWidget(self.chat_pane, 1)
        return body

    def _connect_presenters(self) -> None:
        presenters = self._presenters
        presenters.model.state_changed.connect(self._on_model_changed)
        presenters.model.recent_changed.connect(self._on_recent_changed)
        presenters.chat.status_changed.connect(self._on_status_changed)
        presenters.conversations.current_changed.connect(self._on_current_changed)
        presenters.conversations.message_wanted.connect(self.chat_pane.reveal)
        presenters.settings.settings_changed.connect(self._on_settings_changed)

    def _connect_widgets(self) -> None:
        model = self._presenters.model
        self.menus.command_chosen.connect(self._on_command_chosen)
        self.menus.recent_chosen.connect(model.load)
        self.side.close_requested.connect(self._on_list_close_requested)
        self.side.conversation_leaving.connect(self.chat_pane.composer.flush_draft)
        self.side.conversation_chosen.connect(self._on_conversation_chosen)
        self.header.list_requested.connect(self._on_list_requested)
        self.header.models_requested.connect(self.choose_model)
        self.header.settings_toggled.connect(self._on_settings_toggled)
        self.header.status.cancel_requested.connect(model.cancel)
        self.picker.file_requested.connect(self.open_model_file)
        self.settings_panel.close_requested.connect(self._on_settings_close_requested)
        self.settings_panel.reload_requested.connect(model.reload)
        self.settings_panel.paste_cut.connect(self.chat_pane.tell_paste_cut)
        self.chat_pane.get_model_requested.connect(self._on_get_model_requested)
        self.chat_pane.file_requested.connect(self.open_model_file)
        self.chat_pane.starter_requested.connect(model.load_starter)
        self.chat_pane.cancel_requested.connect(model.cancel)
        self.panes.list_shown_changed.connect(self._on_list_shown_changed)
        self.panes.room_changed.connect(self._on_room_changed)

    def _begin(self) -> None:
        settings = self._presenters.settings.settings
        self._on_model_changed(self._presenters.model.state)
        self._on_recent_changed(self._presenters.model.choices())
        self._on_status_changed(self._presenters.chat.status)
        self._on_settings_changed(settings)
        room = QGuiApplication.primaryScreen().availableGeometry()
        size = settings.state.window_size
        width, height = size if len(size) == 2 else _USUAL_SIZE
        self.resize(min(width, room.width()), min(height, room.height()))
        self.panes.prefer_list(settings.state.show_conversations)
        self.chat_pane.composer.setFocus()

    def _remember(self) -> None:
        settings = self._presenters.settings
        settings.set_value("state", "show_conversations", self.panes.wants_list)
        if not self.isMaximized() and not self.isFullScreen():
            settings.set_value("state", "window_size", (self.width(), self.height()))

    def _make_verbs(self) -> dict[Command, Callable[[], object]]:
        presenters = self._presenters
        return {
            Command.NEW_CONVERSATION: self._new_conversation,
            Command.RENAME_CONVERSATION: self._rename_conversation,
            Command.DELETE_CONVERSATION: self._delete_conversation,
            Command.SEARCH_CONVERSATIONS: self._search_conversations,
            Command.NEXT_CONVERSATION: self._next_conversation,
            Command.PREVIOUS_CONVERSATION: self._previous_conversation,
            Command.QUIT: self.close,
            Command.COPY_LAST_ANSWER: self._copy_last_answer,
            Command.EDIT_LAST_MESSAGE: self.chat_pane.edit_last_message,
            Command.REGENERATE_ANSWER: presenters.chat.regenerate_last,
            Command.CONTINUE_ANSWER: presenters.chat.continue_last,
            Command.STOP_ANSWER: presenters.chat.stop,
            Command.SHOW_CONVERSATIONS: self._toggle_list,
            Command.SHOW_SETTINGS: self._toggle_settings,
            Command.THEME_LIGHT: self._take_light_theme,
            Command.THEME_DARK: self._take_dark_theme,
            Command.THEME_SYSTEM: self._take_theme_of_desktop,
            Command.LARGER_TEXT: self._enlarge_text,
            Command.SMALLER_TEXT: self._shrink_text,
            Command.NORMAL_TEXT_SIZE: self._reset_text,
            Command.FULL_SCREEN: self._toggle_full_screen,
            Command.CHOOSE_MODEL: self.choose_model,
            Command.OPEN_MODEL_FILE: self.open_model_file,
            Command.USE_STARTER: presenters.model.load_starter,
            Command.UNLOAD_MODEL: presenters.model.unload,
            Command.ENGINE_LOG: self.engine_log_requested.emit,
            Command.WELCOME_PAGE: self.chat_pane.show_welcome,
            Command.KEYBOARD_SHORTCUTS: self._show_shortcuts,
            Command.ABOUT: self._show_about,
        }

    def _new_conversation(self) -> None:
        self._presenters.conversations.new()
        self._on_conversation_chosen()

    def _rename_conversation(self) -> None:
        self.panes.show_list(True)
        self.side.rename_current()

    def _delete_conversation(self) -> None:
        self._presenters.conversations.delete(self._presenters.conversations.current_id)

    def _search_conversations(self) -> None:
        self.panes.show_list(True)
        self.side.focus_search()

    def _next_conversation(self) -> None:
        self._presenters.conversations.step(1)

    def _previous_conversation(self) -> None:
        self._presenters.conversations.step(-1)

    def _copy_last_answer(self) -> None:
        QGuiApplication.clipboard().setText(self._presenters.chat.last_answer())

    def _toggle_list(self) -> None:
        self.panes.show_list(not self.panes.is_list_shown)

    def _toggle_settings(self) -> None:
        self._show_settings(not self.panes.are_settings_shown)

    def _show_settings(self, shown: bool) -> None:
        self.panes.show_settings(shown)
        self.header.set_settings_shown(shown)
        self.menus.set_checked(Command.SHOW_SETTINGS, shown)
        if shown:
            self.settings_panel.setFocus()
        else:
            self.chat_pane.composer.setFocus()

    def _take_light_theme(self) -> None:
        self._take_theme(ThemeChoice.LIGHT)

    def _take_dark_theme(self) -> None:
        self._take_theme(ThemeChoice.DARK)

    def _take_theme_of_desktop(self) -> None:
        self._take_theme(ThemeChoice.SYSTEM)

    def _take_theme(self, choice: ThemeChoice) -> None:
        self._presenters.settings.set_value("appearance", "theme", choice.value)

    def _enlarge_text(self) -> None:
        self._scale_text(_TEXT_STEP)

    def _shrink_text(self) -> None:
        self._scale_text(-_TEXT_STEP)

    def _reset_text(self) -> None:
        self._presenters.settings.reset("appearance", "text_scale")

    def _scale_text(self, step: float) -> None:
        spec = text_scale_entry().spec
        assert spec.minimum is not None
        assert spec.maximum is not None
        scale = round(self._presenters.settings.settings.appearance.text_scale + step, 2)
        clamped = max(spec.minimum, min(spec.maximum, scale))
        self._presenters.settings.set_value("appearance", "text_scale", clamped)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.menus.set_checked(Command.FULL_SCREEN, self.isFullScreen())

    def _show_shortcuts(self) -> None:
        self._open(ShortcutsDialog(self))

    def _show_about(self) -> None:
        self._open(AboutDialog(self))

    def _open(self, dialog: ShortcutsDialog | AboutDialog | GetModelDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot(object)
    def _on_command_chosen(self, command: Command) -> None:
        # A command may show another conversation; what is written belongs to this one.
        self.chat_pane.composer.flush_draft()
        self._verbs[command]()

    @Slot(object)
    def _on_model_changed(self, state: ModelState) -> None:
        self.header.set_model(state)
        self.chat_pane.set_model(state)
        self.settings_panel.set_model(state)

    @Slot(object)
    def _on_recent_changed(self, choices: tuple[ModelChoice, ...]) -> None:
        present = any(choice.is_starter and not choice.problem for choice in choices)
        self.chat_pane.welcome.set_starter_present(present)

    @Slot(object)
    def _on_status_changed(self, status: ChatStatus) -> None:
        self.header.status.set_chat(status)

    @Slot(str)
    def _on_current_changed(self) -> None:
        current = self._presenters.conversations.current
        title = " ".join(current.title.split()) if current is not None else ""
        self.setWindowTitle(
            self.tr("{title} – Cairn").format(title=title) if title else self.tr("Cairn")
        )

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        appearance = settings.appearance
        self._theme.set_preferences(appearance.theme, appearance.text_scale)
        self.chat_pane.composer.set_enter_key(appearance.enter_key)

    @Slot()
    def _on_list_requested(self) -> None:
        self.panes.show_list(True)

    @Slot()
    def _on_list_close_requested(self) -> None:
        self.panes.show_list(False)
        self.chat_pane.composer.setFocus()

    @Slot()
    def _on_conversation_chosen(self) -> None:
        if self.panes.is_drawer_open:
            self.panes.show_list(False)
        self.chat_pane.composer.setFocus()

    @Slot(bool)
    def _on_settings_toggled(self, shown: bool) -> None:
        self._show_settings(shown)

    @Slot()
    def _on_settings_close_requested(self) -> None:
        self._show_settings(False)

    @Slot()
    def _on_get_model_requested(self) -> None:
        dialog = GetModelDialog(self)
        dialog.file_requested.connect(self.open_model_file)
        self._open(dialog)

    @Slot(bool, bool)
    def _on_list_shown_changed(self, shown: bool, over: bool) -> None:
        self.header.set_list_shown(shown and not over)
        self.menus.set_checked(Command.SHOW_CONVERSATIONS, shown)

    @Slot(bool, bool)
    def _on_room_changed(self, narrow: bool, short: bool) -> None:
        self.header.set_compact(narrow=narrow, short=short)
