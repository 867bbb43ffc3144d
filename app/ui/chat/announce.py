"""Tells a screen reader that an answer is there: once, when it is finished."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.chat.message import Message, MessageState
from app.chat.thinking import without_thinking
from app.ui.chat.plain import clean

#: A longer answer is announced by its beginning; the whole can be read where it stands.
_LONGEST = 1_000


def announce_answer(view: QWidget, message: Message) -> None:
    """Announce `message`, which has just got its final state."""
    words = clean(without_thinking(message.text)[:_LONGEST]).strip()
    if message.state is MessageState.FAILED:
        words = message.failure or QCoreApplication.translate("ChatView", "The answer failed.")
    if words:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, words))
