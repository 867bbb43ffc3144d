"""What the composer says about the answer: how full the context is, and how fast it is written."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.presenters.chat_status import Activity, ChatStatus
from app.ui.context_ring import ContextRing
from app.ui.figures import (
    activity_word,
    duration_text,
    short_count,
    speed_text,
    status_lines,
    writing_elsewhere,
)
from app.ui.theme import SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

#: Of the title of another conversation, in pixels.
_TITLE_WIDTH = 140


class Room(IntEnum):
    """How much of the status there is room for."""

    RING = 0
    TOKENS = 1
    FIGURES = 2


class AnswerStatus(QWidget):
    """Shows a ChatStatus. What there is no room for is in the tooltip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = ChatStatus()
        self._room = Room.FIGURES
        self._figures = QLabel(self)
        self._tokens = QLabel(self)
        for label in (self._figures, self._tokens):
            label.setProperty("tone", "quiet")
            label.setProperty("role", "small")
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._ring = ContextRing(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._figures)
        row.addWidget(self._ring)
        row.addWidget(self._tokens)
        self._show()

    def set_status(self, status: ChatStatus) -> None:
        """Show `status`."""
        self._status = status
        self._show()

    def set_room(self, room: Room) -> None:
        """Leave out what there is no room for."""
        if room is not self._room:
            self._room = room
            self._show()

    def _show(self) -> None:
        status = self._status
        used, limit = status.context_used, status.context_limit
        self._tokens.setText(
            short_count(used) if limit is None else f"{short_count(used)}/{short_count(limit)}"
        )
        self._tokens.setVisible(self._room >= Room.TOKENS)
        self._ring.set_share(None if used is None or not limit else used / limit)
        figures = self._figures_text()
        self._figures.setText(figures)
        self._figures.setVisible(bool(figures) and self._room >= Room.FIGURES)
        self.setToolTip(plain_tooltip(self._explanation()))
        self.setAccessibleName(self._explanation().replace("\n", ". "))

    def _figures_text(self) -> str:
        """Return what goes on now; what went on before is at the end of each answer."""
        status = self._status
        if status.activity is Activity.IDLE:
            if not status.elsewhere:
                return ""
            title = self.fontMetrics().elidedText(
                status.elsewhere, Qt.TextElideMode.ElideRight, _TITLE_WIDTH
            )
            return self.tr("Writing in “{title}”").format(title=title)
        parts = [activity_word(status.activity)]
        if status.tokens_per_second is not None:
            parts.append(speed_text(status.tokens_per_second))
        if status.first_token_ms is not None:
            parts.append(duration_text(status.first_token_ms))
        return " · ".join(parts)

    def _explanation(self) -> str:
        status, locale = self._status, QLocale()
        used, limit = status.context_used, status.context_limit
        lines = []
        if status.elsewhere:
            lines.append(writing_elsewhere(status))
        if limit is None:
            lines.append(self.tr("Context: – (no model is loaded)"))
        elif used is None:
            lines.append(
                self.tr("Context: – of {limit} tokens (the model has not read it yet)").format(
                    limit=locale.toString(limit)
                )
            )
        else:
            lines.append(
                self.tr("Context: {used} of {limit} tokens").format(
                    used=locale.toString(used), limit=locale.toString(limit)
                )
            )
        lines += status_lines(status)
        return "\n".join(lines)
