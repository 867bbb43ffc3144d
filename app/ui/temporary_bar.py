"""Says above a temporary conversation that nothing of it is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.ui.icons import Icons
from app.ui.theme import CONTROL_HEIGHT, ICON_SIZE, SPACE_L, SPACE_S, SPACE_XS, Theme


class TemporaryBar(QFrame):
    """Shown while the conversation is temporary."""

    #: The user wants to keep the conversation after all.
    keep_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setProperty("pane", "temporary")
        self._icon = QLabel(self)
        self._icon.setFixedSize(ICON_SIZE, CONTROL_HEIGHT)
        self._words = QLabel(
            self.tr("Temporary: nothing of this is kept, and it ends when you leave it."), self
        )
        self._words.setWordWrap(True)
        self._keep = QPushButton(self.tr("Keep it"), self)
        self._keep.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_XS, SPACE_S, SPACE_XS)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self._keep)
        self.setAccessibleName(self.tr("Temporary conversation"))
        self._draw_icon()
        self._keep.clicked.connect(self.keep_requested)
        theme.changed.connect(self._on_theme_changed)

    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._icons.pixmap("temporary", "accent", ratio=ratio))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icon()
