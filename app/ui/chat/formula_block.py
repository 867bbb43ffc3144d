"""A section of a message that is a formula on its own, in the middle of the column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextOption
from PySide6.QtWidgets import QWidget

from app.ui.chat.document_pictures import DocumentPictures
from app.ui.chat.parts import Formula, Kind, Run, Style
from app.ui.chat.plain import LINE_BREAK
from app.ui.chat.text_styles import OBJECT, TextStyles
from app.ui.chat.wide_text import WideText


class FormulaBlock(WideText):
    """Shows one formula: its picture, or its source as long as there is none."""

    def __init__(self, styles: TextStyles, width: int, parent: QWidget | None = None) -> None:
        super().__init__(width, parent)
        self._styles = styles
        self._part: Formula | None = None
        self._shown: Run | None = None
        self._pictures = DocumentPictures(self.document, styles)
        self.document().setUndoRedoEnabled(False)
        self.document().setDefaultFont(styles.font)

    @property
    def first(self) -> Formula:
        """The part it shows."""
        assert self._part is not None
        return self._part

    @property
    def last(self) -> Formula:
        """The part it shows."""
        return self.first

    @property
    def has_sources(self) -> bool:
        """Whether it shows the source of the formula, which may be drawn by now."""
        return self._shown is not None and self._shown.text != OBJECT

    def show_parts(self, parts: Sequence[Formula]) -> bool:
        """Show the one formula of `parts`. Return whether anything changed."""
        (self._part,) = parts
        source = self._part.source
        words = Run(source.replace("\n", LINE_BREAK), Style.FORMULA, formula=source)
        run = self._styles.with_picture(words, is_wide=True)
        if run == self._shown:
            return False
        self._shown = run
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        is_drawn = run.text == OBJECT
        cursor.setBlockFormat(
            self._styles.cell_format(Qt.AlignmentFlag.AlignHCenter if is_drawn else None)
        )
        # A picture scrolls, and words wrap.
        mode = (
            QTextOption.WrapMode.NoWrap
            if is_drawn
            else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        )
        self.setWordWrapMode(mode)
        self._pictures.insert(cursor, run, Kind.TEXT)
        cursor.endEditBlock()
        self.setAccessibleDescription(run.formula)
        return True

    def _least_width(self) -> int:
        if self._shown is None or self._shown.text != OBJECT:
            return 0
        picture = self._styles.picture(self._shown, Kind.TEXT)
        return 0 if picture is None else int(picture.size.width()) + 1
