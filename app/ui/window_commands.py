"""Carries out what the menus ask for: hands it to a presenter, or to a part of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from app.catalog.starter import is_starter
from app.settings.schema import Theme as ThemeChoice
from app.settings.schema import entry_named
from app.ui.icons import Icons
from app.ui.menus import Command
from app.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from app.ui.main_window import MainWindow, Presenters

_TEXT_STEP = 0.1


class WindowCommands(QObject):
    """Knows which verb belongs to which command. Lives on the window's thread; owned by it.

    Dialogs are imported when they are wanted: the first window is there sooner.
    """

    def __init__(
        self, window: MainWindow, presenters: Presenters, theme: Theme, icons: Icons
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._icons = icons
        self._presenters = presenters
        self._panes = window.panes
        self._side = window.side
        self._menus = window.menus
        self._verbs = self._make_verbs(window)

    @Slot(object)
    def carry_out(self, command: Command) -> None:
        """Do what a menu item says."""
        self._verbs[command]()

    @Slot(int)
    def go_to_conversation(self, place: int) -> None:
        """Show the conversation at a place of the list."""
        self._presenters.conversations.go_to(place)

    @Slot(str)
    def move_to_folder(self, folder: str) -> None:
        """Lay the shown conversation into a folder."""
        conversations = self._presenters.conversations
        conversations.book.set_folder(conversations.current_id, folder)

    @Slot()
    def name_folder(self) -> None:
        """Let the user name a new folder for the shown conversation."""
        self._side.name_folder(self._presenters.conversations.current_id)

    @Slot()
    def open_model_file(self) -> None:
        """Let the user look for a model file, beginning where the last one was."""
        from app.ui.models.model_dialogs import file_dialog

        last = Path(self._presenters.settings.settings.state.last_model)
        # The starter lies among the program's own files, where no model of the user's is.
        known = last.is_absolute() and not is_starter(last) and last.parent.is_dir()
        dialog = file_dialog(self._window(), last.parent if known else Path.home())
        dialog.fileSelected.connect(self._presenters.model.load)
        dialog.open()

    @Slot()
    def show_way_to_model(self) -> None:
        """Say which models fit this computer and where they are."""
        from app.ui.models.model_dialogs import GetModelDialog

        dialog = GetModelDialog(self._window())
        dialog.file_requested.connect(self.open_model_file)
        self._open(dialog)

    @Slot()
    def check_board(self) -> None:
        """Say whether models run on the NPU of this computer, and what is missing for it."""
        from app.ui.board_dialog import BoardDialog

        self._open(BoardDialog(self._presenters.board, self._icons, self._window()))

    @Slot()
    def show_models(self) -> None:
        """Open the window about models, adapters and their folders."""
        from app.ui.models.models_window import ModelsWindow

        self._open(ModelsWindow(self._presenters, self._theme, self._icons, self._window()))

    @Slot(list)
    def import_files(self, paths: list[str]) -> None:
        """Ask how files are to be brought into the library, and do it."""
        from app.ui.models.import_dialog import ImportDialog

        presenters = self._presenters
        self._open(
            ImportDialog(
                presenters.library,
                presenters.notices,
                tuple(map(Path, paths)),
                self._theme,
                self._window(),
            )
        )

    def _toggle_kept(self) -> None:
        model = self._presenters.model
        model.set_kept(not model.is_kept)

    def _use_no_adapter(self) -> None:
        self._presenters.adapters.choose("")

    def _show_adapter_strength(self) -> None:
        from app.ui.models.adapter_strength import AdapterStrengthDialog

        self._open(AdapterStrengthDialog(self._presenters.adapters, self._window()))

    def _show_comparison(self) -> None:
        from app.ui.models.comparison_dialog import ComparisonDialog

        adapters = self._presenters.adapters
        question = self._presenters.places.chat.last_question()
        self._open(ComparisonDialog(adapters.comparison, adapters, question, self._window()))

    def _test_adapter(self) -> None:
        adapters = self._presenters.adapters
        if adapters.state.chosen is not None:
            adapters.check.start(str(adapters.state.chosen.path))

    def _add_adapter(self) -> None:
        from app.ui.models.model_dialogs import files_dialog

        dialog = files_dialog(self._window())
        dialog.setWindowTitle(self.tr("Add adapter files"))
        dialog.filesSelected.connect(self.import_files)
        dialog.open()

    def _show_adapter_help(self) -> None:
        from app.ui.models.adapter_help import AdapterHelpDialog

        self._open(AdapterHelpDialog(self._window()))

    def _show_details(self) -> None:
        from app.ui.models.details_dialog import DetailsDialog

        self._open(DetailsDialog(self._presenters.model.state, self._window()))

    def _window(self) -> MainWindow:
        return cast("MainWindow", self.parent())

    def _make_verbs(self, window: MainWindow) -> dict[Command, Callable[[], object]]:
        presenters = self._presenters
        return {
            Command.NEW_CONVERSATION: self._new_conversation,
            Command.NEW_TEMPORARY: self._new_temporary,
            Command.KEEP_TEMPORARY: presenters.conversations.keep_temporary,
            Command.RENAME_CONVERSATION: self._rename_conversation,
            Command.TITLE_BY_MODEL: self._ask_for_title,
            Command.PIN_CONVERSATION: self._toggle_pinned,
            Command.ARCHIVE_CONVERSATION: self._toggle_archived,
            Command.DUPLICATE_CONVERSATION: self._duplicate_conversation,
            Command.DELETE_CONVERSATION: self._delete_conversation,
            Command.SEARCH_CONVERSATIONS: self._search_conversations,
            Command.BOOKMARKS: self._show_bookmarks,
            Command.NEXT_CONVERSATION: self._next_conversation,
            Command.PREVIOUS_CONVERSATION: self._previous_conversation,
            Command.LAST_CONVERSATION: presenters.conversations.go_back,
            Command.QUIT: window.close,
            Command.COPY_LAST_ANSWER: self._copy_last_answer,
            Command.EDIT_LAST_MESSAGE: self._edit_last_message,
            Command.REGENERATE_ANSWER: self._regenerate_answer,
            Command.CONTINUE_ANSWER: self._continue_answer,
            Command.STOP_ANSWER: self._stop_answer,
            Command.PAUSE_ANSWER: self._pause_answer,
            Command.MESSAGE_MENU: self._open_message_menu,
            Command.ANSWER_DETAILS: self._show_answer_details,
            Command.SHOW_BRANCHES: self._show_branches,
            Command.SHOW_CONVERSATIONS: self._toggle_list,
            Command.SHOW_SETTINGS: self._toggle_settings,
            Command.THEME_LIGHT: self._take_light_theme,
            Command.THEME_DARK: self._take_dark_theme,
            Command.THEME_SYSTEM: self._take_theme_of_desktop,
            Command.LARGER_TEXT: self._enlarge_text,
            Command.SMALLER_TEXT: self._shrink_text,
            Command.NORMAL_TEXT_SIZE: self._reset_text,
            Command.SIDE_BY_SIDE: self._toggle_side_by_side,
            Command.OTHER_SIDE: self._go_across,
            Command.FULL_SCREEN: self._toggle_full_screen,
            Command.CHOOSE_MODEL: window.choose_model,
            Command.OPEN_MODEL_FILE: self.open_model_file,
            Command.USE_STARTER: presenters.model.load_starter,
            Command.MODELS: self.show_models,
            Command.MODEL_DETAILS: self._show_details,
            Command.KEEP_MODEL_LOADED: self._toggle_kept,
            Command.UNLOAD_MODEL: presenters.model.unload,
            Command.NO_ADAPTER: self._use_no_adapter,
            Command.ADAPTER_STRENGTH: self._show_adapter_strength,
            Command.COMPARE_ADAPTER: self._show_comparison,
            Command.TEST_ADAPTER: self._test_adapter,
            Command.ADD_ADAPTER: self._add_adapter,
            Command.ADAPTER_HELP: self._show_adapter_help,
            Command.QUICK_ASK: window.quick_ask_requested.emit,
            Command.ENGINE_LOG: window.engine_log_requested.emit,
            Command.WELCOME_PAGE: self._show_welcome,
            Command.KEYBOARD_SHORTCUTS: self._show_shortcuts,
            Command.BOARD_CHECK: self.check_board,
            Command.ABOUT: self._show_about,
        }

    def _new_conversation(self) -> None:
        self._presenters.conversations.new()
        self._window().put_drawer_away()

    def _new_temporary(self) -> None:
        self._presenters.conversations.new_temporary()
        self._window().put_drawer_away()

    def _ask_for_title(self) -> None:
        conversations = self._presenters.conversations
        conversations.ask_for_title(conversations.current_id)

    def _toggle_pinned(self) -> None:
        conversations = self._presenters.conversations
        if conversations.current is not None:
            conversations.book.set_pinned(
                conversations.current_id, not conversations.current.pinned
            )

    def _toggle_archived(self) -> None:
        conversations = self._presenters.conversations
        if conversations.current is not None:
            conversations.set_archived(conversations.current_id, not conversations.current.archived)

    def _duplicate_conversation(self) -> None:
        conversations = self._presenters.conversations
        conversations.duplicate(conversations.current_id)

    def _show_bookmarks(self) -> None:
        self._panes.show_list(True)
        self._side.show_bookmarks()

    def _rename_conversation(self) -> None:
        self._panes.show_list(True)
        self._side.rename_current()

    def _delete_conversation(self) -> None:
        self._presenters.conversations.delete(self._presenters.conversations.current_id)

    def _search_conversations(self) -> None:
        self._panes.show_list(True)
        self._side.focus_search()

    def _next_conversation(self) -> None:
        self._presenters.conversations.step(1)

    def _previous_conversation(self) -> None:
        self._presenters.conversations.step(-1)

    def _copy_last_answer(self) -> None:
        QGuiApplication.clipboard().setText(self._presenters.places.chat.last_answer())

    def _edit_last_message(self) -> None:
        self._window().chat_pane.edit_last_message()

    def _regenerate_answer(self) -> None:
        self._presenters.places.chat.regenerate_last()

    def _continue_answer(self) -> None:
        self._presenters.places.chat.continue_last()

    def _stop_answer(self) -> None:
        self._presenters.places.chat.stop()

    def _pause_answer(self) -> None:
        self._presenters.places.chat.pause()

    def _open_message_menu(self) -> None:
        self._window().chat_pane.open_message_menu()

    def _show_answer_details(self) -> None:
        self._window().chat_pane.show_answer_details()

    def _show_branches(self) -> None:
        self._window().chat_pane.show_branches()

    def _show_welcome(self) -> None:
        self._window().chat_pane.show_welcome()

    def _toggle_side_by_side(self) -> None:
        places = self._presenters.places
        if len(places.in_view) == 2:
            places.close_other()
        else:
            places.open_beside()
        self._window().uncover_chat()

    def _go_across(self) -> None:
        self._presenters.places.go_across()
        self._window().uncover_chat()

    def _toggle_list(self) -> None:
        self._panes.show_list(not self._panes.is_list_shown)

    def _toggle_settings(self) -> None:
        self._window().set_settings_shown(not self._panes.are_settings_shown)

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
        smallest, largest = entry_named("text_scale").spec.bounds
        scale = round(self._presenters.settings.settings.appearance.text_scale + step, 2)
        clamped = max(smallest, min(largest, scale))
        self._presenters.settings.set_value("appearance", "text_scale", clamped)

    def _toggle_full_screen(self) -> None:
        window = self._window()
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._menus.set_checked(Command.FULL_SCREEN, window.isFullScreen())

    def _show_shortcuts(self) -> None:
        from app.ui.shortcuts_dialog import ShortcutsDialog

        self._open(ShortcutsDialog(self._window()))

    def _show_about(self) -> None:
        from app.ui.about_dialog import AboutDialog

        self._open(AboutDialog(self._window()))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
