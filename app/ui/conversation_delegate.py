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

from app.ui.conversation_rows import ROW_ROLE, Row
from app.ui.icons import Icons
from app.ui.row_painting import line, row_ground
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


class ConversationDelegate(QStyledItemDelegate):
    """One row: a heading, or a title with a "more" button where the pointer is."""

    #: The "more" button of a row was pressed; carries its index and where to open a menu.
    more_requested = Signal(QModelIndex, QPoint)

    def __init__(self, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._shown_id = ""

    def set_shown(self, conversation_id: str) -> None:
        """Say which conversation is on the screen."""
        self._shown_id = conversation_id

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Give a heading room above it and a title the height of a finger."""
        row: Row = index.data(ROW_ROLE)
        if row.conversation is None:
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
        if row.conversation is None:
            line(
                painter,
                rect.adjusted(SPACE_S + SPACE_M, 0, -SPACE_S, -2),
                row.title,
                self._theme.font(FontRole.SMALL),
                self._theme.color("quiet"),
                Qt.AlignmentFlag.AlignBottom,
            )
        else:
            self._paint_title(painter, option, rect, row)
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
            and row.conversation is not None
        ):
            rect: QRect = option.rect  # type: ignore[attr-defined]
            button = _more_rect(rect)
            if button.contains(event.position().toPoint()):
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
        if row is None or row.conversation is None:
            return super().helpEvent(event, view, option, index)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        room = _title_rect(rect).width() - ICON_SIZE - SPACE_S
        metrics = view.fontMetrics()
        if metrics.horizontalAdvance(row.title) <= room:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPos(), plain_tooltip(row.title), view)
        return True

    def _paint_title(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, row: Row
    ) -> None:
        assert row.conversation is not None
        chosen = row.conversation.id == self._shown_id
        row_ground(
            painter, rect.adjusted(SPACE_S, 1, -SPACE_S, -1), option, self._theme, chosen=chosen
        )
        title = _title_rect(rect)
        state = option.state  # type: ignore[attr-defined]
        touched = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
        if chosen or state & touched:
            button = _more_rect(rect)
            ratio = painter.device().devicePixelRatio()
            picture = self._icons.pixmap("more", "quiet", ICON_SIZE, ratio)
            place = QRect(0, 0, ICON_SIZE, ICON_SIZE)
            place.moveCenter(button.center())
            painter.drawPixmap(place, picture)
            title.setRight(button.left())
        font = self._theme.font()
        line(painter, title, row.title, font, self._theme.color("text"))


def _title_rect(rect: QRect) -> QRect:
    return rect.adjusted(SPACE_S + SPACE_M, 0, -SPACE_S - SPACE_S, 0)


def _more_rect(rect: QRect) -> QRect:
    side = CONTROL_HEIGHT - SPACE_XS
    return QRect(rect.right() - SPACE_S - side, rect.top(), side, rect.height())
