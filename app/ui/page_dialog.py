"""A dialog to read: one page, which scrolls where the window is small, and Close below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_M, SPACE_XL


def take_size(dialog: QWidget, wish: QSize) -> None:
    """Give a dialog the size `wish`, or as much of it as the window below has."""
    below = dialog.parentWidget()
    dialog.resize(wish if below is None else wish.boundedTo(below.window().size()))


class PageDialog(QDialog):
    """Subclasses fill `_page`, then call `_finish`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._page = QWidget(self)

    def _label(
        self, text: str, *, role: str = "", tone: str = "", parent: QWidget | None = None
    ) -> QLabel:
        """Return words of any origin that wrap and can be selected."""
        label = plain_label(parent or self._page, text, role=role, tone=tone)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _finish(self, wish: QSize) -> QDialogButtonBox:
        """Take the size `wish`, or as much as the window below has; return the row of buttons.

        The page is filled before: the Tab key goes by the order of creation.
        """
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._page)
        area.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, SPACE_M, SPACE_M)
        rows.addWidget(area, 1)
        rows.addWidget(buttons)
        # Large text may need more than is wished.
        take_size(self, wish.expandedTo(QSize(self._page.minimumSizeHint().width() + SPACE_XL, 0)))
        return buttons
