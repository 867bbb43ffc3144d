"""A sentence where a list would stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL


class MessagePage(QWidget):
    """Plain quiet text, wrapped, at the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = plain_label(self, tone="quiet")
        self._label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_XL, SPACE_L, SPACE_M)
        rows.addWidget(self._label)
        rows.addStretch(1)

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def set_text(self, text: str) -> None:
        """Say something else."""
        self._label.setText(text)
