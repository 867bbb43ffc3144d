"""The small window comes when it is asked for, from the menu or by a second start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.menus import Command
from app.ui.quick_ask import QuickAskWindow
from app.ui.quick_ask_door import QuickAskDoor
from app.ui.theme import Theme
from app.visit import Visit
from tests.ui.presenter_fakes import FakePresenters


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, icons: Icons, fakes: FakePresenters) -> MainWindow:
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def door(
    window: MainWindow, theme: Theme, icons: Icons, fakes: FakePresenters, tmp_path: Path
) -> Iterator[QuickAskDoor]:
    door = QuickAskDoor(
        window,
        fakes.bundle(),
        theme,
        icons,
        cast(Any, None),
        cast(Any, None),
        tmp_path / "cairn.socket",
    )
    yield door
    door.close()
    door.shut()
    if door._small is not None:
        door._small.deleteLater()


def small_window() -> QuickAskWindow | None:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, QuickAskWindow)]
    return found[0] if found and found[0].isVisible() else None


def test_the_menu_opens_it(window: MainWindow, door: QuickAskDoor) -> None:
    assert small_window() is None
    window.menus.action(Command.QUICK_ASK).trigger()
    assert small_window() is not None


def test_a_visit_brings_the_window_and_the_model(
    window: MainWindow, door: QuickAskDoor, fakes: FakePresenters
) -> None:
    door._on_visited(Visit("/models/a.gguf"))
    assert window.isVisible()
    assert ("load", "/models/a.gguf") in fakes.model.calls
    window.hide()


def test_the_last_window_that_closes_ends_the_program(
    qtbot: QtBot, window: MainWindow, door: QuickAskDoor
) -> None:
    door._on_visited(Visit(quick=True))
    small = small_window()
    assert small is not None
    with qtbot.waitSignal(door.left):
        small.close()


def test_the_program_goes_on_while_the_large_window_is_there(
    qtbot: QtBot, window: MainWindow, door: QuickAskDoor
) -> None:
    window.show()
    door.show()
    small = small_window()
    assert small is not None
    with qtbot.assertNotEmitted(door.left):
        small.close()
    window.hide()


def test_the_token_of_the_desktop_is_there_for_the_window_only(door: QuickAskDoor) -> None:
    door._on_visited(Visit("", True, "token-1"))
    assert "XDG_ACTIVATION_TOKEN" not in os.environ
