"""Tab goes through the window as it is read, also by what was made after the window was shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.presenters.notices import Level, Notice, NoticeAction
from app.store.store import SearchHit
from app.ui.main_window import MainWindow
from tests.ui.presenter_fakes import FakePresenters, conversation

HIT = SearchHit("one", "One", "m1", "a word", ((2, 6),))


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


def names_on_the_way(window: MainWindow) -> list[str]:
    """Return what Tab comes by from the composer until it is there again."""
    names: list[str] = []
    start = window.chat_pane.composer.focusProxy()
    assert start is not None
    start.setFocus()
    while len(names) < 50:
        focused = QApplication.focusWidget()
        assert focused is not None
        if names and focused is start:
            break
        names.append(QAccessible.queryAccessibleInterface(focused).text(QAccessible.Text.Name))
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return names


def names_after(name: str, window: MainWindow) -> list[str]:
    """Return what Tab comes by after the first control called `name`."""
    names = names_on_the_way(window)
    return names[names.index(name) + 1 :]


def test_an_empty_window(window: MainWindow) -> None:
    assert names_on_the_way(window)[:6] == [
        "Message",
        "Hide conversations",
        "Search conversations",
        "New conversation",
        "Bookmarks",
        "Model: Choose a model",
    ]


def test_the_list_comes_behind_the_buttons_above_it(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.conversations.give(conversation("one", "One", 1000.0))
    assert names_after("Bookmarks", window)[:2] == ["Conversations", "Model: Choose a model"]


def test_the_bookmarks_come_where_the_list_was(window: MainWindow, fakes: FakePresenters) -> None:
    fakes.conversations.give(conversation("one", "One", 1000.0))
    fakes.conversations.finder.bookmarks_listed.emit((HIT,))
    assert names_after("New conversation", window)[:4] == [
        "Bookmarks",
        "Back",
        "Bookmarks",
        "Model: Choose a model",
    ]


def test_a_notice_comes_before_the_conversation_it_stands_in(
    window: MainWindow, fakes: FakePresenters
) -> None:
    action = NoticeAction("Try again", fakes.notices.attach)
    fakes.notices.attach()
    fakes.notices.post(Notice(Level.ERROR, "It failed.", "", (action,), "Why it failed."))
    assert names_after("Settings", window)[:4] == [
        "Try again",
        "Details",
        "Dismiss",
        "Get a model for this board",
    ]
