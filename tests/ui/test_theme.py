"""Colours that can be read, fonts that grow, and a theme that follows the desktop."""

from __future__ import annotations

import itertools
import re
from dataclasses import asdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.paths import resources
from app.settings.schema import Theme as ThemeChoice
from app.ui.theme import BODY_POINTS, DARK, LIGHT, Colors, FontRole, Theme

TEXTS = ("text", "quiet", "accent", "danger", "warning")
GROUNDS = ("ground", "surface", "raised", "hover", "selected")
READABLE = 4.5


def luminance(color: str) -> float:
    solid = QColor(color)
    channels = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (solid.redF(), solid.greenF(), solid.blueF())
    )
    red, green, blue = channels
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), list(itertools.product(TEXTS, GROUNDS)))
def test_every_text_can_be_read_on_every_ground(colors: Colors, text: str, ground: str) -> None:
    assert contrast(getattr(colors, text), getattr(colors, ground)) >= READABLE


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_the_accent_can_be_read(colors: Colors) -> None:
    assert contrast(colors.on_accent, colors.accent) >= READABLE
    assert contrast(colors.on_accent, colors.accent_hover) >= READABLE


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_pictures_of_the_style_sheet_have_the_colours_of_the_theme(name: str) -> None:
    colors = LIGHT if name == "light" else DARK
    known = set(asdict(colors).values())
    pictures = sorted((resources() / "icons" / "sheet").glob(f"{name}-*.svg"))
    assert pictures
    for picture in pictures:
        assert set(re.findall(r"#[0-9a-f]{6}", picture.read_text())) <= known


def test_the_users_choice_wins_over_the_desktop(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_preferences(ThemeChoice.DARK, 1.0)
    assert theme.colors is DARK
    with qtbot.waitSignal(theme.changed):
        theme.set_preferences(ThemeChoice.LIGHT, 1.0)
    assert theme.colors is LIGHT


def test_the_theme_of_the_desktop_is_followed(
    theme: Theme, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

    monkeypatch.setattr(QGuiApplication, "styleHints", Hints)
    with qtbot.waitSignal(theme.changed):
        theme._on_color_scheme_changed()
    assert theme.is_dark


def test_the_same_preferences_again_change_nothing(theme: Theme, qtbot: QtBot) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, 1.0)
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_preferences(ThemeChoice.LIGHT, 1.0)


def test_text_grows_with_the_users_scale(theme: Theme, qapp: QApplication) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, 1.5)
    assert theme.font(FontRole.BODY).pointSizeF() == pytest.approx(BODY_POINTS * 1.5)
    assert qapp.font().pointSizeF() == pytest.approx(BODY_POINTS * 1.5)


def test_the_application_takes_the_colours(theme: Theme, qapp: QApplication) -> None:
    theme.set_preferences(ThemeChoice.DARK, 1.0)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.ground)
    assert DARK.accent in qapp.styleSheet()
