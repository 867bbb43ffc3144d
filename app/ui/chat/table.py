"""A section of a message that is some rows of a table, with hairlines between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableCell,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

from app.ui.chat.parts import Alignment, Paragraph, Run, Table
from app.ui.chat.text_styles import TextStyles, is_right_to_left
from app.ui.chat.text_view import TextView

_PADDING = 8
_ALIGNMENTS = {
    Alignment.LEADING: None,
    Alignment.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    Alignment.CENTER: Qt.AlignmentFlag.AlignHCenter,
    Alignment.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
}


class TableSection(TextView):
    """Shows one table part; rows that are added or change are written alone."""

    def __init__(self, styles: TextStyles, width: int, parent: QWidget | None = None) -> None:
        super().__init__(width, parent)
        self._styles = styles
        self._part: Table | None = None
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

    def show_parts(self, parts: Sequence[Table]) -> bool:
        """Show the one table of `parts`. Return whether anything changed."""
        (new,) = parts
        old, self._part = self._part, new
        if old == new:
            return False
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        known: Sequence[tuple[tuple[Run, ...], ...]] = ()
        if (
            old is not None
            and self._table is not None
            and (old.shares, old.alignments, old.has_header)
            == (new.shares, new.alignments, new.has_header)
            and len(old.rows) <= len(new.rows)
        ):
            known = old.rows
            if len(new.rows) > len(known):
                self._table.appendRows(len(new.rows) - len(known))
        else:
            self._make_table(cursor, new)
        for number, row in enumerate(new.rows):
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
            painter.fillRect(0, max(0, top), self.width(), 1, color)
        painter.end()

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
            cursor.insertText(run.text, form)


def _place_of_text(cursor: QTextCursor) -> tuple[bool, int]:
    return bool(cursor.block().text()), cursor.position()


def _is_rtl(part: Table) -> bool:
    first = next((cell for cell in part.rows[0] if cell), ()) if part.rows else ()
    return is_right_to_left(Paragraph(first))
