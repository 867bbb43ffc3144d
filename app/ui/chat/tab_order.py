"""The order in which the Tab key goes through the messages: as they are read."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from app.ui.chat.body import Body
from app.ui.chat.message_widget import MessageWidget
from app.ui.tab_chain import chain_tab_order


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


class TabOrder:
    """Brings the controls of messages behind their view, in the order of the messages.

    Qt goes by the order of creation, and here messages are made and let go as the user scrolls.
    What comes next in Qt's order is not asked of Qt: PySide takes the widget that
    `nextInFocusChain` returns for a child of the one that was asked, and with the death of that
    one the other, which lives, cannot be used any more.
    """

    def __init__(self, view: QWidget) -> None:
        self._view = view
        self._applied: list[QWidget] = []

    def apply(self, widgets: Iterable[MessageWidget | Body]) -> None:
        """Take over the controls of `widgets`."""
        controls = [control for widget in widgets for control in widget.focus_widgets()]
        if controls == self._applied:
            return
        self._applied = controls
        chain_tab_order(self._view, *controls)
