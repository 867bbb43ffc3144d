"""Markdown that may still be arriving, as sections below each other: prose, code, formulas, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, cast

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.arriving_text import ArrivingText
from app.ui.chat.code_block import CodeBlock
from app.ui.chat.focus import draw_ring
from app.ui.chat.formula_block import FormulaBlock
from app.ui.chat.groups import MOST_BOXES, Group, groups
from app.ui.chat.parts import Code, Formula, Paragraph, Part, Table
from app.ui.chat.prose import QUOTE_BAR_WIDTH, Prose
from app.ui.chat.stream import MarkdownStream
from app.ui.chat.table import TableSection
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Room above and below for the focus ring of a section.
RING = 4

SectionWidget = Prose | CodeBlock | TableSection | FormulaBlock


@dataclass(slots=True)
class _Section:
    """A widget, and the parts it shows."""

    widget: SectionWidget
    group: Group
    width: int = -1
    height: int = 0


class Flow(ArrivingText):
    """Shows Markdown that may still be arriving. Its owner asks it to go on and to lay out."""

    _STREAM: ClassVar[type[MarkdownStream]] = MarkdownStream

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
        super().__init__(theme, icons, styles, name, margin, width, parent)
        self._stream = self._STREAM()
        self._sections: list[_Section] = []
        styles.formulas.drawn.connect(self._on_formulas_drawn)

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing."""
        return not self._sections

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
            widget = section.widget
            if isinstance(widget, CodeBlock):
                yield widget.text
                yield from widget.buttons
            else:
                yield widget
                if isinstance(widget, TableSection) and widget.first.has_header:
                    yield widget.copy_button

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

    def _take(self, text: str) -> None:
        self._stream.feed(text)
        self._show(self._stream.finish() if self._is_finished else self._stream.update())

    def _show(self, first: int) -> None:
        """Bring the sections from the one that holds part `first` up to date."""
        parts = self._stream.parts
        kept = len(self._sections)
        while kept and self._sections[kept - 1].group.end > first:
            kept -= 1
        # A section that has room may take more paragraphs.
        kept = first_changed = max(0, kept - 1)
        start = self._sections[kept].group.start if kept < len(self._sections) else 0
        boxes = sum(not isinstance(section.widget, Prose) for section in self._sections[:kept])
        for group in groups(parts, start, MOST_BOXES - boxes):
            self._show_section(kept, group)
            kept += 1
        for section in self._sections[kept:]:
            _discard(section.widget)
        del self._sections[kept:]
        self._join_tables(first_changed)

    def _join_tables(self, first: int) -> None:
        """Let the sections of one table know each other, from section `first` on."""
        widgets = [section.widget for section in self._sections[max(0, first - 1) :]]
        for widget, below in zip_longest(widgets, widgets[1:]):
            if not isinstance(widget, TableSection):
                continue
            if isinstance(below, TableSection) and not below.first.has_header:
                widget.go_on_with(below)
            else:
                widget.go_on_with(None)

    def _show_section(self, number: int, group: Group) -> None:
        part = group.parts[0]
        if number == len(self._sections):
            self._sections.append(_Section(self._make_widget(part), group))
        section = self._sections[number]
        if not isinstance(section.widget, _widget_type(part)):
            _discard(section.widget)
            section.widget = self._make_widget(part)
            section.width = -1
        section.group = group
        if _show_parts(section.widget, group.parts):
            section.width = -1
        section.widget.show()

    def _make_widget(self, part: Part) -> SectionWidget:
        widget: SectionWidget
        if isinstance(part, Code):
            widget = CodeBlock(self._theme, self._icons, self._styles, self)
            widget.height_changed.connect(self._on_code_height_changed)
        elif isinstance(part, Table):
            widget = TableSection(self._theme, self._icons, self._styles, self._width, self)
        else:
            kind = FormulaBlock if isinstance(part, Formula) else Prose
            widget = kind(self._styles, self._width, self)
        if not isinstance(widget, CodeBlock):
            widget.setAccessibleName(self._name)
            widget.link_activated.connect(self.link_activated)
        widget.menu_requested.connect(self.menu_requested)
        return widget

    @Slot()
    def _on_formulas_drawn(self) -> None:
        """Show pictures where the source of formulas stood."""
        is_changed = False
        for section in self._sections:
            if isinstance(section.widget, CodeBlock) or not section.widget.has_sources:
                continue
            if _show_parts(section.widget, section.group.parts):
                section.width = -1
                is_changed = True
        if is_changed:
            self.height_changed.emit()

    @Slot()
    def _on_code_height_changed(self) -> None:
        for section in self._sections:
            if isinstance(section.widget, CodeBlock):
                section.width = -1
        self.height_changed.emit()


def _widget_type(part: Part) -> type[SectionWidget]:
    if isinstance(part, Code):
        return CodeBlock
    if isinstance(part, Table):
        return TableSection
    return FormulaBlock if isinstance(part, Formula) else Prose


def _show_parts(widget: SectionWidget, parts: Sequence[Part]) -> bool:
    if isinstance(widget, Prose):
        return widget.show_parts(cast("Sequence[Paragraph]", parts))
    if isinstance(widget, FormulaBlock):
        return widget.show_parts(cast("Sequence[Formula]", parts))
    if isinstance(widget, CodeBlock):
        return widget.show_parts(cast("Sequence[Code]", parts))
    return widget.show_parts(cast("Sequence[Table]", parts))


def _discard(widget: QWidget) -> None:
    # A widget that waits for its end would still be drawn.
    widget.hide()
    widget.deleteLater()
