"""Asks for the name of a folder."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.chat.grouping import FOLDER_LENGTH, folder_name
from app.ui.name_dialog import NameDialog, Verdict

_WIDTH = 360


class FolderDialog(NameDialog):
    """One name, for a new folder or for one that has a name already; show it with `open`."""

    #: The user gave a name: carries what the dialog is about, and the name.
    name_chosen = Signal(str, str)

    def __init__(
        self,
        subject: str,
        names: tuple[str, ...],
        old: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(FOLDER_LENGTH, old, parent)
        self._subject = subject
        self._old = old
        self._names = frozenset(names)
        self.accepted.connect(self._on_accepted)
        title = self.tr("Rename folder") if old else self.tr("New folder")
        self._begin(title, self.tr("Name of the folder"), _WIDTH, self._verdict)

    def _verdict(self, text: str) -> Verdict:
        name = folder_name(text)
        is_there = name in self._names and name != self._old
        word = self.tr("There is such a folder; what lies in both comes together.")
        return Verdict(
            bool(name) and name != self._old,
            self.tr("Rename") if self._old else self.tr("Move there"),
            word if is_there and self._old else "",
        )

    @Slot()
    def _on_accepted(self) -> None:
        self.name_chosen.emit(self._subject, folder_name(self._name.text()))
