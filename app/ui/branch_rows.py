"""The rows of the tree of a conversation: what they say, and how they are drawn."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.chat.message import Message, Role
from app.chat.outline import OutlineRow
from app.chat.thinking import without_thinking
from app.store.plain import plain_line
from app.ui.icons import Icons
from app.ui.row_painting import line, row_ground, word_at_end
from app.ui.theme import CONTROL_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, FontRole, Theme

ROW_ROLE = Qt.ItemDataRole.UserRole
_LETTERS_READ = 4_000
_WORDS_SHOWN = 120
_SMALL_ICON = 14
#: Rows further in are not moved in any more: there must be room for their words.
_DEEPEST = 10
_PATH_WIDTH = 3


class BranchRows(QAbstractListModel):
    """The outline as a list."""

    def __init__(self, rows: tuple[OutlineRow, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Return how many messages there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a row, or what a screen reader says of it."""
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(row)
        return None

    def last_shown(self) -> int:
        """Return the number of the last row on the branch that is shown, or -1."""
        shown = [number for number, row in enumerate(self._rows) if row.is_shown]
        return shown[-1] if shown else -1

    def _spoken(self, row: OutlineRow) -> str:
        parts = [f"{self.name_of(row.message)}: {first_words(row.message)}"]
        if row.versions > 1:
            parts.append(
                self.tr("version {version} of {versions}").format(
                    version=row.version, versions=row.versions
                )
            )
        if row.message.bookmarked:
            parts.append(self.tr("bookmark"))
        if row.is_shown:
            parts.append(self.tr("shown"))
        return ", ".join(parts)

    def name_of(self, message: Message) -> str:
        """Return who wrote a message."""
        if message.role is Role.USER:
            return self.tr("You")
        return message.model or self.tr("Model")


def first_words(message: Message) -> str:
    """Return the beginning of what a message says, on one line, without markup."""
    text = message.text[:_LETTERS_READ]
    if message.role is Role.ASSISTANT:
        text = without_thinking(text)
        return plain_line(text, _WORDS_SHOWN) or "…"
    return " ".join(text.split())[:_WORDS_SHOWN] or "…"


class BranchDelegate(QStyledItemDelegate):
    """One message: who, the first words, its version; a bar at the left of the shown branch."""

    def __init__(self, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Give every row the height of a finger."""
        return QSize(0, max(CONTROL_HEIGHT, round(CONTROL_HEIGHT * self._theme.scale)))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a row."""
        row: OutlineRow = index.data(ROW_ROLE)
        rect = QRect(option.rect).adjusted(SPACE_XS, 1, -SPACE_XS, -1)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        row_ground(painter, rect, option, self._theme, chosen=chosen)
        indent = SPACE_L * min(row.depth, _DEEPEST)
        left = rect.left() + SPACE_S + indent
        painter.fillRect(
            QRect(left, rect.top() - 1, _PATH_WIDTH, rect.height() + 2),
            self._theme.color("accent" if row.is_shown else "line"),
        )
        room = QRect(rect)
        room.setLeft(left + _PATH_WIDTH + SPACE_M)
        room.setRight(self._paint_end(painter, room, row))
        self._paint_words(painter, room, row, index)
        painter.restore()

    def _paint_end(self, painter: QPainter, room: QRect, row: OutlineRow) -> int:
        """Draw version and marks at the end; return where they begin."""
        rest = room.adjusted(0, 0, -SPACE_S, 0)
        if row.versions > 1:
            small, quiet = self._theme.font(FontRole.SMALL), self._theme.color("quiet")
            word_at_end(painter, rest, f"{row.version}/{row.versions}", small, quiet)
        right = rest.right()
        marks = (
            ("bookmark", "accent", row.message.bookmarked),
            ("note", "quiet", row.message.note),
        )
        for icon, color, is_there in marks:
            if is_there:
                right -= _SMALL_ICON
                top = room.center().y() - _SMALL_ICON // 2
                ratio = painter.device().devicePixelRatioF()
                painter.drawPixmap(right, top, self._icons.pixmap(icon, color, _SMALL_ICON, ratio))
                right -= SPACE_S
        return right

    def _paint_words(
        self,
        painter: QPainter,
        room: QRect,
        row: OutlineRow,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rows = index.model()
        assert isinstance(rows, BranchRows)
        font = self._theme.font(FontRole.SMALL)
        painter.setFont(font)
        name = rows.name_of(row.message)
        metrics = painter.fontMetrics()
        width = min(metrics.horizontalAdvance(name) + SPACE_S, room.width() // 3)
        place = QRect(room.left(), room.top(), width, room.height())
        line(painter, place, name, font, self._theme.color("quiet"))
        words = room.adjusted(width, 0, 0, 0)
        color = self._theme.color("text" if row.is_shown else "quiet")
        line(painter, words, first_words(row.message), self._theme.font(), color)
