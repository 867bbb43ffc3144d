"""The order in which the Tab key goes through the messages: as they are read."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from app.ui.chat.message_widget import MessageWidget


def first_visible(viewport: QWidget, widgets: Iterable[MessageWidget]) -> QWidget | None:
    """Return the first control that can be seen in `viewport`."""
    area = viewport.rect()
    for widget in widgets:
        for control in widget.focus_widgets():
            place = control.mapTo(viewport, control.rect().topLeft())
            seen = area.intersects(control.rect().translated(place))
            if seen and control.isVisible() and control.isEnabled():
                return control
    return None


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
