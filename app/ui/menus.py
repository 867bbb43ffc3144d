"""The menu bar: one table of words and keys, and the actions made from it.

The table is also what the list of keyboard shortcuts is made from, and what the starter model's
knowledge of the interface is checked against.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.presenters.adapter_state import AdapterState
from app.presenters.model_state import ModelChoice
from app.ui.file_action import FileAction
from app.ui.folder_menu import FolderMenu
from app.ui.places_menu import PlacesMenu

_CONTEXT = "Menus"


class Command(Enum):
    """Everything that a menu can ask for."""

    NEW_CONVERSATION = "new_conversation"
    NEW_TEMPORARY = "new_temporary"
    KEEP_TEMPORARY = "keep_temporary"
    RENAME_CONVERSATION = "rename_conversation"
    TITLE_BY_MODEL = "title_by_model"
    PIN_CONVERSATION = "pin_conversation"
    MOVE_TO_FOLDER = "move_to_folder"
    ARCHIVE_CONVERSATION = "archive_conversation"
    DUPLICATE_CONVERSATION = "duplicate_conversation"
    DELETE_CONVERSATION = "delete_conversation"
    SEARCH_CONVERSATIONS = "search_conversations"
    BOOKMARKS = "bookmarks"
    NEXT_CONVERSATION = "next_conversation"
    PREVIOUS_CONVERSATION = "previous_conversation"
    LAST_CONVERSATION = "last_conversation"
    GO_TO_CONVERSATION = "go_to_conversation"
    QUIT = "quit"
    COPY_LAST_ANSWER = "copy_last_answer"
    EDIT_LAST_MESSAGE = "edit_last_message"
    REGENERATE_ANSWER = "regenerate_answer"
    CONTINUE_ANSWER = "continue_answer"
    STOP_ANSWER = "stop_answer"
    PAUSE_ANSWER = "pause_answer"
    MESSAGE_MENU = "message_menu"
    ANSWER_DETAILS = "answer_details"
    SHOW_BRANCHES = "show_branches"
    SHOW_CONVERSATIONS = "show_conversations"
    SHOW_SETTINGS = "show_settings"
    THEME_LIGHT = "theme_light"
    THEME_DARK = "theme_dark"
    THEME_SYSTEM = "theme_system"
    LARGER_TEXT = "larger_text"
    SMALLER_TEXT = "smaller_text"
    NORMAL_TEXT_SIZE = "normal_text_size"
    SIDE_BY_SIDE = "side_by_side"
    OTHER_SIDE = "other_side"
    FULL_SCREEN = "full_screen"
    CHOOSE_MODEL = "choose_model"
    OPEN_MODEL_FILE = "open_model_file"
    USE_STARTER = "use_starter"
    RECENT_MODELS = "recent_models"
    MODELS = "models"
    UNLOAD_MODEL = "unload_model"
    KEEP_MODEL_LOADED = "keep_model_loaded"
    MODEL_DETAILS = "model_details"
    NO_ADAPTER = "no_adapter"
    USE_ADAPTER = "use_adapter"
    REGENERATE_WITH = "regenerate_with"
    ADAPTER_STRENGTH = "adapter_strength"
    COMPARE_ADAPTER = "compare_adapter"
    TEST_ADAPTER = "test_adapter"
    ADD_ADAPTER = "add_adapter"
    ADAPTER_HELP = "adapter_help"
    QUICK_ASK = "quick_ask"
    ENGINE_LOG = "engine_log"
    WELCOME_PAGE = "welcome_page"
    KEYBOARD_SHORTCUTS = "keyboard_shortcuts"
    BOARD_CHECK = "board_check"
    ABOUT = "about"


class Kind(Enum):
    """How an item behaves."""

    PLAIN = "plain"
    CHECK = "check"
    CHOICE = "choice"
    """One of the items of its kind in the menu is in force."""
    SUBMENU = "submenu"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu."""

    command: Command
    text: str
    keys: str = ""
    """As QKeySequence reads it."""
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu of the bar; None stands for a line between items."""

    title: str
    items: tuple[Item | None, ...]


def _text(words: str) -> str:
    return str(QT_TRANSLATE_NOOP(_CONTEXT, words))


MENUS = (
    Menu(
        _text("Conversation"),
        (
            Item(Command.NEW_CONVERSATION, _text("New conversation"), "Ctrl+N"),
            Item(Command.NEW_TEMPORARY, _text("New temporary conversation"), "Ctrl+Shift+N"),
            Item(Command.KEEP_TEMPORARY, _text("Keep temporary conversation")),
            None,
            Item(Command.RENAME_CONVERSATION, _text("Rename conversation…"), "F2"),
            Item(Command.TITLE_BY_MODEL, _text("Title by the model")),
            Item(Command.PIN_CONVERSATION, _text("Pin"), "Ctrl+Shift+T", Kind.CHECK),
            Item(Command.MOVE_TO_FOLDER, _text("Move to folder"), kind=Kind.SUBMENU),
            Item(Command.ARCHIVE_CONVERSATION, _text("Archive"), "Ctrl+Shift+E", Kind.CHECK),
            Item(Command.DUPLICATE_CONVERSATION, _text("Duplicate"), "Ctrl+Shift+D"),
            Item(Command.DELETE_CONVERSATION, _text("Delete conversation"), "Ctrl+Shift+Backspace"),
            None,
            Item(Command.SEARCH_CONVERSATIONS, _text("Search conversations"), "Ctrl+Shift+F"),
            Item(Command.BOOKMARKS, _text("Bookmarks"), "Ctrl+Shift+B"),
            Item(Command.NEXT_CONVERSATION, _text("Next conversation"), "Ctrl+PgDown"),
            Item(Command.PREVIOUS_CONVERSATION, _text("Previous conversation"), "Ctrl+PgUp"),
            Item(Command.LAST_CONVERSATION, _text("Last conversation"), "Ctrl+Tab"),
            Item(Command.GO_TO_CONVERSATION, _text("Go to conversation"), kind=Kind.SUBMENU),
            None,
            Item(Command.QUIT, _text("Quit"), "Ctrl+Q"),
        ),
    ),
    Menu(
        _text("Edit"),
        (
            Item(Command.COPY_LAST_ANSWER, _text("Copy last answer"), "Ctrl+Shift+C"),
            Item(Command.EDIT_LAST_MESSAGE, _text("Edit last message"), "Ctrl+Up"),
            None,
            Item(Command.REGENERATE_ANSWER, _text("Regenerate answer"), "Ctrl+R"),
            Item(Command.CONTINUE_ANSWER, _text("Continue answer"), "Ctrl+Return"),
            Item(Command.PAUSE_ANSWER, _text("Pause answer"), "Ctrl+."),
            Item(Command.STOP_ANSWER, _text("Stop answer"), "Esc"),
            None,
            Item(Command.MESSAGE_MENU, _text("Message menu"), "Ctrl+J"),
            Item(Command.ANSWER_DETAILS, _text("Answer details"), "Ctrl+Shift+I"),
            Item(Command.SHOW_BRANCHES, _text("Branches…"), "Ctrl+B"),
        ),
    ),
    Menu(
        _text("View"),
        (
            Item(Command.SHOW_CONVERSATIONS, _text("Conversations"), "F9", Kind.CHECK),
            Item(Command.SHOW_SETTINGS, _text("Settings"), "Ctrl+,", Kind.CHECK),
            None,
            Item(Command.THEME_LIGHT, _text("Light theme"), kind=Kind.CHOICE),
            Item(Command.THEME_DARK, _text("Dark theme"), kind=Kind.CHOICE),
            Item(Command.THEME_SYSTEM, _text("Theme of the desktop"), kind=Kind.CHOICE),
            None,
            Item(Command.LARGER_TEXT, _text("Larger text"), "Ctrl++"),
            Item(Command.SMALLER_TEXT, _text("Smaller text"), "Ctrl+-"),
            Item(Command.NORMAL_TEXT_SIZE, _text("Normal text size"), "Ctrl+0"),
            None,
            Item(Command.SIDE_BY_SIDE, _text("Side by side"), "F8", Kind.CHECK),
            Item(Command.OTHER_SIDE, _text("Other side"), "F6"),
            Item(Command.FULL_SCREEN, _text("Full screen"), "F11", Kind.CHECK),
        ),
    ),
    Menu(
        _text("Model"),
        (
            Item(Command.CHOOSE_MODEL, _text("Choose model"), "Ctrl+M"),
            Item(Command.OPEN_MODEL_FILE, _text("Open model file…"), "Ctrl+O"),
            Item(Command.USE_STARTER, _text("Use the starter model")),
            Item(Command.RECENT_MODELS, _text("Recent models"), kind=Kind.SUBMENU),
            None,
            Item(Command.MODELS, _text("Models and adapters…"), "Ctrl+Shift+M"),
            Item(Command.MODEL_DETAILS, _text("Model details"), "Ctrl+I"),
            Item(Command.KEEP_MODEL_LOADED, _text("Keep model loaded"), kind=Kind.CHECK),
            Item(Command.UNLOAD_MODEL, _text("Unload model")),
        ),
    ),
    Menu(
        _text("LoRA"),
        (
            Item(Command.NO_ADAPTER, _text("No adapter"), kind=Kind.CHECK),
            Item(Command.USE_ADAPTER, _text("Use adapter"), kind=Kind.SUBMENU),
            Item(Command.REGENERATE_WITH, _text("Regenerate answer with"), kind=Kind.SUBMENU),
            None,
            Item(Command.ADAPTER_STRENGTH, _text("Adapter strength…")),
            Item(Command.COMPARE_ADAPTER, _text("Compare with and without…"), "Ctrl+Shift+R"),
            Item(Command.TEST_ADAPTER, _text("Test adapter")),
            None,
            Item(Command.ADD_ADAPTER, _text("Add adapter file…")),
            Item(Command.ADAPTER_HELP, _text("Make an adapter")),
        ),
    ),
    Menu(
        _text("Tools"),
        (
            Item(Command.QUICK_ASK, _text("Quick ask"), "Ctrl+Shift+Space"),
            Item(Command.ENGINE_LOG, _text("Engine log"), "Ctrl+Shift+L"),
        ),
    ),
    Menu(
        _text("Help"),
        (
            Item(Command.WELCOME_PAGE, _text("Welcome page")),
            Item(Command.KEYBOARD_SHORTCUTS, _text("Keyboard shortcuts"), "F1"),
            Item(Command.BOARD_CHECK, _text("Board check")),
            None,
            Item(Command.ABOUT, _text("About Cairn")),
        ),
    ),
)

#: Keys that mean the same on keyboards where the usual ones need Shift.
_MORE_KEYS = {Command.LARGER_TEXT: ("Ctrl+=",)}


def translated(words: str) -> str:
    """Return the words of an item or a menu in the user's language."""
    return QCoreApplication.translate(_CONTEXT, words)


def item_of(command: Command) -> Item:
    """Return the item of a command."""
    return next(
        item
        for menu in MENUS
        for item in menu.items
        if item is not None and item.command is command
    )


class CommandAction(QAction):
    """An action that knows what it asks for."""

    #: The user chose it; carries the Command.
    chosen = Signal(object)

    def __init__(self, item: Item, parent: QObject) -> None:
        super().__init__(translated(item.text), parent)
        self._command = item.command
        keys = [QKeySequence(keys) for keys in (item.keys, *_MORE_KEYS.get(item.command, ()))]
        self.setShortcuts([sequence for sequence in keys if not sequence.isEmpty()])
        self.setCheckable(item.kind in (Kind.CHECK, Kind.CHOICE))
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit(self._command)


class MenuBar(QMenuBar):
    """The menus of the window."""

    #: The user chose an item, by mouse or by its keys; carries the Command.
    command_chosen = Signal(object)
    #: The user chose one of the recent models; carries its path.
    recent_chosen = Signal(str)
    #: The user wants to see a conversation; carries its place in the list, counted from 1.
    place_chosen = Signal(int)
    #: The user wants the conversation in a folder; carries its name, or "" for none.
    folder_chosen = Signal(str)
    #: The user wants to name a new folder for the conversation.
    new_folder_requested = Signal()
    #: The user wants an adapter used in this conversation; carries its path.
    adapter_chosen = Signal(str)
    #: The user wants the last answer again with an adapter; carries its path, or "" for none.
    answer_wanted_with = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[Command, QAction] = {}
        self._submenus: dict[Command, QMenu] = {}
        for menu in MENUS:
            # Every title begins with another letter, so Alt and that letter opens it.
            shown = self.addMenu("&" + translated(menu.title))
            shown.setToolTipsVisible(True)
            choices = QActionGroup(shown)
            for item in menu.items:
                if item is None:
                    shown.addSeparator()
                else:
                    shown.addAction(self._make(item, shown, choices))

    def action(self, command: Command) -> QAction:
        """Return the action that asks for `command`."""
        return self._actions[command]

    def set_enabled(self, command: Command, enabled: bool) -> None:
        """Offer `command`, or show it as not possible now."""
        self._actions[command].setEnabled(enabled)

    def set_visible(self, command: Command, visible: bool) -> None:
        """Offer `command` where it makes sense only."""
        self._actions[command].setVisible(visible)

    def set_checked(self, command: Command, checked: bool) -> None:
        """Show that what `command` switches is on."""
        self._actions[command].setChecked(checked)

    def set_titles(self, titles: tuple[str, ...]) -> None:
        """Offer the first conversations of the list by their titles."""
        menu = self._submenus[Command.GO_TO_CONVERSATION]
        assert isinstance(menu, PlacesMenu)
        menu.set_titles(titles)

    def set_folders(self, names: tuple[str, ...], current: str, *, usable: bool) -> None:
        """Fill the submenu of folders; `current` is where the shown conversation lies."""
        menu = self._submenus[Command.MOVE_TO_FOLDER]
        assert isinstance(menu, FolderMenu)
        menu.set_folders(names, current)
        self._actions[Command.MOVE_TO_FOLDER].setEnabled(usable)

    def set_recent(self, choices: tuple[ModelChoice, ...]) -> None:
        """Fill the submenu of recent models."""
        menu = self._refilled(Command.RECENT_MODELS, bool(choices))
        for choice in choices:
            action = FileAction(choice.label, choice.path, choice.problem, menu)
            action.chosen.connect(self.recent_chosen)
            menu.addAction(action)

    def set_adapters(self, state: AdapterState) -> None:
        """Fill the submenus of adapters."""
        some = bool(state.choices) and not state.unavailable
        use = self._refilled(Command.USE_ADAPTER, some)
        again = self._refilled(Command.REGENERATE_WITH, some)
        without = FileAction(self.tr("No adapter"), None, "", again)
        without.chosen.connect(self.answer_wanted_with)
        again.addAction(without)
        for choice in state.choices:
            for menu, signal in ((use, self.adapter_chosen), (again, self.answer_wanted_with)):
                action = FileAction(choice.label, choice.path, choice.problem, menu)
                action.chosen.connect(signal)
                menu.addAction(action)
                if menu is use:
                    action.setCheckable(True)
                    action.setChecked(choice == state.chosen)

    def _refilled(self, command: Command, usable: bool) -> QMenu:
        menu = self._submenus[command]
        menu.clear()
        menu.setEnabled(usable)
        self._actions[command].setEnabled(usable)
        return menu

    def _make(self, item: Item, menu: QMenu, choices: QActionGroup) -> QAction:
        if item.kind is Kind.SUBMENU:
            submenu = self._submenus[item.command] = self._make_submenu(item)
            submenu.setToolTipsVisible(True)
            action = submenu.menuAction()
        else:
            made = CommandAction(item, menu)
            made.chosen.connect(self.command_chosen)
            action = made
        if item.kind is Kind.CHOICE:
            choices.addAction(action)
        self._actions[item.command] = action
        return action

    def _make_submenu(self, item: Item) -> QMenu:
        words = translated(item.text)
        if item.command is Command.GO_TO_CONVERSATION:
            places = PlacesMenu(words, self)
            places.place_chosen.connect(self.place_chosen)
            return places
        if item.command is Command.MOVE_TO_FOLDER:
            folders = FolderMenu(words, self)
            folders.folder_chosen.connect(self.folder_chosen)
            folders.new_folder_requested.connect(self.new_folder_requested)
            return folders
        return QMenu(words, self)
