"""The window about models: what there is, which folders it lies in, and how more gets here."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.catalog.facts import Kind
from app.chat.text import well_formed
from app.presenters.import_preview import FolderRoom, ImportPreview
from app.presenters.model_state import ModelState
from app.presenters.notices import NoticeAction
from app.presenters.tasks import Tasks
from app.ui.icons import Icons
from app.ui.models.drop_veil import DropVeil
from app.ui.models.folder_list import FolderList
from app.ui.models.folder_row import RowAction
from app.ui.models.import_button import ImportButton
from app.ui.models.library_footer import LibraryFooter
from app.ui.models.library_page import LibraryPage
from app.ui.models.notice_place import NoticePlace
from app.ui.page_dialog import take_size
from app.ui.search_field import SearchField
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme

if TYPE_CHECKING:
    from app.ui.main_window import Presenters

_SIZE = QSize(1040, 700)
#: Below this width the field to search in has a row of its own.
_NARROW = 640
_MODELS, _ADAPTERS, _FOLDERS = range(3)
_KINDS = {_MODELS: Kind.MODEL, _ADAPTERS: Kind.ADAPTER}


class ModelsWindow(QDialog):
    """Places its pages and hands their wishes to the presenters. Show it with `open`."""

    def __init__(
        self, presenters: Presenters, theme: Theme, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presenters = presenters
        self._library = presenters.library
        self._models = presenters.model
        self._notices = presenters.notices
        self._theme = theme
        self._rooms: dict[Path, int | None] = {}
        self._seen: tuple[object, ...] = ()
        self._wanted: Path | None = None
        self._is_library_news = False
        self._form: bool | None = None
        self._news_timer = QTimer(self)
        self._news_timer.setSingleShot(True)
        self._news_timer.setInterval(0)
        self._news_timer.timeout.connect(self._on_news_due)
        self.setWindowTitle(self.tr("Models and adapters"))
        self.setAcceptDrops(True)
        self.tabs = QTabBar(self)
        self.filter = SearchField(theme, icons, self.tr("Find by name or note"), self)
        self.import_button = ImportButton(theme, icons, self)
        self.page = LibraryPage(self._library, self._models, theme, icons, self)
        self.folders = FolderList(theme, icons, self)
        self._pages = QStackedWidget(self)
        self._footer = LibraryFooter(self)
        self._close = QPushButton(self.tr("Close"), self)
        self._place = NoticePlace(self._notices, theme, icons, parent, self)
        self._veil = DropVeil(self.tr("Drop models here to import them"), theme, self)
        self._preview = ImportPreview(Tasks(self._notices), self)
        self._lay_out()
        self._connect()
        self.page.show_kind(Kind.MODEL)
        self._show_library()
        self._measure()
        self._library.refresh()
        self.page.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """Keep what is being written, and give back what was borrowed."""
        self._news_timer.stop()
        self.page.sheet.flush()
        self._preview.close()
        self._place.give_back()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back from the sheet on Escape before closing."""
        if event.key() == Qt.Key.Key_Escape and self._is_sheet_over_list:
            self.page.go_back()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the field to search in a row of its own where it is narrow."""
        super().resizeEvent(event)
        self._arrange()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if _dropped(event):
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget what was held over the window."""
        super().dragLeaveEvent(event)
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask what to do with what was dropped."""
        self._veil.hide()
        paths = _dropped(event)
        if paths:
            # The files stay: whether they are moved is asked first.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._import(paths)

    @property
    def _is_sheet_over_list(self) -> bool:
        return self._pages.currentWidget() is self.page and self.page.is_sheet_over_list

    def _lay_out(self) -> None:
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Show"))
        for _ in range(3):
            self.tabs.addTab("")
        self._pages.addWidget(self.page)
        self._pages.addWidget(self.folders)
        self._close.setAutoDefault(False)
        self._top = QGridLayout()
        self._top.setHorizontalSpacing(SPACE_S)
        self._top.setVerticalSpacing(SPACE_S)
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE_M)
        bottom.addWidget(self._footer, 1)
        bottom.addWidget(self._close)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        rows.setSpacing(SPACE_M)
        rows.addLayout(self._top)
        rows.addWidget(self._pages, 1)
        rows.addWidget(self._place)
        rows.addLayout(bottom)
        take_size(self, _SIZE)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < _NARROW * self._theme.scale
        if narrow == self._form:
            return
        self._form = narrow
        for part in (self.tabs, self.filter, self.import_button):
            self._top.removeWidget(part)
        self._top.addWidget(self.tabs, 0, 0)
        self._top.addWidget(self.filter, *((1, 0, 1, 3) if narrow else (0, 1)))
        self._top.addWidget(self.import_button, 0, 2)
        self._top.setColumnStretch(1, 1)

    def _connect(self) -> None:
        library, models = self._library, self._models
        library.library_changed.connect(self._on_library_changed)
        library.scanning_changed.connect(self._on_scanning_changed)
        library.file_restored.connect(self._on_file_restored)
        models.state_changed.connect(self._on_state_changed)
        models.choices_changed.connect(self._on_choices_changed)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.filter.textChanged.connect(self.page.set_filter)
        self.filter.step_requested.connect(self._on_step_requested)
        self.import_button.files_chosen.connect(self._import)
        self.page.covered.connect(self._on_covered)
        self.page.kind_moved.connect(self._on_kind_moved)
        self.page.sheet.folder_requested.connect(self._show_in_files)
        self.page.empty.get_model_requested.connect(self._on_get_model_requested)
        self.page.empty.import_requested.connect(self.import_button.choose_files)
        self.page.empty.folder_requested.connect(self._on_folder_wanted)
        self.folders.folder_wanted.connect(self._on_folder_wanted)
        self.folders.action_chosen.connect(self._on_action_chosen)
        self._preview.measured.connect(self._on_measured)
        self._close.clicked.connect(self.reject)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._on_find)

    def _show_library(self) -> None:
        self._show_counts()
        self._show_folders()
        self._show_footer()

    def _show_counts(self) -> None:
        models, adapters = len(self._library.models), len(self._library.adapters)
        for place, words in (
            (_MODELS, self.tr("Models {count}").format(count=models)),
            (_ADAPTERS, self.tr("Adapters {count}").format(count=adapters)),
            (_FOLDERS, self.tr("Folders")),
        ):
            self.tabs.setTabText(place, words)

    def _show_folders(self) -> None:
        library = self._library
        self.folders.show_folders(
            library.folders, library.entries, library.suggested_folders(), self._rooms
        )
        self.import_button.set_places(library.suggested_folders())

    def _show_footer(self) -> None:
        own = next((folder.path for folder in self._library.folders if folder.is_default), None)
        free = self._rooms.get(own) if own is not None else None
        self._footer.show_library(
            self._library.entries, free, is_scanning=self._library.is_scanning
        )

    def _measure(self) -> None:
        self._preview.measure(folder.path for folder in self._library.folders)

    @Slot(object)
    def _import(self, paths: tuple[Path, ...]) -> None:
        from app.ui.models.import_dialog import ImportDialog

        dialog = ImportDialog(self._library, self._notices, paths, self._theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.files_imported.connect(self._on_files_imported)
        dialog.open()

    @Slot(object)
    def _show_in_files(self, folder: Path) -> None:
        # Not from a text: the name of a folder need not be Unicode.
        if not QDesktopServices.openUrl(QUrl(folder.as_uri())):
            self._notices.warn(
                self.tr("No file manager opened the folder."),
                self.tr("It is {folder}.").format(folder=well_formed(str(folder))),
            )

    def _remove_folder(self, folder: Path) -> None:
        self._library.remove_folder(folder)
        self._notices.info(
            self.tr("{folder} is no longer part of the library. Its files stay there.").format(
                folder=well_formed(str(folder))
            ),
            NoticeAction(self.tr("Undo"), partial(self._library.add_folder, folder)),
        )

    @Slot()
    def _on_library_changed(self) -> None:
        # A load says several things, and each one changes both the library and the choices.
        self._is_library_news = True
        self._news_timer.start()

    @Slot()
    def _on_news_due(self) -> None:
        self.page.refresh()
        if self._is_library_news:
            self._is_library_news = False
            self._show_library()
        if self._wanted is not None:
            self._go_to(self._wanted)

    @Slot(object)
    def _on_file_restored(self, path: Path) -> None:
        self._wanted = path

    def _go_to(self, path: Path) -> None:
        entry = self._library.entry_for(path)
        if entry is None:
            return
        self._wanted = None
        self.filter.clear()
        self.tabs.setCurrentIndex(_ADAPTERS if entry.kind is Kind.ADAPTER else _MODELS)
        if self.page.show_path(path):
            self.page.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _on_scanning_changed(self, scanning: bool) -> None:
        self._show_footer()
        if not scanning:
            # A stick that was plugged in is no news of the library itself.
            self._show_folders()
            self._measure()

    @Slot(object)
    def _on_state_changed(self, _state: ModelState) -> None:
        # The steps of a load change nothing here.
        seen = tuple((state.path, state.stage) for state in self._models.loaded)
        if seen != self._seen:
            self._seen = seen
            self._news_timer.start()

    @Slot()
    def _on_choices_changed(self) -> None:
        self._news_timer.start()

    @Slot(int)
    def _on_tab_changed(self, tab: int) -> None:
        kind = _KINDS.get(tab)
        # What had the keyboard may be out of sight now.
        self.tabs.setFocus(Qt.FocusReason.OtherFocusReason)
        self.filter.setEnabled(kind is not None)
        self._pages.setCurrentWidget(self.page if kind is not None else self.folders)
        if kind is not None:
            self.page.show_kind(kind)
        else:
            # Something may have been plugged in.
            self._library.refresh()

    @Slot(bool)
    def _on_covered(self, covered: bool) -> None:
        self.filter.setHidden(covered)

    @Slot(object)
    def _on_kind_moved(self, kind: Kind) -> None:
        blocked = self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(_ADAPTERS if kind is Kind.ADAPTER else _MODELS)
        self.tabs.blockSignals(blocked)

    @Slot()
    def _on_step_requested(self) -> None:
        self.page.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_find(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    @Slot()
    def _on_get_model_requested(self) -> None:
        from app.ui.models.model_dialogs import GetModelDialog

        dialog = GetModelDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.file_requested.connect(self.import_button.choose_files)
        dialog.open()

    @Slot()
    def _on_folder_wanted(self) -> None:
        from app.ui.models.model_dialogs import folder_dialog

        dialog = folder_dialog(self, self.tr("Add folder"))
        dialog.fileSelected.connect(self._on_folder_selected)
        dialog.open()

    @Slot(str)
    def _on_folder_selected(self, folder: str) -> None:
        self._library.add_folder(Path(folder))

    @Slot(object, object)
    def _on_action_chosen(self, folder: Path, action: RowAction) -> None:
        if action is RowAction.SHOW:
            self._show_in_files(folder)
        elif action is RowAction.REMOVE:
            self._remove_folder(folder)
        elif action is RowAction.ADD:
            self._library.add_folder(folder)
        else:
            self._import((folder,))

    @Slot(object)
    def _on_measured(self, rooms: tuple[FolderRoom, ...]) -> None:
        self._rooms = {room.path: room.free for room in rooms}
        self._show_folders()
        self._show_footer()

    @Slot(object)
    def _on_files_imported(self, paths: tuple[Path, ...]) -> None:
        self._wanted = paths[0]
        self._go_to(paths[0])


def _dropped(event: QDropEvent) -> tuple[Path, ...]:
    """Return the files and folders of this computer that are held over the window."""
    return tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
