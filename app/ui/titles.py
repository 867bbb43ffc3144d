"""What a conversation is called wherever there is one line for it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def shown_title(title: str) -> str:
    """Return what to call a conversation on one line, also when it has no title yet."""
    words = " ".join(title.split())
    return words or QCoreApplication.translate("ConversationTitle", "New conversation")
