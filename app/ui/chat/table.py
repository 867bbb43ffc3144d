"""A section of a message that is some rows of a table, with hairlines between them.

A long table comes as several sections, which scroll sideways together and are copied as one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import (
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableCell,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

from app.ui.chat.copy_button import SIDE, CopyButton
from app.ui.chat.csv_text import csv_text
from app.ui.chat.document_pictures import DocumentPictures
from app.ui.chat.parts import Alignment, Kind, Paragraph, Run, Table
from app.ui.chat.text_styles import OBJECT, TextStyles, is_right_to_left
from app.ui.chat.wide_text import WideText
from app.ui.icons import Icons
from app.ui.theme import SPACE_XS, Theme

_PADDING = 8
#: Room for the button at the right.
_MARGIN = SIDE + SPACE_XS
_Row = tuple[tuple[Run, ...], ...]
_ALIGNMENTS = {
    Alignment.LEADING: None,
    Alignment.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    Alignment.CENTER: Qt.AlignmentFlag.AlignHCenter,
    Alignment.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
}


class TableSection(WideText):
    """Shows one table part; rows that are added or change are written alone."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        width: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(width - _MARGIN, parent)
        self._styles = styles
        self._part: Table | None = None
        #: What the part says as it is shown, formulas that are drawn as pictures.
        self._rows: tuple[_Row, ...] = ()
        self._pictures = DocumentPictures(self.document, styles)
        #: The section with the next rows of the same table.
        self._next: TableSection | None = None
        # Beside the table, where no cell is.
        self.setViewportMargins(0, 0, _MARGIN, 0)
        self.copy_button = CopyButton(theme, icons, self.tr("Copy table as CSV"), self)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.copy_button.hide()
        self._table: QTextTable | None = None
        self._is_rtl = False
        self.document().setUndoRedoEnabled(False)
        self.document().setDefaultFont(styles.font)

    @property
    def first(self) -> Table:
        """The part it shows."""
        assert self._part is not None
        return self._part

    @property
    def last(self) -> Table:
        """The part it shows."""
        return self.first

    @property
    def has_sources(self) -> bool:
        """Whether it shows the source of a formula, which may be drawn by now."""
        return any(
            run.formula and run.text != OBJECT for row in self._rows for cell in row for run in cell
        )

    @property
    def following(self) -> TableSection | None:
        """The section with the next rows of the same table."""
        return self._next

    def go_on_with(self, following: TableSection | None) -> None:
        """Take `following` for the rows below these; both scroll together."""
        if following is self._next:
            return
        self._next = following
        if following is not None:
            own, other = self.horizontalScrollBar(), following.horizontalScrollBar()
            own.valueChanged.connect(other.setValue)
            other.valueChanged.connect(own.setValue)

    def height_at(self, width: int) -> int:
        """Lay the table out in `width`, or wider, and return its height."""
        self.copy_button.setVisible(self.first.has_header)
        self.copy_button.move(width - SIDE, 0)
        return max(super().height_at(width - _MARGIN), SIDE if self.first.has_header else 0)

    def show_parts(self, parts: Sequence[Table]) -> bool:
        """Show the one table of `parts`. Return whether anything changed."""
        (new,) = parts
        old, self._part = self._part, new
        before, self._rows = self._rows, self._with_pictures(new)
        if old == new and before == self._rows:
            return False
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        known: Sequence[_Row] = ()
        if (
            old is not None
            and self._table is not None
            and (old.shares, old.alignments, old.has_header)
            == (new.shares, new.alignments, new.has_header)
            and len(old.rows) <= len(new.rows)
        ):
            known = before
            if len(new.rows) > len(known):
                self._table.appendRows(len(new.rows) - len(known))
        else:
            self._make_table(cursor, new)
        for number, row in enumerate(self._rows):
            if number >= len(known) or known[number] != row:
                self._write_row(number, row, new)
        cursor.endEditBlock()
        return True

    def end_of_text(self) -> QTextCursor:
        """Return the end of the last cell that says something."""
        assert self._table is not None
        row = self._table.rows() - 1
        cells = [self._table.cellAt(row, column) for column in range(self._table.columns())]
        ends = [cell.lastCursorPosition() for cell in cells]
        return max(ends, key=_place_of_text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and hairlines above the rows."""
        super().paintEvent(event)
        if self._table is None:
            return
        painter = QPainter(self.viewport())
        layout = self.document().documentLayout()
        has_header = self.first.has_header
        for row in range(1 if has_header else 0, self._table.rows()):
            block = self._table.cellAt(row, 0).firstCursorPosition().block()
            top = round(layout.blockBoundingRect(block).top()) - _PADDING
            if top > event.rect().bottom():
                break
            under_header = has_header and row == 1
            color = self._styles.edge_color if under_header else self._styles.line_color
            painter.fillRect(0, max(0, top), self.viewport().width(), 1, color)
        painter.end()

    def _with_pictures(self, part: Table) -> tuple[_Row, ...]:
        return tuple(
            tuple(
                self._styles.with_pictures(cell) if any(run.formula for run in cell) else cell
                for cell in row
            )
            for row in part.rows
        )

    def _least_width(self) -> int:
        letter = self._styles.letter
        needed = (
            100 * (word * letter + 2 * _PADDING) / share
            for word, share in zip(self.first.words, self.first.shares, strict=False)
        )
        return math.ceil(max(needed, default=0))

    def _has_bar(self) -> bool:
        return self._next is None

    def _make_table(self, cursor: QTextCursor, part: Table) -> None:
        self.document().clear()
        form = QTextTableFormat()
        form.setBorder(0)
        form.setCellSpacing(0)
        form.setCellPadding(_PADDING)
        # Text begins where the text of other sections begins.
        form.setLeftMargin(-_PADDING)
        form.setRightMargin(-_PADDING)
        # Qt does not turn a table round by itself.
        self._is_rtl = _is_rtl(part)
        shares = reversed(part.shares) if self._is_rtl else part.shares
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setColumnWidthConstraints(
            [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]
        )
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self._table = cursor.insertTable(len(part.rows), len(part.alignments), form)
        # Where its cursor stands, a text scrolls to by itself.
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_row(self, number: int, row: tuple[tuple[Run, ...], ...], part: Table) -> None:
        assert self._table is not None
        is_header = part.has_header and number == 0
        for column, alignment in enumerate(part.alignments):
            place = len(part.alignments) - 1 - column if self._is_rtl else column
            cell = self._table.cellAt(number, place)
            runs = row[column] if column < len(row) else ()
            self._write_cell(cell, runs, alignment, is_header=is_header)

    def _write_cell(
        self, cell: QTextTableCell, runs: Sequence[Run], alignment: Alignment, *, is_header: bool
    ) -> None:
        cursor = cell.firstCursorPosition()
        end = cell.lastCursorPosition().position()
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        block = self._styles.cell_format(_ALIGNMENTS[alignment])
        if self._is_rtl:
            block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        cursor.setBlockFormat(block)
        for run in runs:
            styles = self._styles
            form = styles.header_format(run) if is_header else styles.char_format(run)
            if run.formula:
                self._pictures.insert(cursor, run, Kind.TEXT, form)
            else:
                cursor.insertText(run.text, form)

    @Slot()
    def _on_copy_clicked(self) -> None:
        rows: list[_Row] = []
        section: TableSection | None = self
        while section is not None:
            rows.extend(section.first.rows)
            section = section.following
        QGuiApplication.clipboard().setText(csv_text(rows))
        self.copy_button.show_done()


def _place_of_text(cursor: QTextCursor) -> tuple[bool, int]:
    return bool(cursor.block().text()), cursor.position()


def _is_rtl(part: Table) -> bool:
    first = next((cell for cell in part.rows[0] if cell), ()) if part.rows else ()
    return is_right_to_left(Paragraph(first))
