"""What is heard of the settings: signals and words to the user."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.presenters.notices import Notice, Notices
from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer, Overrides
from app.settings.schema import Entry, Settings, entries

TEMPERATURE = ("sampling", "temperature")


class Witness(QObject):
    """Remembers what the presenter and the notices said."""

    def __init__(self, presenter: SettingsPresenter, notices: Notices) -> None:
        super().__init__()
        self.settings: list[Settings] = []
        self.edits: list[tuple[Layer, Overrides]] = []
        self.chosen: list[str] = []
        self.told: list[Notice] = []
        presenter.settings_changed.connect(self._on_settings_changed)
        presenter.layer_edited.connect(self._on_layer_edited)
        presenter.preset_chosen.connect(self._on_preset_chosen)
        notices.notice_posted.connect(self._on_notice_posted)
        notices.attach()

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self.settings.append(settings)

    @Slot(object, object)
    def _on_layer_edited(self, layer: Layer, overrides: Overrides) -> None:
        self.edits.append((layer, overrides))

    @Slot(str)
    def _on_preset_chosen(self, name: str) -> None:
        self.chosen.append(name)

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        self.told.append(notice)


def entry_of(group: str, name: str) -> Entry:
    """Return the declaration of a setting."""
    return next(entry for entry in entries() if (entry.group, entry.name) == (group, name))


HEAT = entry_of(*TEMPERATURE)
