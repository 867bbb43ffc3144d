"""A list of the library's files with the sheet of the chosen one beside it, or over it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.catalog.facts import Kind
from app.catalog.library import LibraryEntry
from app.presenters.library import LibraryPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage
from app.ui.icons import Icons
from app.ui.models.empty_library import EmptyLibrary
from app.ui.models.model_list import LibraryRow, ModelList
from app.ui.models.model_sheet import ModelSheet, can_be_deleted
from app.ui.theme import SPACE_S, Theme

#: Below this width the sheet lies over the list.
NARROW = 700
#: Of the width, and at the most in pixels: a name has to be readable beside the sheet.
_LIST_SHARE = 0.42
_WIDEST_LIST = 420
#: Qt's own word for "as large as it likes".
_UNLIMITED = 16_777_215


class LibraryPage(QWidget):
    """Knows the presenters of library and models. One page for models and adapters."""

    #: The shown file became one of the other kind, and the list went after it; carries the Kind.
    kind_moved = Signal(object)
    #: The sheet lies over the list from now on, or not; carries which.
    covered = Signal(bool)

    def __init__(
        self,
        library: LibraryPresenter,
        models: ModelPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._models = models
        self._icons = icons
        self._theme = theme
        self._kind = Kind.MODEL
        self._filter = ""
        self._is_open = False
        self.list = ModelList(theme, icons, self)
        self.empty = EmptyLibrary(self)
        self._left = QWidget(self)
        self._right = QWidget(self)
        self._back = QPushButton(self.tr("All files"), self._right)
        self._back.setProperty("kind", "flat")
        self._back.setAutoDefault(False)
        self.sheet = ModelSheet(library, theme, icons, self._right)
        self._lay_out()
        self._connect()
        self._on_theme_changed()

    @property
    def is_sheet_over_list(self) -> bool:
        """Whether Back leads somewhere."""
        return self._is_narrow and self._is_open

    def show_kind(self, kind: Kind) -> None:
        """Show models, or adapters."""
        self._kind = kind
        self._is_open = False
        self.sheet.show_entry(None)
        self.list.set_rows(())
        self.list.setAccessibleName(
            self.tr("Models") if kind is Kind.MODEL else self.tr("Adapters")
        )
        self.refresh()
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only what has every word of `text` in it."""
        self._filter = text
        self.list.set_filter(text)
        self._show_empty()

    def show_path(self, path: Path) -> bool:
        """Go to a file; return whether it is in the list."""
        return self.list.show_path(path)

    @Slot()
    def go_back(self) -> None:
        """Show the list again."""
        self._is_open = False
        self._arrange()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def refresh(self) -> None:
        """Show the files and the models as they are now."""
        self._follow()
        choices = {choice.path: choice for choice in self._models.choices()}
        entries = [entry for entry in self._library.entries if entry.kind is self._kind]
        rows = [LibraryRow(entry, choices.get(entry.path)) for entry in entries]
        self.list.set_rows(tuple(sorted(rows, key=_is_not_favourite)))
        self._show_empty()
        self._show_sheet()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the sheet beside the list where there is room."""
        super().resizeEvent(event)
        self._arrange()

    @property
    def _is_narrow(self) -> bool:
        return self.width() < NARROW * min(self._theme.scale, 1.3)

    def _lay_out(self) -> None:
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(SPACE_S)
        left.addWidget(self.list, 1)
        left.addWidget(self.empty, 1)
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_S)
        right.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self.sheet, 1)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self._left)
        columns.addWidget(self._right, 1)

    def _connect(self) -> None:
        self.list.entry_changed.connect(self._on_entry_changed)
        self.list.entry_opened.connect(self._on_entry_opened)
        self.list.rename_requested.connect(self._on_rename_requested)
        self.list.trash_requested.connect(self._on_trash_requested)
        self.sheet.load_requested.connect(self._on_load_requested)
        self.sheet.unload_requested.connect(self._on_unload_requested)
        self.sheet.keep_toggled.connect(self._on_keep_toggled)
        self.sheet.trash_requested.connect(self._on_trash_requested)
        self._back.clicked.connect(self.go_back)
        self._theme.changed.connect(self._on_theme_changed)

    def _follow(self) -> None:
        """Go after the shown file when the user has just said that it is of the other kind."""
        shown = self.sheet.entry
        now = self._library.entry_for(shown.path) if shown is not None else None
        if now is not None and now.kind is not self._kind:
            self._kind = now.kind
            self.kind_moved.emit(now.kind)

    def _show_empty(self) -> None:
        models = [entry for entry in self._library.entries if entry.kind is self._kind]
        if self._kind is Kind.MODEL:
            only_starter = len(models) == 1 and models[0].is_starter
            few = only_starter or not models
            self.empty.show_no_models(only_starter=only_starter)
        else:
            few = not models
            self.empty.show_no_adapters()
        nothing_found = bool(models) and not self.list.count
        if nothing_found:
            self.empty.show_nothing_found()
        shown = (few and not self._filter) or nothing_found
        self.list.setVisible(bool(self.list.count))
        # What is to be done next stands right below the few rows.
        height = self.list.sizeHintForRow(0) * self.list.count
        self.list.setMaximumHeight(height if shown else _UNLIMITED)
        self.empty.setVisible(shown)

    def _show_sheet(self) -> None:
        row = self.list.current
        if row is None:
            self.sheet.show_entry(None)
            if self.is_sheet_over_list:
                self.go_back()
            return
        states = {state.path: state.stage for state in self._models.loaded}
        stage = states.get(row.entry.path, ModelStage.NONE)
        leaving = "" if row.entry.path in states else self._models.makes_room()
        self.sheet.show_entry(row.entry, row.choice, stage, leaving)

    def _arrange(self) -> None:
        narrow = self._is_narrow
        self._left.setVisible(not narrow or not self._is_open)
        self._right.setVisible(not narrow or self._is_open)
        self._back.setVisible(narrow)
        self.sheet.set_alone(narrow)
        self.covered.emit(narrow and self._is_open)
        if narrow:
            self._left.setMinimumWidth(0)
            self._left.setMaximumWidth(_UNLIMITED)
        else:
            self._left.setFixedWidth(min(_WIDEST_LIST, round(self.width() * _LIST_SHARE)))

    @Slot(object)
    def _on_entry_changed(self, _entry: LibraryEntry | None) -> None:
        self._show_sheet()

    @Slot(object)
    def _on_entry_opened(self, _entry: LibraryEntry) -> None:
        if self._is_narrow:
            self._is_open = True
            self._arrange()
            self.sheet.begin()

    @Slot()
    def _on_rename_requested(self) -> None:
        if self._is_narrow:
            self._is_open = True
            self._arrange()
        self.sheet.rename()

    @Slot(object)
    def _on_load_requested(self, entry: LibraryEntry) -> None:
        if entry.is_starter:
            self._models.load_starter()
        else:
            self._models.load(str(entry.path))

    @Slot(object)
    def _on_unload_requested(self, entry: LibraryEntry) -> None:
        self._models.unload(str(entry.path))

    @Slot(object, bool)
    def _on_keep_toggled(self, entry: LibraryEntry, kept: bool) -> None:
        if self._models.state.path == entry.path:
            self._models.set_kept(kept)
        else:
            self._library.set_keep_loaded(entry.path, kept)

    @Slot(object)
    def _on_trash_requested(self, entry: LibraryEntry) -> None:
        if not can_be_deleted(entry):
            return
        if entry.path in {state.path for state in self._models.loaded}:
            self._models.unload(str(entry.path))
        self._library.delete(entry.path)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._back.setIcon(self._icons.icon("chevron-left", "quiet"))
        self._arrange()


def _is_not_favourite(row: LibraryRow) -> bool:
    return not row.entry.record.favourite
