"""Two conversations beside each other in the window: their panes, their titles, which is in use."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.chat.message import Role
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.notices import Level, Notice
from app.presenters.place import Place
from app.ui.chat_pane import ChatPane
from app.ui.conversation_view import ConversationView
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.menus import Command
from app.ui.notice_bar import NoticeBar
from app.ui.place_tabs import PlaceTabs
from app.ui.temporary_bar import TemporaryBar
from app.ui.theme import Theme
from tests.ui.chat.seen import wait_until_idle
from tests.ui.presenter_fakes import (
    FakeChat,
    FakePresenters,
    child,
    children,
    conversation,
    shown,
)
from tests.ui.test_main_window import READY


@pytest.fixture
def second(fakes: FakePresenters) -> FakeChat:
    """The chat of the second place."""
    fakes.conversations.conversations = (
        conversation("one", "One & only", 2.0),
        conversation("two", "Two", 1.0),
    )
    fakes.chat.place.conversation_id = "one"
    place = Place(fakes.conversations)
    place.conversation_id = "two"
    return FakeChat(place)


@pytest.fixture
def window(fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot) -> MainWindow:
    """A window that is as wide as two panes need."""
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    window.resize(1200, 700)
    window.show()
    QTest.qWaitForWindowActive(window)
    return window


def panes(window: MainWindow) -> list[ChatPane]:
    """Return the panes that can be seen, from left to right."""
    found = [pane for pane in children(window, ChatPane) if pane.isVisible()]
    return sorted(found, key=lambda pane: pane.mapTo(window, QPoint()).x())


def test_two_conversations_stand_beside_each_other(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    left, right = panes(window)
    assert right is window.chat_pane
    assert abs(left.width() - right.width()) <= 2
    fakes.chat.say(shown("a", Role.USER, "left"))
    second.say(shown("b", Role.USER, "right"))
    assert left.view.isVisible()
    assert right.view.isVisible()


def test_one_conversation_has_the_whole_room_and_no_titles(window: MainWindow) -> None:
    assert panes(window) == [window.chat_pane]
    assert children(window, PlaceTabs) == []


def test_the_titles_stand_above_their_panes(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    tabs = child(window, PlaceTabs)
    assert [tabs.tabText(place) for place in range(2)] == ["One && only", "Two"]
    assert tabs.currentIndex() == 1
    for place, pane in enumerate(panes(window)):
        middle = tabs.mapTo(window, tabs.tabRect(place).center()).x()
        assert abs(middle - pane.mapTo(window, pane.rect().center()).x()) <= 2


def test_another_title_is_shown_at_once(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    fakes.conversations.give(conversation("two", "Renamed", 1.0))
    second.place.is_temporary = True
    fakes.conversations.current_changed.emit("two")
    tabs = child(window, PlaceTabs)
    assert [tabs.tabText(place) for place in range(2)] == [
        "New conversation",
        "Temporary conversation",
    ]


def test_choosing_a_title_uses_its_conversation(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    tabs = child(window, PlaceTabs)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center() - QPoint(80, 0))
    assert fakes.chat.calls == [("use",)]


@pytest.mark.parametrize("place", [0, 1])
def test_each_side_can_be_closed(
    window: MainWindow, fakes: FakePresenters, second: FakeChat, place: int
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    button = child(window, PlaceTabs).tabButton(place, QTabBar.ButtonPosition.RightSide)
    assert isinstance(button, IconButton)
    button.click()
    assert fakes.places.calls == [("close", place)]


def test_after_closing_the_other_one_has_the_room(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    fakes.places.show(second, used=second)
    assert panes(window) == [window.chat_pane]
    assert not child(window, PlaceTabs).isVisible()


def test_a_click_into_a_pane_uses_its_conversation(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    fakes.chat.say(shown("a", Role.USER, "left"))
    fakes.chat.calls.clear()
    left = panes(window)[0]
    window.activateWindow()
    QTest.mouseClick(left.view.viewport(), Qt.MouseButton.LeftButton)
    assert ("use",) in fakes.chat.calls


def test_going_across_takes_the_keyboard_along(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    window.chat_pane.composer.setFocus()
    fakes.places.show(fakes.chat, second, used=fakes.chat)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert panes(window)[0].composer.isAncestorOf(focused)


def ring(key: Qt.Key, modifier: Qt.KeyboardModifier) -> list[QWidget]:
    """Return where a key leads from where the keyboard is, until it is there again."""
    reached: list[QWidget] = []
    focused = QApplication.focusWidget()
    while focused is not None and focused not in reached:
        reached.append(focused)
        assert len(reached) < 80
        QTest.keyClick(focused, key, modifier)
        focused = QApplication.focusWidget()
    return reached


@pytest.mark.parametrize("stage", ["one", "two", "one again", "swapped"])
def test_the_tab_key_reaches_everything_both_ways(
    window: MainWindow, fakes: FakePresenters, second: FakeChat, qtbot: QtBot, stage: str
) -> None:
    if stage != "one":
        fakes.places.show(fakes.chat, second, used=second)
        fakes.chat.say(shown("a", Role.USER, "left"))
        second.say(shown("b", Role.USER, "right"))
        fakes.chat.queue.queue_changed.emit(("waits",))
    if stage in ("one again", "swapped"):
        fakes.places.show(second, used=second)
    if stage == "swapped":
        fakes.places.show(second, fakes.chat, used=second)
    for pane in panes(window):
        wait_until_idle(qtbot, pane.view)
    window.chat_pane.composer.setFocus()
    there = ring(Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    window.chat_pane.composer.setFocus()
    back = ring(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert set(there) == set(back)
    wanted: set[QWidget] = {window.header.model_button, window.header.settings_button}
    for pane in panes(window):
        wanted.add(child(pane.composer, QPlainTextEdit))
    for tabs in children(window, PlaceTabs):
        wanted |= {tabs, *children(tabs, IconButton)} if tabs.isVisible() else set()
    assert wanted <= set(there)


def test_the_tab_key_goes_from_the_first_pane_to_the_titles_and_the_second(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    left, right = panes(window)
    left.composer.setFocus()
    reached = ring(Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    tabs = child(window, PlaceTabs)
    first, last = (
        reached.index(tabs.tabButton(place, QTabBar.ButtonPosition.RightSide)) for place in range(2)
    )
    writing = reached.index(child(right.composer, QPlainTextEdit))
    aside = min(place for place, each in enumerate(reached) if window.side.isAncestorOf(each))
    assert 0 < reached.index(tabs) < first < last < writing < aside


def test_going_back_leads_to_where_the_keyboard_was(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=fakes.chat)
    fakes.chat.say(shown("a", Role.USER, "left"))
    window.chat_pane.view.begin_edit("a")
    editing = QApplication.focusWidget()
    fakes.places.show(fakes.chat, second, used=second)
    assert QApplication.focusWidget() is not editing
    fakes.places.show(fakes.chat, second, used=fakes.chat)
    assert QApplication.focusWidget() is editing


def test_the_other_side_gets_the_keyboard_also_from_the_settings(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    window.resize(800, 480)
    window.set_settings_shown(True)
    window.menus.action(Command.OTHER_SIDE).trigger()
    assert not window.panes.are_settings_shown
    assert window.chat_pane.composer.isAncestorOf(QApplication.focusWidget() or window)


def test_a_screen_reader_can_tell_the_sides_apart(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    assert [pane.accessibleName() for pane in panes(window)] == ["One & only", "Two"]
    buttons = children(child(window, PlaceTabs), IconButton)
    names = {button.accessibleName() for button in buttons}
    assert names == {"Close “One & only”", "Close “Two”"}


def test_escape_puts_the_drawer_away_and_leaves_the_answer_alone(
    window: MainWindow, fakes: FakePresenters
) -> None:
    window.resize(800, 480)
    fakes.model.become(READY)
    fakes.chat.status_changed.emit(ChatStatus(Activity.WRITING))
    window.menus.action(Command.SHOW_CONVERSATIONS).trigger()
    shown_before = window.panes.is_drawer_open
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert (shown_before, window.panes.is_drawer_open) == (True, False)
    assert fakes.chat.calls == []


def test_what_is_written_is_handed_in_before_another_conversation_is_shown(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    for pane, words in zip(panes(window), ("left", "right"), strict=True):
        child(pane.composer, QPlainTextEdit).setPlainText(words)
    edited: list[object] = []
    fakes.settings.settings_changed.connect(edited.append)
    window.set_settings_shown(True)
    child(window.settings_panel, QAbstractSpinBox).stepBy(1)
    fakes.conversations.leaving.emit()
    assert ("keep_draft", "left") in fakes.chat.calls
    assert ("keep_draft", "right") in second.calls
    assert len(edited) == 1


def test_a_search_keeps_the_keyboard_when_another_conversation_is_used(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    window.side.focus_search()
    fakes.places.show(fakes.chat, second, used=second)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.side.isAncestorOf(focused)


def test_in_a_narrow_window_the_one_in_use_is_shown(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    window.resize(600, 480)
    assert panes(window) == [window.chat_pane]
    assert child(window, PlaceTabs).isVisible()
    fakes.places.show(fakes.chat, second, used=fakes.chat)
    assert panes(window) == [window.chat_pane]
    window.resize(800, 480)
    assert len(panes(window)) == 2


def test_notices_are_told_where_the_user_is(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.notices.attach()
    fakes.notices.post(Notice(Level.WARNING, "Something.", ""))
    fakes.places.show(fakes.chat, second, used=second)
    (bar,) = children(window, NoticeBar)
    assert panes(window)[1].isAncestorOf(bar)
    assert bar.isVisible()
    fakes.places.show(fakes.chat, second, used=fakes.chat)
    assert panes(window)[0].isAncestorOf(bar)
    assert bar.isVisible()


def test_a_temporary_conversation_is_marked_in_its_own_pane(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.places.show(fakes.chat, second, used=second)
    second.place.temporary_changed.emit(True)
    (bar,) = children(window, TemporaryBar)
    assert panes(window)[1].isAncestorOf(bar)


def test_the_menu_goes_to_two_conversations_and_back(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    menus = window.menus
    assert not menus.action(Command.OTHER_SIDE).isEnabled()
    menus.action(Command.SIDE_BY_SIDE).trigger()
    fakes.places.show(fakes.chat, second, used=second)
    assert menus.action(Command.SIDE_BY_SIDE).isChecked()
    menus.action(Command.OTHER_SIDE).trigger()
    menus.action(Command.SIDE_BY_SIDE).trigger()
    assert fakes.places.calls == [("open_beside", ""), ("go_across",), ("close_other",)]


def test_shift_enter_in_the_list_opens_a_conversation_beside(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.conversations.give(*fakes.conversations.conversations)
    listed = child(window.side, ConversationView)
    listed.rename("two")
    QTest.keyClick(child(listed, QLineEdit), Qt.Key.Key_Escape)
    QTest.keyClick(listed, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert fakes.places.calls == [("open_beside", "two")]


def test_commands_are_about_the_conversation_in_use(
    window: MainWindow, fakes: FakePresenters, second: FakeChat
) -> None:
    fakes.model.become(READY)
    fakes.places.show(fakes.chat, second, used=second)
    second.say(shown("a", Role.USER, "Q"), shown("b", Role.ASSISTANT, "A"))
    fakes.places.messages_changed.emit()
    second.calls.clear()
    window.menus.action(Command.REGENERATE_ANSWER).trigger()
    assert second.calls == [("regenerate_last",)]
    assert fakes.chat.calls == []
