"""The button that looks for files to import: chosen ones, a whole folder, or what is plugged in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.catalog.removable import Place, Suggestion
from app.chat.text import well_formed
from app.ui.icons import Icons
from app.ui.theme import Theme


class ImportButton(QPushButton):
    """Opens a menu."""

    #: The user chose what to import; carries a tuple of paths.
    files_chosen = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._places: tuple[Suggestion, ...] = ()
        self.setText(self.tr("Import…"))
        self.setAutoDefault(False)
        self._menu = QMenu(self)
        self._menu.addAction(self.tr("Files…")).triggered.connect(self.choose_files)
        self._menu.addAction(self.tr("Folder…")).triggered.connect(self.choose_folder)
        self._separator = self._menu.addSeparator()
        self._stick_actions: dict[QAction, Path] = {}
        self._separator.setVisible(False)
        self.setMenu(self._menu)
        self._menu.triggered.connect(self._on_triggered)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_places(self, places: tuple[Suggestion, ...]) -> None:
        """Offer what is plugged in."""
        media = tuple(place for place in places if place.place is Place.MEDIUM)
        if media == self._places:
            return
        self._places = media
        for action in self._stick_actions:
            self._menu.removeAction(action)
            action.deleteLater()
        self._stick_actions = {}
        for medium in media:
            name = medium.name or well_formed(str(medium.path))
            action = self._menu.addAction(
                self.tr("From {name}").format(name=name.replace("&", "&&"))
            )
            self._stick_actions[action] = medium.path
        self._separator.setVisible(bool(media))
        self._on_theme_changed()

    @Slot()
    def choose_files(self) -> None:
        """Let the user look for files."""
        from app.ui.models.model_dialogs import files_dialog

        dialog = files_dialog(self)
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    @Slot()
    def choose_folder(self) -> None:
        """Let the user look for a folder with models in it."""
        from app.ui.models.model_dialogs import folder_dialog

        dialog = folder_dialog(self, self.tr("Import folder"))
        dialog.fileSelected.connect(self._on_folder_selected)
        dialog.open()

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        path = self._stick_actions.get(action)
        if path is not None:
            self.files_chosen.emit((path,))

    @Slot(list)
    def _on_files_selected(self, files: list[str]) -> None:
        self.files_chosen.emit(tuple(Path(file) for file in files))

    @Slot(str)
    def _on_folder_selected(self, folder: str) -> None:
        self.files_chosen.emit((Path(folder),))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setIcon(self._icons.icon("download", "quiet"))
        for action in self._stick_actions:
            action.setIcon(self._icons.icon("stick", "quiet"))
