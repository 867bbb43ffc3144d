"""The folders that a conversation can be moved to, as a menu."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


class FolderAction(QAction):
    """An item that knows which folder it stands for; "" stands for none."""

    #: The user chose it; carries the folder's name.
    chosen = Signal(str)

    def __init__(self, label: str, folder: str, parent: QObject) -> None:
        super().__init__(label.replace("&", "&&"), parent)
        self._folder = folder
        self.setCheckable(True)
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit(self._folder)


class FolderMenu(QMenu):
    """Lets a folder be chosen, or a new one be named."""

    #: The user chose a folder; carries its name, or "" for none.
    folder_chosen = Signal(str)
    #: The user wants to name a new folder.
    new_folder_requested = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._offered: tuple[tuple[str, ...], str] | None = None

    def set_folders(self, names: tuple[str, ...], current: str) -> None:
        """Offer `names`; `current` is where the conversation lies."""
        if self._offered == (names, current):
            return
        self._offered = (names, current)
        for old in self.actions():
            # One of them may have asked for this.
            self.removeAction(old)
            old.deleteLater()
        for label, name in ((self.tr("No folder"), ""), *((name, name) for name in names)):
            action = FolderAction(label, name, self)
            action.setChecked(name == current)
            action.chosen.connect(self._on_chosen)
            self.addAction(action)
            if not name:
                self.addSeparator()
        if names:
            self.addSeparator()
        self.addAction(self.tr("New folder…")).triggered.connect(self.new_folder_requested)

    @Slot(str)
    def _on_chosen(self, folder: str) -> None:
        # The mark has moved by itself.
        self._offered = None
        self.folder_chosen.emit(folder)
