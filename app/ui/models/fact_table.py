"""Lines of label, value and where the value comes from; the same labels serve every file."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.runtime.protocol import Detail
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_L, SPACE_S


class FactTable(QWidget):
    """Shows details. What is shown can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._shown: tuple[Detail, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)

    def set_details(self, details: tuple[Detail, ...]) -> None:
        """Show `details`."""
        if details == self._shown:
            return
        self._shown = details
        while len(self._rows) < len(details):
            self._add_row()
        for place, labels in enumerate(self._rows):
            shown = place < len(details)
            if shown:
                detail = details[place]
                labels[0].setText(detail.label)
                labels[1].setText(detail.value)
                labels[2].setText(detail.source)
                labels[1].setAccessibleName(f"{detail.label}: {detail.value}")
            for label in labels:
                label.setVisible(shown and bool(label.text()))

    def _add_row(self) -> None:
        row = 2 * len(self._rows)
        labels = self._label("quiet"), self._label(), self._label("quiet", "small")
        top = Qt.AlignmentFlag.AlignTop
        # What stands below belongs to what is above it, so the air is above a line.
        labels[0].setContentsMargins(0, SPACE_S, 0, 0)
        labels[1].setContentsMargins(0, SPACE_S, 0, 0)
        self._grid.addWidget(labels[0], row, 0, 2, 1, top)
        self._grid.addWidget(labels[1], row, 1, top)
        self._grid.addWidget(labels[2], row + 1, 1, top)
        self._rows.append(labels)

    def _label(self, tone: str = "", role: str = "") -> QLabel:
        label = plain_label(self, role=role, tone=tone)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label
