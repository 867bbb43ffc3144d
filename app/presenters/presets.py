"""The presets there are: saved, renamed, deleted with a way back, and kept in their file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.presenters.delayed_save import DelayedSave
from app.presenters.notices import NoticeAction, Notices
from app.settings.layers import Overrides
from app.settings.presets import Preset, Presets, checked_name, original_of
from app.settings.presets_file import PresetsFile


class PresetKeeper(QObject):
    """Holds the presets. Lives on the window's thread; owned by the SettingsPresenter.

    The file is read when somebody first asks for a preset: a start without one goes without.
    """

    #: There are other presets, or one has another name or other values.
    presets_changed = Signal()
    #: A preset has another name; carries the old one and the new one. Comes before the other.
    preset_renamed = Signal(str, str)

    def __init__(self, file: PresetsFile, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._notices = notices
        self._read: Presets | None = None
        self._save = DelayedSave(self._write, notices, self)

    @property
    def presets(self) -> Presets:
        """All presets."""
        if self._read is None:
            self._read, complaints = self._file.load()
            for complaint in complaints:
                self._notices.warn(complaint)
        return self._read

    def put(self, name: str, overrides: Overrides) -> None:
        """Give a preset these values, a new one if there is none of that name.

        Raises ValueError, saying what is wrong, for a name that cannot be.
        """
        self._take(self.presets.with_preset(name, overrides))

    def rename(self, old: str, new: str) -> None:
        """Give one of the user's own another name. Raises ValueError, saying what is wrong."""
        known = self.presets.named(old)
        changed = self.presets.renamed(old, new)
        self._read = changed
        self.preset_renamed.emit(known, checked_name(new))
        self._take(changed)

    def delete(self, name: str, after_undo: Callable[[], None]) -> None:
        """Take a preset out, or give one that came with the program its own values back.

        The notice offers to undo it; `after_undo` is called when that was done.
        """
        known = self.presets.find(name)
        if known is None:
            return
        if known.is_built_in:
            if known == original_of(name):
                return
            self._take(self.presets.restored(name))
            undo = partial(self._put_values_back, known)
            sentence = self.tr("The preset “{name}” is as it came with Cairn again.")
        else:
            place = self.presets.items.index(known)
            self._take(self.presets.without(name))
            undo = partial(self._put_back, known, place, after_undo)
            sentence = self.tr("The preset “{name}” was deleted.")
        self._notices.info(sentence.format(name=known.name), NoticeAction(self.tr("Undo"), undo))

    def save_now(self) -> None:
        """Write what is not written yet."""
        self._save.save_now()

    def _put_back(self, preset: Preset, place: int, after_undo: Callable[[], None]) -> None:
        self._take(self.presets.put_back(preset, place))
        after_undo()

    def _put_values_back(self, preset: Preset) -> None:
        self._take(self.presets.with_preset(preset.name, preset.overrides))

    def _take(self, presets: Presets) -> None:
        self._read = presets
        self._save.start()
        self.presets_changed.emit()

    def _write(self) -> None:
        self._file.save(self.presets)
