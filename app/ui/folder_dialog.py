"""Asks for the name of a folder."""

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

from app.chat.grouping import FOLDER_LENGTH, folder_name
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH = 360


class FolderDialog(QDialog):
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
        super().__init__(parent)
        self._subject = subject
        self._old = old
        self._names = frozenset(names)
        self.setWindowTitle(self.tr("Rename folder") if old else self.tr("New folder"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel(self.tr("Name"), self)
        self._name = QLineEdit(old, self)
        self._name.setMaxLength(FOLDER_LENGTH)
        self._name.setAccessibleName(self.tr("Name of the folder"))
        self._name.selectAll()
        label.setBuddy(self._name)
        self._word = QLabel(self)
        self._word.setTextFormat(Qt.TextFormat.PlainText)
        self._word.setWordWrap(True)
        self._word.setProperty("role", "small")
        self._word.setProperty("tone", "quiet")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setAutoDefault(False)
        self._take = QPushButton(self.tr("Rename") if old else self.tr("Move there"), self)
        self._take.setProperty("kind", "primary")
        self._take.setDefault(True)
        self._lay_out(label)
        self._on_text_changed()
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

    @Slot()
    def _on_text_changed(self) -> None:
        name = folder_name(self._name.text())
        is_there = name in self._names and name != self._old
        word = self.tr("There is such a folder; what lies in both comes together.")
        self._word.setText(word if is_there and self._old else "")
        self._name.setAccessibleDescription(self._word.text())
        self._take.setEnabled(bool(name) and name != self._old)

    @Slot()
    def _on_take_clicked(self) -> None:
        name = folder_name(self._name.text())
        self.accept()
        self.name_chosen.emit(self._subject, name)
