"""A button that shows one icon and says its name to everyone who cannot see it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from app.ui.icons import Icons
from app.ui.theme import CONTROL_HEIGHT, ICON_SIZE, Theme


class IconButton(QToolButton):
    """A flat, square button. Its text is its tooltip and its accessible name."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        icon: str,
        text: str,
        parent: QWidget | None = None,
        *,
        color: str = "quiet",
        side: int = CONTROL_HEIGHT,
        icon_size: int = ICON_SIZE,
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._icon = icon
        self._color = color
        self._icon_size = icon_size
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setFixedSize(side, side)
        self.setIconSize(QSize(icon_size, icon_size))
        # A click keeps the focus where the user writes; the Tab key still gets here.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_label(text)
        self._draw()
        theme.changed.connect(self._on_theme_changed)

    def set_label(self, text: str, shortcut: str = "") -> None:
        """Say what the button does, and which keys do the same."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({shortcut})" if shortcut else text)

    def set_icon_name(self, icon: str, color: str | None = None) -> None:
        """Show another icon."""
        self._icon = icon
        self._color = color or self._color
        self._draw()

    def _draw(self) -> None:
        self.setIcon(self._icons.icon(self._icon, self._color, self._icon_size))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw()
