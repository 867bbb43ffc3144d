"""The first picture of the window: everything else there is to do at a start comes after it."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.paths import resources
from app.presenters.notices import Notices
from app.ui.main_window import MainWindow

#: A window that opens minimised is not painted; the start goes on all the same.
PAINT_BUDGET_MS = 500
#: In pixels; what desktops show of a window that is open.
_ICON_SIZES = (16, 24, 32, 48, 64, 128)


def show_and_wait(window: MainWindow, notices: Notices) -> None:
    """Show the window, let notices go to it, and return when it can be seen."""
    waiting = QEventLoop()
    budget = QTimer(waiting)
    budget.setSingleShot(True)
    budget.timeout.connect(waiting.quit)
    # Queued, so that it comes when the window's children are painted, too.
    window.painted.connect(waiting.quit, Qt.ConnectionType.QueuedConnection)
    window.show()
    notices.attach()
    budget.start(PAINT_BUDGET_MS)
    # What the user does meanwhile is kept: it may want a task, and so the event loop.
    waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    set_icon()


def set_icon() -> None:
    """Give every window its icon, drawn for each size."""
    icon = QIcon()
    for size in _ICON_SIZES:
        icon.addFile(str(resources() / "desktop" / "icons" / f"{size}.png"))
    QApplication.setWindowIcon(icon)
