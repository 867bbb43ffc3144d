"""A field to type what to look for, with a magnifier and a way to empty it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from app.ui.icons import Icons
from app.ui.theme import Theme

_ICON_SIZE = 16


class SearchField(QLineEdit):
    """One line. Escape empties it, the arrow down goes to what was found."""

    #: The user pressed the arrow down: the list below should take the keyboard.
    step_requested = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, prompt: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setProperty("search", True)
        self.setPlaceholderText(prompt)
        self.setAccessibleName(prompt)
        self.setMaxLength(200)
        self._magnifier = QAction(self)
        self._magnifier.setEnabled(False)
        self._clear = QAction(self.tr("Clear"), self)
        self._clear.setVisible(False)
        self.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        for button in self._buttons():
            button.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            # A hand-made button of the field: it has no ground and no ring of its own.
            button.setStyleSheet("border: none; background: transparent;")
        self._draw_icons()
        self._clear.triggered.connect(self.clear)
        self.textChanged.connect(self._on_text_changed)
        theme.changed.connect(self._on_theme_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty the field on Escape and leave it downwards on the arrow down."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.step_requested.emit()
        else:
            super().keyPressEvent(event)

    def _buttons(self) -> list[QToolButton]:
        # Not by way of `children`: for their private types every class of Qt would be set up.
        found: Iterable[QToolButton] = self.findChildren(QToolButton)
        return list(found)

    def _draw_icons(self) -> None:
        icon = self._icons.icon("search", "quiet", _ICON_SIZE)
        # It is no button, so it is drawn as if it could be used.
        icon.addPixmap(icon.pixmap(_ICON_SIZE), icon.Mode.Disabled)
        self._magnifier.setIcon(icon)
        self._clear.setIcon(self._icons.icon("close", "quiet", _ICON_SIZE))

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icons()
