"""The order in which the Tab key goes through the messages: as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtWidgets import QWidget

from app.ui.chat.message_widget import MessageWidget


def controls(widgets: Iterable[MessageWidget]) -> Iterator[QWidget]:
    """Yield what the Tab key reaches in the given messages."""
    for widget in widgets:
        for control in widget.focus_widgets():
            if control.isVisible() and control.isEnabled():
                yield control


def apply(view: QWidget, widgets: Iterable[MessageWidget]) -> None:
    """Bring the controls of `widgets` behind `view`, in their order.

    Qt goes by the order of creation, and here messages are made and let go as the user scrolls.
    """
    last = view
    for widget in widgets:
        for control in widget.focus_widgets():
            if last.nextInFocusChain() is not control:
                QWidget.setTabOrder(last, control)
            last = control
