"""Everything about one file of the library, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.catalog.facts import Kind
from app.catalog.library import LibraryEntry, Severity
from app.catalog.starter import bundled_files
from app.chat.text import well_formed
from app.presenters.library import LibraryPresenter
from app.presenters.model_state import ModelChoice, ModelStage
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.models.base_chooser import BaseChooser
from app.ui.models.entry_facts import day_text, entry_facts
from app.ui.models.fact_table import FactTable
from app.ui.models.load_bar import LoadBar
from app.ui.models.name_field import NameField
from app.ui.models.notes_field import NotesField
from app.ui.plain_label import plain_label
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.text_label import TextLabel
from app.ui.theme import ICON_SIZE, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, FontRole, Theme

#: Some lines can be scrolled through even in the smallest window.
_LEAST_HEIGHT = 56


def can_be_deleted(entry: LibraryEntry) -> bool:
    """Return whether a file is the user's own; some come with the program."""
    return entry.path not in bundled_files()


class ModelSheet(QScrollArea):
    """Knows the library's presenter. Shows nothing until it is given a file."""

    #: The user wants a model loaded; carries its LibraryEntry.
    load_requested = Signal(object)
    #: The user wants a model unloaded; carries its LibraryEntry.
    unload_requested = Signal(object)
    #: The user wants a model kept loaded or not; carries its LibraryEntry and which.
    keep_toggled = Signal(object, bool)
    #: The user wants a file in the trash; carries its LibraryEntry.
    trash_requested = Signal(object)
    #: The user wants to see a folder in the file manager; carries its path.
    folder_requested = Signal(object)

    def __init__(
        self, library: LibraryPresenter, theme: Theme, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._icons = icons
        self._entry: LibraryEntry | None = None
        self._page = QWidget(self)
        self._name = NameField(self._page)
        self._favourite = IconButton(theme, icons, "star", self.tr("Favourite"), self._page)
        self._favourite.setCheckable(True)
        self._folder = IconButton(theme, icons, "folder-open", self.tr("Show in files"), self._page)
        self._trash = IconButton(theme, icons, "trash", self.tr("Move to trash"), self._page)
        self._sign = QLabel(self._page)
        self._sign.setFixedSize(ICON_SIZE, ICON_SIZE)
        self._problem = TextLabel(theme, self._page)
        self._advice = TextLabel(theme, self._page, color="quiet")
        self._trouble = QWidget(self._page)
        self._load = LoadBar(self._page)
        self._base = BaseChooser(self._page)
        self._tested = plain_label(self._page, role="small", tone="quiet")
        self._kind_label = plain_label(self._page, role="heading")
        self._kind_label.setText(self.tr("What it is"))
        self._kind = SettingChooser(self.tr("What it is"), self._page)
        self._kind_label.setBuddy(self._kind)
        self._notes = NotesField(self._page)
        self._facts = FactTable(self._page)
        self._path_label = plain_label(self._page, tone="quiet")
        self._path_label.setText(self.tr("File"))
        self._path = TextLabel(theme, self._page, role=FontRole.SMALL)
        self._lay_out()
        self._connect()
        self._page.hide()

    @property
    def entry(self) -> LibraryEntry | None:
        """The file that is shown."""
        return self._entry

    def show_entry(
        self,
        entry: LibraryEntry | None,
        choice: ModelChoice | None = None,
        stage: ModelStage = ModelStage.NONE,
        leaving: str = "",
    ) -> None:
        """Show a file, and how its model stands; `leaving` is the one that its load unloads."""
        is_other = entry is None or self._entry is None or entry.path != self._entry.path
        self._entry = entry
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            if entry is None
            else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        if entry is None:
            self._notes.show_notes(None, "")
            self._page.hide()
            return
        self._name.show_entry(entry)
        self._favourite.setChecked(entry.record.favourite)
        self._favourite.set_icon_name("star", "accent" if entry.record.favourite else "quiet")
        self._trash.setHidden(not can_be_deleted(entry))
        for widget in (self._name, self._favourite, self._notes, self._kind):
            # What is said is kept by content: a file that cannot be read has none.
            widget.setEnabled(bool(entry.key))
        self._show_trouble(entry)
        is_model = entry.kind is Kind.MODEL
        self._load.setVisible(is_model)
        self._base.setHidden(is_model)
        if is_model:
            self._load.show_model(entry, choice, stage, leaving)
        else:
            self._base.show_adapter(entry, self._library.models)
        self._show_test(entry)
        self._show_kind(entry)
        self._notes.show_notes(entry.path, entry.record.notes)
        self._facts.set_details(entry_facts(entry))
        self._path.set_text(well_formed(str(entry.path)))
        self._page.show()
        if is_other:
            self.verticalScrollBar().setValue(0)

    def set_alone(self, alone: bool) -> None:
        """Keep no distance from a list beside it when there is none."""
        layout = self._page.layout()
        if layout is not None:
            layout.setContentsMargins(0 if alone else SPACE_L, 0, SPACE_M, SPACE_M)

    def rename(self) -> None:
        """Let the user type another name."""
        self._name.begin()

    def begin(self) -> None:
        """Take the keyboard."""
        first = self._load if not self._load.isHidden() else self._name
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Keep what is being written."""
        self._notes.flush()

    def _lay_out(self) -> None:
        self.setWidget(self._page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setAccessibleName(self.tr("About the file"))
        top = QHBoxLayout()
        top.setSpacing(SPACE_XS)
        top.addWidget(self._name, 1)
        for button in (self._favourite, self._folder, self._trash):
            top.addWidget(button)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addWidget(self._problem)
        words.addWidget(self._advice)
        trouble = QHBoxLayout(self._trouble)
        trouble.setContentsMargins(0, 0, 0, 0)
        trouble.setSpacing(SPACE_S)
        trouble.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        trouble.addLayout(words, 1)
        base = QVBoxLayout()
        base.setSpacing(SPACE_XS)
        base.addWidget(self._base)
        base.addWidget(self._tested)
        kind = QVBoxLayout()
        kind.setSpacing(SPACE_XS)
        kind.addWidget(self._kind_label)
        kind.addWidget(self._kind)
        rows = QVBoxLayout(self._page)
        rows.setSpacing(SPACE_M)
        rows.addLayout(top)
        rows.addWidget(self._trouble)
        rows.addWidget(self._load)
        rows.addLayout(base)
        rows.addWidget(self._notes)
        rows.addWidget(self._facts)
        file = QVBoxLayout()
        file.setSpacing(SPACE_XS)
        file.addWidget(self._path_label)
        file.addWidget(self._path)
        rows.addLayout(file)
        rows.addLayout(kind)
        rows.addStretch(1)
        self.set_alone(False)

    def _connect(self) -> None:
        library = self._library
        self._name.renamed.connect(library.rename)
        self._notes.notes_changed.connect(library.set_notes)
        self._base.base_chosen.connect(library.set_base)
        self._favourite.clicked.connect(self._on_favourite_clicked)
        self._folder.clicked.connect(self._on_folder_clicked)
        self._trash.clicked.connect(self._on_trash_clicked)
        self._kind.activated.connect(self._on_kind_activated)
        self._load.load_requested.connect(self._on_load_requested)
        self._load.unload_requested.connect(self._on_unload_requested)
        self._load.keep_toggled.connect(self._on_keep_toggled)

    def _show_trouble(self, entry: LibraryEntry) -> None:
        broken = entry.severity is Severity.BROKEN
        icon, color = ("error", "danger") if broken else ("warning", "warning")
        self._sign.setPixmap(self._icons.pixmap(icon, color, ratio=self.devicePixelRatioF()))
        self._sign.setAccessibleName(
            self.tr("Cannot be used") if broken else self.tr("May not work")
        )
        self._problem.set_text(entry.problem)
        self._advice.set_text(entry.advice)
        self._advice.setVisible(bool(entry.advice))
        self._trouble.setVisible(bool(entry.problem))

    def _show_test(self, entry: LibraryEntry) -> None:
        test = entry.record.adapter_test if entry.kind is Kind.ADAPTER else None
        self._tested.setVisible(test is not None)
        if test is not None:
            words = {
                "changes": self.tr("Tested on {day}: it changes the answers."),
                "changes_nothing": self.tr("Tested on {day}: it changes nothing."),
                "failed": self.tr("Tested on {day}: it could not be used."),
            }[test.outcome.value]
            self._tested.setText(words.format(day=day_text(test.tested_at)))

    def _show_kind(self, entry: LibraryEntry) -> None:
        # The format is not published; a GGUF file says what it is.
        shown = entry.path.suffix.lower() == ".rkllm"
        self._kind.setVisible(shown)
        self._kind_label.setVisible(shown)
        own = {
            Kind.MODEL: self.tr("As its name tells: a model"),
            Kind.ADAPTER: self.tr("As its name tells: an adapter"),
        }[entry.description.kind]
        said = entry.record.kind
        items = (
            ("", own),
            (Kind.MODEL.value, self.tr("A model")),
            (Kind.ADAPTER.value, self.tr("An adapter")),
        )
        self._kind.set_items(items, said.value if said is not None else "")

    @Slot()
    def _on_favourite_clicked(self) -> None:
        if self._entry is not None:
            self._library.set_favourite(self._entry.path, self._favourite.isChecked())

    @Slot()
    def _on_folder_clicked(self) -> None:
        if self._entry is not None:
            self.folder_requested.emit(self._entry.path.parent)

    @Slot()
    def _on_trash_clicked(self) -> None:
        self.trash_requested.emit(self._entry)

    @Slot(int)
    def _on_kind_activated(self, place: int) -> None:
        if self._entry is not None:
            said = str(self._kind.itemData(place))
            self._library.set_kind(self._entry.path, Kind(said) if said else None)

    @Slot()
    def _on_load_requested(self) -> None:
        self.load_requested.emit(self._entry)

    @Slot()
    def _on_unload_requested(self) -> None:
        self.unload_requested.emit(self._entry)

    @Slot(bool)
    def _on_keep_toggled(self, kept: bool) -> None:
        self.keep_toggled.emit(self._entry, kept)
