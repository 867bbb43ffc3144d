"""A section of a message that is paragraphs: headings, lists, quotes and rules among them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.parts import Kind, Paragraph
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.text_view import TextView
from app.ui.chat.writer import ParagraphWriter

QUOTE_BAR_WIDTH = 3


class Prose(TextView):
    """Shows paragraphs, and draws what a text document cannot: quote bars and rules."""

    def __init__(self, styles: TextStyles, width: int, parent: QWidget | None = None) -> None:
        super().__init__(width, parent)
        self._styles = styles
        self._writer = ParagraphWriter(self.document, styles)
        self._parts: Sequence[Paragraph] = ()
        self._is_drawn_on = False

    @property
    def first(self) -> Paragraph:
        """The paragraph at the top; it says how far the section is from the one above."""
        return self._parts[0]

    @property
    def last(self) -> Paragraph:
        """The paragraph at the bottom."""
        return self._parts[-1]

    @property
    def has_sources(self) -> bool:
        """Whether it shows the source of a formula, which may be drawn by now."""
        return self._writer.has_sources

    def height_at(self, width: int) -> int:
        """Lay the text out in `width` and return its height."""
        self._writer.fit(width)
        return super().height_at(width)

    def show_parts(self, parts: Sequence[Paragraph]) -> bool:
        """Say `parts`, at least one. Return whether anything changed."""
        self._parts = parts
        self._is_drawn_on = any(part.place.quotes or part.kind is Kind.RULE for part in parts)
        return self._writer.write(parts)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars and rules, then the text."""
        if self._is_drawn_on:
            self._draw_below(event)
        super().paintEvent(event)

    def _draw_below(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        layout = self.document().documentLayout()
        block = self.document().begin()
        bars: dict[int, QRectF] = {}
        for part in self._parts:
            rect = layout.blockBoundingRect(block).translated(0, self._styles.sink / 2)
            for quote in [quote for quote in bars if quote not in part.place.quotes]:
                self._draw_bar(painter, bars.pop(quote))
            if rect.top() > event.rect().bottom():
                break
            if part.kind is Kind.RULE:
                left = part.place.indent * self._styles.step
                line = QRectF(left, round(rect.center().y()), self.width() - left, 1)
                painter.fillRect(line, self._styles.line_color)
            for quote in part.place.quotes:
                rtl = block.textDirection() == Qt.LayoutDirection.RightToLeft
                left = quote * self._styles.step
                left = self.width() - left - QUOTE_BAR_WIDTH if rtl else left
                begun = bars.setdefault(quote, QRectF(left, rect.top(), QUOTE_BAR_WIDTH, 0))
                begun.setBottom(rect.bottom())
            block = block.next()
        for bar in bars.values():
            self._draw_bar(painter, bar)
        painter.end()

    def _draw_bar(self, painter: QPainter, bar: QRectF) -> None:
        painter.setBrush(self._styles.edge_color)
        painter.drawRoundedRect(bar, QUOTE_BAR_WIDTH / 2, QUOTE_BAR_WIDTH / 2)
