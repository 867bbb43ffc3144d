"""Lets a panel that can be put away have the Esc key before a menu takes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def claims_escape(event: QEvent) -> bool:
    """Claim Esc for the widget that got `event`, while the keyboard is there; return whether.

    Qt asks with a ShortcutOverride first; the key itself follows.
    """
    if (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.key() == Qt.Key.Key_Escape
    ):
        event.accept()
        return True
    return False
