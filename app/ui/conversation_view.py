"""The list of conversations itself: opened, folded, dragged and changed, by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import QAbstractItemDelegate, QListView, QWidget

from app.chat.conversation import Conversation
from app.chat.grouping import Section, folders_of
from app.ui.conversation_delegate import ConversationDelegate
from app.ui.conversation_rows import CONVERSATION_MIME, ConversationRows
from app.ui.icons import Icons
from app.ui.row_list import RowList
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.conversation_menu import ConversationMenu, FolderHeadingMenu

_FOLDING_KEYS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}
_PRESSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ConversationView(RowList):
    """Conversations under their headings."""

    #: The user opened a conversation; carries its id.
    conversation_chosen = Signal(str)
    #: The user wants a conversation beside the shown one; carries its id.
    beside_requested = Signal(str)
    #: The user typed another title; carries id and title.
    title_edited = Signal(str, str)
    #: The user wants a conversation deleted; carries its id.
    delete_requested = Signal(str)
    #: The user wants a section folded away, or unfolded; carries its key.
    fold_requested = Signal(str)
    #: The user dragged a conversation onto a section; carries its id and the Section.
    conversation_dropped = Signal(str, object)
    #: The menu of a conversation was made; carries the ConversationMenu, to be connected.
    menu_made = Signal(object)
    #: The menu of folders was made; carries the FolderHeadingMenu, to be connected.
    folder_menu_made = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._rows = ConversationRows(self)
        self._delegate = ConversationDelegate(theme, icons, self)
        self._conversations: tuple[Conversation, ...] = ()
        self._waiting: tuple[tuple[Conversation, ...], frozenset[str]] | None = None
        self._shown_id = ""
        self._menu: ConversationMenu | None = None
        self._folder_menu: FolderHeadingMenu | None = None
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QListView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self.setAccessibleName(self.tr("Conversations"))
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)
        self._rows.title_edited.connect(self.title_edited)
        self._delegate.closeEditor.connect(self._on_editor_closed)
        self._delegate.more_requested.connect(self._on_more_requested)
        theme.changed.connect(self._on_theme_changed)

    def set_conversations(
        self,
        conversations: tuple[Conversation, ...],
        collapsed: frozenset[str] = frozenset(),
    ) -> None:
        """Show `conversations`; while a title is being edited this waits."""
        if self.state() is QListView.State.EditingState:
            self._waiting = (conversations, collapsed)
            return
        self._conversations = conversations
        current = self._rows.row_at(self.currentIndex())
        scrolled = self.verticalScrollBar().value()
        if not self._rows.set_conversations(conversations, collapsed):
            return
        if current is not None:
            index = self._rows.heading_index(current.section.key)
            if current.conversation is not None:
                index = self._rows.index_of(current.conversation.id)
            self.selectionModel().setCurrentIndex(
                index, self.selectionModel().SelectionFlag.NoUpdate
            )
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled)

    def set_writing(self, conversation_ids: frozenset[str]) -> None:
        """Mark the conversations that are being answered."""
        self._rows.set_writing(conversation_ids)

    def set_shown(self, conversation_id: str) -> None:
        """Mark the conversation that is on the screen and bring it into view."""
        self._shown_id = conversation_id
        self._delegate.set_shown(conversation_id)
        index = self._rows.index_of(conversation_id)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self.viewport().update()

    def rename(self, conversation_id: str) -> None:
        """Let the user type another title in the place of the old one."""
        index = self._rows.index_of(conversation_id)
        if index.isValid():
            self.scrollTo(index)
            self.setCurrentIndex(index)
            self.edit(index)

    def step_in(self) -> None:
        """Take the keyboard, at the shown conversation or the first one."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid() and self._rows.rowCount() > 1:
            self.setCurrentIndex(self._rows.index(1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open or fold on Enter, delete on Delete; the rest is the list's own."""
        row = self._rows.row_at(self.currentIndex())
        key = Qt.Key(event.key())
        if row is None or self.state() is QListView.State.EditingState:
            # The keys of the field that edits a title come by here too.
            super().keyPressEvent(event)
        elif row.folds and key in _PRESSING_KEYS:
            self.fold_requested.emit(row.section.key)
        elif row.folds and key in _FOLDING_KEYS:
            if row.is_collapsed != _FOLDING_KEYS[key]:
                self.fold_requested.emit(row.section.key)
        elif row.conversation is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            beside = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            wish = self.beside_requested if beside else self.conversation_chosen
            wish.emit(row.conversation.id)
        elif key == Qt.Key.Key_Delete:
            self.delete_requested.emit(row.conversation.id)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with what is under the pointer or the keyboard."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
        else:
            index = self.indexAt(event.pos())
            place = event.globalPos()
        self._open_menu(index, place)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take conversations of this list only."""
        if event.source() is self and event.mimeData().hasFormat(CONVERSATION_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where the conversation would go."""
        section = self._section_at(event.position().toPoint())
        self._mark_target(section)
        if section is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Forget where it would have gone."""
        self._mark_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Wish for the conversation to go there."""
        section = self._section_at(event.position().toPoint())
        self._mark_target(None)
        if section is not None:
            dragged = bytes(event.mimeData().data(CONVERSATION_MIME).data()).decode()
            self.conversation_dropped.emit(dragged, section)
        event.acceptProposedAction()

    def _section_at(self, place: QPoint) -> Section | None:
        row = self._rows.row_at(self.indexAt(place))
        return row.section if row is not None else None

    def _mark_target(self, section: Section | None) -> None:
        self._delegate.set_drop_target("" if section is None else section.key)
        self.viewport().update()

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        row = self._rows.row_at(index)
        if row is None:
            return
        if row.conversation is not None:
            folders = folders_of(self._conversations)
            self._conversation_menu().open_for(row.conversation, folders, place)
        elif row.section.folder:
            self._heading_menu().open_for(row.section.folder, place)

    def _conversation_menu(self) -> ConversationMenu:
        """Return the menu of a row; made when it is wanted first."""
        if self._menu is None:
            from app.ui.conversation_menu import ConversationMenu

            self._menu = ConversationMenu(self._icons, self)
            self._menu.rename_requested.connect(self.rename)
            self._menu.delete_requested.connect(self.delete_requested)
            self.menu_made.emit(self._menu)
        return self._menu

    def _heading_menu(self) -> FolderHeadingMenu:
        if self._folder_menu is None:
            from app.ui.conversation_menu import FolderHeadingMenu

            self._folder_menu = FolderHeadingMenu(self._icons, self)
            self.folder_menu_made.emit(self._folder_menu)
        return self._folder_menu

    def _is_menu_open(self) -> bool:
        menus = (self._menu, self._folder_menu)
        return any(menu is not None and menu.isVisible() for menu in menus)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is None or self._is_menu_open():
            return
        if row.conversation is not None:
            self.conversation_chosen.emit(row.conversation.id)
        elif row.folds:
            self.fold_requested.emit(row.section.key)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is not None and row.conversation is not None:
            self.edit(index)

    @Slot(QWidget, QAbstractItemDelegate.EndEditHint)
    def _on_editor_closed(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.set_conversations(*waiting)

    @Slot(QModelIndex, QPoint)
    def _on_more_requested(self, index: QModelIndex, place: QPoint) -> None:
        self._open_menu(index, place)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
