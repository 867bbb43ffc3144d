"""Asks for the name of a preset, and says beforehand what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.settings.presets import LONGEST_NAME, Presets, checked_name
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH = 400


class PresetDialog(QDialog):
    """One name, for a new preset or for one that has a name already; show it with `open`."""

    #: The user gave a name that can be used; carries it.
    name_chosen = Signal(str)

    def __init__(self, presets: Presets, old: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = presets
        self._old = old
        self.setWindowTitle(self.tr("Rename preset") if old else self.tr("Save as a preset"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel(self.tr("Name"), self)
        self._name = QLineEdit(old, self)
        self._name.setMaxLength(LONGEST_NAME)
        self._name.setAccessibleName(self.tr("Name of the preset"))
        self._name.selectAll()
        label.setBuddy(self._name)
        self._word = QLabel(self)
        self._word.setTextFormat(Qt.TextFormat.PlainText)
        self._word.setWordWrap(True)
        self._word.setProperty("role", "small")
        self._word.setProperty("tone", "quiet")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setAutoDefault(False)
        self._take = QPushButton(self)
        self._take.setProperty("kind", "primary")
        self._take.setDefault(True)
        self._lay_out(label)
        self._on_text_changed(old)
        self._name.textChanged.connect(self._on_text_changed)
        self._cancel.clicked.connect(self.reject)
        self._take.clicked.connect(self._on_take_clicked)
        self._name.setFocus()

    def _lay_out(self, label: QLabel) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._take)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        rows.setSpacing(SPACE_S)
        rows.addWidget(label)
        rows.addWidget(self._name)
        rows.addWidget(self._word)
        rows.addSpacing(SPACE_M)
        rows.addLayout(buttons)
        parent = self.parentWidget()
        self.setFixedWidth(min(_WIDTH, parent.window().width()) if parent else _WIDTH)
        # The word comes and goes; the buttons stay where they are.
        self._word.setMinimumHeight(2 * self._word.fontMetrics().lineSpacing())
        self._word.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _verdict(self, text: str) -> tuple[bool, str]:
        """Return whether `text` can be taken, and a word on it."""
        if not text.strip():
            return False, "" if self._old else self.tr(
                "Saves the settings for answers as they are now."
            )
        try:
            name = checked_name(text)
        except ValueError as error:
            return False, str(error)
        known = self._presets.named(name)
        if not known or known == self._old:
            return True, "" if self._old else self.tr(
                "Saves the settings for answers as they are now."
            )
        if self._old:
            return False, self.tr("There is a preset “{name}” already.").format(name=known)
        return True, self.tr("Replaces the preset “{name}”.").format(name=known)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        can_be, word = self._verdict(text)
        replaces = not self._old and bool(text.strip()) and bool(self._presets.named(text))
        self._take.setEnabled(can_be)
        usual = self.tr("Rename") if self._old else self.tr("Save")
        self._take.setText(self.tr("Replace") if replaces else usual)
        self._word.setText(word)
        self._name.setAccessibleDescription(word)

    @Slot()
    def _on_take_clicked(self) -> None:
        name = checked_name(self._name.text())
        self.accept()
        self.name_chosen.emit(name)
