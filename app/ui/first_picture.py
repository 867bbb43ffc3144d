"""The first picture of the window: everything else there is to do at a start comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer

from app.presenters.notices import Notices
from app.ui.main_window import MainWindow

#: A window that opens minimised is not painted; the start goes on all the same.
PAINT_BUDGET_MS = 500


@contextmanager
def without_plugins() -> Iterator[None]:
    """Keep Qt from its plugins while windows are made; none may be shown, which takes some.

    A bar of menus reads an arrow from a PNG file, and before Qt reads any picture it loads a
    library for each format it knows: nine files from a slow card, and a megabyte.
    """
    folders = QCoreApplication.libraryPaths()
    QCoreApplication.setLibraryPaths([])
    try:
        yield
    finally:
        QCoreApplication.setLibraryPaths(folders)


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
