"""The settings, generated from their declarations. Every change goes out at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.presenters.model_state import ModelStage, ModelState
from app.presenters.settings import SettingsPresenter
from app.settings.schema import Effect, Entry, Settings, entries
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.search_field import SearchField
from app.ui.setting_group import SettingGroup
from app.ui.setting_row import SettingRow
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme

#: Wider lines of help are hard to read.
_COLUMN = 640
#: Takes the room there is before a stretch of 1 does.
_ALL = 1000


class SettingsPanel(QWidget):
    """Shows and changes what the presenter holds. Lives on the window's thread."""

    #: The user is done with the settings.
    close_requested = Signal()
    #: The user wants the model loaded again, so that settings of its loading take effect.
    reload_requested = Signal()
    #: A paste was too long; carries how many characters were left out.
    paste_cut = Signal(int)

    def __init__(
        self,
        presenter: SettingsPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._stage = ModelStage.NONE
        self._loaded_with: Settings | None = None
        self._filter = SearchField(theme, icons, self.tr("Find a setting"), self)
        self._close = IconButton(theme, icons, "close", self.tr("Close settings"), self)
        self._nothing = QLabel(self)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setProperty("tone", "quiet")
        self._nothing.setWordWrap(True)
        self._nothing.hide()
        self._theme = theme
        self._icons = icons
        self._groups: tuple[SettingGroup, ...] = ()
        self._column = QVBoxLayout()
        self._lay_out()
        self.setAccessibleName(self.tr("Settings"))
        self.setFocusProxy(self._filter)
        self._filter.textChanged.connect(self._on_filter_changed)
        self._filter.step_requested.connect(self._on_step_requested)
        self._close.clicked.connect(self._on_close_clicked)
        presenter.settings_changed.connect(self._on_settings_changed)
        presenter.availability_changed.connect(self._on_availability_changed)

    def set_model(self, state: ModelState) -> None:
        """Take over where the model stands: what it was loaded with can be told from the rest."""
        begins = state.stage is ModelStage.LOADING and self._stage is not ModelStage.LOADING
        if state.stage in (ModelStage.NONE, ModelStage.FAILED):
            self._loaded_with = None
        elif begins or self._loaded_with is None:
            self._loaded_with = self._presenter.settings
        self._stage = state.stage
        self._offer_reload()

    def flush(self) -> None:
        """Take over what is being typed now."""
        for row in self._rows():
            row.editor.flush()

    def event(self, event: QEvent) -> bool:
        """Take Esc before a menu does, while the keyboard is here."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self._on_close_clicked()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the rows when they are seen first; the window opens sooner without them."""
        if not self._groups:
            self._make_groups()
        super().showEvent(event)

    def _make_groups(self) -> None:
        shown: dict[str, list[Entry]] = {}
        for entry in entries():
            if not entry.spec.hidden:
                shown.setdefault(entry.group, []).append(entry)
        self._groups = tuple(
            SettingGroup(name, tuple(members), self._theme, self._icons, self._scroll.widget())
            for name, members in shown.items()
        )
        for place, group in enumerate(self._groups):
            self._column.insertWidget(place, group)
        for row in self._rows():
            row.value_edited.connect(self._on_value_edited)
            row.reset_requested.connect(self._on_reset_requested)
            row.reload_requested.connect(self.reload_requested)
            row.editor.paste_cut.connect(self.paste_cut)
        self._on_settings_changed(self._presenter.settings)
        self._on_availability_changed()

    def _rows(self) -> tuple[SettingRow, ...]:
        return tuple(row for group in self._groups for row in group.rows)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Settings"), self)
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, 0)
        head.addWidget(title, 1)
        head.addWidget(self._close)
        find = QHBoxLayout()
        find.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_S)
        self._filter.setMaximumWidth(_COLUMN)
        find.addWidget(self._filter, _ALL)
        find.addStretch(1)
        page = QWidget(self)
        page.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner = QWidget(page)
        inner.setMaximumWidth(_COLUMN)
        inner.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XL)
        self._column.addWidget(self._nothing)
        self._column.addStretch(1)
        around = QHBoxLayout(page)
        around.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_L)
        around.addWidget(inner, _ALL)
        around.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(page)
        # The panel's own ground and its edge show through; setWidget has just filled the page.
        self._scroll.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.addLayout(head)
        rows.addLayout(find)
        rows.addWidget(self._scroll, 1)

    def _offer_reload(self) -> None:
        loaded = self._loaded_with if self._stage is ModelStage.READY else None
        for row in self._rows():
            row.set_reload_offered(
                loaded is not None
                and self._presenter.effect_of(row.entry) is Effect.RELOAD
                and _value_of(loaded, row.entry) != _value_of(self._presenter.settings, row.entry)
            )

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        for row in self._rows():
            row.set_value(_value_of(settings, row.entry))
        self._offer_reload()

    @Slot()
    def _on_availability_changed(self) -> None:
        for group in self._groups:
            notes = [self._presenter.note_on(row.entry) for row in group.rows]
            # What is true of most is said once.
            common = max(notes, key=notes.count) if notes else ""
            is_shared = notes.count(common) > 1
            group.set_note(common if is_shared else "")
            for row, note in zip(group.rows, notes, strict=True):
                row.set_note("" if is_shared and note == common else note)
                row.set_reason(self._presenter.unavailable_reason(row.entry))
        self._offer_reload()

    @Slot(object, object)
    def _on_value_edited(self, entry: Entry, value: object) -> None:
        self._presenter.set_value(entry.group, entry.name, value)

    @Slot(object)
    def _on_reset_requested(self, entry: Entry) -> None:
        self._presenter.reset(entry.group, entry.name)

    @Slot(str)
    def _on_filter_changed(self, text: str) -> None:
        words = text.casefold().split()
        found = [group.show_matching(words) for group in self._groups]
        self._nothing.setText(
            self.tr("No setting has “{text}” in its name or explanation.").format(text=text.strip())
        )
        self._nothing.setVisible(not any(found))
        self._scroll.verticalScrollBar().setValue(0)

    @Slot()
    def _on_step_requested(self) -> None:
        for row in self._rows():
            if row.isVisible() and row.editor.isEnabled():
                row.editor.setFocus(Qt.FocusReason.TabFocusReason)
                self._scroll.ensureWidgetVisible(row)
                return

    @Slot()
    def _on_close_clicked(self) -> None:
        self.flush()
        self.close_requested.emit()


def _value_of(settings: Settings, entry: Entry) -> object:
    value: object = getattr(getattr(settings, entry.group), entry.name)
    return value
