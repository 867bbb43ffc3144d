"""What is wanted next is made after the window is there, and not before."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.warm_up import WarmUp
from tests.ui.presenter_fakes import FakePresenters


def test_the_conversation_and_the_settings_are_made_after_the_window(
    fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot
) -> None:
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    assert window.chat_pane._view is None
    assert window._settings_panel is None
    warm_up = WarmUp(window, window)
    warm_up.start()
    qtbot.waitUntil(lambda: window._settings_panel is not None)
    assert window.chat_pane._view is not None


def test_a_warm_up_that_is_stopped_makes_nothing_more(
    fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot
) -> None:
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    warm_up = WarmUp(window, window)
    warm_up.start()
    warm_up.stop()
    assert not warm_up._timer.isActive()
