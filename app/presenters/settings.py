"""The settings in force: changes are checked, announced at once and saved a moment later."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.errors import SettingsError
from app.presenters.notices import Notices
from app.runtime.protocol import Capability, ModelInfo
from app.settings.codec import check, with_value
from app.settings.file import SettingsFile
from app.settings.schema import Effect, Entry, Settings, entries

#: A slider that is dragged writes the file once, not at every step.
SAVE_DELAY_MS = 500


class SettingsPresenter(QObject):
    """Holds the settings. Lives on the window's thread; owned by the composition root."""

    #: A setting has changed; carries the whole Settings.
    settings_changed = Signal(object)
    #: What the loaded model can do has changed, so settings became available or not.
    availability_changed = Signal()

    def __init__(self, file: SettingsFile, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._notices = notices
        self._entries = {(entry.group, entry.name): entry for entry in entries()}
        self._model: ModelInfo | None = None
        # True from a write that failed to the next one that works.
        self._failing = False
        self._settings, complaints = file.load()
        for complaint in complaints:
            notices.warn(complaint)
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(SAVE_DELAY_MS)
        self._save_timer.timeout.connect(self._on_save_due)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def set_value(self, group: str, name: str, value: Any) -> None:
        """Change one setting. Raises KeyError for an unknown one, ValueError for a bad value."""
        entry = self._entries[group, name]
        plain = list(value) if isinstance(value, tuple) else value
        checked = check(entry, plain)
        if checked == getattr(getattr(self._settings, group), name):
            return
        self._settings = with_value(self._settings, group, name, checked)
        self._save_timer.start()
        self.settings_changed.emit(self._settings)

    def reset(self, group: str, name: str) -> None:
        """Give one setting its default back."""
        self.set_value(group, name, self._entries[group, name].default)

    def set_model(self, model: ModelInfo | None) -> None:
        """Tell which model is loaded, and so what it can do; None while there is none."""
        self._model = model
        self.availability_changed.emit()

    def unavailable_reason(self, entry: Entry) -> str:
        """Return why a setting has no effect with the loaded model, or an empty text."""
        if not entry.spec.capability or self._model is None:
            return ""
        return self._model.capabilities.reason(Capability(entry.spec.capability))

    def effect_of(self, entry: Entry) -> Effect:
        """Return when a change of a setting takes effect with the loaded model."""
        return Effect.RELOAD if self._waits_for_reload(entry) else entry.spec.effect

    def note_on(self, entry: Entry) -> str:
        """Return what the loaded model makes of a setting, or an empty text."""
        if self._model is None:
            return ""
        if self._waits_for_reload(entry):
            return self._model.capabilities.reason(Capability.SAMPLING_PER_RUN)
        limit = self._model.context_limit
        in_force = self._model.context_tokens
        wanted = self._settings.context.context_tokens
        if entry.name == "context_tokens" and limit is not None and in_force < wanted:
            return self.tr("This model reads at most {count} tokens.").format(count=f"{limit:,}")
        return ""

    def _waits_for_reload(self, entry: Entry) -> bool:
        # The length of an answer is counted by Cairn where the library cannot.
        is_sampling = entry.group == "sampling" and entry.name != "max_new_tokens"
        return (
            is_sampling
            and self._model is not None
            and Capability.SAMPLING_PER_RUN not in self._model.capabilities
        )

    def save_now(self) -> None:
        """Write what is not written yet; the first failure is told to the user."""
        if self._save_timer.isActive() or self._failing:
            self._save_timer.stop()
            self._on_save_due()

    @Slot()
    def _on_save_due(self) -> None:
        try:
            self._file.save(self._settings)
        except SettingsError as error:
            if not self._failing:
                self._failing = True
                self._notices.error(error)
        else:
            self._failing = False
