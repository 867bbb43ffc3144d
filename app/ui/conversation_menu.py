"""What can be done with one conversation of the list, and with one folder."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.chat.conversation import Conversation
from app.ui.folder_menu import FolderMenu
from app.ui.icons import Icons


class ConversationMenu(QMenu):
    """The menu of a row. Says what is wished for, with the id of its conversation."""

    #: Each carries the id of the conversation.
    beside_requested = Signal(str)
    rename_requested = Signal(str)
    title_requested = Signal(str)
    duplicate_requested = Signal(str)
    delete_requested = Signal(str)
    #: Carries the id, and whether it should be kept at the top.
    pin_requested = Signal(str, bool)
    #: Carries the id, and whether it should be put away.
    archive_requested = Signal(str, bool)
    #: Carries the id and the name of a folder, or "" for none.
    folder_chosen = Signal(str, str)
    #: A new folder should be named for the conversation; carries its id.
    new_folder_requested = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._target = Conversation("", "", 0.0, 0.0)
        self.beside_action = self.addAction(self.tr("Open beside\tShift+Enter"))
        self.addSeparator()
        self.rename_action = self.addAction(self.tr("Rename conversation…"))
        self.title_action = self.addAction(self.tr("Title by the model"))
        self.addSeparator()
        self.pin_action = self.addAction("")
        self.folders = FolderMenu(self.tr("Move to folder"), self)
        self.addMenu(self.folders)
        self.archive_action = self.addAction("")
        self.duplicate_action = self.addAction(self.tr("Duplicate"))
        self.addSeparator()
        self.delete_action = self.addAction(self.tr("Delete conversation"))
        self.beside_action.triggered.connect(self._on_beside_triggered)
        self.rename_action.triggered.connect(self._on_rename_triggered)
        self.title_action.triggered.connect(self._on_title_triggered)
        self.pin_action.triggered.connect(self._on_pin_triggered)
        self.archive_action.triggered.connect(self._on_archive_triggered)
        self.duplicate_action.triggered.connect(self._on_duplicate_triggered)
        self.delete_action.triggered.connect(self._on_delete_triggered)
        self.folders.folder_chosen.connect(self._on_folder_chosen)
        self.folders.new_folder_requested.connect(self._on_new_folder_requested)

    def open_for(self, conversation: Conversation, folders: tuple[str, ...], place: QPoint) -> None:
        """Open the menu of a conversation at a place on the screen."""
        self._target = conversation
        self.pin_action.setText(self.tr("Unpin") if conversation.pinned else self.tr("Pin"))
        self.archive_action.setText(
            self.tr("Take out of the archive") if conversation.archived else self.tr("Archive")
        )
        self.folders.set_folders(folders, conversation.folder)
        for action, icon in (
            (self.beside_action, "beside"),
            (self.rename_action, "edit"),
            (self.title_action, "spark"),
            (self.pin_action, "pin"),
            (self.folders.menuAction(), "folder"),
            (self.archive_action, "archive"),
            (self.duplicate_action, "copy"),
            (self.delete_action, "trash"),
        ):
            action.setIcon(self._icons.icon(icon, "quiet"))
        self.popup(place)

    @Slot()
    def _on_beside_triggered(self) -> None:
        self.beside_requested.emit(self._target.id)

    @Slot()
    def _on_rename_triggered(self) -> None:
        self.rename_requested.emit(self._target.id)

    @Slot()
    def _on_title_triggered(self) -> None:
        self.title_requested.emit(self._target.id)

    @Slot()
    def _on_pin_triggered(self) -> None:
        self.pin_requested.emit(self._target.id, not self._target.pinned)

    @Slot()
    def _on_archive_triggered(self) -> None:
        self.archive_requested.emit(self._target.id, not self._target.archived)

    @Slot()
    def _on_duplicate_triggered(self) -> None:
        self.duplicate_requested.emit(self._target.id)

    @Slot()
    def _on_delete_triggered(self) -> None:
        self.delete_requested.emit(self._target.id)

    @Slot(str)
    def _on_folder_chosen(self, folder: str) -> None:
        self.folder_chosen.emit(self._target.id, folder)

    @Slot()
    def _on_new_folder_requested(self) -> None:
        self.new_folder_requested.emit(self._target.id)


class FolderHeadingMenu(QMenu):
    """The menu of a folder's heading."""

    #: Each carries the name of the folder.
    rename_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._folder = ""
        self.rename_action = self.addAction(self.tr("Rename folder…"))
        self.remove_action = self.addAction(self.tr("Remove folder"))
        self.remove_action.setToolTip(self.tr("Its conversations stay."))
        self.setToolTipsVisible(True)
        self.rename_action.triggered.connect(self._on_rename_triggered)
        self.remove_action.triggered.connect(self._on_remove_triggered)

    def open_for(self, folder: str, place: QPoint) -> None:
        """Open the menu of a folder at a place on the screen."""
        self._folder = folder
        self.rename_action.setIcon(self._icons.icon("edit", "quiet"))
        self.remove_action.setIcon(self._icons.icon("trash", "quiet"))
        self.popup(place)

    @Slot()
    def _on_rename_triggered(self) -> None:
        self.rename_requested.emit(self._folder)

    @Slot()
    def _on_remove_triggered(self) -> None:
        self.remove_requested.emit(self._folder)
