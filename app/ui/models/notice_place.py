"""Shows the window's notices inside a dialog that covers the place where they usually are.

There is one bar and one queue of notices: what was read or undone here is not told again below.
"""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.presenters.notices import Notices
from app.ui.icons import Icons
from app.ui.notice_bar import NoticeBar
from app.ui.theme import Theme


class NoticePlace(QWidget):
    """Borrows the bar of the window below, or has its own where there is none."""

    def __init__(
        self,
        notices: Notices,
        theme: Theme,
        icons: Icons,
        below: QWidget | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._home: QWidget | None = None
        self._stand_in = QWidget()
        self._stand_in.hide()
        bar = _bar_of(below)
        if bar is not None:
            self._home = bar.parentWidget()
            layout = self._home.layout()
            if layout is not None:
                layout.replaceWidget(bar, self._stand_in)
        self._bar = bar if bar is not None else NoticeBar(notices, theme, icons, self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._bar)
        self._bar.setVisible(self._bar.notice is not None)

    @Slot()
    def give_back(self) -> None:
        """Return the bar to where it was."""
        home, self._home = self._home, None
        layout = home.layout() if home is not None else None
        if layout is not None:
            layout.replaceWidget(self._stand_in, self._bar)
            self._bar.setVisible(self._bar.notice is not None)
            self._stand_in.deleteLater()


def _bar_of(widget: QWidget | None) -> NoticeBar | None:
    if widget is None:
        return None
    found = widget.window().findChild(NoticeBar)
    return found if isinstance(found, NoticeBar) else None
