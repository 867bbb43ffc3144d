"""What tests of widgets need: the theme in force, icons, and presenters that do as they are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.chat.formulas import formulas_of
from app.ui.icons import Icons
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
