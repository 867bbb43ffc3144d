"""The Conversation menu does with the shown conversation what its row could do, and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.model_state import ModelStage, ModelState
from app.runtime.protocol import ModelInfo
from app.ui.folder_dialog import FolderDialog
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.menus import Command
from app.ui.temporary_bar import TemporaryBar
from app.ui.theme import Theme
from tests.ui.presenter_fakes import FakePresenters, child, children, conversation

READY = ModelState(ModelStage.READY, "Qwen3", info=ModelInfo(Path("/m/q.gguf"), "Qwen3", "x", 9))


@pytest.fixture
def window(fakes: FakePresenters, open_window: Callable[[], MainWindow]) -> MainWindow:
    fakes.conversations.conversations = (
        conversation("one", "One & only", 2000.0),
        replace(conversation("two", "Two", 1000.0), folder="Work"),
    )
    return open_window()


def choose(window: MainWindow, command: Command) -> None:
    window.menus.action(command).trigger()


def is_enabled(window: MainWindow, command: Command) -> bool:
    return window.menus.action(command).isEnabled()


def items_of(window: MainWindow, command: Command) -> list[QAction]:
    menu = window.menus.action(command).menu()
    assert menu is not None
    actions: list[QAction] = menu.actions()  # type: ignore[attr-defined]
    return [action for action in actions if not action.isSeparator()]


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (Command.NEW_TEMPORARY, ("new_temporary",)),
        (Command.PIN_CONVERSATION, ("set_pinned", "two", True)),
        (Command.ARCHIVE_CONVERSATION, ("set_archived", "two", True)),
        (Command.DUPLICATE_CONVERSATION, ("duplicate", "two")),
        (Command.LAST_CONVERSATION, ("go_back",)),
        (Command.BOOKMARKS, ("list_bookmarks",)),
    ],
)
def test_each_item_asks_for_what_it_says(
    window: MainWindow, fakes: FakePresenters, command: Command, call: tuple[object, ...]
) -> None:
    fakes.conversations.show_one("two")
    choose(window, command)
    assert fakes.conversations.calls == [call]


def test_without_a_conversation_nothing_is_offered_for_it(
    window: MainWindow, fakes: FakePresenters
) -> None:
    of_one = (
        Command.RENAME_CONVERSATION,
        Command.PIN_CONVERSATION,
        Command.MOVE_TO_FOLDER,
        Command.ARCHIVE_CONVERSATION,
        Command.DUPLICATE_CONVERSATION,
        Command.TITLE_BY_MODEL,
        Command.KEEP_TEMPORARY,
    )
    assert not any(is_enabled(window, command) for command in of_one)
    fakes.model.become(READY)
    fakes.conversations.show_one("one")
    assert [is_enabled(window, command) for command in of_one] == [True] * 6 + [False]
    fakes.conversations.become_temporary(True)
    assert [is_enabled(window, command) for command in of_one] == [False] * 6 + [True]


def test_pin_and_archive_are_checked_as_the_conversation_is(
    window: MainWindow, fakes: FakePresenters
) -> None:
    one, two = fakes.conversations.conversations
    fakes.conversations.show_one("two")
    fakes.conversations.give(one, replace(two, pinned=True, archived=True))
    assert window.menus.action(Command.PIN_CONVERSATION).isChecked()
    assert window.menus.action(Command.ARCHIVE_CONVERSATION).isChecked()
    fakes.conversations.show_one("one")
    assert not window.menus.action(Command.PIN_CONVERSATION).isChecked()


def test_a_title_can_be_asked_for_while_the_model_is_idle(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.conversations.show_one("one")
    assert not is_enabled(window, Command.TITLE_BY_MODEL)
    fakes.model.become(READY)
    choose(window, Command.TITLE_BY_MODEL)
    assert fakes.conversations.calls == [("ask_for_title", "one")]
    fakes.chat.status_changed.emit(ChatStatus(Activity.WRITING))
    assert not is_enabled(window, Command.TITLE_BY_MODEL)


def test_the_shown_conversation_is_moved_to_a_folder(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.conversations.show_one("two")
    none, work, new = items_of(window, Command.MOVE_TO_FOLDER)
    assert (none.isChecked(), work.isChecked()) == (False, True)
    none.trigger()
    new.trigger()
    dialog = child(window, FolderDialog)
    name = child(dialog, QLineEdit)
    name.setText("Play")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert fakes.conversations.calls == [("set_folder", "two", ""), ("set_folder", "two", "Play")]


def test_the_first_conversations_are_reached_by_alt_and_a_digit(
    window: MainWindow, fakes: FakePresenters, qtbot: QtBot
) -> None:
    shown = [
        item.text() for item in items_of(window, Command.GO_TO_CONVERSATION) if item.isVisible()
    ]
    assert shown == ["Two", "One && only"]
    edit = window.chat_pane.composer
    QTest.keyClick(edit, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert fakes.conversations.calls == [("go_to", 2)]
    QTest.keyClick(edit, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert fakes.conversations.calls == [("go_to", 2)]


def test_the_keys_of_the_last_conversation_work_while_writing(
    window: MainWindow, fakes: FakePresenters
) -> None:
    writing = window.chat_pane.composer.focusWidget() or window.chat_pane.composer
    QTest.keyClick(writing, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert fakes.conversations.calls == [("go_back",)]


def test_a_temporary_conversation_is_marked_and_can_be_kept(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.conversations.show_one("one")
    fakes.conversations.become_temporary(True)
    (bar,) = children(window, TemporaryBar)
    assert bar.isVisible()
    assert window.windowTitle() == "Temporary conversation – Cairn"
    child(bar, QPushButton).click()
    choose(window, Command.KEEP_TEMPORARY)
    assert fakes.chat.calls == [("keep_temporary",)]
    assert fakes.conversations.calls == [("keep_temporary",)]
    fakes.conversations.become_temporary(False)
    assert not bar.isVisible()
    assert window.windowTitle() == "One & only – Cairn"


def test_what_is_folded_away_is_remembered(
    window: MainWindow, fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot
) -> None:
    assert fakes.conversations.collapsed == {"archive"}
    fakes.conversations.toggle_section("folder:Work")
    window.close()
    assert fakes.settings.settings.state.collapsed_groups == ("archive", "folder:Work")
    fakes.conversations.collapsed = frozenset()
    again = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(again)
    assert fakes.conversations.collapsed == {"archive", "folder:Work"}
