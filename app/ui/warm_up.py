"""Gets ready, in small steps after the first paint, what the user will probably want next.

Nothing depends on it: whoever needs a part earlier makes it then and there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Slot

from app.ui.main_window import MainWindow

#: Between two steps the window draws and takes what the user does.
_INTERVAL_MS = 30
#: What the conversation and the settings need, in pieces of a few milliseconds.
_MODULES = (
    "markdown_it",
    "app.ui.chat.writer",
    "app.ui.chat.code_text",
    "app.ui.chat.body",
    "app.ui.chat.view",
    "app.ui.settings.setting_editors",
    "app.ui.settings.settings_panel",
)


class WarmUp(QObject):
    """Takes one step at a time. Lives on the window's thread."""

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._modules = list(_MODULES)
        self._parts: list[Callable[[], object]] = [self._make_view, self._make_settings]
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_due)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """Leave out what is not done yet."""
        self._timer.stop()

    def _make_view(self) -> object:
        return self._window.chat_pane.view

    def _make_settings(self) -> object:
        return self._window.settings_panel

    @Slot()
    def _on_due(self) -> None:
        if self._modules:
            import_module(self._modules.pop(0))
        elif self._parts:
            self._parts.pop(0)()
        else:
            self._timer.stop()
