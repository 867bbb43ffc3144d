"""The window places its panels, carries out its menus, and stays until it may close."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.catalog.starter import starter_path
from app.chat.message import MessageState, Role
from app.chat.tree import ShownMessage
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.runtime.protocol import LoadProgress, ModelInfo
from app.settings.schema import Theme as ThemeChoice
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.menus import Command
from app.ui.message_edit import MessageEdit
from app.ui.theme import COLUMN_WIDTH, Theme
from tests.ui.chat.seen import wait_until_idle
from tests.ui.presenter_fakes import FakePresenters, children, conversation, shown

STARTER = ModelChoice(Path("/s/starter.gguf"), "Starter", is_starter=True)
QWEN = ModelChoice(Path("/m/qwen.gguf"), "Qwen3 1.7B", "Q8_0")
READY = ModelState(
    ModelStage.READY,
    "Qwen3 1.7B",
    "1.7 B · Q8_0 · 4k",
    info=ModelInfo(QWEN.path, "Qwen3 1.7B", "llama.cpp b1, CPU", 4096),
)
LOADING = ModelState(
    ModelStage.LOADING, "Qwen3 1.7B", progress=LoadProgress("Reading the file", 0.25)
)
TALK = (
    shown("q", Role.USER, "What is a cairn?"),
    shown("a", Role.ASSISTANT, "A pile of stones.", model="Qwen3 1.7B"),
)
CUT = (TALK[0], shown("a", Role.ASSISTANT, "A pile", state=MessageState.CUT))


@pytest.fixture
def window(fakes: FakePresenters, open_window: Callable[[], MainWindow]) -> MainWindow:
    fakes.conversations.conversations = (
        conversation("one", "One", 1000.0),
        conversation("two", "Two", 900.0),
    )
    fakes.model.known = (STARTER, QWEN)
    return open_window()


def enabled(window: MainWindow, command: Command) -> bool:
    return window.menus.action(command).isEnabled()


def choose(window: MainWindow, command: Command) -> None:
    window.menus.action(command).trigger()


def dialog_of(window: MainWindow) -> QDialog:
    (found,) = (dialog for dialog in children(window, QDialog) if dialog.isVisible())
    return found


def test_every_command_of_the_menus_is_carried_out(window: MainWindow) -> None:
    by_themselves = {
        Command.RECENT_MODELS,
        Command.USE_ADAPTER,
        Command.REGENERATE_WITH,
        Command.MOVE_TO_FOLDER,
        Command.GO_TO_CONVERSATION,
    }
    assert set(window.commands._verbs) == set(Command) - by_themselves


def test_an_empty_start_shows_the_welcome_page(window: MainWindow) -> None:
    assert window.chat_pane.welcome.isVisible()
    assert not window.chat_pane.view.isVisible()


def test_messages_take_the_place_of_the_welcome_page(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.chat.messages_shown.emit(TALK)
    assert window.chat_pane.view.isVisible()
    fakes.chat.messages_shown.emit(())
    assert window.chat_pane.welcome.isVisible()


def test_the_welcome_page_can_be_read_again(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.chat.messages_shown.emit(TALK)
    choose(window, Command.WELCOME_PAGE)
    assert window.chat_pane.welcome.isVisible()
    window.chat_pane.welcome._back.click()
    assert window.chat_pane.view.isVisible()


def test_closing_is_asked_for_and_happens_when_it_may(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.let_close()
    assert not window.isVisible()


def test_the_size_is_remembered(window: MainWindow, fakes: FakePresenters) -> None:
    window.resize(1000, 700)
    choose(window, Command.QUIT)
    assert fakes.settings.settings.state.window_size == (1000, 700)


def test_a_remembered_size_is_taken_but_never_larger_than_the_screen(
    fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot
) -> None:
    fakes.settings.set_value("state", "window_size", (9999, 500))
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    assert window.width() == QGuiApplication.primaryScreen().availableGeometry().width()
    assert window.height() == 500


def test_the_hidden_list_is_remembered(window: MainWindow, fakes: FakePresenters) -> None:
    choose(window, Command.SHOW_CONVERSATIONS)
    assert not window.side.isVisible()
    window.close()
    assert not fakes.settings.settings.state.show_conversations


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (Command.NEW_CONVERSATION, ("new",)),
        (Command.PREVIOUS_CONVERSATION, ("step", -1)),
    ],
)
def test_menus_about_conversations_reach_their_presenter(
    window: MainWindow, fakes: FakePresenters, command: Command, call: tuple[object, ...]
) -> None:
    choose(window, command)
    assert fakes.conversations.calls == [call]


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (Command.REGENERATE_ANSWER, ("regenerate_last",)),
        (Command.CONTINUE_ANSWER, ("continue_last",)),
    ],
)
def test_menus_about_answers_reach_their_presenter(
    window: MainWindow, fakes: FakePresenters, command: Command, call: tuple[object, ...]
) -> None:
    fakes.model.become(READY)
    fakes.chat.messages_shown.emit(CUT)
    choose(window, command)
    assert fakes.chat.calls == [call]


def test_escape_stops_an_answer(window: MainWindow, fakes: FakePresenters, qtbot: QtBot) -> None:
    fakes.model.become(READY)
    fakes.chat.messages_shown.emit(TALK)
    fakes.chat.status_changed.emit(ChatStatus(Activity.WRITING))
    with qtbot.waitActive(window):
        window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: fakes.chat.calls == [("stop",)])


def test_the_last_answer_can_be_copied(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.chat.messages_shown.emit(TALK)
    fakes.chat.answer = "**A pile** of stones."
    choose(window, Command.COPY_LAST_ANSWER)
    clipboard = QGuiApplication.clipboard().mimeData()
    assert isinstance(clipboard, QMimeData)
    assert clipboard.text() == "**A pile** of stones."


def test_without_messages_nothing_can_be_done_with_them(window: MainWindow) -> None:
    for command in (
        Command.COPY_LAST_ANSWER,
        Command.EDIT_LAST_MESSAGE,
        Command.REGENERATE_ANSWER,
        Command.CONTINUE_ANSWER,
        Command.STOP_ANSWER,
    ):
        assert not enabled(window, command)


@pytest.mark.parametrize(("talk", "may_continue"), [(TALK, False), (CUT, True)])
def test_only_an_unfinished_answer_can_be_continued(
    window: MainWindow,
    fakes: FakePresenters,
    talk: tuple[ShownMessage, ...],
    may_continue: bool,
) -> None:
    fakes.model.become(READY)
    fakes.chat.messages_shown.emit(talk)
    assert enabled(window, Command.CONTINUE_ANSWER) is may_continue
    assert enabled(window, Command.REGENERATE_ANSWER)


def test_while_an_answer_is_written_it_can_only_be_stopped(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.model.become(READY)
    fakes.chat.messages_shown.emit(CUT)
    fakes.chat.status_changed.emit(ChatStatus(Activity.PREFILL))
    assert enabled(window, Command.STOP_ANSWER)
    assert not enabled(window, Command.REGENERATE_ANSWER)
    assert not enabled(window, Command.CONTINUE_ANSWER)
    assert not enabled(window, Command.EDIT_LAST_MESSAGE)


def test_a_new_conversation_has_nothing_to_rename_or_delete(
    window: MainWindow, fakes: FakePresenters
) -> None:
    assert not enabled(window, Command.RENAME_CONVERSATION)
    fakes.conversations.show_one("one")
    assert enabled(window, Command.RENAME_CONVERSATION)
    assert enabled(window, Command.DELETE_CONVERSATION)


def test_delete_deletes_the_shown_conversation(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.conversations.show_one("two")
    choose(window, Command.DELETE_CONVERSATION)
    assert fakes.conversations.calls == [("delete", "two")]


def test_the_title_names_the_shown_conversation(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.conversations.show_one("two")
    assert window.windowTitle() == "Two – Cairn"
    fakes.conversations.show_one("")
    assert window.windowTitle() == "Cairn"


def test_a_found_message_is_brought_into_view_once_it_is_there(
    window: MainWindow, fakes: FakePresenters, monkeypatch: pytest.MonkeyPatch
) -> None:
    revealed: list[str] = []
    monkeypatch.setattr(window.chat_pane.view, "reveal", revealed.append)
    fakes.conversations.place.message_wanted.emit("a")
    assert revealed == []
    fakes.chat.messages_shown.emit(TALK)
    assert revealed == ["a"]


@pytest.mark.parametrize(
    ("command", "choice"),
    [
        (Command.THEME_DARK, ThemeChoice.DARK),
        (Command.THEME_LIGHT, ThemeChoice.LIGHT),
        (Command.THEME_SYSTEM, ThemeChoice.SYSTEM),
    ],
)
def test_the_theme_can_be_chosen(
    window: MainWindow, fakes: FakePresenters, command: Command, choice: ThemeChoice
) -> None:
    choose(window, command)
    assert fakes.settings.settings.appearance.theme is choice
    assert window.menus.action(command).isChecked()


def test_text_can_be_made_larger_smaller_and_normal_again(
    window: MainWindow, fakes: FakePresenters, theme: Theme
) -> None:
    assert not enabled(window, Command.NORMAL_TEXT_SIZE)
    choose(window, Command.LARGER_TEXT)
    assert fakes.settings.settings.appearance.text_scale == pytest.approx(1.1)
    assert theme.scale == pytest.approx(1.1)
    choose(window, Command.SMALLER_TEXT)
    choose(window, Command.SMALLER_TEXT)
    assert theme.scale == pytest.approx(0.9)
    choose(window, Command.NORMAL_TEXT_SIZE)
    assert theme.scale == 1.0


def test_text_does_not_grow_beyond_its_range(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.settings.set_value("appearance", "text_scale", 1.95)
    choose(window, Command.LARGER_TEXT)
    assert fakes.settings.settings.appearance.text_scale == 2.0
    assert not enabled(window, Command.LARGER_TEXT)


@pytest.mark.parametrize(
    ("command", "call"), [(Command.USE_STARTER, "load_starter"), (Command.UNLOAD_MODEL, "unload")]
)
def test_menus_about_models_reach_their_presenter(
    window: MainWindow, fakes: FakePresenters, command: Command, call: str
) -> None:
    fakes.model.become(READY)
    choose(window, command)
    assert fakes.model.calls[-1] == (call,)


def test_a_missing_starter_cannot_be_chosen(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.model.choices_changed.emit((QWEN,))
    assert not enabled(window, Command.USE_STARTER)
    assert not window.chat_pane.welcome._starter_card.isVisible()


def test_the_model_picker_opens_from_the_menu(window: MainWindow) -> None:
    choose(window, Command.CHOOSE_MODEL)
    assert window.picker.isVisible()
    window.picker.hide()


def test_a_chosen_file_is_loaded(window: MainWindow, fakes: FakePresenters) -> None:
    choose(window, Command.OPEN_MODEL_FILE)
    dialog = dialog_of(window)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit("/m/new.gguf")
    dialog.close()
    assert fakes.model.calls == [("load", "/m/new.gguf")]


def test_the_file_dialog_begins_where_the_last_model_was(
    window: MainWindow, fakes: FakePresenters, tmp_path: Path
) -> None:
    fakes.settings.set_value("state", "last_model", str(tmp_path / "last.gguf"))
    choose(window, Command.OPEN_MODEL_FILE)
    dialog = dialog_of(window)
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.close()


def test_the_file_dialog_does_not_begin_among_the_files_of_the_program(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.settings.set_value("state", "last_model", str(starter_path()))
    choose(window, Command.OPEN_MODEL_FILE)
    dialog = dialog_of(window)
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == Path.home()
    dialog.close()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_composer_is_as_wide_as_the_messages_above_it(
    window: MainWindow, fakes: FakePresenters, theme: Theme, qtbot: QtBot, scale: float
) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, scale)
    window.resize(1600, 760)
    fakes.chat.messages_shown.emit(TALK)
    qtbot.waitUntil(lambda: window.chat_pane.composer.width() == round(COLUMN_WIDTH * scale))


@pytest.mark.parametrize("command", [Command.KEYBOARD_SHORTCUTS, Command.ABOUT])
@pytest.mark.parametrize("size", [(1120, 760), (480, 360)])
def test_a_dialog_opens_without_blocking_and_fits_the_window(
    window: MainWindow, qtbot: QtBot, command: Command, size: tuple[int, int]
) -> None:
    window.resize(*size)
    choose(window, command)
    dialog = dialog_of(window)
    assert dialog.width() <= window.width()
    assert dialog.height() <= window.height()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_the_way_to_a_model_leads_to_the_file_dialog(window: MainWindow) -> None:
    window.chat_pane.welcome._get_card.click()
    dialog_of(window).accept()
    dialog = dialog_of(window)
    assert isinstance(dialog, QFileDialog)
    dialog.close()


def test_the_settings_open_and_close_in_all_ways(window: MainWindow) -> None:
    choose(window, Command.SHOW_SETTINGS)
    assert window.settings_panel.isVisible()
    assert window.header.settings_button.isChecked()
    window.settings_panel.close_requested.emit()
    assert not window.settings_panel.isVisible()
    assert not window.header.settings_button.isChecked()
    assert not window.menus.action(Command.SHOW_SETTINGS).isChecked()
    window.header.settings_button.click()
    assert window.settings_panel.isVisible()


def test_opening_a_conversation_closes_the_drawer(window: MainWindow) -> None:
    window.resize(800, 480)
    choose(window, Command.SHOW_CONVERSATIONS)
    assert window.panes.is_drawer_open
    window.side.view.conversation_chosen.emit("one")
    assert not window.panes.is_drawer_open


def test_escape_closes_the_drawer(window: MainWindow) -> None:
    window.resize(800, 480)
    choose(window, Command.SEARCH_CONVERSATIONS)
    QTest.keyClick(window.side, Qt.Key.Key_Escape)
    assert not window.panes.is_drawer_open


SIZES = [(480, 360), (800, 480), (900, 600), (1280, 800)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_cut_off_or_needs_horizontal_scrolling(
    window: MainWindow, fakes: FakePresenters, qtbot: QtBot, size: tuple[int, int], scale: float
) -> None:
    fakes.settings.set_value("appearance", "text_scale", scale)
    window.resize(*size)
    for state, talk in ((ModelState(), ()), (LOADING, ()), (READY, TALK)):
        fakes.model.become(state)
        fakes.chat.messages_shown.emit(talk)
        for command in (Command.SHOW_SETTINGS, Command.SHOW_SETTINGS):
            qtbot.waitUntil(lambda: not problems(window))
            choose(window, command)


def problems(window: MainWindow) -> list[str]:
    """Return what sticks out of its window, and what scrolls sideways."""
    found = []
    whole = QRect(QPoint(0, 0), window.size())
    controls = [
        window.header.settings_button,
        window.header.model_button,
        window.header.status,
        window.chat_pane.composer,
        window.settings_panel,
    ]
    for control in controls:
        place = QRect(control.mapTo(window, QPoint(0, 0)), control.size())
        if control.isVisible() and not whole.contains(place):
            found.append(f"{type(control).__name__} at {place} in {whole}")
    found.extend(
        f"{type(area).__name__} scrolls sideways"
        for area in children(window, QAbstractScrollArea)
        if is_scrolled_sideways(area)
    )
    return found


def is_scrolled_sideways(area: QAbstractScrollArea) -> bool:
    return area.isVisible() and area.horizontalScrollBar().maximum() > 0


def test_every_control_has_a_name_for_those_who_cannot_see_it(window: MainWindow) -> None:
    header = window.header
    buttons = [header.list_button, header.model_button, header.settings_button]
    controls: list[QWidget] = [*buttons, header.status, window.side, window.chat_pane.welcome]
    assert all(control.accessibleName() for control in controls)


def test_the_tab_key_reaches_every_part_of_the_window(window: MainWindow) -> None:
    window.activateWindow()
    reached: set[QWidget] = set()
    for _ in range(60):
        focus = QApplication.focusWidget()
        if focus is None or focus in reached:
            break
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    wanted = [window.header.model_button, window.header.settings_button, window.side._new_button]
    assert all(one in reached for one in wanted)


def test_tab_goes_through_the_conversation_to_the_composer(
    window: MainWindow, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.chat.messages_shown.emit(TALK)
    view = window.chat_pane.view
    wait_until_idle(qtbot, view)
    window.activateWindow()
    window.header.settings_button.setFocus()
    QTest.keyClick(window.header.settings_button, Qt.Key.Key_Tab)
    focus = QApplication.focusWidget()
    assert focus is view
    while focus is view or view.isAncestorOf(focus):
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
    assert isinstance(focus, MessageEdit)


def test_the_window_connects_bound_methods_only() -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(MainWindow)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".connect"):
            assert isinstance(node.args[0], ast.Attribute)
