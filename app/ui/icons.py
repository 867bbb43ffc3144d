"""The icons: our own line drawings from `resources/icons`, tinted with the theme's colours.

Rendered at the sizes the screens need, so that a line stays a line at every scale factor.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.paths import resources
from app.ui.theme import ICON_SIZE, Theme

#: The drawings of the window's icon, and for how many pixels each is.
_WINDOW_ICON = (((16, 24, 32), "cairn-small.svg"), ((48, 64, 128), "cairn.svg"))


class Icons:
    """Draws icons and keeps them, by name, colour and size."""

    def __init__(self, theme: Theme, folder: Path | None = None) -> None:
        self._theme = theme
        self._folder = folder or resources() / "icons"
        self._drawings: dict[str, QSvgRenderer] = {}
        self._icons: dict[tuple[object, ...], QIcon] = {}
        self._pixmaps: dict[tuple[object, ...], QPixmap] = {}

    def icon(self, name: str, color: str = "text", size: int = ICON_SIZE) -> QIcon:
        """Return the icon `name` in the theme's `color`, paler where a control is disabled.

        It has the colours of now: ask again when the theme has changed. Raises
        FileNotFoundError for an unknown name.
        """
        normal = getattr(self._theme.colors, color)
        faint = self._theme.colors.faint
        ratios = sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()})
        key = (name, normal, faint, size, *ratios)
        known = self._icons.get(key)
        if known is not None:
            return known
        icon = QIcon()
        for ratio in ratios:
            shape = self._draw(name, size, ratio)
            icon.addPixmap(_tinted(shape, QColor(normal)), QIcon.Mode.Normal)
            icon.addPixmap(_tinted(shape, QColor(faint)), QIcon.Mode.Disabled)
        self._icons[key] = icon
        return icon

    def pixmap(
        self, name: str, color: str = "text", size: int = ICON_SIZE, ratio: float = 1.0
    ) -> QPixmap:
        """Return one picture for painting; `size` is in logical pixels."""
        tint = getattr(self._theme.colors, color)
        key = (name, tint, size, ratio)
        known = self._pixmaps.get(key)
        if known is None:
            known = self._pixmaps[key] = _tinted(self._draw(name, size, ratio), QColor(tint))
        return known

    def _draw(self, name: str, size: int, ratio: float) -> QPixmap:
        drawing = self._drawings.get(name)
        if drawing is None:
            drawing = self._drawings[name] = _renderer(self._folder / f"{name}.svg")
        return _picture(drawing, size, ratio)


def logo(size: int, ratio: float) -> QPixmap:
    """Return the sign of the program in its own colours; `size` is in logical pixels.

    Qt's readers of picture files would load a library for each format they know.
    """
    return _picture(_renderer(resources() / "cairn.svg"), size, ratio)


def window_icon() -> QIcon:
    """Return the sign as desktops show it of a window that is open, drawn for each size."""
    icon = QIcon()
    for sizes, name in _WINDOW_ICON:
        drawing = _renderer(resources() / "desktop" / name)
        for size in sizes:
            icon.addPixmap(_picture(drawing, size, 1.0))
    return icon


def _renderer(file: Path) -> QSvgRenderer:
    if not file.is_file():
        raise FileNotFoundError(file)
    return QSvgRenderer(str(file))


def _picture(drawing: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    side = round(size * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _tinted(shape: QPixmap, color: QColor) -> QPixmap:
    """Return `shape` filled with one colour; only its coverage is kept."""
    pixmap = QPixmap(shape)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    # `fillRect` would set up gradients, with their two hundred names, for the first picture.
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(pixmap.rect())
    painter.end()
    return pixmap
