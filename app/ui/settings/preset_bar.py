"""The choice of a preset, and a menu to save, rename and delete them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from app.presenters.settings import SettingsPresenter
from app.settings.presets import Preset, Presets, original_of
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.settings.preset_dialog import PresetDialog
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.theme import SPACE_XS, Theme
from app.ui.tooltip import plain_tooltip


class PresetBar(QWidget):
    """Shows the preset in use. Lives on the window's thread."""

    def __init__(
        self,
        presenter: SettingsPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.chooser = SettingChooser(self.tr("Preset"), self)
        self._more = IconButton(theme, icons, "more", self.tr("Save, rename, delete"), self)
        self._menu = QMenu(self)
        self._save = QAction(self.tr("Save as a preset…"), self)
        self._rename = QAction(self.tr("Rename…"), self)
        self._delete = QAction(self)
        self._menu.addActions([self._save, self._rename, self._delete])
        self._more.setMenu(self._menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.chooser, 1)
        # Aligned, or its fixed height would be the greatest of the bar.
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFocusProxy(self.chooser)
        self.chooser.activated.connect(self._on_activated)
        self._menu.aboutToShow.connect(self._on_menu_about_to_show)
        self._save.triggered.connect(self._on_save_triggered)
        self._rename.triggered.connect(self._on_rename_triggered)
        self._delete.triggered.connect(self._on_delete_triggered)
        presenter.presets_changed.connect(self._on_presets_changed)
        presenter.preset_chosen.connect(self._on_preset_chosen)

    def refresh(self) -> None:
        """Show the presets there are and the one in use."""
        names = [preset.name for preset in self._presenter.presets()]
        items = (("", self.tr("No preset")), *((name, name) for name in names))
        self.chooser.set_items(items, self._presenter.preset)
        self.chooser.setToolTip(plain_tooltip(self._presenter.preset))

    def _preset(self) -> Preset | None:
        return Presets(self._presenter.presets()).find(self._presenter.preset)

    def _ask(self, old: str = "") -> PresetDialog:
        dialog = PresetDialog(Presets(self._presenter.presets()), old, self)
        dialog.open()
        return dialog

    @Slot(int)
    def _on_activated(self, place: int) -> None:
        self._presenter.choose_preset(self.chooser.itemData(place))

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        preset = self._preset()
        is_built_in = preset is not None and preset.is_built_in
        self._rename.setEnabled(preset is not None and not is_built_in)
        self._delete.setText(self.tr("Restore as it came") if is_built_in else self.tr("Delete"))
        self._delete.setEnabled(preset is not None and preset != original_of(preset.name))

    @Slot()
    def _on_save_triggered(self) -> None:
        self._ask().name_chosen.connect(self._on_new_name_chosen)

    @Slot()
    def _on_rename_triggered(self) -> None:
        self._ask(self._presenter.preset).name_chosen.connect(self._on_other_name_chosen)

    @Slot()
    def _on_delete_triggered(self) -> None:
        self._presenter.delete_preset(self._presenter.preset)

    @Slot(str)
    def _on_new_name_chosen(self, name: str) -> None:
        self._presenter.save_preset(name)

    @Slot(str)
    def _on_other_name_chosen(self, name: str) -> None:
        self._presenter.rename_preset(self._presenter.preset, name)

    @Slot()
    def _on_presets_changed(self) -> None:
        self.refresh()

    @Slot(str)
    def _on_preset_chosen(self) -> None:
        self.refresh()
