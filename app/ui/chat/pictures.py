"""Small pictures in running text: formulas and the boxes of tasks, in the colours of the theme."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from itertools import count

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgRenderer

from app.ui.chat.formulas import Outline

#: The letters of formulas look smaller than those of the window's font.
FORMULA_SCALE = 1.1
#: Air around a formula, in ems, for lines that reach beyond their box.
AIR = 0.06
#: The size of letters that the formulas' font does not have, beside those that it has.
_LETTER_SIZE = 0.88
#: A wider formula, in ems, is shown as its source in running text: no column has room for it.
WIDEST_IN_LINE = 45.0
#: The most pixels of one picture; a larger one is drawn less sharp.
_MOST_PIXELS = 4_000_000
_MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, its size in logical pixels, and a number that no other has."""

    number: int
    image: QImage
    size: QSizeF
    ascent: float
    """How far its top is above the base line; 0 for what stands in the middle of its line."""


class Pictures:
    """Draws pictures for one theme and scale, and keeps those used last."""

    def __init__(
        self, font: QFont, em: float, text: QColor, link: QColor, quiet: QColor, ratio: float
    ) -> None:
        self._font = font
        self._em = em
        self._text = text
        self._link = link
        self._quiet = quiet
        self._ratio = ratio
        self._known: OrderedDict[tuple[object, ...], Picture] = OrderedDict()
        self._numbered: dict[int, Picture] = {}
        self._numbers = count(1)

    def get(self, number: int) -> Picture | None:
        """Return a picture by its number, unless others were used since."""
        return self._numbered.get(number)

    def formula(self, source: str, outline: Outline, size: float, *, is_link: bool) -> Picture:
        """Return a formula that stands in a line whose letters are `size` times as large."""
        key = (source, size, is_link)
        known = self._known.get(key)
        if known is None:
            color = self._link if is_link else self._text
            em = self._em * FORMULA_SCALE * size
            image = outline_image(outline, em, color, self._ratio)
            known = self._keep(key, image, (outline.ascent + AIR) * em)
        self._known.move_to_end(key)
        return known

    def task(self, *, is_done: bool) -> Picture:
        """Return the box of a task."""
        key = (is_done,)
        known = self._known.get(key) or self._keep(key, self._draw_task(is_done=is_done), 0.0)
        self._known.move_to_end(key)
        return known

    def _keep(self, key: tuple[object, ...], image: QImage, ascent: float) -> Picture:
        made = Picture(next(self._numbers), image, image.deviceIndependentSize(), ascent)
        self._known[key] = made
        self._numbered[made.number] = made
        while len(self._known) > _MOST_KEPT:
            _, old = self._known.popitem(last=False)
            del self._numbered[old.number]
        return made

    def _draw_task(self, *, is_done: bool) -> QImage:
        side = round(self._em * 0.92)
        image = blank(side + 2, side + 2, self._ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._quiet, max(1.0, self._em / 14)))
        painter.drawRoundedRect(QRectF(1.5, 1.5, side - 1, side - 1), side * 0.2, side * 0.2)
        if is_done:
            painter.setPen(
                QPen(
                    self._text,
                    max(1.4, self._em / 8),
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            points = ((0.26, 0.54), (0.44, 0.72), (0.76, 0.3))
            painter.drawPolyline([QPointF(1 + x * side, 1 + y * side) for x, y in points])
        painter.end()
        return image


def blank(width: float, height: float, ratio: float) -> QImage:
    """Return an empty image of a size in logical pixels."""
    wide, high = max(1, math.ceil(width)), max(1, math.ceil(height))
    ratio = min(ratio, math.sqrt(_MOST_PIXELS / (wide * high)))
    image = QImage(
        max(1, round(wide * ratio)),
        max(1, round(high * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def outline_image(outline: Outline, em: float, color: QColor, ratio: float) -> QImage:
    """Return a formula as an image, with some air around it."""
    height = max(0.2, outline.ascent + outline.descent) + 2 * AIR
    image = blank((outline.width + 2 * AIR) * em, height * em, ratio)
    painter = QPainter(image)
    origin = QPointF((AIR - outline.left) * em, (outline.ascent + AIR) * em)
    paint_outline(painter, outline, origin, em, color)
    painter.end()
    return image


def paint_outline(
    painter: QPainter, outline: Outline, origin: QPointF, em: float, color: QColor
) -> None:
    """Paint a formula whose base line begins at `origin`."""
    left, top = outline.left, -outline.ascent
    height = outline.ascent + outline.descent
    box = QRectF(left - AIR, top - AIR, outline.width + 2 * AIR, height + 2 * AIR)
    rgb = color.name()
    edges = (box.left(), box.top(), box.width(), box.height())
    view = " ".join(f"{100 * value:.2f}" for value in edges)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><g fill="{rgb}">']
    parts += [f'<path d="{path}"/>' for path in outline.filled]
    parts.append(f'</g><g fill="none" stroke="{rgb}">')
    parts += [f'<path stroke-width="{thick:.2f}" d="{path}"/>' for thick, path in outline.stroked]
    parts.append("</g></svg>")
    renderer = QSvgRenderer(QByteArray("".join(parts).encode()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    target = QRectF(box.topLeft() * em + origin, box.size() * em)
    renderer.render(painter, target)
    painter.setPen(color)
    for letter in outline.letters:
        font = painter.font()
        font.setPixelSize(max(1, round(letter.size * em * _LETTER_SIZE)))
        painter.setFont(font)
        painter.drawText(origin + QPointF(letter.x, letter.y) * em, letter.text)
