"""What the style sheet makes of Qt's own widgets."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QTabBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.settings.schema import Theme as ThemeChoice
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.theme import Theme


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    return window


def _show(window: QWidget, qtbot: QtBot) -> None:
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


@pytest.mark.parametrize("count", [2, 5])
def test_the_list_of_a_box_shows_its_last_row_whole(
    window: QWidget, qtbot: QtBot, count: int
) -> None:
    box = SettingChooser("Preset", window)
    box.setGeometry(10, 10, 200, 36)
    box.set_items(tuple((place, f"Preset {place}") for place in range(count)), 0)
    _show(window, qtbot)
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    last = view.visualRect(box.model().index(count - 1, 0))
    assert view.viewport().rect().contains(last)
    assert view.verticalScrollBar().maximum() == 0
    box.hidePopup()


@pytest.mark.parametrize("kind", ["", "flat", "row"])
def test_the_focus_of_a_button_is_drawn_once(window: QWidget, qtbot: QtBot, kind: str) -> None:
    button = QPushButton("", window)
    button.setProperty("kind", kind)
    button.setGeometry(20, 20, 120, 40)
    _show(window, qtbot)
    _tab_to(button, qtbot)
    assert _inner_colors(button, button.rect(), 4) == 1


def test_the_focus_of_a_tab_is_drawn_once(window: QWidget, qtbot: QtBot) -> None:
    tabs = QTabBar(window)
    tabs.addTab(" " * 12)
    tabs.setDrawBase(False)
    QVBoxLayout(window).addWidget(tabs)
    _show(window, qtbot)
    _tab_to(tabs, qtbot)
    # A tab has a margin at its right.
    assert _inner_colors(tabs, tabs.tabRect(0).adjusted(0, 0, -4, 0), 4) == 1


def _tab_to(widget: QWidget, qtbot: QtBot) -> None:
    """Bring the keyboard there with Tab: only then Qt draws a frame of its own."""
    QTest.keyClick(widget.window(), Qt.Key.Key_Tab)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(widget.hasFocus)


def _inner_colors(widget: QWidget, part: QRect, inset: int) -> int:
    """Return how many colours there are inside the border of a widget without words."""
    image = widget.grab(part.adjusted(inset, inset, -inset, -inset)).toImage()
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return len({image.pixel(x, y) for x, y in places})


def test_what_a_file_dialog_proposes_can_be_read(
    window: QWidget, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, 1.0)
    (tmp_path / "models").mkdir()
    dialog = QFileDialog(window, "Open", str(tmp_path))
    qtbot.addWidget(dialog)
    _show(dialog, qtbot)
    field = cast(QLineEdit, dialog.findChild(QLineEdit, "fileNameEdit"))
    QTest.keyClicks(field, "mod")
    completer = field.completer()
    # The dialog reads its folder in a thread, and no proposal shows itself later.
    qtbot.waitUntil(lambda: completer.completionCount() == 1)
    completer.complete()
    popup = completer.popup()
    qtbot.waitUntil(popup.isVisible)
    image = popup.grab().toImage()
    assert image.pixelColor(image.width() - 6, image.height() - 6) == QColor(theme.colors.surface)
    popup.hide()
    dialog.close()
