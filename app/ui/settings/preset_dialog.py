"""Asks for the name of a preset, and says beforehand what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.settings.presets import LONGEST_NAME, Presets, checked_name
from app.ui.name_dialog import NameDialog, Verdict

_WIDTH = 400


class PresetDialog(NameDialog):
    """One name, for a new preset or for one that has a name already; show it with `open`."""

    #: The user gave a name that can be used; carries it.
    name_chosen = Signal(str)

    def __init__(self, presets: Presets, old: str = "", parent: QWidget | None = None) -> None:
        super().__init__(LONGEST_NAME, old, parent)
        self._presets = presets
        self._old = old
        self.accepted.connect(self._on_accepted)
        title = self.tr("Rename preset") if old else self.tr("Save as a preset")
        self._begin(title, self.tr("Name of the preset"), _WIDTH, self._verdict)

    def _verdict(self, text: str) -> Verdict:
        usual = self.tr("Rename") if self._old else self.tr("Save")
        hint = "" if self._old else self.tr("Saves the settings for answers as they are now.")
        if not text.strip():
            return Verdict(False, usual, hint)
        known = self._presets.named(text)
        action = self.tr("Replace") if known and not self._old else usual
        try:
            checked_name(text)
        except ValueError as error:
            return Verdict(False, action, str(error))
        if not known or known == self._old:
            return Verdict(True, action, hint)
        if self._old:
            word = self.tr("There is a preset “{name}” already.").format(name=known)
            return Verdict(False, action, word)
        return Verdict(True, action, self.tr("Replaces the preset “{name}”.").format(name=known))

    @Slot()
    def _on_accepted(self) -> None:
        self.name_chosen.emit(checked_name(self._name.text()))
