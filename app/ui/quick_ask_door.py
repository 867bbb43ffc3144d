"""Lets the small window in, and second starts of Cairn: from the menu, by key, or from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.presenters.saving import Saver
from app.presenters.tasks import Tasks
from app.ui.icons import Icons
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.presenters.quick_ask import QuickAsk
    from app.presenters.reception import Reception
    from app.ui.main_window import MainWindow, Presenters
    from app.ui.quick_ask import QuickAskWindow
    from app.visit import Visit


class QuickAskDoor(QObject):
    """Makes the small window when it is wanted first. Lives on the window's thread."""

    #: No window is left: the small one was closed, and the large one was never shown.
    left = Signal()

    def __init__(
        self,
        window: MainWindow,
        presenters: Presenters,
        theme: Theme,
        icons: Icons,
        saver: Saver,
        tasks: Tasks,
        socket: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._presenters = presenters
        self._theme = theme
        self._icons = icons
        self._saver = saver
        self._tasks = tasks
        self._socket = socket
        self._reception: Reception | None = None
        self._quick_ask: QuickAsk | None = None
        self._small: QuickAskWindow | None = None
        window.quick_ask_requested.connect(self.show)

    def open(self) -> None:
        """Receive second starts from now on."""
        if self._reception is None:
            # Not before the window is painted.
            from app.presenters.reception import Reception

            self._reception = Reception(self._socket, self)
            self._reception.visited.connect(self._on_visited)
        self._reception.open()

    def close(self) -> None:
        """Receive no more: the program is about to end."""
        if self._reception is not None:
            self._reception.close()

    def shut(self) -> None:
        """Put the small window away for good."""
        if self._small is not None:
            self._small.closed.disconnect(self._on_small_closed)
            self._small.close()

    @Slot()
    def show(self) -> None:
        """Show the small window."""
        if self._small is None:
            from app.ui.quick_ask import QuickAskWindow

            self._quick_ask = self._make_quick_ask()
            self._small = QuickAskWindow(self._quick_ask, self._theme, self._icons)
            self._small.conversation_requested.connect(self._on_conversation_requested)
            self._small.closed.connect(self._on_small_closed)
        self._small.come_up()

    @Slot(object)
    def _on_visited(self, visit: Visit) -> None:
        if visit.token:
            # Qt takes it from there when a window asks to be in front.
            os.environ["XDG_ACTIVATION_TOKEN"] = visit.token
        if visit.quick:
            self.show()
        else:
            self._bring_up()
        os.environ.pop("XDG_ACTIVATION_TOKEN", None)
        if visit.model:
            self._presenters.model.load(visit.model)

    @Slot()
    def _on_conversation_requested(self) -> None:
        assert self._quick_ask is not None
        self._quick_ask.open_as_conversation()
        self._bring_up()
        if self._small is not None:
            self._small.close()

    def _make_quick_ask(self) -> QuickAsk:
        from app.presenters.quick_ask import QuickAsk

        presenters = self._presenters
        return QuickAsk(
            presenters.model,
            presenters.places,
            presenters.conversations,
            presenters.settings,
            self._saver,
            self._tasks,
            self,
        )

    @Slot()
    def _on_small_closed(self) -> None:
        if not self._window.isVisible():
            self.left.emit()

    def _bring_up(self) -> None:
        from app.ui.quick_ask import bring_up

        bring_up(self._window)
