"""One of two answers that are compared: whose it is, its text as it comes, and what it cost."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat.statistics import RunStatistics
from app.presenters.chat_status import Activity
from app.ui.chat.plain import clean
from app.ui.figures import activity_word, speed_text
from app.ui.plain_label import plain_label
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import SPACE_XS

_FEWEST_LINES = 4


class ComparisonSide(QWidget):
    """Shows plain text and leaves the user where they read."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: list[str] = []
        self.is_finished = False
        self._title = plain_label(self, role="heading")
        self._view = PlainTextEdit(self)
        self._view.setReadOnly(True)
        self._view.setUndoRedoEnabled(False)
        self._view.setTabChangesFocus(True)
        self._view.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._view.setMinimumHeight(_FEWEST_LINES * self._view.fontMetrics().lineSpacing())
        self._figures = plain_label(self, role="small", tone="quiet")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_XS)
        rows.addWidget(self._title)
        rows.addWidget(self._view, 1)
        rows.addWidget(self._figures)
        self.set_title(title)

    @property
    def text(self) -> str:
        """What was written so far, letter by letter."""
        return "".join(self._pieces)

    def set_title(self, title: str) -> None:
        """Say whose answer it is."""
        self._title.setText(title)
        self._view.setAccessibleName(title)

    def clear(self) -> None:
        """Be ready for another answer."""
        self._pieces.clear()
        self.is_finished = False
        self._view.setPlaceholderText("")
        self._view.clear()
        self.show_activity(Activity.WAITING)

    def show_activity(self, activity: Activity) -> None:
        """Say what the model does for this answer."""
        self._figures.setText(f"{activity_word(activity)}…")
        self._figures.setToolTip("")

    def add(self, text: str) -> None:
        """Add `text` at the end; the view follows only when it stands there."""
        if not self._pieces:
            self.show_activity(Activity.WRITING)
        self._pieces.append(text)
        bar = self._view.verticalScrollBar()
        follows = bar.value() == bar.maximum()
        cursor = QTextCursor(self._view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(clean(text))
        if follows:
            bar.setValue(bar.maximum())

    def finish(self, statistics: RunStatistics) -> None:
        """Show what the answer cost, unknown figures as such."""
        self.is_finished = True
        tokens, speed = statistics.generated_tokens, statistics.decode_tokens_per_second
        self._figures.setText(
            self.tr("{count} tokens · {speed}").format(
                count="–" if tokens is None else QLocale().toString(tokens),
                speed=self.tr("– tok/s") if speed is None else speed_text(speed),
            )
        )
        if tokens is None or speed is None:
            self._figures.setToolTip(self.tr("The runtime did not measure it."))
        if not self._pieces:
            self._view.setPlaceholderText(self.tr("The model wrote nothing."))

    def give_up(self) -> None:
        """Show that no more will come of an answer that is not finished."""
        if not self.is_finished:
            self._figures.setText(self.tr("Not finished") if self._pieces else self.tr("Not begun"))
