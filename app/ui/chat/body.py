"""The words of a model, as sections below each other: prose, code, tables.

Text is read in slices, so that a very long message does not stop the window; the same steps show
an answer while it streams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.code_block import CodeBlock
from app.ui.chat.focus import draw_ring
from app.ui.chat.parts import Code, Paragraph, Part, Table
from app.ui.chat.prose import QUOTE_BAR_WIDTH, Prose
from app.ui.chat.stream import MarkdownStream
from app.ui.chat.table import TableSection
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How much text is read before the window gets to draw again, in characters.
SLICE = 16 * 1024
#: Room above and below for the focus ring of a section.
RING = 4
#: How much one prose section holds: what changes at its end is laid out with all of it.
_MOST_PARAGRAPHS = 40
_MOST_CHARACTERS = 8_000

SectionWidget = Prose | CodeBlock | TableSection


@dataclass(slots=True)
class _Section:
    """A widget, and which of the parts it shows."""

    widget: SectionWidget
    start: int
    count: int
    width: int = -1
    height: int = 0


class Body(QWidget):
    """Shows Markdown that may still be arriving. The view asks it to go on and to lay out."""

    #: The user chose a link; carries its address.
    link_activated = Signal(str)
    #: The user wants the menu; carries the place on the screen and the address below it, or "".
    menu_requested = Signal(QPoint, str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        name: str,
        margin: int,
        width: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._styles = styles
        self._name = name
        self._margin = margin
        self._width = width
        self._stream = MarkdownStream()
        self._waiting: list[str] = []
        self._is_ending = False
        self._is_finished = False
        self._sections: list[_Section] = []

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show."""
        return bool(self._waiting) or (self._is_ending and not self._is_finished)

    @property
    def is_ended(self) -> bool:
        """Whether no more text will come."""
        return self._is_ending

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing."""
        return not self._sections

    def append(self, text: str) -> None:
        """Take over more text."""
        self._waiting.append(text)

    def end(self) -> None:
        """Note that no more text will come."""
        self._is_ending = True

    def advance(self) -> None:
        """Show some of the waiting text."""
        text = "".join(self._waiting)
        now, later = text[:SLICE], text[SLICE:]
        self._waiting = [later] if later else []
        self._stream.feed(now)
        if self._is_ending and not later:
            self._is_finished = True
            first = self._stream.finish()
        else:
            first = self._stream.update()
        self._show(first)

    def arrange(self, width: int) -> int:
        """Place the sections in `width` and return the height."""
        self._width = width
        top = RING if self._sections else 0
        for number, section in enumerate(self._sections):
            place = section.widget.first.place
            if number:
                top += self._styles.gap(place.gap)
            # Paragraphs carry their indent themselves.
            own = isinstance(section.widget, Prose)
            left = 0 if own else min(place.indent * self._styles.step, width // 2)
            if section.width != width:
                section.width = width
                section.height = section.widget.height_at(width - left)
            section.widget.setGeometry(self._margin + left, top, width - left, section.height)
            top += section.height
        return top + RING if self._sections else 0

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end, where more will come, in `color`; None takes the mark away."""
        for section in self._sections[:-1]:
            section.widget.show_caret(None)
        if self._sections:
            self._sections[-1].widget.show_caret(color)

    def colorize(self) -> bool:
        """Colour one code block that is not coloured yet. Return whether there was one."""
        return any(
            section.widget.colorize()
            for section in self._sections
            if isinstance(section.widget, CodeBlock)
        )

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        for section in self._sections:
            if isinstance(section.widget, CodeBlock):
                yield section.widget.text
                yield section.widget.copy_button
            else:
                yield section.widget

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies between sections: quote bars beside code and tables, and the focus."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        above: tuple[int, ...] = ()
        bottom = 0
        for section in self._sections:
            widget = section.widget
            rect = widget.geometry()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._styles.edge_color)
            for quote in widget.first.place.quotes:
                top = bottom if quote in above else rect.top()
                end = rect.top() if isinstance(widget, Prose) else rect.bottom() + 1
                left = self._margin + quote * self._styles.step
                painter.drawRoundedRect(QRectF(left, top, QUOTE_BAR_WIDTH, end - top), 1.5, 1.5)
            if isinstance(widget, TextView) and widget.focused_by_keyboard:
                ring = rect.adjusted(-2 * RING, -RING, 2 * RING, RING)
                draw_ring(painter, self._theme, ring)
            above, bottom = widget.last.place.quotes, rect.bottom() + 1
        painter.end()

    def _show(self, first: int) -> None:
        """Bring the sections from the one that holds part `first` up to date."""
        parts = self._stream.parts
        kept = len(self._sections)
        while kept and self._sections[kept - 1].start + self._sections[kept - 1].count > first:
            kept -= 1
        # A section that has room may take more paragraphs.
        kept = max(0, kept - 1)
        start = self._sections[kept].start if kept < len(self._sections) else 0
        for number, (begin, count) in enumerate(_groups(parts, start), kept):
            self._show_section(number, begin, parts[begin : begin + count])
            kept = number + 1
        for section in self._sections[kept:]:
            _discard(section.widget)
        del self._sections[kept:]

    def _show_section(self, number: int, start: int, parts: Sequence[Part]) -> None:
        if number < len(self._sections):
            section = self._sections[number]
            if isinstance(section.widget, _WIDGETS[type(parts[0])]):
                section.start, section.count = start, len(parts)
                if _show_parts(section.widget, parts):
                    section.width = -1
                return
            _discard(section.widget)
            section.widget = self._make_widget(parts[0])
            section.start, section.count, section.width = start, len(parts), -1
        else:
            section = _Section(self._make_widget(parts[0]), start, len(parts))
            self._sections.append(section)
        _show_parts(section.widget, parts)
        section.widget.show()

    def _make_widget(self, part: Part) -> SectionWidget:
        widget: SectionWidget
        if isinstance(part, Code):
            widget = CodeBlock(self._theme, self._icons, self._styles, self)
        else:
            kind = Prose if isinstance(part, Paragraph) else TableSection
            widget = kind(self._styles, self._width, self)
            widget.setAccessibleName(self._name)
            widget.link_activated.connect(self.link_activated)
        widget.menu_requested.connect(self.menu_requested)
        return widget


_WIDGETS: dict[type[Part], type[SectionWidget]] = {
    Paragraph: Prose,
    Code: CodeBlock,
    Table: TableSection,
}


def _show_parts(widget: SectionWidget, parts: Sequence[Part]) -> bool:
    if isinstance(widget, Prose):
        return widget.show_parts(cast("Sequence[Paragraph]", parts))
    if isinstance(widget, CodeBlock):
        return widget.show_parts(cast("Sequence[Code]", parts))
    return widget.show_parts(cast("Sequence[Table]", parts))


def _discard(widget: QWidget) -> None:
    # A widget that waits for its end would still be drawn.
    widget.hide()
    widget.deleteLater()


def _groups(parts: Sequence[Part], start: int) -> Iterator[tuple[int, int]]:
    """Yield which parts go into one section, from `start` on: how many, from where.

    Only what stands before decides, so that an answer that grows is cut as the finished one is.
    """
    while start < len(parts):
        end = start
        room = _MOST_CHARACTERS
        while (
            end < len(parts)
            and end - start < _MOST_PARAGRAPHS
            and isinstance(part := parts[end], Paragraph)
            and (room > 0 or end == start)
        ):
            room -= part.length
            end += 1
        end = max(end, start + 1)
        yield start, end - start
        start = end
