"""Brings models and adapters into a folder of the library: what, where to, how, and how it went."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.catalog.disk_room import lacks_room, room_words
from app.catalog.importing import How, ImportProgress
from app.catalog.model_file import size_text
from app.chat.text import well_formed
from app.presenters.import_preview import FolderRoom, ImportPlan, ImportPreview
from app.presenters.library import LibraryPresenter
from app.presenters.notices import Level, Notice, Notices
from app.presenters.tasks import Tasks
from app.ui.models.how_chooser import HowChooser
from app.ui.models.import_progress import ImportProgressView
from app.ui.page_dialog import take_size
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.style_sheet import change_property
from app.ui.text_label import TextLabel
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, FontRole, Theme

_SIZE = QSize(520, 560)


class _Stage(Enum):
    """Where the dialog stands."""

    LOOKING = "looking"
    ASKING = "asking"
    BRINGING = "bringing"
    CANCELLING = "cancelling"
    DONE = "done"


class ImportDialog(QDialog):
    """Knows the library's presenter. Show it with `open`.

    What the import has to say appears here, and is taken back from everywhere else at the end.
    """

    #: Files were brought in; carries a tuple of their paths.
    files_imported = Signal(object)

    def __init__(
        self,
        library: LibraryPresenter,
        notices: Notices,
        paths: tuple[Path, ...],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._notices = notices
        self._stage = _Stage.LOOKING
        self._plan = ImportPlan()
        self._rooms: dict[Path, FolderRoom] = {}
        self._folders = [folder.path for folder in library.folders if not folder.problem]
        self._told: list[Notice] = []
        self.setWindowTitle(self.tr("Import"))
        self._page = QWidget(self)
        self._what = QLabel(self.tr("Looking through the files…"), self._page)
        self._files = TextLabel(theme, self._page, color="quiet", role=FontRole.SMALL)
        self._asked = QWidget(self._page)
        self._where = SettingChooser(self.tr("Where to"), self._asked)
        self._other = QPushButton(self.tr("Other folder…"), self._asked)
        self._room = QLabel(self._asked)
        self._how = HowChooser(self._asked)
        self._progress = ImportProgressView(self._page)
        self._outcome = TextLabel(theme, self._page)
        self._advice = TextLabel(theme, self._page, color="quiet")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._start = QPushButton(self.tr("Start"), self)
        self._lay_out()
        self._connect()
        self._preview = ImportPreview(Tasks(notices), self)
        self._preview.looked.connect(self._on_looked)
        self._preview.measured.connect(self._on_measured)
        self._preview.look(paths)
        self._preview.measure(self._folders)
        self._show_folders(self._folders[0] if self._folders else None)
        self._enter(_Stage.LOOKING)

    def reject(self) -> None:
        """Close; an import that goes on is cancelled first, and says what is there."""
        if self._stage is _Stage.BRINGING:
            self._library.cancel_import()
            self._enter(_Stage.CANCELLING)
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Leave nothing behind."""
        self._preview.close()
        if self._stage in (_Stage.BRINGING, _Stage.CANCELLING):
            self._library.cancel_import()
        for notice in self._told:
            self._notices.withdraw(notice)
        super().done(result)

    def _lay_out(self) -> None:
        for words, role in ((self._room, "small"), (self._what, "title")):
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setWordWrap(True)
            words.setProperty("role", role)
        self._room.setProperty("tone", "quiet")
        where = QHBoxLayout()
        where.setSpacing(SPACE_S)
        where.addWidget(self._where, 1)
        where.addWidget(self._other)
        label = QLabel(self.tr("Where to"), self._asked)
        label.setProperty("role", "heading")
        label.setBuddy(self._where)
        how = QLabel(self.tr("How"), self._asked)
        how.setProperty("role", "heading")
        asked = QVBoxLayout(self._asked)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(SPACE_S)
        asked.addWidget(label)
        asked.addLayout(where)
        asked.addWidget(self._room)
        asked.addSpacing(SPACE_S)
        asked.addWidget(how)
        asked.addWidget(self._how)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        rows.setSpacing(SPACE_M)
        for part in (
            self._what,
            self._files,
            self._asked,
            self._progress,
            self._outcome,
            self._advice,
        ):
            rows.addWidget(part)
        rows.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._page)
        area.setAccessibleName(self.windowTitle())
        self._start.setProperty("kind", "primary")
        self._start.setDefault(True)
        self._cancel.setAutoDefault(False)
        self._other.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_M)
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._start)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_S)
        whole.addWidget(area, 1)
        whole.addLayout(buttons)
        take_size(self, _SIZE)

    def _connect(self) -> None:
        library = self._library
        self._start.clicked.connect(self._on_start_clicked)
        self._cancel.clicked.connect(self.reject)
        self._other.clicked.connect(self._on_other_clicked)
        self._where.activated.connect(self._show_room)
        self._how.how_changed.connect(self._show_room)
        library.import_progressed.connect(self._on_import_progressed)
        library.import_finished.connect(self._on_import_finished)
        self._notices.notice_posted.connect(self._on_notice_posted)

    def _enter(self, stage: _Stage) -> None:
        self._stage = stage
        asking = stage is _Stage.ASKING
        going = stage in (_Stage.BRINGING, _Stage.CANCELLING)
        self._asked.setVisible(asking)
        self._files.setVisible(bool(self._files.toPlainText()) and not going)
        self._progress.setVisible(going)
        self._start.setVisible(stage in (_Stage.LOOKING, _Stage.ASKING))
        self._cancel.setText(
            self.tr("Close") if stage in (_Stage.DONE, _Stage.CANCELLING) else self.tr("Cancel")
        )
        self._outcome.setVisible(bool(self._outcome.toPlainText()))
        self._advice.setVisible(bool(self._advice.toPlainText()))
        self._show_room()
        if stage is _Stage.DONE or going:
            self._cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_folders(self, chosen: Path | None) -> None:
        items = tuple(
            (str(place), well_formed(str(path))) for place, path in enumerate(self._folders)
        )
        place = self._folders.index(chosen) if chosen in self._folders else 0
        self._where.set_items(items, str(place))

    @property
    def _target(self) -> Path | None:
        place = self._where.currentIndex()
        return self._folders[place] if 0 <= place < len(self._folders) else None

    @Slot()
    def _show_room(self) -> None:
        """Say how much is free where the files go, and whether that is enough."""
        target = self._target
        room = self._rooms.get(target) if target is not None else None
        words, lacking = "", False
        if room is not None and room.free is not None:
            how = self._how.how
            needed = self._plan.needed_on(room.device, copies=how is How.COPY)
            lacking = how is not How.LINK and lacks_room(needed, room.free)
            words = self.tr("{size} are free there.").format(size=size_text(room.free))
            if lacking:
                words = self.tr("No room: {figures}. Choose another folder, or link.").format(
                    figures=room_words(needed, room.free)
                )
        self._room.setText(words)
        change_property(self._room, "tone", "warning" if lacking else "quiet")
        self._start.setEnabled(
            self._stage is _Stage.ASKING
            and bool(self._plan.items)
            and target is not None
            and not lacking
        )

    def _say(self, words: str, advice: str = "") -> None:
        self._outcome.set_text(words)
        self._advice.set_text(advice)
        self._outcome.setVisible(bool(words))
        self._advice.setVisible(bool(advice))

    @Slot(object)
    def _on_looked(self, plan: ImportPlan) -> None:
        self._plan = plan
        if plan.error is not None or not plan.items:
            self._what.setText(self.tr("There is nothing to import"))
            if plan.error is not None:
                self._say(plan.error.cause, plan.error.advice)
            else:
                self._say(
                    self.tr("No model or adapter was found there."),
                    self.tr("Models are files that end in .rkllm or .gguf."),
                )
            self._enter(_Stage.DONE)
            return
        words = self.tr("{count} models and adapters, {size}")
        if len(plan.items) == 1:
            words = self.tr("One file, {size}")
        self._what.setText(words.format(count=len(plan.items), size=size_text(plan.size)))
        lines = [f"{item.name} · {size_text(item.size)}" for item in plan.items]
        if plan.left_out:
            names = ", ".join(plan.left_out)
            lines.append(self.tr("Left out, since they are no models: {names}").format(names=names))
        self._files.set_text("\n".join(lines))
        self._how.choose(How.COPY if plan.is_removable else How.LINK)
        if plan.is_read_only:
            self._how.refuse_move(self.tr("Not from there: its drive may only be read."))
        self._enter(_Stage.ASKING)
        self._start.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_measured(self, rooms: tuple[FolderRoom, ...]) -> None:
        self._rooms |= {room.path: room for room in rooms}
        self._show_room()

    @Slot()
    def _on_other_clicked(self) -> None:
        from app.ui.models.model_dialogs import folder_dialog

        dialog = folder_dialog(self, self.tr("Where to"))
        dialog.fileSelected.connect(self._on_folder_selected)
        dialog.open()

    @Slot(str)
    def _on_folder_selected(self, folder: str) -> None:
        path = Path(folder)
        if path not in self._folders:
            self._folders.append(path)
            self._preview.measure((path,))
        self._show_folders(path)
        self._show_room()

    @Slot()
    def _on_start_clicked(self) -> None:
        target = self._target
        if target is None:
            return
        if target not in {folder.path for folder in self._library.folders}:
            # What is brought in should be seen.
            self._library.add_folder(target)
        self._progress.begin()
        self._enter(_Stage.BRINGING)
        paths = tuple(item.path for item in self._plan.items)
        self._library.import_files(paths, target, self._how.how)

    @Slot(object)
    def _on_import_progressed(self, progress: ImportProgress) -> None:
        if self._stage in (_Stage.BRINGING, _Stage.CANCELLING):
            self._progress.set_progress(progress)

    @Slot(object)
    def _on_import_finished(self, arrived: tuple[Path, ...]) -> None:
        if self._stage not in (_Stage.BRINGING, _Stage.CANCELLING):
            return
        count, wanted = len(arrived), len(self._plan.items)
        if self._stage is _Stage.CANCELLING and count < wanted:
            self._what.setText(self.tr("Cancelled"))
            whole = self.tr("{count} of {wanted} were there by then and stay.")
            self._say(
                whole.format(count=count, wanted=wanted)
                if count
                else self.tr("Nothing was brought in.")
            )
        elif count:
            self._what.setText(self.tr("Done"))
            target = self._target
            folder = well_formed(str(target)) if target is not None else ""
            self._say(
                self.tr("One file is in {folder}.").format(folder=folder)
                if count == 1
                else self.tr("{count} files are in {folder}.").format(count=count, folder=folder)
            )
        else:
            # Why is told a moment later.
            self._what.setText(self.tr("Nothing was brought in"))
        self._files.set_text("")
        self._enter(_Stage.DONE)
        if arrived:
            self.files_imported.emit(arrived)

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        if self._stage not in (_Stage.BRINGING, _Stage.CANCELLING, _Stage.DONE) or notice.actions:
            return
        self._told.append(notice)
        if notice.level is Level.ERROR:
            self._say(notice.cause, notice.advice)
        else:
            before = self._outcome.toPlainText()
            self._say(f"{before}\n{notice.cause}".strip(), notice.advice)
