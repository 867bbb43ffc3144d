"""The top of the settings panel: the preset in use, and what changes are for.

What changes are for is asked only while there is something else than everything.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer
from app.ui.elided_label import ElidedLabel
from app.ui.icons import Icons
from app.ui.settings.preset_bar import PresetBar
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.theme import SPACE_L, SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

#: From this width on both stand side by side.
_WIDE = 520
#: Below this width a label stands above its field instead of before it.
_NARROW = 240


class _Form(Enum):
    """How labels and fields stand to each other."""

    ONE_ROW = "one_row"
    TWO_ROWS = "two_rows"
    STACKED = "stacked"


#: Row and column, and how many of them, of the label and the field of each choice.
_PLACES = {
    _Form.ONE_ROW: ((0, 0), (0, 1), (0, 2), (0, 3)),
    _Form.TWO_ROWS: ((0, 0), (0, 1), (1, 0), (1, 1)),
    _Form.STACKED: ((0, 0, 1, 2), (1, 0, 1, 2), (2, 0, 1, 2), (3, 0, 1, 2)),
}


class LayerBar(QWidget):
    """Two choices with their labels. Lives on the window's thread."""

    def __init__(
        self,
        presenter: SettingsPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._theme = theme
        self._presets = PresetBar(presenter, theme, icons, self)
        self._preset_label = _label(self.tr("Preset"), self._presets.chooser, self)
        self._scope = SettingChooser(self.tr("Changes for"), self)
        self._scope_label = _label(self.tr("Changes for"), self._scope, self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_S)
        self._form: _Form | None = None
        self._place()
        self._show_scopes()
        self._scope.activated.connect(self._on_activated)
        presenter.layers_changed.connect(self._on_layers_changed)
        theme.changed.connect(self._on_theme_changed)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the presets when they are seen first."""
        if not self._presets.chooser.count():
            self._presets.refresh()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put both side by side where there is room."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        form = self._fitting_form()
        if form is self._form:
            return
        self._form = form
        parts = (self._preset_label, self._presets, self._scope_label, self._scope)
        for part, place in zip(parts, _PLACES[form], strict=True):
            self._grid.removeWidget(part)
            self._grid.addWidget(part, *place)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1 if form is _Form.ONE_ROW else 0)
        self._scope_label.setContentsMargins(SPACE_L if form is _Form.ONE_ROW else 0, 0, 0, 0)

    def _fitting_form(self) -> _Form:
        if self.width() >= _WIDE * self._theme.scale:
            return _Form.ONE_ROW
        return _Form.TWO_ROWS if self.width() >= _NARROW * self._theme.scale else _Form.STACKED

    def _show_scopes(self) -> None:
        scopes = self._presenter.scopes()
        # IntEnum members would come back from Qt as plain numbers.
        items = tuple((int(layer), self._name(layer)) for layer in scopes)
        self._scope.set_items(items, int(self._presenter.scope))
        self._scope.setToolTip(plain_tooltip(self._scope.currentText()))
        for widget in (self._scope, self._scope_label):
            widget.setVisible(len(scopes) > 1)

    def _name(self, layer: Layer) -> str:
        label = self._presenter.label_of(layer)
        return {
            Layer.APP: self.tr("Everything"),
            Layer.MODEL: self.tr("This model: {name}").format(name=label),
            Layer.PRESET: self.tr("The preset {name}").format(name=label),
            Layer.CONVERSATION: self.tr("This conversation"),
        }[layer]

    @Slot(int)
    def _on_activated(self, place: int) -> None:
        self._presenter.set_scope(Layer(self._scope.itemData(place)))

    @Slot()
    def _on_layers_changed(self) -> None:
        had_focus = self._scope.hasFocus()
        self._show_scopes()
        if had_focus and self._scope.isHidden():
            self._presets.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._place()


def _label(text: str, field: QWidget, parent: QWidget) -> QLabel:
    label = ElidedLabel(text, parent)
    label.setProperty("tone", "quiet")
    label.setBuddy(field)
    return label
