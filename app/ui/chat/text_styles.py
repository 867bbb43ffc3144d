"""The formats that parts are written with: fonts, colours and distances, made once per theme."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextOption,
)

from app.ui.chat.formulas import formulas_of
from app.ui.chat.parts import Gap, Kind, Paragraph, Run, Style, text_of
from app.ui.chat.pictures import WIDEST_IN_LINE, Picture, Pictures
from app.ui.chat.reader import LIST_STEPS, marker_steps
from app.ui.theme import FontRole, Theme

#: Line height in messages, relative to the size of the font.
LINE_HEIGHT = 1.55
_SIZES = {
    Kind.HEADING_1: 1.42,
    Kind.HEADING_2: 1.24,
    Kind.HEADING_3: 1.1,
    Kind.HEADING_4: 1.0,
}
_GAPS = {Gap.NONE: 0.0, Gap.TIGHT: 0.3, Gap.NORMAL: 0.8, Gap.WIDE: 1.35}
#: What stands for a picture in a text document. `plain.clean` lets none of a model's through.
OBJECT = "\ufffc"
_LETTERS = "documentwm"
#: Inline code is set a little smaller: monospaced letters look larger than others.
_MONO_SIZE = 0.93


class TextStyles:
    """Formats for one theme and scale; a change of either makes another object."""

    def __init__(self, theme: Theme) -> None:
        self._colors = theme.colors
        self.font = theme.font(FontRole.BODY)
        self.mono = theme.font(FontRole.MONO)
        #: The size of body text in pixels; distances follow it.
        self.em = float(QFontInfo(self.font).pixelSize())
        #: The usual width of a letter in the head of a table, where letters are wide.
        self.letter = self._width_of_letter()
        #: How far the text of a line stands below the middle of the line's height.
        self.sink = max(0.0, self.em * LINE_HEIGHT - QFontMetricsF(self.font).height()) / 2
        #: One step of indent, in pixels.
        self.step = max(2, round(self.em * 0.29))
        self.line_color = QColor(self._colors.line)
        self.edge_color = QColor(self._colors.edge)
        self.accent_color = QColor(self._colors.accent)
        self.quiet_color = QColor(self._colors.quiet)
        self.text_color = QColor(self._colors.text)
        #: The formulas that are drawn, for all that the theme dresses.
        self.formulas = formulas_of(theme)
        self.pictures = Pictures(
            self.font,
            self.em,
            self.text_color,
            self.accent_color,
            self.quiet_color,
            max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0),
        )
        self._chars: dict[tuple[Style, Kind, str], QTextCharFormat] = {}
        self._blocks: dict[tuple[object, ...], QTextBlockFormat] = {}

    def _width_of_letter(self) -> float:
        font = QFont(self.font)
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetricsF(font).horizontalAdvance(_LETTERS) / len(_LETTERS)

    def gap(self, gap: Gap) -> int:
        """Return a distance in pixels."""
        return round(_GAPS[gap] * self.em)

    def char_format(self, run: Run, kind: Kind = Kind.TEXT) -> QTextCharFormat:
        """Return the format of a run in a paragraph of `kind`."""
        key = (run.style, kind, run.link)
        known = self._chars.get(key)
        if known is None:
            known = self._make_char_format(run.style, kind, run.link)
            # Links differ from message to message and are not worth keeping.
            if not run.link:
                self._chars[key] = known
        return known

    def with_pictures(self, runs: tuple[Run, ...]) -> tuple[Run, ...]:
        """Return `runs` with pictures in the place of those formulas that are drawn."""
        return tuple(self.with_picture(run) if run.formula else run for run in runs)

    def with_picture(self, run: Run, *, is_wide: bool = False) -> Run:
        """Return a formula as a picture if it is drawn, and not too wide unless it may be."""
        outline = self.formulas.outline(run.formula)
        if outline is None or (outline.width > WIDEST_IN_LINE and not is_wide):
            return run
        return Run(OBJECT, run.style & ~Style.FORMULA, run.link, run.formula)

    def picture(self, run: Run, kind: Kind) -> Picture | None:
        """Return the picture of a formula in a paragraph of `kind`, unless it is not drawn."""
        outline = self.formulas.outline(run.formula)
        if outline is None:
            return None
        size = _SIZES.get(kind, 1.0)
        return self.pictures.formula(run.formula, outline, size, is_link=bool(run.link))

    def marker_format(self) -> QTextCharFormat:
        """Return the format of bullets and numbers."""
        made = QTextCharFormat(self.char_format(Run("")))
        made.setForeground(self.quiet_color)
        return made

    def block_format(self, paragraph: Paragraph, *, is_first: bool) -> QTextBlockFormat:
        """Return the format of a paragraph; the first of a document has no gap above."""
        is_rtl = bool(paragraph.marker) and is_right_to_left(paragraph)
        key = (paragraph.kind, paragraph.place, len(paragraph.marker), is_first, is_rtl)
        known = self._blocks.get(key)
        if known is None:
            known = self._blocks[key] = self._make_block_format(paragraph, is_first, is_rtl)
        return known

    def cell_format(self, alignment: Qt.AlignmentFlag | None) -> QTextBlockFormat:
        """Return the format of a paragraph in a table's cell."""
        made = QTextBlockFormat()
        self._set_line_height(made, 1.35)
        if alignment is not None:
            made.setAlignment(alignment)
        return made

    def header_format(self, run: Run) -> QTextCharFormat:
        """Return the format of a run in a table's header."""
        made = QTextCharFormat(self.char_format(run))
        made.setFontWeight(QFont.Weight.DemiBold)
        return made

    def _make_char_format(self, style: Style, kind: Kind, link: str) -> QTextCharFormat:
        size = self.font.pointSizeF() * _SIZES.get(kind, 1.0)
        made = QTextCharFormat()
        made.setForeground(QColor(self._colors.text))
        if Style.CODE in style:
            made.setFontFamilies(self.mono.families() or [self.mono.family()])
            made.setFontFixedPitch(True)
            made.setBackground(QColor(self._colors.raised))
            size *= _MONO_SIZE
        elif Style.FORMULA in style:
            made.setFontFamilies(self.mono.families() or [self.mono.family()])
            made.setFontFixedPitch(True)
            size *= _MONO_SIZE
        if size != self.font.pointSizeF():
            made.setFontPointSize(size)
        if kind in _SIZES:
            made.setFontWeight(QFont.Weight.DemiBold)
        if Style.BOLD in style:
            made.setFontWeight(QFont.Weight.Bold)
        made.setFontItalic(Style.ITALIC in style)
        made.setFontStrikeOut(Style.STRIKE in style)
        if link:
            made.setAnchor(True)
            made.setAnchorHref(link)
            made.setForeground(self.accent_color)
            made.setFontUnderline(True)
        return made

    def _make_block_format(
        self, paragraph: Paragraph, is_first: bool, is_rtl: bool
    ) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setIndent(paragraph.place.indent)
        if not is_first:
            made.setTopMargin(self.gap(paragraph.place.gap))
        if paragraph.kind is Kind.RULE:
            height = QTextBlockFormat.LineHeightTypes.FixedHeight
            made.setLineHeight(round(self.em * 0.6), height.value)
            return made
        self._set_line_height(made, LINE_HEIGHT * _SIZES.get(paragraph.kind, 1.0))
        if paragraph.marker:
            hang = float(marker_steps(paragraph.marker) * self.step)
            made.setTextIndent(-hang)
            # From right to left, Qt goes by the document's tab distance only.
            if not is_rtl:
                made.setTabPositions([QTextOption.Tab(hang, QTextOption.TabType.LeftTab)])
        if paragraph.kind in _SIZES:
            level = list(_SIZES).index(paragraph.kind) + 1
            made.setProperty(QTextFormat.Property.HeadingLevel.value, level)
        return made

    @property
    def tab_distance(self) -> float:
        """How far the text of a list item hangs in."""
        return float(LIST_STEPS * self.step)

    def _set_line_height(self, block: QTextBlockFormat, height: float) -> None:
        # At least, not exactly: scripts with tall letters get the room they need.
        kind = QTextBlockFormat.LineHeightTypes.MinimumHeight
        block.setLineHeight(round(self.em * height), kind.value)


def is_right_to_left(paragraph: Paragraph) -> bool:
    """Return whether the first letter of a paragraph belongs to a script that runs to the left."""
    for letter in text_of(paragraph.runs)[:200]:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL", "L"):
            return kind != "L"
    return False
