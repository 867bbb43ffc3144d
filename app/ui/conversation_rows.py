"""The rows of the conversation list: headings that can be folded, and conversations under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.chat.conversation import Conversation
from app.chat.grouping import Group, Section, sections_of
from app.ui.titles import shown_title

#: Data role of the `Row` behind an index.
ROW_ROLE = Qt.ItemDataRole.UserRole
#: Data role that says whether the conversation behind an index is being answered.
WRITING_ROLE = ROW_ROLE + 1
#: What is dragged from the list: the id of a conversation.
CONVERSATION_MIME = "application/x-cairn-conversation"

_CONTEXT = "ConversationRows"


def _text(words: str) -> str:
    return str(QT_TRANSLATE_NOOP(_CONTEXT, words))


_HEADINGS = {
    Group.PINNED: _text("Pinned"),
    Group.TODAY: _text("Today"),
    Group.YESTERDAY: _text("Yesterday"),
    Group.LAST_WEEK: _text("Previous 7 days"),
    Group.OLDER: _text("Older"),
    Group.ARCHIVE: _text("Archive"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A heading, or a conversation when there is one."""

    title: str
    section: Section
    """The one it is the heading of, or stands in."""
    conversation: Conversation | None = None
    is_collapsed: bool = False
    """Whether what stands under this heading is folded away."""

    @property
    def folds(self) -> bool:
        """Whether this is a heading that can be folded."""
        return self.conversation is None and self.section.can_collapse


def rows_of(
    conversations: tuple[Conversation, ...], today: date, collapsed: frozenset[str] = frozenset()
) -> list[Row]:
    """Return the rows for `conversations`, which come pinned first, then newest first."""
    rows: list[Row] = []
    for section in sections_of(conversations, today):
        is_collapsed = section.can_collapse and section.key in collapsed
        rows.append(Row(heading_of(section), section, is_collapsed=is_collapsed))
        if not is_collapsed:
            rows.extend(
                Row(shown_title(conversation.title), section, conversation)
                for conversation in section.conversations
            )
    return rows


def heading_of(section: Section) -> str:
    """Return what to call a section."""
    return section.folder or QCoreApplication.translate(_CONTEXT, _HEADINGS[section.group])


class ConversationRows(QAbstractListModel):
    """Headings and conversations for a list view."""

    #: The user typed another title; carries the conversation's id and the title.
    title_edited = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._writing: frozenset[str] = frozenset()

    def set_conversations(
        self,
        conversations: tuple[Conversation, ...],
        collapsed: frozenset[str] = frozenset(),
    ) -> bool:
        """Show `conversations`; return whether rows moved, came or went."""
        rows = rows_of(conversations, date.today(), collapsed)
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

    def set_writing(self, conversation_ids: frozenset[str]) -> None:
        """Say which conversations are being answered."""
        changed, self._writing = self._writing ^ conversation_ids, conversation_ids
        for conversation_id in changed:
            index = self.index_of(conversation_id)
            if index.isValid():
                self.dataChanged.emit(index, index)

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """Return the row behind `index`."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Return where a conversation stands, or an invalid index."""
        for place, row in enumerate(self._rows):
            if row.conversation is not None and row.conversation.id == conversation_id:
                return self.index(place)
        return QModelIndex()

    def heading_index(self, key: str) -> QModelIndex:
        """Return where the heading of a section stands, or an invalid index."""
        for place, row in enumerate(self._rows):
            if row.conversation is None and row.section.key == key:
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
        if role == WRITING_ROLE:
            return self._is_writing(row)
        if role == Qt.ItemDataRole.EditRole and row.conversation is not None:
            return row.conversation.title
        if role == Qt.ItemDataRole.AccessibleTextRole and row.folds:
            return self._spoken(row)
        if role == Qt.ItemDataRole.AccessibleTextRole and self._is_writing(row):
            return self.tr("{title}, an answer is being written").format(title=row.title)
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
        """Let conversations be chosen, renamed and dragged; the arrow keys pass over the rest."""
        row = self.row_at(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if row.conversation is None:
            folds = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
            return folds if row.folds else Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def supportedDragActions(self) -> Qt.DropAction:
        """Let nothing be taken out of the list by dragging it elsewhere."""
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Say what is dragged."""
        return [CONVERSATION_MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        """Return the id of the conversation that is dragged; other programs learn nothing."""
        data = QMimeData()
        for index in indexes:
            row = self.row_at(index)
            if row is not None and row.conversation is not None:
                data.setData(CONVERSATION_MIME, row.conversation.id.encode())
        return data

    def _is_writing(self, row: Row) -> bool:
        return row.conversation is not None and row.conversation.id in self._writing

    def _spoken(self, row: Row) -> str:
        count = len(row.section.conversations)
        words = (
            self.tr("{title}, {count}, folded") if row.is_collapsed else self.tr("{title}, {count}")
        )
        return words.format(title=row.title, count=count)


def _identity(row: Row) -> str:
    if row.conversation is not None:
        return f"\0{row.conversation.id}"
    return f"{row.section.key}\0{row.is_collapsed}"
