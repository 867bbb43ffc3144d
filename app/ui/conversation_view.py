"""The list of conversations itself: opens, renames, pins and deletes, by mouse and by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QFrame, QListView, QMenu, QWidget

from app.chat.conversation import Conversation
from app.ui.conversation_delegate import ConversationDelegate
from app.ui.conversation_rows import ConversationRows
from app.ui.icons import Icons
from app.ui.theme import Theme


class ConversationView(QListView):
    """Conversations under their headings."""

    #: The user opened a conversation; carries its id.
    conversation_chosen = Signal(str)
    #: The user typed another title; carries id and title.
    title_edited = Signal(str, str)
    #: The user wants a conversation deleted; carries its id.
    delete_requested = Signal(str)
    #: The user wants a conversation kept at the top, or no more; carries its id and which.
    pin_requested = Signal(str, bool)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._rows = ConversationRows(self)
        self._delegate = ConversationDelegate(theme, icons, self)
        self._waiting: tuple[Conversation, ...] | None = None
        self._shown_id = ""
        self._menu = QMenu(self)
        self._menu_target: Conversation | None = None
        self._rename_action = self._menu.addAction(self.tr("Rename conversation…"))
        self._pin_action = self._menu.addAction("")
        self._menu.addSeparator()
        self._delete_action = self._menu.addAction(self.tr("Delete conversation"))
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Conversations"))
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)
        self._rows.title_edited.connect(self.title_edited)
        self._delegate.closeEditor.connect(self._on_editor_closed)
        self._delegate.more_requested.connect(self._on_more_requested)
        self._rename_action.triggered.connect(self._on_rename_triggered)
        self._pin_action.triggered.connect(self._on_pin_triggered)
        self._delete_action.triggered.connect(self._on_delete_triggered)
        theme.changed.connect(self._on_theme_changed)

    def set_conversations(self, conversations: tuple[Conversation, ...]) -> None:
        """Show `conversations`; while a title is being edited this waits."""
        if self.state() is QListView.State.EditingState:
            self._waiting = conversations
            return
        current = self._rows.row_at(self.currentIndex())
        scrolled = self.verticalScrollBar().value()
        if not self._rows.set_conversations(conversations):
            return
        if current is not None and current.conversation is not None:
            index = self._rows.index_of(current.conversation.id)
            self.selectionModel().setCurrentIndex(
                index, self.selectionModel().SelectionFlag.NoUpdate
            )
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled)

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
        """Open on Enter, delete on Delete; the rest is the list's own."""
        conversation = self._conversation_at(self.currentIndex())
        if conversation is None or self.state() is QListView.State.EditingState:
            # The keys of the field that edits a title come by here too.
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.conversation_chosen.emit(conversation.id)
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_requested.emit(conversation.id)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the conversation under the pointer or the keyboard."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
        else:
            index = self.indexAt(event.pos())
            place = event.globalPos()
        self._open_menu(index, place)

    def _conversation_at(self, index: QModelIndex) -> Conversation | None:
        row = self._rows.row_at(index)
        return row.conversation if row is not None else None

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        conversation = self._conversation_at(index)
        if conversation is None:
            return
        self._menu_target = conversation
        self._rename_action.setIcon(self._icons.icon("edit", "quiet"))
        self._pin_action.setIcon(self._icons.icon("pin", "quiet"))
        self._pin_action.setText(self.tr("Unpin") if conversation.pinned else self.tr("Pin"))
        self._delete_action.setIcon(self._icons.icon("trash", "quiet"))
        self._menu.popup(place)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        conversation = self._conversation_at(index)
        if conversation is not None and not self._menu.isVisible():
            self.conversation_chosen.emit(conversation.id)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        if self._conversation_at(index) is not None:
            self.edit(index)

    @Slot(QWidget, QAbstractItemDelegate.EndEditHint)
    def _on_editor_closed(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.set_conversations(waiting)

    @Slot(QModelIndex, QPoint)
    def _on_more_requested(self, index: QModelIndex, place: QPoint) -> None:
        self._open_menu(index, place)

    @Slot()
    def _on_rename_triggered(self) -> None:
        if self._menu_target is not None:
            self.rename(self._menu_target.id)

    @Slot()
    def _on_pin_triggered(self) -> None:
        if self._menu_target is not None:
            self.pin_requested.emit(self._menu_target.id, not self._menu_target.pinned)

    @Slot()
    def _on_delete_triggered(self) -> None:
        if self._menu_target is not None:
            self.delete_requested.emit(self._menu_target.id)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
