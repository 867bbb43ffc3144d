"""The titles of two conversations beside each other, above their panes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import CONTROL_HEIGHT, SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

_CLOSE_ICON = 16


class _CloseButton(IconButton):
    """Closes one place."""

    #: It was pressed; carries the place, 0 or 1.
    pressed_at = Signal(int)

    def __init__(self, place: int, theme: Theme, icons: Icons, parent: QWidget) -> None:
        side = CONTROL_HEIGHT - 4
        label = self.tr("Close this side")
        super().__init__(theme, icons, "close", label, parent, side=side, icon_size=_CLOSE_ICON)
        self._place = place
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.pressed_at.emit(self._place)


class PlaceTabs(QTabBar):
    """Two tabs, each as wide as the pane below it."""

    #: The user wants the conversation at a place in use; carries 0 or 1.
    chosen = Signal(int)
    #: The user wants a place closed; carries 0 or 1.
    close_requested = Signal(int)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("places", "true")
        self.setAccessibleName(self.tr("Side by side"))
        self.setDrawBase(False)
        self.setExpanding(True)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self._buttons: list[_CloseButton] = []
        for place in range(2):
            self.addTab("")
            button = _CloseButton(place, theme, icons, self)
            self._buttons.append(button)
            button.pressed_at.connect(self.close_requested)
            self.setTabButton(place, QTabBar.ButtonPosition.RightSide, button)
        self.currentChanged.connect(self.chosen)

    def set_titles(self, titles: list[str], used: int) -> None:
        """Show what is at each place, and which of them is in use."""
        blocked = self.blockSignals(True)
        for place, title in enumerate(titles):
            self.setTabText(place, title.replace("&", "&&"))
            self.setTabToolTip(place, plain_tooltip(title))
            self._buttons[place].setAccessibleName(self.tr("Close “{title}”").format(title=title))
        self.setCurrentIndex(used)
        self.blockSignals(blocked)

    def tabSizeHint(self, _index: int) -> QSize:
        """Halve the width; the panes below do the same."""
        return QSize(self.width() // 2, self._height())

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Let long titles give way."""
        return self.tabSizeHint(index)

    def minimumSizeHint(self) -> QSize:
        """Accept any width."""
        return QSize(0, self._height())

    def _height(self) -> int:
        return max(CONTROL_HEIGHT, self.fontMetrics().height() + 2 * SPACE_S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep to the halves."""
        super().resizeEvent(event)
        # Lays the tabs out anew.
        self.setIconSize(self.iconSize())
