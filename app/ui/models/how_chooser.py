"""Asks how files are to be brought in: copied, moved or linked, each with what that means."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from app.catalog.importing import How
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_S, SPACE_XL

_INDENT = SPACE_XL + 2


class HowChooser(QWidget):
    """Three choices, one of them chosen."""

    #: Another way is chosen; carries the How.
    how_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[How, QRadioButton] = {}
        self._sentences: dict[How, QLabel] = {}
        self._group = QButtonGroup(self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        words = {
            How.COPY: (
                self.tr("Copy"),
                self.tr("The files stay where they are, too; a stick can be unplugged afterwards."),
            ),
            How.MOVE: (
                self.tr("Move"),
                self.tr("The files are no longer where they are now."),
            ),
            How.LINK: (
                self.tr("Link"),
                self.tr("The files stay where they are, take no room, and must not go away."),
            ),
        }
        for how, (name, sentence) in words.items():
            self._add(how, name, sentence, rows)
        self._buttons[How.COPY].setChecked(True)
        self._group.buttonToggled.connect(self._on_toggled)

    @property
    def how(self) -> How:
        """The chosen way."""
        return next(how for how, button in self._buttons.items() if button.isChecked())

    def choose(self, how: How) -> None:
        """Choose for the user."""
        self._buttons[how].setChecked(True)

    def refuse_move(self, reason: str) -> None:
        """Say why files cannot be moved."""
        self._buttons[How.MOVE].setEnabled(False)
        self._sentences[How.MOVE].setText(reason)
        self._buttons[How.MOVE].setAccessibleDescription(reason)

    def _add(self, how: How, name: str, sentence: str, rows: QVBoxLayout) -> None:
        button = QRadioButton(name, self)
        button.setAccessibleDescription(sentence)
        label = plain_label(self, sentence)
        label.setContentsMargins(_INDENT, 0, 0, SPACE_S)
        label.setProperty("tone", "quiet")
        label.setProperty("role", "small")
        self._group.addButton(button)
        self._buttons[how], self._sentences[how] = button, label
        rows.addWidget(button)
        rows.addWidget(label)

    @Slot(QRadioButton, bool)
    def _on_toggled(self, _button: QRadioButton, checked: bool) -> None:
        if checked:
            self.how_changed.emit(self.how)
