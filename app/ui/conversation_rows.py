"""The rows of the conversation list: conversations under headings that say when they were used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.chat.conversation import Conversation

#: Data role of the `Row` behind an index.
ROW_ROLE = Qt.ItemDataRole.UserRole

_CONTEXT = "ConversationRows"


def _text(words: str) -> str:
    return str(QT_TRANSLATE_NOOP(_CONTEXT, words))


class Group(Enum):
    """When the conversations under one heading were last used."""

    PINNED = _text("Pinned")
    TODAY = _text("Today")
    YESTERDAY = _text("Yesterday")
    LAST_WEEK = _text("Previous 7 days")
    OLDER = _text("Older")


@dataclass(frozen=True, slots=True)
class Row:
    """A heading, or a conversation when there is one."""

    title: str
    conversation: Conversation | None = None


def group_of(conversation: Conversation, today: date) -> Group:
    """Return the heading that `conversation` stands under on the day `today`."""
    if conversation.pinned:
        return Group.PINNED
    used = date.fromtimestamp(conversation.updated_at)
    # A clock that was set back must not put a conversation under no heading.
    if used >= today:
        return Group.TODAY
    if used == today - timedelta(days=1):
        return Group.YESTERDAY
    if used >= today - timedelta(days=7):
        return Group.LAST_WEEK
    return Group.OLDER


def rows_of(conversations: tuple[Conversation, ...], today: date) -> list[Row]:
    """Return the rows for `conversations`, which come pinned first, then newest first."""
    rows: list[Row] = []
    last: Group | None = None
    for conversation in conversations:
        group = group_of(conversation, today)
        if group is not last:
            rows.append(Row(QCoreApplication.translate(_CONTEXT, group.value)))
            last = group
        rows.append(Row(shown_title(conversation.title), conversation))
    return rows


def shown_title(title: str) -> str:
    """Return what to call a conversation on one line, also when it has no title yet."""
    return " ".join(title.split()) or QCoreApplication.translate(_CONTEXT, "New conversation")


class ConversationRows(QAbstractListModel):
    """Headings and conversations for a list view."""

    #: The user typed another title; carries the conversation's id and the title.
    title_edited = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def set_conversations(self, conversations: tuple[Conversation, ...]) -> bool:
        """Show `conversations`; return whether rows moved, came or went."""
        rows = rows_of(conversations, date.today())
        if [_identity(row) for row in rows] == [_identity(row) for row in self._rows]:
            changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
            self._rows = rows
            for place in changed:
                index = self.index(place)
                self.dataChanged.emit(index, index)
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """Return the row behind `index`."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Return where a conversation stands, or an invalid index."""
        for place, row in enumerate(self._rows):
            if row.conversation is not None and row.conversation.id == conversation_id:
                return self.index(place)
        return QModelIndex()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Return how many rows there are; a list has no children."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the title, or the `Row` itself for `ROW_ROLE`."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.EditRole and row.conversation is not None:
            return row.conversation.title
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        return None

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: Any,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """Wish for another title; the row changes when the presenter says so."""
        row = self.row_at(index)
        if row is None or row.conversation is None or role != Qt.ItemDataRole.EditRole:
            return False
        title = " ".join(str(value).split())
        if title and title != row.conversation.title:
            self.title_edited.emit(row.conversation.id, title)
        return True

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Let conversations be chosen and renamed; headings are passed over by the arrow keys."""
        row = self.row_at(index)
        if row is None or row.conversation is None:
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemNeverHasChildren
        )


def _identity(row: Row) -> str:
    return row.title if row.conversation is None else f"\0{row.conversation.id}"
