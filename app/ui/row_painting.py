"""How a row of any list is drawn: its ground, its focus ring, and text that gives way."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.ui.icons import Icons
from app.ui.theme import ICON_SIZE, RADIUS, SPACE_S, Theme


def row_ground(
    painter: QPainter, rect: QRect, option: QStyleOptionViewItem, theme: Theme, *, chosen: bool
) -> None:
    """Draw what lies under a row: chosen, hovered, and the ring of the keyboard's place."""
    state = option.state  # type: ignore[attr-defined]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = None
    if chosen:
        fill = theme.color("selected")
    elif state & QStyle.StateFlag.State_MouseOver:
        fill = theme.color("hover")
    if fill is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)


def line(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    color: QColor,
    alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
) -> None:
    """Draw one line of plain text, with an ellipsis where it does not fit."""
    painter.setFont(font)
    painter.setPen(color)
    # A title from right to left reads so, and gives way at its end, but begins where others do.
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    if not alignment & Qt.AlignmentFlag.AlignHorizontal_Mask:
        alignment |= Qt.AlignmentFlag.AlignLeft
    alignment |= Qt.AlignmentFlag.AlignAbsolute
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(alignment) | int(Qt.TextFlag.TextSingleLine), shown)


def picture(painter: QPainter, icons: Icons, place: QRect, name: str, color: str) -> None:
    """Draw an icon as large as `place`."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(place, icons.pixmap(name, color, place.width(), ratio))


def mark_at_end(
    painter: QPainter,
    icons: Icons,
    rest: QRect,
    name: str,
    color: str,
    *,
    size: int = ICON_SIZE,
    gap: int = SPACE_S,
) -> None:
    """Draw an icon at the right of `rest`, which gives way to it."""
    place = QRect(0, 0, size, size)
    place.moveCenter(rest.center())
    place.moveRight(rest.right())
    picture(painter, icons, place, name, color)
    rest.setRight(place.left() - gap)


def word_at_end(painter: QPainter, rest: QRect, word: str, font: QFont, color: QColor) -> None:
    """Draw a word at the right of `rest`, which gives way to it."""
    width = QFontMetrics(font).horizontalAdvance(word)
    place = QRect(rest.right() - width, rest.top(), width + 1, rest.height())
    line(painter, place, word, font, color)
    rest.setRight(place.left() - SPACE_S)


def lines(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    color: QColor,
    *,
    at_most: int,
    marked: tuple[tuple[int, int], ...] = (),
    mark: QTextCharFormat | None = None,
) -> None:
    """Draw wrapped plain text; `marked` are the starts and ends of parts drawn in `mark`."""
    layout = _laid_out(text, font, rect.width(), marked, mark)
    if layout.lineCount() > at_most:
        last = layout.lineAt(at_most - 1)
        kept = text[: last.textStart() + last.textLength()].rstrip()
        while layout.lineCount() > at_most and kept:
            kept = kept[:-1].rstrip()
            layout = _laid_out(kept + "…", font, rect.width(), marked, mark)
    painter.setPen(color)
    layout.draw(painter, QPointF(rect.topLeft()), clip=QRectF(rect))


def _laid_out(
    text: str,
    font: QFont,
    width: int,
    marked: tuple[tuple[int, int], ...],
    mark: QTextCharFormat | None,
) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    if mark is not None:
        layout.setFormats([_range(start, end, mark) for start, end in marked if start < end])
    layout.beginLayout()
    top = 0.0
    while (row := layout.createLine()).isValid():
        row.setLineWidth(width)
        row.setPosition(QPointF(0, top))
        top += row.height()
    layout.endLayout()
    return layout


def _range(start: int, end: int, mark: QTextCharFormat) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start = start  # type: ignore[attr-defined]
    part.length = end - start  # type: ignore[attr-defined]
    part.format = mark  # type: ignore[attr-defined]
    return part
