"""Lets the settings that a model has of its own count while it is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.chat.text import well_formed
from app.presenters.library import LibraryPresenter
from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer, Overrides, decode_overrides, encode_overrides


class ModelLayer(QObject):
    """Carries settings between the library and the layer of the shown model. Shows nothing."""

    def __init__(
        self,
        library: LibraryPresenter,
        settings: SettingsPresenter,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._notices = notices
        self._model: Path | None = None
        # What it is called, and what its settings are.
        self._taken = ("", "")
        settings.layer_edited.connect(self._on_layer_edited)

    def label(self, model: Path) -> str:
        """Return what a model is called."""
        entry = self._library.entry_for(model)
        return entry.label if entry is not None else well_formed(model.stem)

    def show(self, model: Path | None) -> None:
        """Let the settings of this model count, or of none."""
        if model is None:
            self._model = None
            self._settings.set_layer(Layer.MODEL, None)
            return
        taken = (self.label(model), self._library.record_for(model).overrides)
        if (model, taken) == (self._model, self._taken):
            return
        self._model, self._taken = model, taken
        label, text = taken
        overrides, complaints = decode_overrides(text)
        for complaint in complaints:
            self._notices.warn(complaint)
        self._settings.set_layer(Layer.MODEL, label, overrides)

    @Slot(object, object)
    def _on_layer_edited(self, layer: Layer, overrides: Overrides) -> None:
        if layer is Layer.MODEL and self._model is not None:
            self._library.set_overrides(self._model, encode_overrides(overrides))
