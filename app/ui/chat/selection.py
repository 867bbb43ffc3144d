"""What is selected in a conversation: from one point to another, whatever lies between.

A point names a message, a section of it and a place in the section's text, and no widget: those
come and go while the user scrolls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QTextCursor, QTextTable
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from app.ui.chat.document_pictures import words_of

#: A section of a message: text that can be selected.
Section = QTextEdit | QPlainTextEdit

#: Behind everything that a message has.
_LAST = 1 << 30


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the text of a message."""

    message_id: str
    section: int = 0
    position: int = 0

    @classmethod
    def end_of(cls, message_id: str) -> Point:
        """Return the place behind the last word of a message."""
        return cls(message_id, _LAST, _LAST)

    @property
    def is_start(self) -> bool:
        """Whether nothing of the message stands before it."""
        return self.section == 0 and self.position == 0

    @property
    def is_end(self) -> bool:
        """Whether it is behind the message, however long that is."""
        return self.section == _LAST


@dataclass(frozen=True, slots=True)
class Span:
    """From where the user began to where they are now."""

    anchor: Point
    focus: Point


@dataclass(frozen=True, slots=True)
class Reach:
    """The part of one message that a span covers."""

    start: Point
    end: Point

    @property
    def is_whole(self) -> bool:
        """Whether that is all of it."""
        return self.start.is_start and self.end.is_end

    def within(self, number: int, section: Section) -> tuple[int, int]:
        """Return the first and the last selected place in section `number`; equal for nothing."""
        if not self.start.section <= number <= self.end.section:
            return (0, 0)
        length = length_of(section)
        start = self.start.position if number == self.start.section else 0
        end = self.end.position if number == self.end.section else length
        return (min(start, length), min(end, length))


def length_of(section: Section) -> int:
    """Return the last place in the text of a section."""
    return section.document().characterCount() - 1


def show_selected(section: Section, start: int, end: int) -> None:
    """Select a part of a section's text."""
    cursor = section.textCursor()
    # The place is that of the first letter: the view of wide code stays where it is.
    wanted = (end, start)
    if start == end:
        if not cursor.hasSelection():
            return
        wanted = (cursor.position(), cursor.position())
    if (cursor.anchor(), cursor.position()) != wanted:
        cursor.setPosition(wanted[0])
        cursor.setPosition(wanted[1], QTextCursor.MoveMode.KeepAnchor)
        section.setTextCursor(cursor)


def text_between(section: Section, start: int, end: int) -> str:
    """Return a part of a section's text; the cells of a table stand behind tabs."""
    cursor = QTextCursor(section.document())
    tables = [
        frame
        for frame in section.document().rootFrame().childFrames()
        if isinstance(frame, QTextTable)
    ]
    if tables:
        return "\n".join(row for table in tables for row in _rows(table, start, end))
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return words_of(cursor)


def _rows(table: QTextTable, start: int, end: int) -> Iterator[str]:
    """Yield the rows of a table as far as they are between two places."""
    for row in range(table.rows()):
        cells: list[str] = []
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            cursor = cell.firstCursorPosition()
            first = max(start, cursor.position())
            last = min(end, cell.lastCursorPosition().position())
            if first <= last:
                cursor.setPosition(first)
                cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                cells.append(words_of(cursor))
        if cells:
            yield "\t".join(cells)
