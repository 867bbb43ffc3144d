"""List, conversation and settings stand side by side, or over each other where it is narrow."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.panes import BODY_MINIMUM, LIST_WIDTH, NARROW_WIDTH, SETTINGS_WIDTH, Panes
from app.ui.theme import Theme

WIDE = LIST_WIDTH + SETTINGS_WIDTH + BODY_MINIMUM + 20


@pytest.fixture
def panes(theme: Theme, qtbot: QtBot) -> Panes:
    panes = Panes(theme)
    panes.hold(QWidget(panes), QWidget(panes), QWidget(panes))
    qtbot.addWidget(panes)
    panes.resize(WIDE, 700)
    with qtbot.waitExposed(panes):
        panes.show()
    return panes


def test_a_wide_window_shows_all_three_side_by_side(panes: Panes) -> None:
    panes.show_settings(True)
    side, body, settings = panes._side, panes._body, panes._settings
    assert side.isVisible()
    assert side.geometry().right() + 1 == body.geometry().left()
    assert body.geometry().right() + 1 == settings.geometry().left()
    assert settings.geometry().right() + 1 == panes.width()


def test_where_two_fit_the_settings_take_the_lists_place(panes: Panes) -> None:
    panes.resize(NARROW_WIDTH + 10, 700)
    assert panes._side.isVisible()
    panes.show_settings(True)
    assert not panes._side.isVisible()
    assert panes._body.width() == NARROW_WIDTH + 10 - SETTINGS_WIDTH
    panes.show_settings(False)
    assert panes._side.isVisible()


def test_in_a_narrow_window_the_list_is_a_drawer(panes: Panes, qtbot: QtBot) -> None:
    panes.resize(800, 480)
    assert not panes._side.isVisible()
    panes.show_list(True)
    assert panes.is_drawer_open
    assert panes._body.geometry() == panes.rect()
    qtbot.waitUntil(lambda: panes._side.pos() == QPoint(0, 0))


def test_a_press_beside_the_drawer_closes_it(panes: Panes) -> None:
    panes.resize(800, 480)
    panes.show_list(True)
    QTest.mouseClick(
        panes._veil, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(700, 200)
    )
    assert not panes._side.isVisible()
    assert not panes._veil.isVisible()


def test_a_drawer_does_not_change_what_a_wide_window_shows(panes: Panes) -> None:
    panes.show_list(False)
    panes.resize(800, 480)
    panes.show_list(True)
    panes.resize(WIDE, 700)
    assert not panes._side.isVisible()
    assert not panes.wants_list


def test_in_a_narrow_window_the_settings_cover_everything(panes: Panes, qtbot: QtBot) -> None:
    panes.resize(800, 480)
    panes.show_settings(True)
    qtbot.waitUntil(lambda: panes._settings.geometry() == panes.rect())


def test_it_tells_when_the_room_changes(panes: Panes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panes.room_changed) as changed:
        panes.resize(800, 480)
    assert changed.args == [True, True]
    with qtbot.assertNotEmitted(panes.room_changed):
        panes.resize(790, 470)


def test_it_tells_when_the_list_comes_and_goes(panes: Panes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panes.list_shown_changed) as changed:
        panes.show_list(False)
    assert changed.args == [False, False]
    panes.resize(800, 480)
    with qtbot.waitSignal(panes.list_shown_changed) as changed:
        panes.show_list(True)
    assert changed.args == [True, True]


@pytest.mark.parametrize("width", [320, 360, 480])
def test_a_drawer_leaves_something_to_press_beside_it(panes: Panes, width: int) -> None:
    panes.resize(width, 400)
    panes.show_list(True)
    assert panes._side.width() <= width - 48
