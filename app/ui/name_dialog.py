"""A dialog that asks for a name, and says beforehand what is wrong with it or comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a name."""

    can_be: bool
    action: str
    """What the button says."""
    word: str = ""
    """What stands below the field."""


class NameDialog(QDialog):
    """One field; show it with `open`. Subclasses call `_begin`, and hear `accepted`."""

    def __init__(self, longest: int, old: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._judge: Callable[[str], Verdict] | None = None
        self._label = QLabel(self.tr("Name"), self)
        self._name = QLineEdit(old, self)
        self._name.setMaxLength(longest)
        self._name.selectAll()
        self._label.setBuddy(self._name)
        self._word = plain_label(self, role="small", tone="quiet")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setAutoDefault(False)
        self._take = QPushButton(self)
        self._take.setProperty("kind", "primary")
        self._take.setDefault(True)
        self._name.textChanged.connect(self._on_text_changed)
        self._cancel.clicked.connect(self.reject)
        self._take.clicked.connect(self.accept)

    def _begin(self, title: str, field: str, width: int, judge: Callable[[str], Verdict]) -> None:
        """Lay everything out at most `width` wide; `judge` is asked about every name.

        `field` is what the name is called for a screen reader.
        """
        self.setWindowTitle(title)
        self._name.setAccessibleName(field)
        self._judge = judge
        self._lay_out(width)
        self._on_text_changed(self._name.text())
        self._name.setFocus()

    def _lay_out(self, width: int) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._take)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._label)
        rows.addWidget(self._name)
        rows.addWidget(self._word)
        rows.addSpacing(SPACE_M)
        rows.addLayout(buttons)
        parent = self.parentWidget()
        self.setFixedWidth(min(width, parent.window().width()) if parent else width)
        # The word comes and goes; the buttons stay where they are.
        self._word.setMinimumHeight(2 * self._word.fontMetrics().lineSpacing())
        self._word.setAlignment(Qt.AlignmentFlag.AlignTop)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        assert self._judge is not None
        verdict = self._judge(text)
        self._take.setEnabled(verdict.can_be)
        self._take.setText(verdict.action)
        self._word.setText(verdict.word)
        self._name.setAccessibleDescription(verdict.word)
