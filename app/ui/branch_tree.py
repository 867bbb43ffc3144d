"""The whole tree of a conversation: choosing a message shows the branch through it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.chat.outline import OutlineRow
from app.ui.branch_rows import ROW_ROLE, BranchDelegate, BranchRows
from app.ui.icons import Icons
from app.ui.page_dialog import take_size
from app.ui.row_list import RowList
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme

_CHOOSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class _List(RowList):
    """Tells Enter and Space, which the dialog would take for its button."""

    #: The row that the keyboard is on was chosen.
    row_chosen = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, or go on as a list does."""
        if event.key() in _CHOOSING_KEYS and self.currentIndex().isValid():
            self.row_chosen.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class BranchTreeDialog(QDialog):
    """Shows the tree as it was when it opened. A tap or Enter chooses a message."""

    #: The branch through a message is to be shown; carries the message's id.
    message_chosen = Signal(str)

    def __init__(
        self,
        rows: tuple[OutlineRow, ...],
        message_id: str,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Branches"))
        self._rows = BranchRows(rows, self)
        self._list = _List(self)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(BranchDelegate(theme, icons, self._list))
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(self.tr("Messages"))
        self._hint = QLabel(self._hint_for(rows), self)
        self._hint.setWordWrap(True)
        self._hint.setProperty("tone", "quiet")
        buttons = QDialogButtonBox(self)
        self._show = QPushButton(self.tr("Show branch"), buttons)
        self._show.setProperty("kind", "primary")
        buttons.addButton(self._show, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self._show.clicked.connect(self._on_show_clicked)
        self._list.clicked.connect(self._choose)
        self._list.row_chosen.connect(self._choose)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(SPACE_S, SPACE_M, SPACE_S, SPACE_M)
        lines.setSpacing(SPACE_S)
        hint = QVBoxLayout()
        hint.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        hint.addWidget(self._hint)
        lines.addLayout(hint)
        lines.addWidget(self._list, 1)
        lines.addWidget(buttons)
        take_size(self, QSize(640, 520))
        self._go_to(rows, message_id)
        self._list.setFocus()

    def _hint_for(self, rows: tuple[OutlineRow, ...]) -> str:
        if any(row.versions > 1 for row in rows):
            return self.tr(
                "The branch that is shown is marked. Choose a message to show its branch."
            )
        return self.tr(
            "There is one branch so far. Editing a message or regenerating an answer begins another."
        )

    def _go_to(self, rows: tuple[OutlineRow, ...], message_id: str) -> None:
        """Begin at a message, or at the end of the branch that is shown."""
        ids = [row.message.id for row in rows]
        place = ids.index(message_id) if message_id in ids else self._rows.last_shown()
        if place >= 0:
            index = self._rows.index(place)
            self._list.setCurrentIndex(index)
            self._list.scrollTo(index, RowList.ScrollHint.PositionAtCenter)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        row: OutlineRow = index.data(ROW_ROLE)
        self.message_chosen.emit(row.message.id)
        self.accept()

    @Slot()
    def _on_show_clicked(self) -> None:
        if self._list.currentIndex().isValid():
            self._choose(self._list.currentIndex())
