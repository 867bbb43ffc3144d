"""Writes paragraphs into a text document, touching only what differs from what it holds.

Every paragraph is one text block: the number of the block is the index of the paragraph. Formulas
are pictures once they are drawn: write the same paragraphs again to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument

from app.ui.chat.document_pictures import DocumentPictures
from app.ui.chat.parts import Paragraph, Run
from app.ui.chat.reader import TASK_MARKERS
from app.ui.chat.text_styles import OBJECT, TextStyles, is_right_to_left


class ParagraphWriter:
    """Keeps one document equal to a sequence of paragraphs.

    The document of a widget is asked for at each use: PySide may take a new document for one that
    was deleted and had the same address, and what it gave out before is then no longer valid.
    """

    def __init__(self, document_of: Callable[[], QTextDocument], styles: TextStyles) -> None:
        self._document_of = document_of
        self._styles = styles
        self._written: list[Paragraph] = []
        self._pictures = DocumentPictures(document_of, styles)
        document = document_of()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(styles.font)
        document.setIndentWidth(styles.step)
        option = document.defaultTextOption()
        option.setTabStopDistance(styles.tab_distance)
        document.setDefaultTextOption(option)

    @property
    def has_sources(self) -> bool:
        """Whether it has the source of a formula, which may be drawn by now."""
        return any(
            run.formula and run.text != OBJECT
            for paragraph in self._written
            for run in paragraph.runs
        )

    def fit(self, width: int) -> None:
        """Make pictures that are wider than `width` smaller."""
        self._pictures.fit(width)

    def write(self, paragraphs: Sequence[Paragraph]) -> bool:
        """Make the document say `paragraphs`. Return whether anything had to change."""
        paragraphs = [self._with_pictures(paragraph) for paragraph in paragraphs]
        same = _common_length(self._written, paragraphs)
        if same == len(self._written) == len(paragraphs):
            return False
        cursor = QTextCursor(self._document_of())
        cursor.beginEditBlock()
        if same < len(self._written) and same < len(paragraphs):
            self._drop_after(cursor, same)
            self._rewrite(cursor, same, paragraphs[same])
            same += 1
        elif same < len(self._written):
            self._drop_after(cursor, max(0, same - 1))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for index in range(same, len(paragraphs)):
            self._append(cursor, index, paragraphs[index])
        cursor.endEditBlock()
        self._written = paragraphs
        return True

    def _with_pictures(self, paragraph: Paragraph) -> Paragraph:
        if any(run.formula for run in paragraph.runs):
            return replace(paragraph, runs=self._styles.with_pictures(paragraph.runs))
        return paragraph

    def _append(self, cursor: QTextCursor, index: int, paragraph: Paragraph) -> None:
        block = self._styles.block_format(paragraph, is_first=index == 0)
        if index == 0:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block, self._styles.char_format(Run("")))
        self._insert(cursor, paragraph, paragraph.runs)

    def _insert(
        self,
        cursor: QTextCursor,
        paragraph: Paragraph,
        runs: Sequence[Run],
        *,
        with_marker: bool = True,
    ) -> None:
        if paragraph.marker and with_marker:
            if paragraph.marker in TASK_MARKERS:
                self._pictures.insert_task(cursor, paragraph.marker)
                cursor.insertText("\t", self._styles.marker_format())
            else:
                cursor.insertText(paragraph.marker + "\t", self._styles.marker_format())
        for run in runs:
            if run.formula:
                self._pictures.insert(cursor, run, paragraph.kind)
            else:
                cursor.insertText(run.text, self._styles.char_format(run, paragraph.kind))
        if not paragraph.runs:
            # The height of an empty line is that of its format.
            cursor.setBlockCharFormat(self._format_of_empty(paragraph))

    def _format_of_empty(self, paragraph: Paragraph) -> QTextCharFormat:
        return self._styles.char_format(Run(""), paragraph.kind)

    def _drop_after(self, cursor: QTextCursor, index: int) -> None:
        """Remove the blocks after number `index`."""
        block = self._document_of().findBlockByNumber(index)
        cursor.setPosition(block.position() + block.length() - 1)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if cursor.hasSelection():
            cursor.removeSelectedText()
            # An empty block takes over the format of what was removed behind it.
            paragraph = self._written[index]
            cursor.setBlockFormat(self._styles.block_format(paragraph, is_first=index == 0))

    def _rewrite(self, cursor: QTextCursor, index: int, paragraph: Paragraph) -> None:
        """Replace what differs in block `index`, which is the last; a selection before it stays."""
        old = self._written[index]
        block = self._document_of().findBlockByNumber(index)
        cursor.setPosition(block.position())
        if _shape(old) != _shape(paragraph):
            cursor.setBlockFormat(self._styles.block_format(paragraph, is_first=index == 0))
            kept, runs = 0, paragraph.runs
        else:
            kept, runs = _kept(old, paragraph)
        cursor.setPosition(block.position() + kept)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if cursor.hasSelection():
            cursor.removeSelectedText()
        self._insert(cursor, paragraph, runs, with_marker=kept == 0)


def _common_length(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one is not other and one != other:
            break
        length += 1
    return length


def _kept(old: Paragraph, new: Paragraph) -> tuple[int, tuple[Run, ...]]:
    """Return how much of the old text stays, in the document's characters, and what follows it."""
    kept = _units(old.marker) + 1 if old.marker else 0
    for number, run in enumerate(new.runs):
        if number >= len(old.runs):
            return kept, new.runs[number:]
        before = old.runs[number]
        if before == run:
            kept += _units(run.text)
        elif (
            (before.style, before.link) == (run.style, run.link)
            and not before.formula
            and not run.formula
            and run.text.startswith(before.text)
        ):
            rest = Run(run.text[len(before.text) :], run.style, run.link)
            return kept + _units(before.text), (rest, *new.runs[number + 1 :])
        else:
            return kept, new.runs[number:]
    return kept, ()


def _shape(paragraph: Paragraph) -> tuple[object, ...]:
    """Return what decides on the format of the block."""
    turns = bool(paragraph.marker) and is_right_to_left(paragraph)
    return (paragraph.kind, paragraph.place, paragraph.marker, turns)


def _units(text: str) -> int:
    """Return the length of `text` in UTF-16 units, in which a document counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
