"""The settings, generated from their declarations. Every change goes out at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
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
from app.ui.escape import claims_escape
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.plain_label import plain_label
from app.ui.search_field import SearchField
from app.ui.settings.layer_bar import LayerBar
from app.ui.settings.setting_group import SettingGroup
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.setting_words import SettingWords
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme

#: Wider lines of help are hard to read.
_COLUMN = 640
#: A panel lower than this has no room for more than the search above the page.
_SHORT = 400
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
        self._path: Path | None = None
        # Of each model that is loaded or loading: two may be in memory, one of them is shown.
        self._loaded_with: dict[Path | None, Settings] = {}
        self._filter = SearchField(theme, icons, self.tr("Find a setting"), self)
        self._close = IconButton(theme, icons, "close", self.tr("Close settings"), self)
        self._nothing = plain_label(self, tone="quiet")
        self._nothing.hide()
        self._theme = theme
        self._icons = icons
        self._words = SettingWords(presenter, self)
        self._layers = LayerBar(presenter, theme, icons, self)
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
        presenter.layers_changed.connect(self._on_layers_changed)
        theme.changed.connect(self._on_theme_changed)

    def set_model(self, state: ModelState) -> None:
        """Take over where the model stands: what it was loaded with can be told from the rest."""
        is_same = state.path == self._path
        begins = state.stage is ModelStage.LOADING and not (is_same and self._stage is state.stage)
        if state.stage in (ModelStage.NONE, ModelStage.FAILED):
            self._loaded_with.pop(state.path, None)
        elif begins or state.path not in self._loaded_with:
            self._loaded_with[state.path] = self._presenter.settings
        self._path, self._stage = state.path, state.stage
        self._offer_reload()

    def flush(self) -> None:
        """Take over what is being typed now."""
        for row in self._rows():
            row.editor.flush()

    def event(self, event: QEvent) -> bool:
        """Take Esc before a menu does, while the keyboard is here."""
        return claims_escape(event) or super().event(event)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let presets and layers scroll with the page where every line counts."""
        super().resizeEvent(event)
        self._place_layers()

    def _place_layers(self) -> None:
        is_short = self.height() < _SHORT * self._theme.scale
        if is_short == (self._head.indexOf(self._layers) < 0):
            return
        self._head.removeWidget(self._layers)
        self._column.removeWidget(self._layers)
        if is_short:
            self._column.insertWidget(0, self._layers)
        else:
            self._head.insertWidget(0, self._layers, _ALL)
        self._head.setContentsMargins(SPACE_L, 0, SPACE_L, 0 if is_short else SPACE_S)

    def _make_groups(self) -> None:
        shown: dict[str, list[Entry]] = {}
        for entry in entries():
            if not entry.spec.hidden:
                shown.setdefault(entry.group, []).append(entry)
        self._groups = tuple(
            SettingGroup(name, tuple(members), self._theme, self._icons, self._scroll.widget())
            for name, members in shown.items()
        )
        for group in self._groups:
            self._column.insertWidget(self._column.indexOf(self._nothing), group)
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
        self._head = QHBoxLayout()
        self._head.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_S)
        self._layers.setMaximumWidth(_COLUMN)
        self._head.addWidget(self._layers, _ALL)
        self._head.addStretch(1)
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
        rows.addLayout(self._head)
        rows.addWidget(self._scroll, 1)

    def _tell_origins(self) -> None:
        for row in self._rows():
            row.set_origin(self._words.origin(row.entry))
            row.set_way_back(self._words.way_back(row.entry))
        for group in self._groups:
            group.tell_changed()

    def _offer_reload(self) -> None:
        is_ready = self._stage is ModelStage.READY
        loaded = self._loaded_with.get(self._path) if is_ready else None
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
            row.set_overruled("")
        self._tell_origins()
        self._offer_reload()

    @Slot()
    def _on_layers_changed(self) -> None:
        for row in self._rows():
            row.set_overruled("")
        self._tell_origins()

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
        row = next(row for row in self._rows() if row.entry is entry)
        try:
            self._presenter.edit(entry, value)
        except ValueError as error:
            row.set_complaint(self._words.complaint(error))
            return
        # What counts here may be another value than what was set further down.
        row.set_complaint("")
        row.set_value(_value_of(self._presenter.settings, entry))
        row.set_overruled(self._words.overruled(entry))

    @Slot(object)
    def _on_reset_requested(self, entry: Entry) -> None:
        self._presenter.revert(entry)

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
    def _on_theme_changed(self) -> None:
        self._place_layers()

    @Slot()
    def _on_close_clicked(self) -> None:
        self.flush()
        self.close_requested.emit()


def _value_of(settings: Settings, entry: Entry) -> object:
    value: object = getattr(getattr(settings, entry.group), entry.name)
    return value
