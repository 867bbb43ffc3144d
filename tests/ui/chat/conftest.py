"""What tests of the chat view need: messages, and a view that is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.chat.text_styles import TextStyles
from app.ui.chat.view import ChatView
from app.ui.icons import Icons
from app.ui.theme import Theme


@pytest.fixture
def styles(theme: Theme) -> TextStyles:
    """The formats of the theme in force."""
    return TextStyles(theme)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, icons: Icons) -> Iterator[ChatView]:
    """A chat view of 800×480, shown and empty."""
    view = ChatView(theme, icons)
    qtbot.addWidget(view)
    view.resize(800, 480)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.hide()
