"""Draws the rows of the conversation list and edits a title in its place."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.chat.grouping import Group
from app.ui.conversation_rows import ROW_ROLE, WRITING_ROLE, Row
from app.ui.icons import Icons
from app.ui.row_painting import line, picture, row_ground
from app.ui.theme import (
    CONTROL_HEIGHT,
    ICON_SIZE,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    FontRole,
    Theme,
)
from app.ui.tooltip import plain_tooltip

_SMALL_ICON = 16
_DOT_RADIUS = 4


class ConversationDelegate(QStyledItemDelegate):
    """One row: a heading, which may fold, or a title; with a "more" button where the pointer is."""

    #: The "more" button of a row was pressed; carries its index and where to open a menu.
    more_requested = Signal(QModelIndex, QPoint)

    def __init__(self, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._shown_id = ""
        self._drop_key = ""

    def set_drop_target(self, key: str) -> None:
        """Mark the section that a dragged conversation would go to, or none for an empty key."""
        self._drop_key = key

    def set_shown(self, conversation_id: str) -> None:
        """Say which conversation is on the screen."""
        self._shown_id = conversation_id

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Give a heading room above it, and what can be pressed the height of a finger."""
        row: Row = index.data(ROW_ROLE)
        if row.conversation is None and not row.folds:
            height = self._theme.font(FontRole.SMALL).pointSizeF() * 1.8
            return QSize(0, round(height) + (SPACE_XS if index.row() == 0 else SPACE_L))
        return QSize(0, max(CONTROL_HEIGHT, round(36 * self._theme.scale)))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a row."""
        row: Row = index.data(ROW_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        if row.conversation is not None:
            is_writing = bool(index.data(WRITING_ROLE))
            self._paint_title(painter, option, rect, row, is_writing=is_writing)
        elif row.folds:
            self._paint_fold(painter, option, rect, row)
        else:
            line(
                painter,
                rect.adjusted(SPACE_S + SPACE_M, 0, -SPACE_S, -2),
                row.title,
                self._theme.font(FontRole.SMALL),
                self._theme.color("accent" if row.section.key == self._drop_key else "quiet"),
                Qt.AlignmentFlag.AlignBottom,
            )
        painter.restore()

    def createEditor(
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """Return a field for a new title."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Title of the conversation"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Put the field where the title stands."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(rect.adjusted(SPACE_S, 0, -SPACE_S, 0))

    def has_more(self, rect: QRect, position: QPoint, row: Row) -> bool:
        """Return whether a row has its "more" button at a place of the view."""
        can_be = row.conversation is not None or bool(row.section.folder)
        return can_be and _more_rect(rect).contains(position)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Open the row's menu when its "more" button is pressed."""
        row: Row = index.data(ROW_ROLE)
        if (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonPress
            and event.button() is Qt.MouseButton.LeftButton
        ):
            rect: QRect = option.rect  # type: ignore[attr-defined]
            button = _more_rect(rect)
            if self.has_more(rect, event.position().toPoint(), row):
                widget: QWidget = option.widget  # type: ignore[attr-defined]
                place = button.bottomLeft()
                if isinstance(widget, QAbstractItemView):
                    place = widget.viewport().mapToGlobal(place)
                self.more_requested.emit(model.index(index.row(), 0), place)
                return True
        return super().editorEvent(event, model, option, index)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Show the whole title in a tooltip, but only when it does not fit."""
        row: Row | None = index.data(ROW_ROLE) if index.isValid() else None
        if row is None:
            return super().helpEvent(event, view, option, index)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        room = _title_rect(rect, row).width() - ICON_SIZE - SPACE_S
        metrics = view.fontMetrics()
        if metrics.horizontalAdvance(row.title) <= room:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPos(), plain_tooltip(row.title), view)
        return True

    def _paint_title(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        row: Row,
        *,
        is_writing: bool,
    ) -> None:
        assert row.conversation is not None
        chosen = row.conversation.id == self._shown_id
        row_ground(
            painter, rect.adjusted(SPACE_S, 1, -SPACE_S, -1), option, self._theme, chosen=chosen
        )
        title = _title_rect(rect, row)
        if chosen or _is_touched(option):
            self._paint_icon(painter, "more", _more_rect(rect).center())
            title.setRight(_more_rect(rect).left())
        elif is_writing:
            self._paint_dot(painter, _more_rect(rect).center())
            title.setRight(_more_rect(rect).left())
        elif row.conversation.pinned and row.section.group is not Group.PINNED:
            self._paint_icon(painter, "pin", _more_rect(rect).center(), _SMALL_ICON)
            title.setRight(_more_rect(rect).left())
        tone = "quiet" if row.conversation.archived and not chosen else "text"
        line(painter, title, row.title, self._theme.font(), self._theme.color(tone))

    def _paint_fold(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, row: Row
    ) -> None:
        """Draw a heading that can be folded: an arrow, a picture, its name and how many it has."""
        target = row.section.key == self._drop_key
        inside = rect.adjusted(SPACE_S, 1, -SPACE_S, -1)
        row_ground(painter, inside, option, self._theme, chosen=target)
        left = rect.left() + SPACE_S + SPACE_M + _SMALL_ICON // 2
        arrow = "chevron-right" if row.is_collapsed else "chevron-down"
        self._paint_icon(painter, arrow, QPoint(left, rect.center().y()), _SMALL_ICON)
        picture = "folder" if row.section.folder else "archive"
        left += _SMALL_ICON + SPACE_XS
        self._paint_icon(painter, picture, QPoint(left, rect.center().y()), _SMALL_ICON)
        words = _title_rect(rect, row)
        small = self._theme.font(FontRole.SMALL)
        quiet = self._theme.color("quiet")
        end = _more_rect(rect)
        if row.section.folder and _is_touched(option):
            self._paint_icon(painter, "more", end.center())
        else:
            count = str(len(row.section.conversations))
            line(painter, end, count, small, quiet, Qt.AlignmentFlag.AlignCenter)
        words.setRight(end.left())
        line(painter, words, row.title, small, quiet)

    def _paint_dot(self, painter: QPainter, center: QPoint) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawEllipse(center, _DOT_RADIUS, _DOT_RADIUS)

    def _paint_icon(
        self, painter: QPainter, name: str, center: QPoint, size: int = ICON_SIZE
    ) -> None:
        place = QRect(0, 0, size, size)
        place.moveCenter(center)
        picture(painter, self._icons, place, name, "quiet")


def _is_touched(option: QStyleOptionViewItem) -> bool:
    touched = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
    return bool(option.state & touched)  # type: ignore[attr-defined]


def _title_rect(rect: QRect, row: Row) -> QRect:
    indent = 0
    if row.folds:
        indent = 2 * _SMALL_ICON + SPACE_S
    elif row.section.can_collapse:
        indent = _SMALL_ICON + SPACE_XS
    return rect.adjusted(SPACE_S + SPACE_M + indent, 0, -SPACE_S - SPACE_S, 0)


def _more_rect(rect: QRect) -> QRect:
    side = CONTROL_HEIGHT - SPACE_XS
    return QRect(rect.right() - SPACE_S - side, rect.top(), side, rect.height())
