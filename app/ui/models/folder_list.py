"""The folders that the library looks through, and others that may hold models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.catalog.library import LibraryEntry
from app.catalog.model_file import size_text
from app.catalog.removable import Place, Suggestion
from app.catalog.scan import LibraryFolder
from app.ui.icons import Icons
from app.ui.models.folder_row import FolderRow, RowAction
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XS, Theme


class FolderList(QScrollArea):
    """Shows what it is given; what the user wishes goes to the window."""

    #: The user wants to add a folder and choose it first.
    folder_wanted = Signal()
    #: The user wants something done with a folder; carries its path and the RowAction.
    action_chosen = Signal(object, object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._shown: tuple[object, ...] = ()
        self._rows: list[FolderRow] = []
        self._page = QWidget(self)
        self._own = QVBoxLayout()
        self._own.setSpacing(SPACE_XS)
        self._add = QPushButton(self.tr("Add folder…"), self._page)
        self._add.setAutoDefault(False)
        self._heading = QLabel(self.tr("Also on this computer"), self._page)
        self._heading.setProperty("role", "heading")
        self._others = QVBoxLayout()
        self._others.setSpacing(SPACE_XS)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(0, 0, SPACE_S, SPACE_S)
        rows.setSpacing(SPACE_S)
        rows.addLayout(self._own)
        rows.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addSpacing(SPACE_L)
        rows.addWidget(self._heading)
        rows.addLayout(self._others)
        rows.addStretch(1)
        self.setWidget(self._page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Folders"))
        self._add.clicked.connect(self.folder_wanted)

    def show_folders(
        self,
        folders: tuple[LibraryFolder, ...],
        entries: tuple[LibraryEntry, ...],
        suggestions: tuple[Suggestion, ...],
        rooms: Mapping[Path, int | None],
    ) -> None:
        """Show the library's folders with what lies in them, then the others.

        `rooms` has how many bytes are free, as far as that is known.
        """
        counts = _counts(entries)
        shown = (folders, counts, suggestions, tuple(rooms.items()))
        if shown == self._shown:
            return
        self._shown = shown
        focused = next((row for row in self._rows if row.has_focus()), None)
        self._clear()
        found = dict(counts)
        for folder in folders:
            count, size = found.get(folder.path, (0, 0))
            row = self._own_row(folder, count, size, rooms.get(folder.path))
            self._put(self._own, row)
        for suggestion in suggestions:
            self._put(self._others, self._other_row(suggestion))
        self._heading.setVisible(bool(suggestions))
        if focused is not None:
            same = next((row for row in self._rows if row.path == focused.path), None)
            (same if same is not None else self._add).setFocus(Qt.FocusReason.OtherFocusReason)

    def _own_row(self, folder: LibraryFolder, count: int, size: int, free: int | None) -> FolderRow:
        parts = [self._files(count, size)]
        if free is not None:
            parts.append(self.tr("{size} free").format(size=size_text(free)))
        if folder.is_default:
            parts.append(self.tr("Cairn's own"))
        actions = (RowAction.SHOW,) if folder.is_default else (RowAction.SHOW, RowAction.REMOVE)
        return FolderRow(
            folder.path,
            "",
            " · ".join(part for part in parts if part),
            folder.problem,
            "folder",
            actions,
            self._theme,
            self._icons,
            self._page,
        )

    def _other_row(self, suggestion: Suggestion) -> FolderRow:
        medium = suggestion.place is Place.MEDIUM
        detail = self.tr("Plugged in") if medium else self.tr("Folder of another program")
        if suggestion.is_read_only:
            detail += " · " + self.tr("may only be read")
        # A stick is usually taken away again; another program's folder stays.
        actions = (RowAction.IMPORT, RowAction.ADD) if medium else (RowAction.ADD, RowAction.IMPORT)
        return FolderRow(
            suggestion.path,
            suggestion.name,
            detail,
            "",
            "stick" if medium else "folder",
            actions,
            self._theme,
            self._icons,
            self._page,
        )

    def _files(self, count: int, size: int) -> str:
        if not count:
            return self.tr("No models")
        words = self.tr("1 file") if count == 1 else self.tr("{count} files")
        return f"{words.format(count=count)} · {size_text(size)}"

    def _put(self, place: QVBoxLayout, row: FolderRow) -> None:
        row.action_chosen.connect(self.action_chosen)
        place.addWidget(row)
        self._rows.append(row)

    def _clear(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = []


def _counts(entries: Iterable[LibraryEntry]) -> tuple[tuple[Path, tuple[int, int]], ...]:
    """Return the number of files and their bytes for each folder."""
    found: dict[Path, tuple[int, int]] = {}
    for entry in entries:
        count, size = found.get(entry.folder, (0, 0))
        found[entry.folder] = (count + 1, size + entry.size)
    return tuple(sorted(found.items()))
