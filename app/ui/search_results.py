"""What was found, or bookmarked: the conversation's title and the words around the match."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QTextCharFormat
from PySide6.QtWidgets import (
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.store.store import SearchHit
from app.ui.row_list import RowList
from app.ui.row_painting import line, lines, row_ground
from app.ui.theme import SPACE_M, SPACE_S, FontRole, Theme
from app.ui.titles import shown_title

#: Data role of the `SearchHit` behind an index.
HIT_ROLE = Qt.ItemDataRole.UserRole

SNIPPET_LINES = 2


class _Hits(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()

    def set_hits(self, hits: tuple[SearchHit, ...]) -> None:
        self.beginResetModel()
        self._hits = hits
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._hits)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        if role == HIT_ROLE:
            return hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            what = self.tr("Note: {words}") if hit.is_note else "{words}"
            return f"{shown_title(hit.conversation_title)}: {what.format(words=hit.snippet)}"
        return None


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        title = QFontMetrics(self._theme.font()).height()
        snippet = QFontMetrics(self._theme.font(FontRole.SMALL)).lineSpacing()
        return QSize(0, title + SNIPPET_LINES * snippet + 2 * SPACE_S)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        hit: SearchHit = index.data(HIT_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        row_ground(
            painter, rect.adjusted(SPACE_S, 1, -SPACE_S, -1), option, self._theme, chosen=False
        )
        text = rect.adjusted(SPACE_S + SPACE_M, SPACE_S, -SPACE_S - SPACE_M, -SPACE_S)
        height = QFontMetrics(self._theme.font()).height()
        title = QRect(text.left(), text.top(), text.width(), height)
        small = self._theme.font(FontRole.SMALL)
        if hit.is_note:
            word = self.tr("Note")
            width = QFontMetrics(small).horizontalAdvance(word) + SPACE_S
            line(
                painter,
                title.adjusted(max(0, title.width() - width), 0, 0, 0),
                word,
                small,
                self._theme.color("accent"),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            )
            title.setRight(title.right() - width)
        line(
            painter,
            title,
            shown_title(hit.conversation_title),
            self._theme.font(),
            self._theme.color("text"),
        )
        mark = QTextCharFormat()
        mark.setForeground(self._theme.color("accent"))
        mark.setFontWeight(QFont.Weight.DemiBold)
        # Each character is replaced by one, so the places of the matches stay right.
        snippet = "".join(" " if letter.isspace() else letter for letter in hit.snippet)
        lines(
            painter,
            text.adjusted(0, height, 0, 0),
            snippet,
            small,
            self._theme.color("quiet"),
            at_most=SNIPPET_LINES,
            marked=tuple(_in_units(snippet, span) for span in hit.highlights),
            mark=mark,
        )
        painter.restore()


class SearchResults(RowList):
    """The list of matches; Enter or a click opens one."""

    #: The user chose a match; carries the SearchHit.
    hit_chosen = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits = _Hits(self)
        self.setModel(self._hits)
        self.setItemDelegate(_HitDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setAccessibleName(name)
        # Not `activated` as well: some desktops send both for one click.
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self._on_theme_changed)

    def set_hits(self, hits: tuple[SearchHit, ...]) -> None:
        """Show `hits` in their order."""
        self._hits.set_hits(hits)
        self.scrollToTop()

    def choose_first(self) -> None:
        """Open the first match, if there is one."""
        if self._hits.rowCount():
            self.hit_chosen.emit(self._hits.index(0).data(HIT_ROLE))

    def step_in(self) -> None:
        """Take the keyboard, at the first match."""
        if self._hits.rowCount():
            self.setFocus(Qt.FocusReason.TabFocusReason)
            self.setCurrentIndex(self._hits.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the match under the keyboard's place on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.hit_chosen.emit(index.data(HIT_ROLE))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()


def _in_units(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Return a span of code points as Qt counts it: an emoji is two."""
    start, end = (len(text[:place].encode("utf-16-le")) // 2 for place in span)
    return start, end
