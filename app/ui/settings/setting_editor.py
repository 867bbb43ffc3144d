"""What every editor of a setting has in common.

An editor tells what the user did, never what it was given. Typing and dragging are told after a
short pause, and at once when the focus leaves. The wheel changes only what has the focus.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.settings.schema import Entry

#: A change is told this long after the last touch.
EDIT_DELAY_MS = 200


class SettingEditor(QWidget):
    """Shows one value and tells how the user changed it. Subclasses have the fields."""

    #: The user has changed the value; carries it as the setting's type.
    value_edited = Signal(object)
    #: A paste was too long; carries how many characters were left out.
    paste_cut = Signal(int)

    #: Whether the field itself carries the setting's label.
    has_label = False

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self._shown: Any = entry.default
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EDIT_DELAY_MS)
        self._timer.timeout.connect(self.flush)

    def set_value(self, value: Any) -> None:
        """Show `value`, unless it is shown already or the user is changing it just now."""
        if self._timer.isActive() or value == self._shown:
            return
        self._shown = value
        self._show(value)
        # What the field said meanwhile was not the user's doing.
        self._timer.stop()

    @Slot()
    def flush(self) -> None:
        """Tell the value now when it has changed."""
        self._timer.stop()
        value = self._value()
        if value != self._shown:
            self._shown = value
            self.value_edited.emit(value)

    def describe(self, description: str) -> None:
        """Give screen readers what stands below the field."""
        field = self.focusProxy() or self
        field.setAccessibleDescription(description)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass the wheel on to the page unless the field has the focus; tell all when it goes."""
        if event.type() is QEvent.Type.Wheel:
            if isinstance(watched, QWidget) and not watched.hasFocus():
                event.ignore()
                return True
        elif event.type() is QEvent.Type.FocusOut:
            self.flush()
        return super().eventFilter(watched, event)

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _value(self) -> Any:
        raise NotImplementedError

    def _take(self, field: QWidget) -> None:
        """Make `field` the one that has the keyboard."""
        # Qt gives the focus to what the wheel is turned over; here that would change it.
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setAccessibleName(self.entry.spec.label)
        field.installEventFilter(self)
        self.setFocusProxy(field)

    @Slot()
    def _on_touched(self) -> None:
        self._timer.start()
