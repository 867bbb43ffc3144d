"""What tests of widgets need: the theme in force, icons, and presenters that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.chat.formulas import formulas_of
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.ui.presenter_fakes import FakePresenters


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The theme, dressing the application as in the program."""
    palette, font = qapp.palette(), qapp.font()
    theme = Theme()
    theme.apply_to(qapp)
    yield theme
    formulas_of(theme).close()
    qapp.setStyleSheet("")
    # The next theme and the next window would follow them.
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def icons(theme: Theme) -> Icons:
    """The icons in the theme's colours."""
    return Icons(theme)


@pytest.fixture
def fakes(qtbot: QtBot) -> FakePresenters:
    """Presenters that remember what they were asked."""
    return FakePresenters()


@pytest.fixture
def open_window(
    fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot
) -> Callable[[], MainWindow]:
    """Show the window, at its usual size, with what the presenters have by then."""

    def show() -> MainWindow:
        window = MainWindow(fakes.bundle(), theme, icons)
        qtbot.addWidget(window)
        window.resize(1120, 760)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return window

    return show
