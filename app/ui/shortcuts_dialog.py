"""The list of keyboard shortcuts, made from the menus."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.ui.menus import MENUS, translated
from app.ui.page_dialog import PageDialog
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS


class ShortcutsDialog(PageDialog):
    """Every command that has keys, under the name of its menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Keyboard shortcuts"), parent)
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self._grid.setHorizontalSpacing(SPACE_XL)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(0, 1)
        self._fill()
        page = self._page.sizeHint()
        self._finish(
            QSize(max(420, page.width() + SPACE_XL), min(560, page.height() + 4 * SPACE_L))
        )

    def _fill(self) -> None:
        for menu in MENUS:
            items = [item for item in menu.items if item is not None and item.keys]
            if not items:
                continue
            self._add_heading(translated(menu.title))
            for item in items:
                keys = QKeySequence(item.keys).toString(QKeySequence.SequenceFormat.NativeText)
                self._add_line(translated(item.text).rstrip("…"), keys)
        self._add_heading(self.tr("While writing"))
        self._add_line(self.tr("Send, or a new line as set in Settings"), self.tr("Enter"))
        self._add_line(self.tr("The other one"), self.tr("Shift+Enter"))
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    def _add_heading(self, text: str) -> None:
        row = self._grid.rowCount()
        label = QLabel(text, self)
        label.setProperty("role", "heading")
        label.setContentsMargins(0, SPACE_S if row > 1 else 0, 0, 0)
        self._grid.addWidget(label, row, 0, 1, 2)

    def _add_line(self, text: str, keys: str) -> None:
        row = self._grid.rowCount()
        name = QLabel(text, self)
        name.setWordWrap(True)
        self._grid.addWidget(name, row, 0)
        label = QLabel(keys, self)
        label.setProperty("tone", "quiet")
        self._grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignRight)
