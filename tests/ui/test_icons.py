"""Icons are there, sharp, and in the theme's colours."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from app.paths import resources
from app.settings.schema import Theme as ThemeChoice
from app.ui.icons import Icons, window_icon
from app.ui.theme import DARK, LIGHT, Theme

NAMES = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))


def strongest(image: QImage) -> QColor:
    """Return the colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    color = max(pixels, key=QColor.alpha)
    color.setAlpha(255)
    return color


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_draws_something_and_leaves_its_edge_free(icons: Icons, name: str) -> None:
    image = icons.pixmap(name).toImage()
    inked = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 0
    ]
    assert inked
    assert min(min(point) for point in inked) >= 1
    assert max(max(point) for point in inked) <= image.width() - 2


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_takes_its_colour_from_outside(name: str) -> None:
    source = (resources() / "icons" / f"{name}.svg").read_text()
    assert "#" not in source
    assert 'stroke="currentColor"' in source
    assert 'viewBox="0 0 24 24"' in source


def test_an_icon_has_the_colour_of_the_theme(theme: Theme, icons: Icons) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, 1.0)
    assert strongest(icons.pixmap("check", "accent").toImage()) == QColor(LIGHT.accent)
    theme.set_preferences(ThemeChoice.DARK, 1.0)
    assert strongest(icons.pixmap("check", "accent").toImage()) == QColor(DARK.accent)


def test_an_icon_is_paler_where_its_control_is_disabled(theme: Theme, icons: Icons) -> None:
    disabled = icons.icon("check").pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled)
    assert strongest(disabled.toImage()) == QColor(theme.colors.faint)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_an_icon_is_drawn_in_the_pixels_of_the_screen(icons: Icons, ratio: float) -> None:
    pixmap = icons.pixmap("menu", ratio=ratio)
    assert pixmap.width() == round(20 * ratio)


def test_an_unknown_icon_is_an_error(icons: Icons) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no such icon")


def test_the_window_has_an_icon_drawn_for_each_size(qapp: QApplication) -> None:
    sizes = [size.width() for size in window_icon().availableSizes()]
    assert sorted(sizes) == [16, 24, 32, 48, 64, 128]
